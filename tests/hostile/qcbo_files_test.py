"""QCBO files whose checksums are right and whose content is impossible."""

import os
import shutil
import tempfile

import numpy as np

import hostile
from checkpoints_test import CONFIG, run
from hdf5_edits import INF, NAN, at, change_file, set_attribute, several
from hostile import Case, HostileTest, tool


def mixed(index, value):
    """h of docs/file-formats.md, for all elements at once."""
    with np.errstate(over="ignore"):
        h = value ^ ((index + np.uint64(1)) * np.uint64(0x9e3779b97f4a7c15))
        h ^= h >> np.uint64(32)
        h *= np.uint64(0xd6e8feb86659fd93)
        return h ^ (h >> np.uint64(32))


def set_column(place, change):
    """Changes a dataset of a QCBO file in its place, and its checksum."""
    def edit(file):
        data = file[place]
        data[...] = change(data[...].copy())
        values = data[...]
        bits = values.view(np.uint64) if values.dtype == np.float64 else values.astype(np.int64).view(np.uint64)
        with np.errstate(over="ignore"):
            total = np.sum(mixed(np.arange(len(bits), dtype=np.uint64), bits), dtype=np.uint64)
        group, name = place.split("/")
        file[group].attrs.modify(f"{name}_checksum", total.astype(np.int64))
    return edit


PROBLEM = {
    "a coefficient that wraps": (set_column("objective/coefficient", at(0, -2**63)),
                                 "/objective/coefficient: the numbers add up"),
    "coefficients whose sum wraps": (set_column("objective/coefficient", lambda c: c * 0 + 2**60),
                                     "/objective/coefficient"),
    "a right-hand side that wraps": (set_column("rows/rhs", at(0, 2**63 - 1)), "/rows/rhs: row 0"),
    "a right-hand side whose square wraps": (set_column("rows/rhs", at(1, 2**32)), "/rows/rhs: row 1"),
    "a unit that is no number": (set_attribute("objective", "unit", NAN), "/objective/unit: is nan"),
    "a unit that is infinite": (set_attribute("objective", "unit", INF), "/objective/unit: is inf"),
    "a unit of 0": (set_attribute("objective", "unit", 0.0), "/objective/unit: is 0"),
    "a unit that is denormal": (set_attribute("objective", "unit", 1e-320),
                                "/objective/unit: is 1e-320, nearer to 0 than"),
    "a unit that is too small beside the rows": (set_attribute("objective", "unit", 1e-303),
                                                 "/objective/unit: is 1e-303"),
    "a unit that is too large": (set_attribute("objective", "unit", 1e307), "/objective/unit: is 1e+307, more than"),
    "a negative unit": (set_attribute("objective", "unit", -1.0), "/objective/unit: is -1, not above 0"),
    "a constant that wraps": (set_attribute("objective", "constant", -2**63),
                              "/objective/coefficient: the numbers add up"),
    "too many spins": (set_attribute("counts", "spins", 10**9), "/counts/spins: is 1000000000"),
    "negative spins": (set_attribute("counts", "spins", -1), "/counts/spins: is -1"),
    "too many rows": (set_attribute("counts", "rows", 10**9), "/counts/rows"),
    "too many parameters": (set_attribute("counts", "parameter_bits", 10**9), "parameter_bits"),
    "negative parameters": (set_attribute("counts", "parameter_bits", -3), "parameter_bits"),
    "a variable that is none": (set_column("rows/variable", at(0, 10**9)), "/rows/variable: element 0 is 1000000000"),
    "two variables of one name": (set_column("variables/unit", lambda u: u * 0), "are both named"),
}
QUBO = {
    "a value that is no number": (set_column("qubo/value", at(3, NAN)), "/qubo/value: of"),
    "a value that is infinite": (set_column("qubo/value", at(3, -INF)), "/qubo/value: of"),
    "a value that is denormal": (set_column("qubo/value", at(3, 1e-320)), "is 1e-320, nearer to 0 than"),
    "a constant that is too large": (set_attribute("qubo", "constant", 1e307), "/qubo/constant: is 1e+307"),
    "a multiplier that is denormal": (set_attribute("qubo", "multiplier", 1e-320),
                                      "/qubo/multiplier: is 1e-320, nearer to 0"),
    "a multiplier that is too large": (set_attribute("qubo", "multiplier", 1e307),
                                       "/qubo/multiplier: is 1e+307, more than"),
    "values whose sum overflows": (set_column("qubo/value", lambda v: v * 0 + 1e308), "/qubo/value: is inf"),
    "a constant that is no number": (set_attribute("qubo", "constant", NAN), "/qubo/constant: is nan"),
    "a multiplier that is no number": (set_attribute("qubo", "multiplier", NAN), "/qubo/multiplier: is nan"),
    "a negative multiplier": (set_attribute("qubo", "multiplier", -1.0), "/qubo/multiplier: is -1"),
    "too many spins": (set_attribute("counts", "spins", 10**9), "/counts/spins"),
    "as many spins and parameters": (several(set_attribute("counts", "spins", 10**9),
                                             set_attribute("counts", "parameter_bits", 10**9 - 10)), "/counts/spins"),
    "negative spins": (set_attribute("counts", "spins", -7), "/qubo/i"),
    "a variable that is none": (set_column("qubo/j", at(0, -1)), "/qubo/j: element 0 is -1"),
    "a pair twice": (several(set_column("qubo/i", at(1, 0)), set_column("qubo/j", at(1, 0)),
                             set_column("qubo/i", at(0, 0)),
                             set_column("qubo/j", at(0, 0))), "coupled twice"),
}


class Problems(HostileTest):
    folder = None

    def compiled(self):
        if Problems.folder is None:
            holder = tempfile.TemporaryDirectory(prefix="isinglass-hostile-")
            self.addClassCleanup(holder.cleanup)
            Problems.folder = holder.name
            with open(os.path.join(holder.name, "tiny.yaml"), "w", encoding="utf-8") as file:
                file.write(CONFIG.replace("[{units: 3}, {units: 2}]", "[{units: 2}]"))
            os.mkdir(os.path.join(holder.name, "data"))
            tool.write_images(os.path.join(holder.name, "data"))
            for name, parts in (("problem", "problem"), ("qubo", "qubo"), ("both", "problem,qubo")):
                run(holder.name, "compile", "tiny.yaml", "-o", f"{name}.h5", "--with", parts, "--set",
                    "data.train_samples=6")
        return Problems.folder

    def cases(self, name, edit, says, commands):
        def prepare(folder):
            shutil.copy(os.path.join(self.compiled(), name), os.path.join(folder, "q.h5"))
            change_file(os.path.join(folder, "q.h5"), edit)
        return [Case(" ".join(command), command, prepare=prepare, says=("q.h5", says), seconds=10)
                for command in commands]

    def test_problems(self):
        for number, (name, (edit, says)) in enumerate(PROBLEM.items()):
            commands = [["export", "q.h5", "--format", ("lp", "qplib")[number % 2], "-o", "x"]]
            if "named" not in says:
                commands += [["export", "q.h5", "--format", "qubo", "--multiplier", "2", "-o", "x"], ["solve", "q.h5"]]
            with self.subTest(name):
                self.run_table(self.cases("problem.h5", edit, says, commands))

    def test_numbers_that_overflow_together(self):
        for form in ("qubo", "coo", "ising-csv"):
            self.run_table(self.cases("problem.h5", set_attribute("objective", "unit", 1e303), "numbers overflow",
                                      [["export", "q.h5", "--format", form, "-o", "x"]]))

    def test_small_and_large_units_are_good(self):
        for unit in (1e-300, 1e290):
            def prepare(folder, unit=unit):
                shutil.copy(os.path.join(self.compiled(), "problem.h5"), os.path.join(folder, "q.h5"))
                change_file(os.path.join(folder, "q.h5"), set_attribute("objective", "unit", unit))
            self.run_table([Case(f"unit {unit}", ["solve", "q.h5", "--format", "qcbo", "--reads", "1", "--json"], 0,
                                 prepare=prepare)])

    def test_qubos(self):
        for file in ("qubo.h5", "both.h5"):
            for number, (name, (edit, says)) in enumerate(QUBO.items()):
                if file == "both.h5" and "as many" in name:
                    continue
                commands = [["export", "q.h5", "--format", ("qubo", "coo", "ising-csv")[number % 3], "-o", "x"]]
                if file == "qubo.h5":
                    commands += [["solve", "q.h5", "--reads", "1"]]
                with self.subTest(f"{file}: {name}"):
                    self.run_table(self.cases(file, edit, says, commands))


if __name__ == "__main__":
    hostile.main()
