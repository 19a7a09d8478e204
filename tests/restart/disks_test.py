"""Trainings on a file system that is full, read-only or gone.

Usage: disks_test.py PROGRAM MPIRUN IMAGES
"""

import os
import subprocess
import time

import runs


class Disks(runs.InTemporaryFolder):
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
                self.assertEqual(process.returncode, runs.ERROR, errors)
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
        text = self.train("readonly", "tiny.yaml", "--set", "qcgd.iterations=9", ranks=2, code=runs.ERROR)
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
                self.assertEqual(process.returncode, runs.ERROR, errors)
                self.assertIn("No such file or directory", errors)
                os.rename(self.path(name, "elsewhere"), self.path(name, "run"))
                self.train(name, "real.yaml", *self.ARGUMENTS, ranks=ranks)


if __name__ == "__main__":
    runs.run_tests()
