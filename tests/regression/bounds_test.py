"""isinglass bounds as a user runs it: its numbers against their formulas, the assumptions, a trained model.

Usage: bounds_test.py PROGRAM [MPIRUN]
"""

import json
import math
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import program as tool  # noqa: E402

PROGRAM, MPIRUN = "", ""


class Bounds(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="isinglass-bounds-")
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        tool.write_images(self.folder)
        with open(os.path.join(self.folder, "tiny.yaml"), "w", encoding="utf-8") as file:
            file.write("schema: 1\n"
                       "data: {dataset: idx, directory: " + self.folder + ", classes: [0, 1], pool: 1}\n"
                       "network:\n  hidden:\n    - {units: 3, activation: gelu, segments: 4, degree: 1}\n"
                       "qcgd: {iterations: 3}\n"
                       "machine: {whole: {sweeps: 2}}\n"
                       "output: {directory: tiny}\n")

    def run_here(self, *arguments, ranks=0):
        return subprocess.run(tool.command_of(PROGRAM, MPIRUN, ranks, arguments), capture_output=True, text=True,
                              timeout=100,
                              cwd=self.folder, env=tool.ENVIRONMENT, check=False)

    def bounds(self, *arguments, ranks=0):
        result = self.run_here("bounds", "tiny.yaml", "--json", *arguments, ranks=ranks)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout.splitlines()[-1])

    def test_numbers_are_those_of_the_formulas(self):
        found = self.bounds("--error", 0.1, "--confidence", 0.9, "--read-success", 0.25, "--read-seconds", 2)
        size = found["class_bits"] * math.log(2)
        self.assertEqual(found["samples_finite_class"], math.ceil((size + math.log(20)) / 0.02))
        self.assertEqual(found["samples_realizable"], math.ceil((size + math.log(10)) / 0.1))
        self.assertEqual(found["reads_per_call"], math.ceil(math.log(0.1 / 3) / math.log(0.75)))
        success = (1 - 0.75 ** found["reads_per_call"]) ** 3
        self.assertAlmostEqual(found["run_success_probability"], success)
        self.assertAlmostEqual(found["tts99_reads"],
                               3 * found["reads_per_call"] * math.log(0.01) / math.log(1 - success))
        self.assertAlmostEqual(found["tts99_seconds"], 2 * found["tts99_reads"])
        self.assertGreater(found["samples_vc"], found["samples_finite_class"])

    def json_of(self, *arguments):
        return json.loads(self.run_here(*arguments, "tiny.yaml", "--json").stdout.splitlines()[-1])

    def test_spins_are_those_of_check_and_compile(self):
        counted = {"spins": self.json_of("check")["configs"][0]["spins"],
                   "explicit_spins": self.json_of("compile")["spins"]}
        found = self.bounds()
        for key, spins in counted.items():
            self.assertEqual(found[key], spins)
            self.assertLessEqual(found[key], found[key + "_formula"])
            self.assertGreater(found[key + "_finite_class"], found[key])

    def test_every_assumption_has_its_effect(self):
        plain = self.bounds()
        self.assertNotIn("tts99_seconds", plain)
        for option, value, key, rises in (("--oracle-error", 5, "qcgd_gap_bound", True),
                                          ("--oracle-deviation", 5, "qcgd_gap_bound", True),
                                          ("--coefficient-bits", 6, "qcgd_gap_bound", True),
                                          ("--error", 0.01, "samples_vc", True),
                                          ("--error", 0.01, "qcgd_iterations_for_error", True),
                                          ("--confidence", 0.5, "samples_finite_class", False),
                                          ("--read-success", 0.9, "reads_per_call", False),
                                          ("--set", "qcgd.beta0=0.1", "qcgd_gap_bound", True),
                                          ("--set", "qcgd.iterations=100", "qcgd_gap_bound", False),
                                          ("--set", "network.output.weights=3bit", "samples_realizable", True)):
            with self.subTest(option=option, key=key):
                changed = self.bounds(option, value)[key]
                self.assertTrue(changed > plain[key] if rises else changed < plain[key], (changed, plain[key]))
        self.assertIsNone(self.bounds("--oracle-error", 1e9)["qcgd_iterations_for_error"])

    def test_a_model_is_bounded_by_its_own_weights(self):
        self.assertEqual(self.run_here("train", "tiny.yaml", "--quiet").returncode, 0)
        found = self.bounds("--model", "tiny")
        self.assertGreater(found["spline_error_measured"], 0)
        self.assertLessEqual(found["spline_error_measured"], found["model_spline_error_bound"])
        self.assertLessEqual(found["model_spline_error_bound"], found["spline_error_bound"])
        self.assertLessEqual(found["certified_fraction"], found["same_class_fraction"])
        self.assertEqual(self.bounds("--model", os.path.join("tiny", "results.h5")), found)
        other = self.run_here("bounds", "tiny.yaml", "--model", "tiny", "--set", "data.levels=9")
        self.assertEqual(other.returncode, 2)
        self.assertIn("another network or other data", other.stderr)

    def test_text_names_the_formulas(self):
        result = self.run_here("bounds", "tiny.yaml")
        self.assertEqual(result.returncode, 0, result.stderr)
        for formula in ("(2)", "(5)", "(8)", "(9)", "(11)", "(15)", "(18)", "(29)", "(31)"):
            self.assertIn("  " + formula + "\n", result.stdout)

    def test_mistakes_end_with_2(self):
        for arguments in (["bounds"], ["bounds", "none.yaml"], ["bounds", "tiny.yaml", "--error", "0"],
                          ["bounds", "tiny.yaml", "--confidence", "1"],
                          ["bounds", "tiny.yaml", "--coefficient-bits", "1"],
                          ["bounds", "tiny.yaml", "--model", "nowhere"],
                          ["bounds", "tiny.yaml", "--read-success", "2"]):
            with self.subTest(arguments=arguments):
                result = self.run_here(*arguments)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertNotEqual(result.stderr, "")

    def test_ranks_print_what_one_rank_prints(self):
        if not MPIRUN:
            self.skipTest("no mpirun")
        self.assertEqual(self.bounds(ranks=3), self.bounds())


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv[1])
    MPIRUN = sys.argv[2] if len(sys.argv) > 2 else ""
    unittest.main(argv=sys.argv[:1], verbosity=2)
