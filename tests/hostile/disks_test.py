"""Outputs on full disks, in folders of others, and on what can only be read."""

import os
import shutil
import signal
import subprocess

import hostile
from hostile import HostileTest, tool
from small_inputs import make_problem, write


class Disks(HostileTest):
    def folder(self):
        holder = hostile.tempfile.TemporaryDirectory(prefix="isinglass-hostile-")
        self.addCleanup(holder.cleanup)
        make_problem(holder.name)
        return holder.name

    def mounted(self, folder, options):
        path = os.path.join(folder, "disk")
        os.mkdir(path)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", path], capture_output=True,
                          check=False).returncode:
            self.skipTest("no right to mount a small file system")
        self.addCleanup(subprocess.run, ["umount", "-l", path], check=False)
        return path

    def expect(self, folder, code, says, *arguments):
        done = subprocess.run([hostile.PROGRAM, *arguments], cwd=folder, env=tool.ENVIRONMENT, capture_output=True,
                              text=True,
                              check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertIn(says, done.stderr)
        return done.stdout

    def test_full_disk(self):
        folder = self.folder()
        disk = self.mounted(folder, "size=64k")
        write(disk, "old.h5", "old")
        with open(os.path.join(disk, "filler"), "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        self.expect(folder, 1, "on disk, and", "compile", "tiny.yaml", "-o", "disk/old.h5")
        self.assertIn('"cut":2.0',
                      self.expect(folder, 1, "No space left", "solve", "g.txt", "--output", "disk/old.h5", "--json"))
        self.expect(folder, 1, "No space left", "export", "q.h5", "--format", "lp", "-o", "disk/old.h5")
        self.assertEqual(sorted(os.listdir(disk)), ["filler", "old.h5"])
        with open(os.path.join(disk, "old.h5"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "old")

    def test_a_part_that_saved_nothing_is_an_error(self):
        """Every save fails; what is tried at the stop decides: also when the signal comes within an oracle call."""
        for name, sweeps in (("between iterations", 50), ("within a call", 20000)):
            for has_room in (False, True):
                with self.subTest(name, has_room=has_room):
                    folder = self.folder()
                    disk = self.mounted(folder, "size=256k")
                    process = subprocess.Popen(
                        [hostile.PROGRAM, "train", "tiny.yaml", "--output", "disk/run", "--set",
                         "qcgd.iterations=100000", "--set",
                         f"machine.whole.sweeps={sweeps}", "--set", "checkpoint.every_iterations=1", "--set",
                         "checkpoint.keep=1"],
                        cwd=folder, env=tool.ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                    line = next(line for line in process.stdout if line.startswith("qcgd "))
                    filler = os.path.join(disk, "filler")
                    with open(filler, "wb", buffering=0) as file:
                        try:
                            while True:
                                file.write(bytes(4096))
                        except OSError:
                            pass
                        # A checkpoint in the making may have had its room already.
                        line = next(line for line in process.stdout if line.startswith("warning: no checkpoint"))
                        self.assertIn("No space left", line)
                        try:
                            while True:
                                file.write(bytes(4096))
                        except OSError:
                            pass
                    if has_room:
                        os.remove(filler)
                    process.send_signal(signal.SIGTERM)
                    _, errors = process.communicate(timeout=60)
                    self.assertEqual(process.returncode, 85 if has_room else 1, errors)
                    if not has_room:
                        self.assertIn("cannot be saved", errors)

    def test_folders_of_others(self):
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("only root can be somebody else")
        folder = self.folder()
        os.chmod(folder, 0o755)
        for name, mode in (("closed", 0o555), ("shared", 0o1777)):
            os.mkdir(os.path.join(folder, name))
            os.chmod(os.path.join(folder, name), mode)
        for name, mode in (("mine", 0o444), ("shared/mine", 0o666)):
            write(folder, name, "mine")
            os.chmod(os.path.join(folder, name), mode)
        as_nobody = ["setpriv", "--reuid=65534", "--clear-groups", hostile.PROGRAM]
        if subprocess.run([*as_nobody, "--version"], cwd=folder, capture_output=True, check=False).returncode:
            self.skipTest("nobody may not run the program")
        for arguments, says in ((["solve", "g.txt", "--output", "closed/x.h5"], "Permission denied"),
                                (["compile", "tiny.yaml", "-o", "closed/x.h5"], "Permission denied"),
                                (["train", "tiny.yaml", "--output", "closed/run"], "Permission denied"),
                                (["solve", "g.txt", "--output", "mine"], "Permission denied"),
                                (["solve", "g.txt", "--output", "shared/mine"], "Operation not permitted")):
            with self.subTest(" ".join(arguments)):
                done = subprocess.run([*as_nobody, *arguments], cwd=folder, env=tool.ENVIRONMENT, capture_output=True,
                                      text=True,
                                      check=False)
                self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
                self.assertIn(says, done.stderr)

    def test_a_mounted_file(self):
        folder = self.folder()
        write(folder, "below", "old")
        write(folder, "x.h5", "")
        if subprocess.run(["mount", "--bind", "below", "x.h5"], cwd=folder, capture_output=True,
                          check=False).returncode:
            self.skipTest("no right to mount a file")
        self.addCleanup(subprocess.run, ["umount", "-l", os.path.join(folder, "x.h5")], check=False)
        self.expect(folder, 2, "x.h5: a mount point", "solve", "g.txt", "--output", "x.h5")

    def test_read_only(self):
        folder = self.folder()
        disk = self.mounted(folder, "size=64k")
        os.mkdir(os.path.join(disk, "run"))
        write(disk, "old.h5", "old")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        for arguments in (["train", "tiny.yaml", "--output", "disk/new"],
                          ["train", "tiny.yaml", "--output", "disk/run"],
                          ["compile", "tiny.yaml", "-o", "disk/x.h5"], ["solve", "g.txt", "--output", "disk/old.h5"],
                          ["export", "q.h5", "--format", "qubo", "-o", "disk/x"]):
            with self.subTest(" ".join(arguments)):
                self.assertEqual(self.expect(folder, 1, "Read-only file system", *arguments), "")


if __name__ == "__main__":
    hostile.main()
