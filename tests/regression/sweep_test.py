"""Sweeps as users and job arrays run them: listing, single points, teams of ranks, collecting. Runs the built program.

Usage: sweep_test.py PROGRAM MPIRUN
"""

import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import h5py

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import program as tool  # noqa: E402

PROGRAM, MPIRUN = "", ""
COLUMNS = ("train_accuracy", "validation_accuracy", "test_accuracy", "objective", "bits_per_parameter", "parameters",
           "train_samples", "validation_samples", "test_samples", "constraints", "spins")
PROVENANCE = ("wall_seconds", "data_seconds", "constraint_bytes")
BASE = ("schema: 1\n"
        "data: {dataset: idx, directory: FOLDER, classes: [0, 1], pool: 1}\n"
        "network:\n  hidden:\n    - {units: 3}\n"
        "qcgd: {iterations: 3}\nmachine: {whole: {sweeps: 2}}\nqat: {epochs: 2, batch: 10}\n")
SWEEP = ("schema: 1\nbase: tiny.yaml\noutput: OUTPUT\naxes:\n"
         "  - {key: method, values: [qcgd, qat]}\n"
         "  - {key: data.train_samples, values: [20, all]}\n"
         "  - {key: seed, range: [1, 2]}\n")
POINTS = 8


class InTemporaryFolder(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="isinglass-sweep-")
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        tool.write_images(self.folder)
        self.write("tiny.yaml", BASE.replace("FOLDER", self.folder))
        self.sweep = self.write("sweep.yaml", SWEEP.replace("OUTPUT", "out"))

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def run_sweep(self, *arguments, ranks=0, sweep="sweep.yaml"):
        command = tool.command_of(PROGRAM, MPIRUN, ranks, ["sweep", sweep, *arguments])
        return subprocess.run(command, capture_output=True, text=True, timeout=100, cwd=self.folder,
                              env=tool.ENVIRONMENT, check=False)

    def run_part(self, seconds, *arguments, **options):
        """A run of limited time; of more where a busy machine does no iteration in it, which is an error."""
        while True:
            result = self.run_sweep(*arguments, "--max-hours", str(seconds / 3600), **options)
            if "before an iteration was done" not in result.stderr or seconds > 10:
                return result
            seconds *= 2

    def json_of(self, *arguments, code=0, **options):
        result = self.run_sweep(*arguments, "--json", **options)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return json.loads(result.stdout.splitlines()[-1])

    def states(self):
        return [point["state"] for point in self.json_of("--list")["points"]]


class Listing(InTemporaryFolder):
    def test_the_points_are_listed_with_their_states(self):
        points = self.json_of("--list")["points"]
        self.assertEqual([point["point"] for point in points], list(range(1, POINTS + 1)))
        self.assertEqual(points[2],
                         {"point": 3, "overrides": {"method": "qcgd", "data.train_samples": "all", "seed": "1"},
                                     "folder": "out/point-0003", "state": "absent"})
        self.assertEqual(self.run_sweep("--list", "--count").stdout, f"{POINTS}\n")
        self.assertEqual(self.json_of("--list", "--count"), {"count": POINTS})
        text = self.run_sweep("--list").stdout.splitlines()
        self.assertEqual(len(text), POINTS + 1)
        self.assertIn("method=qat, data.train_samples=all, seed=2", text[-1])
        self.assertFalse(os.path.exists(self.path("out")))

    def test_mistakes_end_with_2(self):
        for arguments in ([], ["--list", "--run"], ["--point", "1", "--collect"], ["--point", "0"],
                          ["--point", str(POINTS + 1)],
                          ["--run", "--count"], ["--run", "--team-ranks", "2"], ["--run", "--max-hours", "-1"]):
            result = self.run_sweep(*arguments)
            self.assertEqual(result.returncode, 2, (arguments, result.stderr))
            self.assertNotEqual(result.stderr, "")
        self.write("bad.yaml", SWEEP.replace("seed", "sed").replace("qcgd", "qcdg"))
        result = self.run_sweep("--run", sweep="bad.yaml", ranks=3)
        self.assertEqual(result.returncode, 2)
        self.assertEqual(result.stderr.count('bad.yaml:7:11: sed: unknown key, did you mean "seed"?'), 1, result.stderr)
        self.assertEqual(result.stderr.count("bad.yaml:5:28: method: expected one of"), 1, result.stderr)


class Running(InTemporaryFolder):
    def test_results_do_not_depend_on_who_ran_a_point(self):
        for number in range(1, POINTS + 1):
            result = self.json_of("--point", str(number))
            self.assertEqual(result["output_directory"], f"out/point-{number:04}")
        self.assertEqual(self.states(), ["finished"] * POINTS)
        for folder, ranks, team_ranks in (("alone", 0, 1), ("teams", 3, 1), ("pairs", 3, 2)):
            self.write(folder + ".yaml", SWEEP.replace("OUTPUT", folder))
            result = self.json_of("--run", "--team-ranks", str(team_ranks), ranks=ranks, sweep=folder + ".yaml")
            self.assertEqual((result["finished"], result["failed"], result["unfinished"]), (POINTS, [], []))
            self.assertEqual(result["teams"], max(ranks, 1) // team_ranks)
            self.assert_same_runs("out", folder)

    def assert_same_runs(self, one, other, points=POINTS):
        for number in range(1, points + 1):
            with h5py.File(self.path(one, f"point-{number:04}", "results.h5")) as first, \
                    h5py.File(self.path(other, f"point-{number:04}", "results.h5")) as second:
                self.assertEqual(content_of(first), content_of(second), number)

    def test_started_again_everything_is_finished(self):
        self.json_of("--run", ranks=2)
        begin = time.monotonic()
        again = self.run_sweep("--run", ranks=2)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn(f"{POINTS} points: {POINTS} finished ({POINTS} of them before), 0 failed, 0 unfinished",
                      again.stdout)
        self.assertIn("finished already", self.run_sweep("--point", "3").stdout)
        quiet = self.run_sweep("--run", "--quiet", ranks=2)
        self.assertEqual((quiet.returncode, quiet.stdout), (0, ""), quiet.stderr)

    def test_a_point_that_fails_does_not_stop_the_others(self):
        os.makedirs(self.path("out"))
        self.write("out/point-0002", "in the way of the run folder")
        for ranks in (0, 3):
            result = self.run_sweep("--run", "--json", ranks=ranks)
            self.assertEqual(result.returncode, 1, result.stderr)
            summary = json.loads(result.stdout.splitlines()[-1])
            self.assertEqual((summary["finished"], summary["unfinished"]), (POINTS - 1, []))
            self.assertEqual([failed["point"] for failed in summary["failed"]], [2])
            self.assertEqual(result.stderr.count("point 2 (method=qcgd, data.train_samples=20, seed=2) failed: "), 1,
                             result.stderr)
            self.assertEqual(result.stderr.count("cannot create the folder out/point-0002"), 1, result.stderr)

    def test_points_that_another_process_works_on_are_left_to_it(self):
        self.write("sweep.yaml", "schema: 1\nbase: tiny.yaml\noutput: out\naxes:\n"
                                 "  - {key: qcgd.iterations, values: [10000000, 5, 6]}\n")
        with subprocess.Popen([PROGRAM, "sweep", self.sweep, "--point", "1", "--quiet"], cwd=self.folder,
                              env=tool.ENVIRONMENT,
                              stderr=subprocess.PIPE) as other:
            deadline = time.monotonic() + 30
            while not os.path.exists(self.path("out", "point-0001", "trace")) and time.monotonic() < deadline:
                time.sleep(0.05)
            for ranks in (0, 2):
                result = self.run_sweep("--run", "--json", ranks=ranks)
                self.assertEqual(result.returncode, 85, result.stdout + result.stderr)
                summary = json.loads(result.stdout.splitlines()[-1])
                self.assertEqual((summary["finished"], summary["failed"], summary["unfinished"], summary["elsewhere"]),
                                 (2, [], [], [1]))
                self.assertIn("1 points are left to other processes that work on them, the first: "
                              "out/point-0001: in use by process "
                              f"{other.pid} ", result.stderr)
                self.assertIn("3 points: 2 finished", result.stdout)
                self.assertIn("0 failed, 0 unfinished, 1 running elsewhere", result.stdout)
            other.send_signal(signal.SIGTERM)
            self.assertEqual(other.wait(timeout=30), 85, other.stderr.read())

    def test_two_sweeps_at_once_share_the_points(self):
        command = tool.command_of(PROGRAM, MPIRUN, 0, ["sweep", self.sweep, "--run", "--json"])
        both = [subprocess.Popen(command, cwd=self.folder, env=tool.ENVIRONMENT, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE,
                                 text=True) for _ in range(2)]
        for process in both:
            out, errors = process.communicate(timeout=60)
            self.assertIn(process.returncode, (0, 85), out + errors)
            self.assertEqual(json.loads(out.splitlines()[-1])["failed"], [], errors)
        self.assertEqual(self.json_of("--run")["finished"], POINTS)

    def test_a_folder_of_another_configuration_is_named(self):
        self.json_of("--point", "1")
        self.write("tiny.yaml", BASE.replace("FOLDER", self.folder) + "anneal: {sweeps: 9}\n")
        result = self.run_sweep("--list", "--json")
        self.assertEqual(result.returncode, 2)
        self.assertIn("anneal.sweeps: there 150, now 9", result.stderr)
        points = json.loads(result.stdout.splitlines()[-1])["points"]
        self.assertEqual([point["state"] for point in points[:2]], ["unusable", "absent"])

    def test_a_sweep_that_is_stopped_continues(self):
        for output in ("whole", "parts"):
            self.write(output + ".yaml", f"schema: 1\nbase: tiny.yaml\noutput: {output}\naxes:\n"
                       "  - {key: qcgd.iterations, values: [6000]}\n  - {key: seed, range: [1, 3]}\n")
        self.json_of("--run", sweep="whole.yaml", ranks=2)
        first = self.run_part(0.2, "--run", "--json", sweep="parts.yaml", ranks=2)
        self.assertEqual(first.returncode, 85, first.stdout + first.stderr)
        summary = json.loads(first.stdout.splitlines()[-1])
        self.assertEqual((summary["finished"] + len(summary["unfinished"]), summary["failed"]), (3, []))
        self.assertIn("the same command continues", first.stderr)
        self.assertIn(self.run_part(0.1, "--point", "1", sweep="parts.yaml").returncode, (0, 85))
        self.assertEqual(self.json_of("--run", sweep="parts.yaml", ranks=3)["finished"], 3)
        self.assert_same_runs("whole", "parts", points=3)


class Collecting(InTemporaryFolder):
    def test_missing_points_are_named(self):
        self.assertEqual(self.json_of("--collect", code=85)["missing"], list(range(1, POINTS + 1)))
        self.assertFalse(os.path.exists(self.path("out")))
        self.json_of("--point", "2")
        self.json_of("--point", "5")
        result = self.run_sweep("--collect")
        self.assertEqual(result.returncode, 85, result.stderr)
        self.assertIn("2 of 8 points are finished", result.stdout)
        self.assertIn("missing points: 1,3-4,6-8", result.stdout)
        with h5py.File(self.path("out/sweep.h5")) as file:
            self.assertEqual(list(file["results/point"]), [2, 5])
            self.assertEqual(file.attrs["points"], POINTS)

    def test_the_tables_have_the_results_of_the_runs(self):
        self.json_of("--run", ranks=2)
        result = self.json_of("--collect")
        self.assertEqual((result["finished"], result["missing"]), (POINTS, []))
        with open(self.path("out/sweep.csv"), encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(list(rows[0]), ["point", "method", "data.train_samples", "seed", *COLUMNS, *PROVENANCE])
        with h5py.File(self.path("out/sweep.h5")) as table:
            self.assertEqual(list(table["axis_keys"].asstr()[:]), ["method", "data.train_samples", "seed"])
            self.assertEqual(list(table["axes/seed"][:]), [1, 2] * 4)
            self.assertEqual(list(table["axes/data.train_samples"].asstr()[:]), ["20", "20", "all", "all"] * 2)
            for index, row in enumerate(rows):
                self.assert_row(index, row, table)

    def assert_row(self, index, row, table):
        self.assertEqual(int(row["point"]), index + 1)
        self.assertEqual(row["method"], table["axes/method"].asstr()[index])
        with h5py.File(self.path("out", f"point-{index + 1:04}", "results.h5")) as run:
            for name in COLUMNS:
                expected = run["results"].attrs[name]
                # as text: NaN is not equal to itself
                self.assertEqual(str(float(row[name])), str(float(expected)), name)
                self.assertEqual(str(table["results"][name][index]), str(expected), name)
            for name in PROVENANCE:
                self.assertEqual(float(row[name]), run["provenance"].attrs[name], name)
                self.assertEqual(table["provenance"][name][index], run["provenance"].attrs[name], name)

    def test_the_plot_is_drawn(self):
        self.json_of("--run", ranks=2)
        self.json_of("--collect")
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts/plot_sweep.py")
        done = subprocess.run([sys.executable, script, self.path("out"), "--x", "data.train_samples"],
                              capture_output=True,
                              text=True, timeout=100, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(os.path.getsize(self.path("out/sweep.png")), 1000)
        self.assertEqual(len([line for line in done.stdout.splitlines() if line.split()[0] in ("qcgd", "qat")]), 4,
                         done.stdout)


def content_of(file):
    """Everything in a results file but /provenance."""
    found = {}

    def visit(name, item):
        if name.split("/")[0] == "provenance":
            return
        for key, value in item.attrs.items():
            found[name + "@" + key] = value.tobytes() if hasattr(value, "tobytes") else value
        if isinstance(item, h5py.Dataset):
            found[name] = item[()].tobytes()

    file.visititems(visit)
    return found


if __name__ == "__main__":
    PROGRAM, MPIRUN = os.path.abspath(sys.argv[1]), sys.argv[2]
    unittest.main(argv=sys.argv[:1], verbosity=2)
