"""The command line as users and job scripts see it: exit codes, messages, --json. Runs the built program.

Usage: cli_test.py PROGRAM [MPIRUN]
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import program as tool  # noqa: E402

PROGRAM, MPIRUN = "", ""


def run(*arguments, ranks=0, cwd=None):
    return subprocess.run(tool.command_of(PROGRAM, MPIRUN, ranks, arguments), capture_output=True, text=True,
                          timeout=100,
                          cwd=cwd, env=tool.ENVIRONMENT, check=False)


def last_json(result):
    return json.loads(result.stdout.splitlines()[-1])


class InTemporaryFolder(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="isinglass-cli-")
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        tool.write_images(self.folder)
        self.config = self.write("tiny.yaml", "schema: 1\n"
                                 "data: {dataset: idx, directory: " + self.folder + ", classes: [0, 1], pool: 1}\n"
                                 "network:\n  hidden:\n    - {units: 3}\n"
                                 "qcgd: {iterations: 3}\n"
                                 "machine: {whole: {sweeps: 2}}\n"
                                 "output: {directory: tiny}\n")

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run_here(self, *arguments, ranks=0):
        return run(*arguments, ranks=ranks, cwd=self.folder)

    def difference(self, first, second):
        """Of the results in two run folders."""
        return tool.h5diff(*(os.path.join(self.folder, name, "results.h5") for name in (first, second)))

    def assert_bad_input(self, result, *parts):
        self.assertEqual(result.returncode, 2, result.stderr)
        for part in parts:
            self.assertEqual(result.stderr.count(part), 1, result.stderr)


class Usage(InTemporaryFolder):
    def test_mistakes_in_the_command_line_end_with_2(self):
        for arguments in ([], ["trian"], ["train"], ["train", "a.yaml", "b.yaml"], ["train", self.config, "--nonsense"],
                          ["evaluate", "x", "--split", "all"], ["status"], ["check"], ["--nonsense"]):
            with self.subTest(arguments=arguments):
                result = self.run_here(*arguments)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertNotEqual(result.stderr, "")

    def test_help_and_version(self):
        for command in ([], ["train"], ["evaluate"], ["check"], ["bounds"], ["defaults"], ["status"]):
            result = self.run_here(*command, "--help")
            self.assertEqual(result.returncode, 0)
            self.assertIn("isinglass", result.stdout)
        result = self.run_here("--version")
        self.assertEqual(result.returncode, 0)
        for word in ("isinglass", "git hash", "compiler", "build type", "MPI", "HDF5"):
            self.assertIn(word, result.stdout)


class Configurations(InTemporaryFolder):
    def test_defaults_are_a_good_configuration(self):
        defaults = self.run_here("defaults")
        self.assertEqual(defaults.returncode, 0)
        self.write("defaults.yaml", defaults.stdout)
        settings = [f"--set=data.{key}" for key in ("dataset=idx", "directory=" + self.folder, "pool=1")]
        result = self.run_here("check", "defaults.yaml", *settings)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(last_json(self.run_here("defaults", "--json"))["schema"], 1)

    def test_check_counts(self):
        result = self.run_here("check", self.config, "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        check = last_json(result)["configs"][0]
        self.assertEqual(check["train_samples"] + check["validation_samples"], 60)
        self.assertEqual(check["test_samples"], 20)
        self.assertEqual(check["parameters"], 3 * 17 + 4)
        self.assertEqual(check["constraints"], 3 * check["train_samples"])

    def test_check_tells_all_mistakes_of_all_files(self):
        bad = self.write("bad.yaml", "schema: 1\nqcgd: {iteratons: 4}\ndata: {pool: none}\n")
        result = self.run_here("check", bad, self.config, "missing.yaml", "--json")
        self.assert_bad_input(result, 'bad.yaml:2:8: qcgd.iteratons: unknown key, did you mean "iterations"?',
                              "bad.yaml:3:14: data.pool: expected a whole number", "missing.yaml: no such file")
        self.assertIn("tiny.yaml: good", result.stdout)
        self.assertEqual(len(last_json(result)["configs"]), 3)

    def test_bad_data_is_one_line_and_leaves_nothing_behind(self):
        for setting in ("data.classes=[0,7]", "data.train_samples=1000", "data.directory=nowhere", "seed=x"):
            with self.subTest(setting=setting):
                result = self.run_here("train", self.config, "--set", setting)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
                self.assertFalse(os.path.exists(os.path.join(self.folder, "tiny")))


class Runs(InTemporaryFolder):
    def test_a_run_from_start_to_end(self):
        result = self.run_here("train", self.config, "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        summary = last_json(result)
        for key in ("test_accuracy", "validation_accuracy", "train_accuracy", "bits_per_parameter", "parameters",
                    "spins",
                    "constraints", "constraint_bytes", "wall_seconds", "objective", "method", "seed", "classes",
                    "ranks"):
            self.assertIn(key, summary)
        self.assertEqual(sorted(os.listdir(os.path.join(self.folder, "tiny"))),
                         ["checkpoint-00000003.h5", "checkpoint.h5", "config.resolved.yaml", "results.h5", "run.log",
                          "trace"])
        for file in ("results.h5", "checkpoint.h5"):
            listing = last_json(self.run_here("inspect", os.path.join("tiny", file), "--json"))
            self.assertIn("/history/iteration", [entry["path"] for entry in listing["objects"]])
        self.assert_bad_input(self.run_here("inspect", os.path.join("tiny", "run.log")), "cannot be read")

        evaluation = last_json(self.run_here("evaluate", "tiny", "--json"))
        self.assertEqual(evaluation["test_accuracy"], summary["test_accuracy"])
        self.assertEqual(sum(map(sum, evaluation["confusion"])), 20)
        status = last_json(self.run_here("status", "tiny", ".", "--json"))["runs"]
        self.assertEqual([run["state"] for run in status], ["finished", "empty"])
        self.assertEqual(status[0]["test_accuracy"], summary["test_accuracy"])

        self.check_repetitions(summary)

    def check_repetitions(self, summary):
        again = self.run_here("train", self.config, "--json")
        self.assertEqual(again.returncode, 0)
        self.assertIn("finished already", again.stdout)
        self.assertEqual(last_json(again)["objective"], summary["objective"])
        self.assert_bad_input(self.run_here("train", self.config, "--set", "seed=2"), "seed: there 1, now 2", "--fresh")
        fresh = self.run_here("train", self.config, "--set", "seed=2", "--fresh", "--quiet")
        self.assertEqual((fresh.returncode, fresh.stdout), (0, ""), fresh.stderr)
        self.assertTrue(os.path.exists(os.path.join(self.folder, "tiny.1", "results.h5")))

    def test_equal_runs_in_different_folders_have_equal_results(self):
        """As README promises: h5diff --exclude-path /provenance finds nothing."""
        self.assertEqual(self.run_here("train", self.config, "--quiet").returncode, 0)
        other = self.run_here("train", self.config, "--output", "other/two", "--set", "checkpoint.keep=3", "--quiet")
        self.assertEqual(other.returncode, 0, other.stderr)
        self.assertEqual(self.difference("tiny", "other/two"), "")
        self.assertEqual(self.run_here("train", self.config, "--output", "seed", "--set", "seed=5",
                                       "--quiet").returncode, 0)
        self.assertNotEqual(self.difference("tiny", "seed"), "")
        for command in (["status", "other/two"], ["evaluate", "other/two/results.h5"],
                        ["train", self.config, "--output", "other/two"]):
            done = self.run_here(*command)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("finished already", done.stdout)

    def test_what_is_no_run_is_refused(self):
        self.assert_bad_input(self.run_here("status", "nowhere"), "nowhere: no such folder")
        self.assert_bad_input(self.run_here("evaluate", "nowhere"), "nowhere")
        self.assert_bad_input(self.run_here("train", self.config, "--output", ".", "--fresh"), "holds no run")

    def train_externally(self, command, *arguments, ranks=0):
        return self.run_here("train", self.config, "--set", "machine.kind=external", "--set",
                             f"machine.external.command={command}",
                             "--set", "machine.subproblems.blocks=neurons_and_samples", "--set",
                             "machine.whole.sweeps=30", "--set", "qcgd.iterations=2", "--set",
                             "data.train_samples=20", *arguments,
                             ranks=ranks)

    def test_an_external_machine_trains(self):
        annealer = os.path.join(tool.SCRIPTS, "external_annealer.py")
        command = f"{annealer} {{problem}} {{spins}} --reads {{reads}} --sweeps 5 --seed {{seed}}"
        result = self.train_externally(command, "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertGreater(last_json(result)["train_accuracy"], 0.9)
        if not MPIRUN:
            return
        self.assertEqual(self.train_externally(command, "--output", "two", "--quiet", ranks=2).returncode, 0)
        self.assertEqual(self.difference("tiny", "two"), "")

    def test_an_external_machine_that_fails_ends_the_run(self):
        self.assert_bad_input(self.train_externally("echo out of order >&2; exit 3"), "its last errors: out of order")
        if MPIRUN:
            result = self.train_externally("echo out of order >&2; exit 3", "--output", "two", ranks=2)
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn("its last errors: out of order", result.stderr)


class Ranks(InTemporaryFolder):
    def setUp(self):
        super().setUp()
        if not MPIRUN:
            self.skipTest("no mpirun")

    def test_a_mistake_is_told_once_and_mpirun_ends_with_2(self):
        self.assert_bad_input(self.run_here("train", self.config, "--set", "seed=x", ranks=3), "--set seed: expected")
        self.assert_bad_input(self.run_here("train", self.config, "--set", "data.classes=[0,7]", ranks=3),
                              "data.classes")
        self.assert_bad_input(self.run_here("trian", ranks=3), "trian")
        self.assert_bad_input(self.run_here("train", self.config, "--set", "parallel.replica_groups=9", ranks=2),
                              "replica_groups")
        self.assertFalse(os.path.exists(os.path.join(self.folder, "tiny")))

    def test_two_ranks_make_one_run(self):
        result = self.run_here("train", self.config, "--json", ranks=2)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(last_json(result)["ranks"], 2)
        self.assertNotIn("\x1b", result.stdout)
        alone = last_json(self.run_here("evaluate", "tiny", "--json"))
        self.assertEqual(last_json(self.run_here("evaluate", "tiny", "--json", ranks=2)), alone)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv[1])
    MPIRUN = sys.argv[2] if len(sys.argv) > 2 else ""
    unittest.main(argv=sys.argv[:1], verbosity=2)
