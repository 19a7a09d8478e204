"""Runs that are cut and continued end as if nothing had happened, bit for bit.

Usage: restart_test.py PROGRAM MPIRUN
"""

import glob
import gzip
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import program as tool  # noqa: E402

PROGRAM, MPIRUN = "", ""
DONE, ERROR, BAD_INPUT, UNUSABLE, UNFINISHED = 0, 1, 2, 3, 85

TINY = """schema: 1
data: {{dataset: idx, directory: {folder}, classes: [0, 1], pool: 1}}
network:
  hidden: [{{units: 3}}, {{units: 2, activation: tanh, segments: 3}}]
qcgd: {{iterations: 5}}
machine: {{replicas: 3, whole: {{sweeps: 3}}}}
anneal: {{sweeps: 7, polish_sweeps: 4}}
qat: {{epochs: 4, batch: 20}}
checkpoint: {{every_iterations: 1, keep: 1000}}
output: {{directory: run}}
"""

REAL = """schema: 1
data: {classes: [2, 4], train_samples: 2000, pool: 4}
qcgd: {iterations: 10, polish: true}
anneal: {polish_sweeps: 15}
checkpoint: {every_iterations: 1, keep: 1000}
output: {directory: run}
"""


FILTERS = """schema: 1
method: anneal
data: {classes: [2, 4], train_samples: 300}
network:
  hidden: [{kind: filters, units: 5, filters: {stages: 2, count: 4, copies: 1, cells: 2}}]
readout: {sweeps: 3}
checkpoint: {every_iterations: 1, keep: 1000}
output: {directory: run}
"""


class InTemporaryFolder(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="isinglass-restart-")
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        tool.write_images(self.folder)
        self.write("tiny.yaml", TINY.format(folder=self.folder))
        self.write("real.yaml", REAL)
        self.write("filters.yaml", FILTERS)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def start(self, name, config, *arguments, ranks=0):
        """Starts a training in the folder `name`, whose run folder is `run` in it: all configurations are equal."""
        os.makedirs(self.path(name), exist_ok=True)
        words = ["train", self.path(config), "--quiet", *arguments]
        return subprocess.Popen(tool.command_of(PROGRAM, MPIRUN, ranks, words), cwd=self.path(name),
                                env=tool.ENVIRONMENT,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def train(self, name, config, *arguments, ranks=0, code=DONE):
        process = self.start(name, config, *arguments, ranks=ranks)
        output, errors = process.communicate(timeout=300)
        self.assertEqual(process.returncode, code, output + errors)
        return output + errors

    def results(self, name):
        return self.path(name, "run", "results.h5")

    def checkpoints(self, name):
        return sorted(glob.glob(self.path(name, "run", "checkpoint-*.h5")))

    def cut(self, whole, name, checkpoint):
        """The folder of a run that died right after it wrote `checkpoint`, with rows of the trace that came later."""
        os.makedirs(self.path(name, "run"))
        for file in (checkpoint, self.path(whole, "run", "config.resolved.yaml"), self.path(whole, "run", "trace")):
            shutil.copy(file, self.path(name, "run"))

    def assert_same(self, whole, name):
        self.assertEqual(tool.h5diff(self.results(whole), self.results(name)), "")
        self.assertEqual(tool.trace_rows(self.path(whole, "run", "trace")),
                         tool.trace_rows(self.path(name, "run", "trace")))


class Cuts(InTemporaryFolder):
    def cut_after_every_iteration(self, method, *arguments, groups=1, config="tiny.yaml"):
        arguments = [*arguments, "--set", f"parallel.replica_groups={groups}"]
        whole = f"{method}-whole"
        self.train(whole, config, *arguments, ranks=groups if groups > 1 else 0)
        points = self.checkpoints(whole)
        self.assertGreaterEqual(len(points), 4)
        for number, point in enumerate(points):
            ranks = max(groups, number % 4 + 1)
            name = f"{method}-cut-{number}"
            with self.subTest(method=method, point=os.path.basename(point), ranks=ranks):
                self.cut(whole, name, point)
                self.train(name, config, *arguments, ranks=ranks)
                self.assert_same(whole, name)

    def test_qcgd_and_polish(self):
        self.cut_after_every_iteration("polish", "--set", "qcgd.polish=true")

    def test_qcgd_and_polish_in_replica_groups(self):
        self.cut_after_every_iteration("groups", "--set", "qcgd.polish=true", groups=2)

    def test_anneal(self):
        self.cut_after_every_iteration("anneal", "--set", "method=anneal")

    def test_readout_of_two_stages_of_filters(self):
        self.cut_after_every_iteration("filters", config="filters.yaml")

    def test_qat(self):
        self.cut_after_every_iteration("qat", "--set", "method=qat")

    def test_five_points_of_a_real_problem(self):
        self.train("whole", "real.yaml", ranks=2)
        points = self.checkpoints("whole")
        self.assertEqual(len(points), 25)
        for number, point in enumerate(points[i] for i in (0, 3, 9, 10, 20)):
            ranks = number % 4 + 1
            with self.subTest(point=os.path.basename(point), ranks=ranks):
                self.cut("whole", f"cut-{number}", point)
                self.train(f"cut-{number}", "real.yaml", ranks=ranks)
                self.assert_same("whole", f"cut-{number}")


class Stops(InTemporaryFolder):
    """Stopped by each means in the middle of a longer run, continued, and compared with the uninterrupted run."""

    ARGUMENTS = ["--set", "qcgd.iterations=60", "--set", "machine.whole.sweeps=20", "--set",
                 "checkpoint.every_iterations=0"]
    whole = None  # the uninterrupted run, trained once

    def setUp(self):
        super().setUp()
        if Stops.whole is None:
            self.train("first", "real.yaml", *self.ARGUMENTS, ranks=2)
            Stops.whole = tempfile.TemporaryDirectory(prefix="isinglass-whole-")
            self.addClassCleanup(Stops.whole.cleanup)
            shutil.copytree(self.path("first"), Stops.whole.name, dirs_exist_ok=True)
        os.symlink(Stops.whole.name, self.path("whole"))

    def wait_for_rows(self, name, rows):
        trace = self.path(name, "run", "trace")
        for _ in range(600):
            if os.path.exists(trace) and len(tool.trace_rows(trace)) > rows:
                return
            time.sleep(0.05)
        self.fail("the run did not begin")

    def continue_and_compare(self, name, ranks=2):
        self.assertTrue(self.checkpoints(name))
        self.assertTrue(os.path.islink(self.path(name, "run", "checkpoint.h5")))
        self.train(name, "real.yaml", *self.ARGUMENTS, ranks=ranks)
        self.assert_same("whole", name)

    def test_signals(self):
        for number, ranks in ((signal.SIGUSR1, 0), (signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGUSR1, 2)):
            name = f"{number.name}-{ranks}"
            with self.subTest(signal=name):
                process = self.start(name, "real.yaml", *self.ARGUMENTS, ranks=ranks)
                self.wait_for_rows(name, 3)
                process.send_signal(number)
                before = time.monotonic()
                _, errors = process.communicate(timeout=60)
                self.assertEqual(process.returncode, UNFINISHED, errors)
                self.assertLess(time.monotonic() - before, 20)
                self.continue_and_compare(name, ranks=2 if ranks == 0 else 3)

    def test_stop_file(self):
        process = self.start("file", "real.yaml", *self.ARGUMENTS, ranks=2)
        self.wait_for_rows("file", 2)
        self.write("file/run/STOP", "")
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, UNFINISHED, errors)
        # as long as it is there, nothing is done: an error, so that nothing requeues for ever
        self.assertIn("STOP", self.train("file", "real.yaml", *self.ARGUMENTS, ranks=2, code=ERROR))
        os.remove(self.path("file", "run", "STOP"))
        self.continue_and_compare("file")

    def test_max_hours(self):
        slow = [*self.ARGUMENTS, "--max-hours", str(2.0 / 3600)]
        for _ in range(100):
            process = self.start("hours", "real.yaml", *slow, ranks=2)
            process.communicate(timeout=60)
            if process.returncode == DONE:
                break
            self.assertEqual(process.returncode, UNFINISHED)
        self.assert_same("whole", "hours")

    def test_no_progress_is_an_error(self):
        text = self.train("short", "real.yaml", *self.ARGUMENTS, "--max-hours", "1e-9", code=ERROR)
        self.assertIn("before an iteration was done", text)
        self.assertEqual(self.checkpoints("short"), [])


class Changes(InTemporaryFolder):
    def setUp(self):
        super().setUp()
        self.train("whole", "tiny.yaml")

    def test_more_iterations_continue_a_finished_run(self):
        self.train("longer", "tiny.yaml", "--set", "qcgd.iterations=8")
        points = len(self.checkpoints("whole"))
        self.train("whole", "tiny.yaml", "--set", "qcgd.iterations=8", "--set", "checkpoint.every_iterations=2")
        self.train("fewer", "tiny.yaml", "--set", "qcgd.iterations=8", "--set", "checkpoint.every_iterations=2")
        self.assertGreater(len(self.checkpoints("whole")), points)
        self.assert_same("fewer", "whole")
        self.train("whole", "tiny.yaml", "--set", "qcgd.iterations=5", code=BAD_INPUT)

    def test_changed_parameters_are_refused_with_a_table(self):
        self.cut("whole", "cut", self.checkpoints("whole")[2])
        os.remove(self.path("cut", "run", "config.resolved.yaml"))
        text = self.train("cut", "tiny.yaml", "--set", "qcgd.beta0=0.5", "--set", "machine.whole.sweeps=4",
                          code=BAD_INPUT)
        for part in ("qcgd.beta0", "0.02", "0.5", "machine.whole.sweeps", "--fresh"):
            self.assertIn(part, text)
        self.train("cut", "tiny.yaml", "--set", "checkpoint.keep=3", "--set", "checkpoint.every_iterations=1")

    def test_other_data_are_refused(self):
        self.cut("whole", "cut", self.checkpoints("whole")[2])
        with open(self.path("train-labels-idx1-ubyte.gz"), "rb") as file:
            labels = bytearray(gzip.decompress(file.read()))
        labels[8], labels[9] = labels[9], labels[8]
        with gzip.open(self.path("train-labels-idx1-ubyte.gz"), "wb") as file:
            file.write(labels)
        self.assertIn("other training samples", self.train("cut", "tiny.yaml", code=BAD_INPUT))

    def test_a_damaged_newest_checkpoint_falls_back(self):
        self.cut("whole", "cut", self.checkpoints("whole")[2])
        self.write("cut/run/checkpoint-00000004.h5", "not HDF5")
        process = self.start("cut", "tiny.yaml")
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, DONE)
        self.assert_same("whole", "cut")
        with open(self.path("cut", "run", "run.log"), encoding="utf-8") as file:
            self.assertIn("warning: cannot continue from", file.read())

    def test_no_usable_checkpoint_is_code_3(self):
        self.cut("whole", "cut", self.checkpoints("whole")[2])
        for ranks in (0, 2):
            self.write("cut/run/checkpoint-00000003.h5", "not HDF5")
            text = self.train("cut", "tiny.yaml", ranks=ranks, code=UNUSABLE)
            self.assertIn("--fresh", text)
        self.train("cut", "tiny.yaml", "--fresh")
        self.assertTrue(os.path.isdir(self.path("cut", "run.1")))
        self.assert_same("whole", "cut")

    def test_h5py_reads_a_checkpoint(self):
        try:
            import h5py
        except ImportError:
            self.skipTest("python3-h5py is not installed")
        with h5py.File(self.checkpoints("whole")[1]) as file:
            self.assertEqual(file.attrs["format"], b"isinglass-checkpoint")
            self.assertEqual((file.attrs["complete"], file["state"].attrs["iteration"]), (1, 2))
            self.assertEqual(file["duals/layer_0/multiplier"].shape, (3, 54))
            self.assertEqual(file["atoms/bits"].shape[0], 2)
            self.assertAlmostEqual(sum(file["atoms/weights"][:]), 1.0)
            self.assertEqual(list(file["history/iteration"][:]), [1, 2])

    def test_the_newest_ones_are_kept(self):
        self.train("two", "tiny.yaml", "--set", "checkpoint.keep=2")
        self.assertEqual([os.path.basename(p) for p in self.checkpoints("two")],
                         ["checkpoint-00000004.h5", "checkpoint-00000005.h5"])
        self.assertEqual(os.readlink(self.path("two", "run", "checkpoint.h5")), "checkpoint-00000005.h5")


class Disks(InTemporaryFolder):
    """A file system that is full, read-only or gone."""

    ARGUMENTS = ["--set", "qcgd.iterations=60", "--set", "checkpoint.keep=1"]

    def mount(self, name, size):
        os.makedirs(self.path(name))
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", self.path(name)], capture_output=True,
                          check=False).returncode:
            self.skipTest("no right to mount a small file system")
        self.addCleanup(subprocess.run, ["umount", "-l", self.path(name)], check=False)

    def wait_for_checkpoint(self, name):
        for _ in range(600):
            if self.checkpoints(name):
                return
            time.sleep(0.05)
        self.fail("no checkpoint")

    def fill_until_end(self, process, name):
        """Takes all space, also what a checkpoint leaves that is removed while the disk is being filled."""
        with open(self.path(name, "filler"), "wb", buffering=0) as file:
            deadline = time.monotonic() + 100
            while process.poll() is None and time.monotonic() < deadline:
                try:
                    file.write(bytes(4096))
                except OSError:
                    time.sleep(0.01)

    def test_full_disk(self):
        for ranks in (0, 2):
            with self.subTest(ranks=ranks):
                name = f"full-{ranks}"
                self.mount(name, "8M")
                process = self.start(name, "real.yaml", *self.ARGUMENTS, ranks=ranks)
                self.wait_for_checkpoint(name)
                self.fill_until_end(process, name)
                _, errors = process.communicate(timeout=120)
                self.assertEqual(process.returncode, ERROR, errors)
                self.assertIn("No space left on device", errors)
                self.assertEqual(len(self.checkpoints(name)), 1)
                os.remove(self.path(name, "filler"))
                self.train(name, "real.yaml", *self.ARGUMENTS, ranks=ranks)
                if not os.path.exists(self.results("whole")):
                    self.train("whole", "real.yaml", *self.ARGUMENTS)
                self.assert_same("whole", name)

    def test_read_only_folder(self):
        self.mount("readonly", "8M")
        self.train("readonly", "tiny.yaml")
        before = sorted(os.listdir(self.path("readonly", "run")))
        subprocess.run(["mount", "-o", "remount,ro", self.path("readonly")], check=True)
        text = self.train("readonly", "tiny.yaml", "--set", "qcgd.iterations=9", ranks=2, code=ERROR)
        self.assertIn("Read-only file system", text)
        self.assertEqual(sorted(os.listdir(self.path("readonly", "run"))), before)
        self.assertIn("", self.train("readonly", "tiny.yaml"))  # finished already: says so and writes nothing

    def test_folder_that_disappears(self):
        for ranks in (0, 2):
            with self.subTest(ranks=ranks):
                name = f"gone-{ranks}"
                process = self.start(name, "real.yaml", *self.ARGUMENTS, ranks=ranks)
                self.wait_for_checkpoint(name)
                os.rename(self.path(name, "run"), self.path(name, "elsewhere"))
                _, errors = process.communicate(timeout=120)
                self.assertEqual(process.returncode, ERROR, errors)
                self.assertIn("No such file or directory", errors)
                os.rename(self.path(name, "elsewhere"), self.path(name, "run"))
                self.train(name, "real.yaml", *self.ARGUMENTS, ranks=ranks)


if __name__ == "__main__":
    PROGRAM, MPIRUN = os.path.abspath(sys.argv[1]), sys.argv[2]
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
