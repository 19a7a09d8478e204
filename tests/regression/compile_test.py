"""The commands compile and export as users see them: counts, files, exit codes, the same bytes on any number of ranks.

Usage: compile_test.py PROGRAM [MPIRUN]
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import program as tool  # noqa: E402

PROGRAM, MPIRUN = "", ""
GOLDEN, MIX, MASK = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, (1 << 64) - 1


def checksum(values):
    """As docs/file-formats.md says."""
    with np.errstate(over="ignore"):
        bits = values.view(np.uint64) if values.dtype == np.float64 else values.astype(np.int64).view(np.uint64)
        h = bits ^ (np.arange(1, len(values) + 1, dtype=np.uint64) * np.uint64(GOLDEN))
        h = (h ^ (h >> np.uint64(32))) * np.uint64(MIX)
        return int((h ^ (h >> np.uint64(32))).sum(dtype=np.uint64).astype(np.int64)) if len(values) else 0


class Compile(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="isinglass-compile-")
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        tool.write_images(self.folder)
        with open(self.path("tiny.yaml"), "w", encoding="utf-8") as file:
            file.write("schema: 1\n"
                       f"data: {{dataset: idx, directory: {self.folder}, classes: [0, 1], "
                       "pool: 2, levels: 4, train_samples: 20}\n"
                       "network:\n  hidden:\n    - {units: 2, activation: tanh, segments: 3, weights: ternary, "
                       "bias: 2bit}\n"
                       "  output: {weights: 2bit, bias: 2bit, loss: squared_hinge}\n")

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_here(self, *arguments, ranks=0):
        return subprocess.run(tool.command_of(PROGRAM, MPIRUN, ranks, arguments), capture_output=True, text=True,
                              timeout=100,
                              cwd=self.folder, env=tool.ENVIRONMENT, check=False)

    def good(self, *arguments, ranks=0):
        result = self.run_here(*arguments, "--json", ranks=ranks)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout.splitlines()[-1])

    def bad(self, *arguments, parts, ranks=0):
        result = self.run_here(*arguments, ranks=ranks)
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        for part in parts:
            self.assertEqual(result.stderr.count(part), 1, result.stderr)

    def test_counts_are_those_of_the_file(self):
        for extra in ([], ["--break-symmetry"], ["--margin", "0.1"]):
            with self.subTest(extra=extra):
                counts = self.good("compile", "tiny.yaml", *extra)
                self.assertNotIn("file", counts)
                self.assertEqual(counts["samples"], 18)
                written = self.good("compile", "tiny.yaml", "-o", "q.h5", "--with", "problem,qubo", *extra)
                with h5py.File(self.path("q.h5")) as file:
                    kinds = np.bincount(file["variables/kind"][:], minlength=5)
                    rows = np.bincount(file["rows/kind"][:], minlength=3)
                    self.assertEqual(len(file["variables/kind"]), counts["spins"])
                    self.assertEqual(list(kinds),
                                     [*kinds[:2], counts["indicators"], counts["slack_bits"], counts["products"]])
                    self.assertEqual(kinds[0] + kinds[1], counts["parameter_bits"])
                    self.assertEqual(list(rows),
                                     [counts["one_hot_rows"], counts["interval_rows"], counts["symmetry_rows"]])
                    self.assertEqual(len(file["products/u"]), counts["product_rows"])
                    self.assertEqual(len(file["rows/variable"]), written["row_entries"])
                    i, j = file["qubo/i"][:], file["qubo/j"][:]
                    # Couplings that cancel to 0 are counted, but not stored.
                    self.assertLessEqual(np.count_nonzero(i < j), counts["couplers"])
                    self.assertGreaterEqual(np.count_nonzero(i < j), 0.9 * counts["couplers"])
                    self.assertEqual(int(file["counts"].attrs["couplers"]), counts["couplers"])
                    self.assertGreaterEqual(2 ** (counts["coefficient_bits"] - 1) - 1,
                                            np.abs(file["rows/coefficient"][:]).max())

    def test_every_rank_writes_its_part_of_the_same_file(self):
        self.good("compile", "tiny.yaml", "-o", "alone.h5", "--with", "problem,qubo", "--break-symmetry")
        with open(self.path("alone.h5"), "rb") as file:
            alone = file.read()
        for ranks in (1, 2, 3, 4) if MPIRUN else ():
            self.good("compile", "tiny.yaml", "-o", f"{ranks}.h5", "--with", "problem,qubo", "--break-symmetry",
                      ranks=ranks)
            with open(self.path(f"{ranks}.h5"), "rb") as file:
                self.assertEqual(file.read(), alone, f"{ranks} ranks")

    def test_checksums_are_as_documented(self):
        self.good("compile", "tiny.yaml", "-o", "q.h5", "--with", "problem,qubo")
        with h5py.File(self.path("q.h5")) as file:
            checked = 0
            for group in ("variables", "rows", "products", "objective", "qubo"):
                for name, dataset in file[group].items():
                    self.assertEqual(int(file[group].attrs[name + "_checksum"]), checksum(dataset[:]),
                                     f"{group}/{name}")
                    checked += 1
            self.assertEqual(checked, 23)
            self.assertEqual(int(file.attrs["complete"]), 1)

    def test_what_was_compiled_is_exported(self):
        self.good("compile", "tiny.yaml", "-o", "q.h5", "--with", "problem,qubo", "--multiplier", "7.5")
        lifted = self.good("export", "q.h5", "--format", "qubo", "-o", "q.qubo", "--multiplier", "7.5")
        stored = self.good("export", "q.h5", "--format", "qubo", "-o", "stored.qubo")
        self.assertEqual(stored["multiplier"], 7.5)
        with open(self.path("q.qubo"), encoding="utf-8") as first, open(self.path("stored.qubo"),
                                                                        encoding="utf-8") as second:
            self.assertEqual(first.read(), second.read())
        self.assertEqual(lifted["terms"], stored["terms"])
        for name in ("coo", "ising-csv", "qplib", "lp"):
            self.assertGreater(self.good("export", "q.h5", "--format", name, "-o", "out." + name)["spins"], 0)
        self.assertEqual(self.good("inspect", "q.h5")["file"], "q.h5")

    def test_the_qubo_is_that_of_its_rows(self):
        self.good("compile", "tiny.yaml", "-o", "q.h5", "--with", "problem,qubo", "--multiplier", "3")
        rng = np.random.default_rng(1)
        with h5py.File(self.path("q.h5")) as file:
            get = lambda name: file[name][:]  # noqa: E731
            spins = len(get("variables/kind"))
            starts = get("rows/start")
            row = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
            for _ in range(5):
                x = rng.integers(0, 2, spins)
                residual = np.bincount(row, get("rows/coefficient") * x[get("rows/variable")],
                                       len(starts) - 1) - get("rows/rhs")
                u, w, b = x[get("products/u")], x[get("products/w")], x[get("products/b")]
                penalty = (residual ** 2).sum() + (w * b - 2 * u * (w + b) + 3 * u).sum()
                objective = file["objective"].attrs["constant"] + \
                    (get("objective/coefficient") * x[get("objective/i")] * x[get("objective/j")]).sum()
                expected = file["objective"].attrs["unit"] * objective + 3 * penalty
                qubo = file["qubo"].attrs["constant"] + (get("qubo/value") * x[get("qubo/i")] * x[get("qubo/j")]).sum()
                self.assertAlmostEqual(qubo / expected, 1, places=10)

    def test_mistakes_end_with_2(self):
        self.good("compile", "tiny.yaml", "-o", "q.h5", "--with", "none")
        self.bad("export", "q.h5", "--format", "lp", "-o", "q.lp", parts=["holds no problem"])
        self.bad("export", "q.h5", "--format", "qubo", "-o", "q.lp", parts=["holds no problem"])
        self.bad("export", "missing.h5", "--format", "lp", "-o", "q.lp", parts=["missing.h5: no such file"])
        self.bad("export", "tiny.yaml", "--format", "lp", "-o", "q.lp", parts=["tiny.yaml"])
        self.bad("export", "q.h5", "--format", "mps", "-o", "q.lp", parts=["--format"])
        self.bad("compile", "tiny.yaml", "--with", "everything", parts=["everything"])
        self.bad("compile", "tiny.yaml", "--margin", "-1", parts=["--margin"])
        self.bad("compile", "tiny.yaml", "--with", "qubo", parts=["--output"])
        self.bad("compile", "tiny.yaml", "-o", "q.h5", "--multiplier", "2", parts=["--multiplier"])
        self.good("compile", "tiny.yaml", "-o", "q.h5")
        self.bad("export", "q.h5", "--format", "lp", "-o", "q.lp", "--multiplier", "2", parts=["--multiplier"])
        self.assertFalse(os.path.exists(self.path("q.lp")))

    def test_damage_is_named(self):
        self.good("compile", "tiny.yaml", "-o", "q.h5")
        with h5py.File(self.path("q.h5")) as file:
            place = file["rows/coefficient"].id.get_offset()
        with open(self.path("q.h5"), "r+b") as file:
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ 1]))
        self.bad("export", "q.h5", "--format", "lp", "-o", "q.lp", parts=["/rows/coefficient: its checksum is wrong"])

    def test_a_folder_that_is_not_there_is_an_error_on_all_ranks(self):
        result = self.run_here("compile", "tiny.yaml", "-o", "nowhere/q.h5", ranks=2 if MPIRUN else 0)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual(result.stderr.count("the folder nowhere does not exist"), 1, result.stderr)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv[1])
    MPIRUN = sys.argv[2] if len(sys.argv) > 2 else ""
    unittest.main(argv=sys.argv[:1])
