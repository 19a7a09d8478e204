"""Outputs onto what is no regular file, onto links and places that cannot be written; what a stop leaves of them."""

import os
import signal
import socket
import stat
import struct
import subprocess
import time

import hostile
from hostile import Case, HostileTest, tool
from small_inputs import make_inputs, make_problem, run, write


def make_device(path):
    os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))


def make_socket(path):
    here = os.getcwd()
    os.chdir(os.path.dirname(path))  # the name of a socket has 107 bytes at most
    try:
        with socket.socket(socket.AF_UNIX) as end:
            end.bind(os.path.basename(path))
    finally:
        os.chdir(here)


def make_full_folder(path):
    os.mkdir(path)
    write(path, "mine", "mine")


SPECIAL = {"device": make_device, "pipe": os.mkfifo, "socket": make_socket, "folder": make_full_folder}
WRITERS = {"solve": ["solve", "g.txt", "--output"], "compile": ["compile", "tiny.yaml", "-o"],
           "export as qubo": ["export", "q.h5", "--format", "qubo", "-o"],
           "export as lp": ["export", "q.h5", "--format", "lp", "-o"]}


def can_make_devices():
    return os.geteuid() == 0


class Places(HostileTest):
    def special_cases(self, kind):
        """The thing itself, and a link to it; it must be there afterwards as it was."""
        if kind == "device" and not can_make_devices():
            return
        for writer, command in WRITERS.items():
            for name in ("thing", "link"):
                def prepare(folder):
                    make_problem(folder)
                    os.mkdir(os.path.join(folder, "dv"))
                    SPECIAL[kind](os.path.join(folder, "dv", "thing"))
                    os.symlink("thing", os.path.join(folder, "dv", "link"))
                    self.before = os.lstat(os.path.join(folder, "dv", "thing"))

                def check(_, folder, __):
                    after = os.lstat(os.path.join(folder, "dv", "thing"))
                    self.assertEqual((after.st_mode, after.st_ino, after.st_rdev),
                                     (self.before.st_mode, self.before.st_ino, self.before.st_rdev))
                    self.assertEqual(os.readlink(os.path.join(folder, "dv", "link")), "thing")

                yield Case(f"{writer} onto a {kind} by its {name}", [*command, f"dv/{name}"], prepare=prepare,
                           check=check,
                           says=(f"dv/{name}: a {kind}", "choose another name"))

    def test_nothing_but_regular_files_is_replaced(self):
        for kind in SPECIAL:
            self.run_table(self.special_cases(kind))

    def test_places_that_are_none(self):
        def prepare(folder):
            make_problem(folder)
            os.symlink("b", os.path.join(folder, "a"))
            os.symlink("a", os.path.join(folder, "b"))
            os.symlink("no/where", os.path.join(folder, "astray"))

        places = {"/nonexistent/x.h5": "the folder /nonexistent does not exist",
                  "none/x.h5": "the folder none does not exist",
                  "g.txt/x": "Not a directory", "a": "its links go in circles",
                  "astray": "the folder no does not exist",
                  "x" * 256: "File name too long", "none/": "the name of a folder", "data/": "a folder"}
        self.run_table([Case(f"{writer} to {place[:20]}", [*command, place], prepare=prepare, says=(says,))
                        for writer, command in WRITERS.items() for place, says in places.items()])
        self.run_table([
            Case("solve to no name", ["solve", "g.txt", "--output", ""], prepare=make_inputs,
                 says=("expected the name of a file",)),
            Case("solve over its instance", ["solve", "g.txt", "--output", "./g.txt"], prepare=make_inputs,
                 says=("would replace the input g.txt",)),
            Case("compile over its configuration", ["compile", "tiny.yaml", "-o", "data/../tiny.yaml"],
                 prepare=make_inputs,
                 says=("would replace the input tiny.yaml",)),
            Case("export over the problem", ["export", "q.h5", "--format", "coo", "-o", "q.h5"], prepare=make_problem,
                 says=("would replace the input q.h5",)),
            Case("solve where no file can be made", ["solve", "g.txt", "--output", "/proc/x.h5"], code=1,
                 prepare=make_inputs,
                 says=("/proc/x.h5: cannot be written",)),
            Case("solve to what standard output is", ["solve", "g.txt", "--output", "/dev/stdout"], prepare=make_inputs,
                 says=("/dev/stdout: ",))])

    def test_links_are_followed_and_what_waits_is_left(self):
        def prepare(folder):
            make_problem(folder)
            os.mkdir(os.path.join(folder, "far"))
            write(folder, "far/old", "old")
            os.chmod(os.path.join(folder, "far/old"), 0o640)
            write(folder, "precious", "mine")
            os.symlink("far/old", os.path.join(folder, "link"))
            os.symlink("far/new", os.path.join(folder, "promise"))
            os.symlink("link", os.path.join(folder, "twice"))
            for name in ("link", "promise", "twice", "far/old", "far/new"):
                os.symlink(os.path.join(folder, "precious"), os.path.join(folder, f"{name}.tmp"))

        def check(target):
            def look(test, folder, _):
                test.assertGreater(os.path.getsize(os.path.join(folder, target)), 10)
                test.assertTrue(stat.S_ISREG(os.lstat(os.path.join(folder, target)).st_mode))
                if target == "far/old":
                    test.assertEqual(stat.S_IMODE(os.stat(os.path.join(folder, target)).st_mode), 0o640)
                for name, to in (("link", "far/old"), ("promise", "far/new"), ("twice", "link")):
                    test.assertEqual(os.readlink(os.path.join(folder, name)), to)
                with open(os.path.join(folder, "precious"), encoding="utf-8") as file:
                    test.assertEqual(file.read(), "mine")
            return look

        self.run_table([Case(f"{writer} to {name}", [*command, name], 0, prepare=prepare, left=("far/new",),
                             check=check(target))
                        for writer, command in WRITERS.items()
                        for name, target in (("link", "far/old"), ("promise", "far/new"), ("twice", "far/old"))])

    def test_run_folders(self):
        def prepare(kind, name):
            def make(folder):
                make_inputs(folder)
                os.mkdir(os.path.join(folder, "run"))
                SPECIAL[kind](os.path.join(folder, "run", name))
            return make

        names = ["config.resolved.yaml", "run.log", "trace", "results.h5", "checkpoint.h5", "checkpoint-00000002.h5",
                 "lock"]
        cases = [Case(f"train where {name} is a {kind}", ["train", "tiny.yaml"], prepare=prepare(kind, name),
                      left=("run/run.log",),
                      says=(f"run/{name}: ", f"a {kind}"))
                 for name in names for kind in ("pipe", "folder", "device") if kind != "device" or can_make_devices()]
        self.run_table(cases)

        def link(name, target):
            def make(folder):
                make_inputs(folder)
                os.mkdir(os.path.join(folder, "run"))
                os.symlink(target, os.path.join(folder, "run", name))
            return make

        def is_still_link(name):
            return lambda test, folder, _: test.assertTrue(os.path.islink(os.path.join(folder, "run", name)))

        self.run_table([Case(f"train where {name} is a link to a file", ["train", "tiny.yaml"], 0,
                             prepare=link(name, "../elsewhere"),
                             left=("run", "elsewhere"), check=is_still_link(name)) for name in names[:4]])
        self.run_table([
            Case("train where the lock is a link to nothing", ["train", "tiny.yaml"], prepare=link("lock", "nowhere"),
                 says=("run/lock: a link",)),
            Case("train where the folder is a file", ["train", "tiny.yaml", "--output", "g.txt"], prepare=make_inputs,
                 says=("g.txt",)),
            Case("train below a file", ["train", "tiny.yaml", "--output", "g.txt/run"], prepare=make_inputs,
                 says=("cannot create the folder g.txt/run",))])

    def test_collected_tables(self):
        for name in ("sweep.csv", "sweep.h5"):
            for kind in ("pipe", "folder"):
                def prepare(folder):
                    make_inputs(folder)
                    run(folder, "sweep", "sweep.yaml", "--run")
                    SPECIAL[kind](os.path.join(folder, "sweep", name))
                self.run_table([Case(f"collect onto a {kind} {name}", ["sweep", "sweep.yaml", "--collect"],
                                     prepare=prepare,
                                     says=(f"sweep/{name}: a {kind}",))])


def make_large_inputs(folder):
    """Data whose problem takes a second to write."""
    make_inputs(folder)
    count = 6000
    with open(os.path.join(folder, "data", "train-images-idx3-ubyte"), "wb") as file:
        file.write(struct.pack(">4i", 2051, count, 4, 4) + os.urandom(16 * count))
    with open(os.path.join(folder, "data", "train-labels-idx1-ubyte"), "wb") as file:
        file.write(struct.pack(">2i", 2049, count) + bytes(i % 2 for i in range(count)))
    for name in ("images-idx3", "labels-idx1"):
        os.remove(os.path.join(folder, "data", f"train-{name}-ubyte.gz"))


class Leftovers(HostileTest):
    def temporaries(self, folder):
        return [name for name in os.listdir(folder) if name.endswith(".tmp")]

    def has_content(self, folder):
        """Whether a temporary file has been written to; the one that tries the place comes and goes, empty."""
        sizes = []
        for name in self.temporaries(folder):
            try:
                sizes.append(os.path.getsize(os.path.join(folder, name)))
            except FileNotFoundError:
                pass
        return any(sizes)

    def start(self, folder):
        process = subprocess.Popen([hostile.PROGRAM, "compile", "tiny.yaml", "-o", "x.h5", "--with", "problem,qubo"],
                                   cwd=folder,
                                   env=tool.ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 60  # a busy machine takes long to come to the writing
        while process.poll() is None and not self.has_content(folder) and time.monotonic() < deadline:
            time.sleep(0.005)
        self.assertIsNone(process.poll(), "too quick to be stopped")
        return process

    def test_signals_leave_nothing_and_kill_leaves_what_the_next_run_removes(self):
        with hostile.tempfile.TemporaryDirectory(prefix="isinglass-hostile-") as folder:
            make_large_inputs(folder)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
                process = self.start(folder)
                process.send_signal(number)
                begin = time.monotonic()
                _, errors = process.communicate(timeout=20)
                self.assertLess(time.monotonic() - begin, 5)
                self.assertEqual(process.returncode, 85, errors)
                self.assertIn(b"stopped by signal", errors)
                self.assertEqual(self.temporaries(folder), [])
            process = self.start(folder)
            process.kill()
            process.communicate()
            self.assertEqual(len(self.temporaries(folder)), 1)
            other = self.temporaries(folder)[0].replace("x.h5", "y.h5")
            write(folder, other, "of another output: it stays")
            write(folder, "x.h5.tmp", "of the user: it stays")
            run(folder, "compile", "tiny.yaml", "-o", "x.h5", "--set", "data.train_samples=50")
            self.assertEqual(sorted(self.temporaries(folder)), sorted(["x.h5.tmp", other]))


if __name__ == "__main__":
    hostile.main()
