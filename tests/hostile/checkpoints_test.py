"""Checkpoints, results and QCBO files whose checksums are right and whose content is impossible."""

import os
import shutil
import subprocess
import tempfile

import h5py
import numpy as np

import hostile
from hostile import Case, HostileTest, tool

CONFIG = """schema: 1
data: {dataset: idx, directory: data, classes: [0, 1], pool: 1}
network:
  hidden: [{units: 3}, {units: 2}]
qcgd: {iterations: 4}
machine: {sweeps: 3, replicas: 3}
anneal: {sweeps: 12, polish_sweeps: 3}
qat: {epochs: 4, batch: 20}
checkpoint: {every_iterations: 1, keep: 1000}
output: {directory: run}
"""
SWEEP = "schema: 1\nbase: tiny.yaml\noutput: sweep\naxes: [{key: seed, values: [1, 2]}]\n"
NAN, INF = float("nan"), float("inf")


def run(folder, *arguments):
    done = subprocess.run([hostile.PROGRAM, *arguments], cwd=folder, env=tool.ENVIRONMENT, capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)


def set_attribute(place, name, value):
    def edit(file):
        if isinstance(value, str):
            del file[place].attrs[name]
            text = h5py.string_dtype("utf-8", max(1, len(value)))
            file[place].attrs.create(name, np.array(value.encode(), dtype=text), dtype=text)
        else:
            file[place].attrs.modify(name, value)
    return edit


def set_data(place, change):
    """Replaces a dataset by change(array), with the same filters: the checksums are those of the new data."""
    def edit(file):
        old = file[place]
        new = np.asarray(change(old[...].copy()))
        chunks = tuple(max(1, n) for n in new.shape)
        dtype = old.dtype
        del file[place]
        file.create_dataset(place, data=new.astype(dtype), dtype=dtype, chunks=chunks, maxshape=(None,) * new.ndim, fletcher32=True)
    return edit


def at(index, value):
    def change(array):
        array[index] = value
        return array
    return change


def several(*edits):
    def edit(file):
        for each in edits:
            each(file)
    return edit


def change_file(path, edit):
    with h5py.File(path, "r+", libver=("v110", "v110")) as file:
        edit(file)


def another(bits):
    """A network whose parameters are all the least, which says the same to every input."""
    return bits * 0


ITERATIONS = {
    "iteration -5": (set_attribute("state", "iteration", -5), "iteration -5 of phase qcgd is outside 0 .. 4"),
    "iteration 2^62": (set_attribute("state", "iteration", 2**62), "iteration 4611686018427387904"),
    "iteration past the end": (set_attribute("state", "iteration", 5), "iteration 5 of phase qcgd is outside 0 .. 4"),
    "an earlier iteration": (set_attribute("state", "iteration", 2), "number of atoms: 3 instead of 2"),
}
PHASES = {
    "phase polish without polish": (set_attribute("state", "phase", "polish"), 'phase "polish"'),
    "phase of another method": (set_attribute("state", "phase", "qat"), 'phase "qat"'),
    "phase of no method": (set_attribute("state", "phase", "xyz"), 'phase "xyz"'),
    "phase that is empty": (set_attribute("state", "phase", ""), 'phase ""'),
}
QCGD = {
    **ITERATIONS, **PHASES,
    "a negative weight": (set_data("atoms/weights", at(1, -1.0)), "/atoms/weights: weight 1 is -1"),
    "weights that are not those of the steps": (set_data("atoms/weights", lambda w: w[::-1]), "/atoms/weights: weight"),
    "no atoms": (several(set_data("atoms/weights", lambda w: w[:0]), set_data("atoms/bits", lambda b: b[:0])),
                 "number of atoms: 0 instead of 3"),
    "an atom too few": (several(set_data("atoms/weights", lambda w: w[:2]), set_data("atoms/bits", lambda b: b[:2])),
                        "number of atoms: 2 instead of 3"),
    "atoms without weights": (set_data("atoms/weights", lambda w: w[:2]), "weights"),
    "a weight that is no number": (set_data("atoms/weights", at(0, NAN)), "weights"),
    "two current networks": (set_data("current/bits", lambda b: np.concatenate([b, b])), "number of networks: 2 instead of 1"),
    "no current network": (set_data("current/bits", lambda b: b[:0]), "holds no network"),
    "no duals": (set_attribute("duals", "layers", 0), "number of layers: 0 instead of 2"),
    "duals of minus one layer": (set_attribute("duals", "layers", -1), "hidden layers instead of 2"),
    "duals that are infinite": (set_data("duals/layer_0/multiplier", at((0, 0), INF)), "multiplier"),
    "a mean of losses that is too large": (set_attribute("state", "objective_image", 1e300), "/state: objective_image is 1e+300"),
    "a negative mean of losses": (set_attribute("state", "objective_image", -1.0), "/state: objective_image is -1, outside 0 .."),
    "a mean of losses beyond that of the worst network": (set_attribute("state", "objective_image", 1e6), "objective_image"),
    "a multiplier of 1e30": (set_data("duals/layer_0/multiplier", at((1, 2), 1e30)),
                             "/duals/layer_0/multiplier: of unit 1 and sample 2 is 1e+30, outside"),
    "a multiplier past what the steps add": (set_data("duals/layer_1/multiplier", at((0, 0), 9e5)), "/duals/layer_1/multiplier"),
    "a multiplier below its start": (set_data("duals/layer_1/multiplier", at((0, 0), 0.1)), "is 0.1, outside 0.25"),
    "a negative multiplier": (set_data("duals/layer_0/multiplier", at((0, 0), -1.0)), "/duals/layer_0/multiplier"),
    "an image of 1e30": (set_data("duals/layer_1/image", at((1, 3), 1e30)),
                         "/duals/layer_1/image: of unit 1 and sample 3 is 1e+30, outside 0"),
    "a negative image": (set_data("duals/layer_0/image", at((0, 0), -1e-3)), "/duals/layer_0/image: of unit 0 and sample 0"),
    "a better incumbent than there was": (set_attribute("state", "incumbent_objective", -1e9), "incumbent_objective"),
    "another incumbent": (set_data("incumbent/bits", another), "/state: incumbent_objective is"),
    "a better incumbent, in the history too": (several(set_attribute("state", "incumbent_objective", -7.0),
                                                       set_data("history/incumbent_objective", at(2, -7.0))),
                                               "/state: incumbent_objective is -7, but that of the network is"),
    "a reason to stop": (set_attribute("state", "qcgd_stop_reason", "all done"), "qcgd_stop_reason"),
    "negative memory": (set_attribute("provenance", "qcgd_constraint_bytes", -1), "qcgd_constraint_bytes"),
    "steps of Adam": (set_attribute("state", "gradient_steps", 7), "gradient_steps: 7 instead of 0"),
    "history of another phase": (set_data("history/phase", at(0, b"anneal")), "/history/phase"),
    "history in another order": (set_data("history/iteration", lambda i: i[::-1]), "/history/iteration"),
    "history from the future": (set_data("history/iteration", at(2, 99)), "/history/iteration: 99"),
    "history with a negative iteration": (set_data("history/iteration", at(0, -1)), "/history/iteration: -1"),
    "endless time": (set_data("provenance/history_wall_seconds", at(2, 1e300)), "history_wall_seconds"),
    "time that runs back": (set_data("provenance/history_wall_seconds", at(2, -1.0)), "history_wall_seconds"),
    "a configuration that is none": (set_data("config/yaml", lambda t: np.array([b"schema: 1\nxyz: 2\n"])), "xyz"),
}
# With a small cap on their norm: each multiplier is one that the steps can lead to, but not all of them.
CAPPED = {
    "multipliers past the cap": (set_data("duals/layer_0/multiplier", lambda y: y * 0 + 3), "/duals: the norm of all multipliers"),
}
QAT = {
    "a mean of losses of QCGD": (set_attribute("state", "objective_image", 1.0), "/state: objective_image is 1, outside 0 .. 0"),
    "iteration -5": (set_attribute("state", "iteration", -5), "iteration -5"),
    "phase of another method": (set_attribute("state", "phase", "anneal"), 'phase "anneal"'),
    "negative squares": (set_data("qat/gradient_square", at(0, -1.0)), "gradient_square: a negative value"),
    "steps that do not fit": (set_attribute("state", "gradient_steps", 2**62), "gradient_steps"),
    "another incumbent": (set_data("incumbent/bits", another), "samples are said to be correct"),
    "no latents": (several(*[set_data(f"qat/{name}", lambda v: v[:0]) for name in ("latents", "gradient_mean", "gradient_square")]),
                   "/qat/latents: number: 0"),
    "no counts": (set_data("qat/incumbent_counts", lambda c: c[:0]), "/qat/incumbent_counts: number: 0"),
    "more right than there are": (set_data("qat/incumbent_counts", at(4, 10**6)), "samples are correct"),
    "other samples": (set_data("qat/incumbent_counts", at(5, 7)), "incumbent_counts: samples: 7"),
}
POLISH = {
    "no reason why QCGD ended": (set_attribute("state", "qcgd_stop_reason", ""), "qcgd_stop_reason"),
    "iteration past the end": (set_attribute("state", "iteration", 4), "outside 0 .. 3"),
    "iteration of QCGD": (set_attribute("state", "phase", "qcgd"), "number of atoms"),
    "another incumbent": (set_data("incumbent/bits", another), "/state: incumbent_objective is"),
    "another step than its name": (set_attribute("state", "iteration", 1), "holds the state of checkpoint-00000005.h5"),
}
ANNEAL = {
    "no networks": (set_data("current/bits", lambda b: b[:0]), "holds no network"),
    "another incumbent": (set_data("incumbent/bits", another), "/state: incumbent_objective is"),
    "a better incumbent": (set_attribute("state", "incumbent_objective", -1e9), "/state: incumbent_objective is -1000000000"),
    "too many networks": (set_data("current/bits", lambda b: np.concatenate([b, b])), "number of networks: 2"),
    "iteration 2^62": (set_attribute("state", "iteration", 2**62), "iteration 4611686018427387904"),
}


class Checkpoints(HostileTest):
    folders = {}

    def whole(self, name, *arguments):
        """The folder of a finished run with all its checkpoints, trained once."""
        if name not in self.folders:
            holder = tempfile.TemporaryDirectory(prefix="isinglass-hostile-")
            self.addClassCleanup(holder.cleanup)
            with open(os.path.join(holder.name, "tiny.yaml"), "w", encoding="utf-8") as file:
                file.write(CONFIG)
            os.mkdir(os.path.join(holder.name, "data"))
            tool.write_images(os.path.join(holder.name, "data"))
            run(holder.name, "train", "tiny.yaml", "--quiet", *arguments)
            self.folders[name] = holder.name
        return self.folders[name]

    def cases(self, method, arguments, last, table):
        """Each edit of the checkpoint of step `last`: alone it is code 3, with the one before it the run ends as it should."""
        whole = self.whole(method, *arguments)

        def prepare(edit, steps):
            def make(folder):
                for name in ("tiny.yaml", "data"):
                    os.symlink(os.path.join(whole, name), os.path.join(folder, name))
                os.mkdir(os.path.join(folder, "run"))
                for name in ["config.resolved.yaml", *[f"checkpoint-{step:08}.h5" for step in steps]]:
                    shutil.copy(os.path.join(whole, "run", name), os.path.join(folder, "run"))
                change_file(os.path.join(folder, "run", f"checkpoint-{last:08}.h5"), edit)
            return make

        def same(test, folder, _):
            test.assertEqual(tool.h5diff(os.path.join(whole, "run", "results.h5"), os.path.join(folder, "run", "results.h5")), "")

        train = ["train", "tiny.yaml", *arguments]
        for number, (name, (edit, says)) in enumerate(table.items()):
            yield Case(f"{method}: {name}", train, 3, prepare=prepare(edit, [last]), left=("run",),
                       says=(f"checkpoint-{last:08}.h5", says, "--fresh"))
            if number % 4 == 0:
                yield Case(f"{method}: {name}, with the one before it", train, 0, prepare=prepare(edit, [last - 1, last]),
                           left=("run",), prints=("warning: cannot continue from", says), check=same)

    def test_qcgd(self):
        self.run_table(self.cases("qcgd", [], 3, QCGD))

    def test_capped(self):
        self.run_table(self.cases("capped", ["--set", "qcgd.multiplier_cap=10"], 3, CAPPED))

    def test_qat(self):
        self.run_table(self.cases("qat", ["--set", "method=qat"], 3, QAT))

    def test_polish(self):
        self.run_table(self.cases("polish", ["--set", "qcgd.polish=true"], 6, POLISH))

    def test_anneal(self):
        self.run_table(self.cases("anneal", ["--set", "method=anneal"], 11, ANNEAL))

    def test_an_impossible_newer_checkpoint_does_not_push_out_new_ones(self):
        whole = self.whole("qcgd")

        def prepare(folder):
            for name in ("tiny.yaml", "data"):
                os.symlink(os.path.join(whole, name), os.path.join(folder, name))
            os.mkdir(os.path.join(folder, "run"))
            shutil.copy(os.path.join(whole, "run", "config.resolved.yaml"), os.path.join(folder, "run"))
            shutil.copy(os.path.join(whole, "run", "checkpoint-00000002.h5"), os.path.join(folder, "run"))
            shutil.copy(os.path.join(whole, "run", "checkpoint-00000003.h5"),
                        os.path.join(folder, "run", "checkpoint-99999999.h5"))

        def check(test, folder, _):
            names = [name for name in os.listdir(os.path.join(folder, "run")) if name.startswith("checkpoint-")]
            test.assertEqual(sorted(names), ["checkpoint-00000004.h5", "checkpoint-99999999.h5"])
            test.assertEqual(os.readlink(os.path.join(folder, "run", "checkpoint.h5")), "checkpoint-00000004.h5")

        self.run_table([Case("keep one", ["train", "tiny.yaml", "--set", "checkpoint.keep=1"], 0, prepare=prepare, left=("run",),
                             prints=("holds the state of checkpoint-00000003.h5",), check=check)])


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
    "a coefficient that wraps": (set_column("objective/coefficient", at(0, -2**63)), "/objective/coefficient: the numbers add up"),
    "coefficients whose sum wraps": (set_column("objective/coefficient", lambda c: c * 0 + 2**60), "/objective/coefficient"),
    "a right-hand side that wraps": (set_column("rows/rhs", at(0, 2**63 - 1)), "/rows/rhs: row 0"),
    "a right-hand side whose square wraps": (set_column("rows/rhs", at(1, 2**32)), "/rows/rhs: row 1"),
    "a unit that is no number": (set_attribute("objective", "unit", NAN), "/objective/unit: is nan"),
    "a unit that is infinite": (set_attribute("objective", "unit", INF), "/objective/unit: is inf"),
    "a unit of 0": (set_attribute("objective", "unit", 0.0), "/objective/unit: is 0"),
    "a unit that is denormal": (set_attribute("objective", "unit", 1e-320), "/objective/unit: is 1e-320, nearer to 0 than"),
    "a unit that is too small beside the rows": (set_attribute("objective", "unit", 1e-303), "/objective/unit: is 1e-303"),
    "a unit that is too large": (set_attribute("objective", "unit", 1e307), "/objective/unit: is 1e+307, more than"),
    "a negative unit": (set_attribute("objective", "unit", -1.0), "/objective/unit: is -1, not above 0"),
    "a constant that wraps": (set_attribute("objective", "constant", -2**63), "/objective/coefficient: the numbers add up"),
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
    "a multiplier that is denormal": (set_attribute("qubo", "multiplier", 1e-320), "/qubo/multiplier: is 1e-320, nearer to 0"),
    "a multiplier that is too large": (set_attribute("qubo", "multiplier", 1e307), "/qubo/multiplier: is 1e+307, more than"),
    "values whose sum overflows": (set_column("qubo/value", lambda v: v * 0 + 1e308), "/qubo/value: is inf"),
    "a constant that is no number": (set_attribute("qubo", "constant", NAN), "/qubo/constant: is nan"),
    "a multiplier that is no number": (set_attribute("qubo", "multiplier", NAN), "/qubo/multiplier: is nan"),
    "a negative multiplier": (set_attribute("qubo", "multiplier", -1.0), "/qubo/multiplier: is -1"),
    "too many spins": (set_attribute("counts", "spins", 10**9), "/counts/spins"),
    "as many spins and parameters": (several(set_attribute("counts", "spins", 10**9),
                                             set_attribute("counts", "parameter_bits", 10**9 - 10)), "/counts/spins"),
    "negative spins": (set_attribute("counts", "spins", -7), "/qubo/i"),
    "a variable that is none": (set_column("qubo/j", at(0, -1)), "/qubo/j: element 0 is -1"),
    "a pair twice": (several(set_column("qubo/i", at(1, 0)), set_column("qubo/j", at(1, 0)), set_column("qubo/i", at(0, 0)),
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
                run(holder.name, "compile", "tiny.yaml", "-o", f"{name}.h5", "--with", parts, "--set", "data.train_samples=6")
        return Problems.folder

    def cases(self, name, edit, says, commands):
        def prepare(folder):
            shutil.copy(os.path.join(self.compiled(), name), os.path.join(folder, "q.h5"))
            change_file(os.path.join(folder, "q.h5"), edit)
        return [Case(" ".join(command), command, prepare=prepare, says=("q.h5", says), seconds=10) for command in commands]

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
            self.run_table([Case(f"unit {unit}", ["solve", "q.h5", "--format", "qcbo", "--reads", "1", "--json"], 0, prepare=prepare)])

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


RESULTS = {
    "an accuracy of 7": (set_attribute("results", "test_accuracy", 7.0), "/results/test_accuracy: 7"),
    "a negative accuracy": (set_attribute("results", "train_accuracy", -0.5), "/results/train_accuracy: -0.5"),
    "negative samples": (set_attribute("results", "train_samples", -3), "/results/train_samples: -3"),
    "an objective that is no number": (set_attribute("results", "objective", NAN), "/results/objective: nan"),
    "no bits": (set_attribute("results", "bits_per_parameter", -INF), "/results/bits_per_parameter: -inf"),
    "negative counts": (set_data("results/confusion", at((0, 0), -1)), "/results/confusion"),
    "other samples than were tested": (set_data("results/confusion", at((0, 0), 10**6)), "/results/confusion"),
    "a confusion of three classes": (set_data("results/confusion", lambda c: np.zeros((3, 3))), "/results/confusion"),
    "history with a negative iteration": (set_data("history/iteration", at(0, -1)), "/history/iteration: -1"),
    "endless time": (set_attribute("provenance", "wall_seconds", INF), "/provenance/wall_seconds: inf"),
    "a root mean square that is no number": (set_attribute("model/layer_0", "rms", NAN), "/model/layer_0/rms: nan"),
    "weights that overflow": (set_attribute("model/layer_0", "bias_unit", 2**24), "/model/layer_0"),
    "a configuration of another method": (set_data("config/yaml", lambda t: np.array([b"schema: 1\nmethod: xyz\n"])), "method"),
}


class Results(HostileTest):
    def test_one_bad_file_does_not_hide_the_others_of_a_sweep(self):
        def prepare(folder):
            for name, text in (("tiny.yaml", CONFIG), ("sweep.yaml", SWEEP)):
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(text)
            os.mkdir(os.path.join(folder, "data"))
            tool.write_images(os.path.join(folder, "data"))
            run(folder, "sweep", "sweep.yaml", "--run", "--quiet")
            change_file(os.path.join(folder, "sweep", "point-0001", "results.h5"), set_attribute("results", "test_accuracy", 7.0))

        self.run_table([Case("collect", ["sweep", "sweep.yaml", "--collect", "--json"], prepare=prepare,
                             says=("point-0001/results.h5: /results/test_accuracy: 7 is no fraction",),
                             json={"finished": 1, "missing": [1]}, left=("sweep",))])

    def test_results(self):
        with tempfile.TemporaryDirectory(prefix="isinglass-hostile-") as whole:
            with open(os.path.join(whole, "tiny.yaml"), "w", encoding="utf-8") as file:
                file.write(CONFIG)
            os.mkdir(os.path.join(whole, "data"))
            tool.write_images(os.path.join(whole, "data"))
            run(whole, "train", "tiny.yaml", "--quiet")

            def prepare(edit):
                def make(folder):
                    for name in ("tiny.yaml", "data"):
                        os.symlink(os.path.join(whole, name), os.path.join(folder, name))
                    shutil.copytree(os.path.join(whole, "run"), os.path.join(folder, "run"), symlinks=True)
                    change_file(os.path.join(folder, "run", "results.h5"), edit)
                return make

            for name, (edit, says) in RESULTS.items():
                with self.subTest(name):
                    self.run_table([Case(" ".join(command), command, prepare=prepare(edit), says=("results.h5", says))
                                    for command in (["evaluate", "run"], ["status", "run"], ["train", "tiny.yaml"])
                                    if command[0] != "evaluate" or "/model" in says or says == "method"])


if __name__ == "__main__":
    hostile.main()
