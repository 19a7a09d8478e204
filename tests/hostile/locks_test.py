"""File systems that refuse every lock, as NFS and Lustre are often mounted: a shim makes flock and fcntl fail."""

import errno
import os
import shutil
import subprocess
import tempfile

import hostile
from hostile import HostileTest, tool
from small_inputs import CONFIG as OUTPUTS_CONFIG

CONFIG = OUTPUTS_CONFIG.replace("iterations: 3", "iterations: 4") + "checkpoint: {every_iterations: 1}\n"
ENOTSUPP = 524  # of the kernel's NFS client; it has no name in user space
HERE = os.path.dirname(os.path.abspath(__file__))


class Locks(HostileTest):
    def setUp(self):
        compiler = shutil.which("cc") or shutil.which("gcc")
        if not compiler:
            self.skipTest("no C compiler")
        holder = tempfile.TemporaryDirectory(prefix="isinglass-hostile-")
        self.addCleanup(holder.cleanup)
        self.folder = os.path.realpath(holder.name)
        self.work = os.path.join(self.folder, "work")
        self.shim = os.path.join(self.folder, "no_locks.so")
        subprocess.run([compiler, "-shared", "-fPIC", "-o", self.shim, os.path.join(HERE, "no_locks.c"), "-ldl"],
                       check=True)
        os.makedirs(os.path.join(self.work, "data"))
        tool.write_images(os.path.join(self.work, "data"))
        for name, text in (("tiny.yaml", CONFIG), ("g.txt", "3 3\n1 2 1\n2 3 1\n1 3 1\n"),
                           ("sweep.yaml",
                            "schema: 1\nbase: tiny.yaml\noutput: sweep\naxes: [{key: seed, values: [1, 2]}]\n")):
            with open(os.path.join(self.work, name), "w", encoding="utf-8") as file:
                file.write(text)

    def run_here(self, error, *arguments, code=0, ranks=0, **environment):
        shim = {"LD_PRELOAD": self.shim, "NO_LOCKS_BELOW": self.work, "NO_LOCKS_ERROR": str(error)} if error else {}
        done = subprocess.run(tool.command_of(hostile.PROGRAM, hostile.MPIRUN, ranks, arguments), cwd=self.work,
                              env={**tool.ENVIRONMENT, **shim, **environment}, capture_output=True, text=True,
                              timeout=60,
                              check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_the_shim_refuses(self):
        text = self.run_here(errno.ENOLCK, "train", "tiny.yaml", code=1, HDF5_USE_FILE_LOCKING="TRUE")
        self.assertIn("HDF5_USE_FILE_LOCKING", text)

    def test_everything_works_without_locks(self):
        for error in (errno.ENOLCK, errno.EAGAIN, ENOTSUPP, errno.ENOSYS):
            for ranks in (0, 2) if error == errno.ENOLCK and hostile.MPIRUN else (0,):
                with self.subTest(error=error, ranks=ranks):
                    shutil.rmtree(os.path.join(self.work, "run"), ignore_errors=True)
                    self.assertNotIn("warning", self.run_here(error, "train", "tiny.yaml", ranks=ranks))
                    self.assertTrue(os.path.islink(os.path.join(self.work, "run", "checkpoint.h5")))
                    self.assertIn("finished already", self.run_here(error, "train", "tiny.yaml", ranks=ranks))
                    self.run_here(error, "train", "tiny.yaml", "--set", "qcgd.iterations=5", ranks=ranks)
        error = errno.ENOLCK
        self.assertIn("finished", self.run_here(error, "status", "run"))
        for arguments in (["evaluate", "run"], ["inspect", "run/results.h5"], ["inspect", "run/checkpoint.h5"],
                          ["compile", "tiny.yaml", "-o", "q.h5"], ["export", "q.h5", "--format", "lp", "-o", "q.lp"],
                          ["solve", "g.txt", "--output", "x.h5"], ["sweep", "sweep.yaml", "--run"],
                          ["sweep", "sweep.yaml", "--collect"]):
            with self.subTest(" ".join(arguments)):
                self.run_here(error, *arguments)

    def test_locks_that_are_asked_for_fail_before_the_first_iteration_and_damage_nothing(self):
        self.run_here(0, "train", "tiny.yaml")
        asked = {"HDF5_USE_FILE_LOCKING": "TRUE"}
        for error in (errno.ENOLCK, errno.EAGAIN, ENOTSUPP):
            with self.subTest(error=error):
                for arguments in (["train", "tiny.yaml"], ["evaluate", "run"], ["status", "run"],
                                  ["inspect", "run/results.h5"]):
                    text = self.run_here(error, *arguments, code=1, **asked)
                    self.assertIn("HDF5_USE_FILE_LOCKING asks for one", text)
                    self.assertNotIn("damaged", text)
                text = self.run_here(error, "train", "tiny.yaml", "--output", f"new-{error}", code=1, **asked)
                self.assertIn("nothing was begun", text)
                with open(os.path.join(self.work, f"new-{error}", "trace"), encoding="utf-8") as file:
                    self.assertEqual(len(file.readlines()), 1)
        self.run_here(errno.ENOLCK, "evaluate", "run", HDF5_USE_FILE_LOCKING="FALSE")


if __name__ == "__main__":
    hostile.main()
