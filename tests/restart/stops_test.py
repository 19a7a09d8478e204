"""Runs that are stopped by each means in their middle and continued end as if nothing had happened.

Usage: stops_test.py PROGRAM MPIRUN IMAGES
"""

import os
import shutil
import signal
import tempfile
import time

import runs


class Stops(runs.InTemporaryFolder):
    """Stopped by each means in the middle of a longer run, continued, and compared with the uninterrupted run."""

    ARGUMENTS = ["--set", "qcgd.iterations=90", "--set", "machine.whole.sweeps=20", "--set",
                 "checkpoint.every_iterations=0"]
    whole = None  # the uninterrupted run, trained once
    whole_seconds = None

    def setUp(self):
        super().setUp()
        if Stops.whole is None:
            start = time.monotonic()
            self.train("first", "real.yaml", *self.ARGUMENTS, ranks=2)
            Stops.whole_seconds = time.monotonic() - start
            Stops.whole = tempfile.TemporaryDirectory(prefix="isinglass-whole-")
            self.addClassCleanup(Stops.whole.cleanup)
            shutil.copytree(self.path("first"), Stops.whole.name, dirs_exist_ok=True)
        os.symlink(Stops.whole.name, self.path("whole"))

    def wait_for_rows(self, name, rows):
        trace = self.path(name, "run", "trace")
        for _ in range(600):
            if os.path.exists(trace) and len(runs.tool.trace_rows(trace)) > rows:
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
                self.assertEqual(process.returncode, runs.UNFINISHED, errors)
                self.assertLess(time.monotonic() - before, 20)
                self.continue_and_compare(name, ranks=2 if ranks == 0 else 3)

    def test_stop_file(self):
        process = self.start("file", "real.yaml", *self.ARGUMENTS, ranks=2)
        self.wait_for_rows("file", 2)
        self.write("file/run/STOP", "")
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, runs.UNFINISHED, errors)
        # as long as it is there, nothing is done: an error, so that nothing requeues for ever
        self.assertIn("STOP", self.train("file", "real.yaml", *self.ARGUMENTS, ranks=2, code=runs.ERROR))
        os.remove(self.path("file", "run", "STOP"))
        self.continue_and_compare("file")

    def test_max_hours(self):
        """In as many parts as it takes; a part in which a busy machine does no iteration is an error, and asks for
        more time, and a run that is done in its first part is begun again with less. The first part has half the time
        of the uninterrupted run."""
        seconds, parts = Stops.whole_seconds / 2, 0
        for _ in range(100):
            process = self.start("hours", "real.yaml", *self.ARGUMENTS, "--max-hours", str(seconds / 3600), ranks=2)
            _, errors = process.communicate(timeout=60)
            if process.returncode == runs.DONE and parts > 0:
                break
            if process.returncode == runs.DONE:
                shutil.rmtree(self.path("hours"))
                seconds /= 2
                continue
            if process.returncode == runs.ERROR and "before an iteration was done" in errors and seconds < 30:
                seconds *= 2
                continue
            self.assertEqual(process.returncode, runs.UNFINISHED, errors)
            parts += 1
        else:
            self.fail("it was not done in 100 parts")
        self.assert_same("whole", "hours")

    def test_no_progress_is_an_error(self):
        text = self.train("short", "real.yaml", *self.ARGUMENTS, "--max-hours", "1e-9", code=runs.ERROR)
        self.assertIn("before an iteration was done", text)
        self.assertEqual(self.checkpoints("short"), [])


if __name__ == "__main__":
    runs.run_tests()
