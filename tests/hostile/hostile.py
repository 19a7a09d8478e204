"""What the tables of odd and hostile input share: a case, how it is run, and what must hold after each.

A table is a list of Case. After every case no process that it started may be alive and no temporary file may be left.
"""

import dataclasses
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import program as tool  # noqa: E402

PROGRAM, MPIRUN = "", ""
TAG = "ISINGLASS_HOSTILE_CASE"


@dataclasses.dataclass
class Case:
    """One run of the program in a folder of its own.

    `files` maps names to text or bytes; `prepare(folder)` makes what these cannot be. `says` are parts of standard
    error, `prints` of standard output, `json` values of the result object. `left` are the names of files that the run
    may leave besides those it was given. `address_space`, `data_size` and `file_size` are limits in bytes, `send` is
    (seconds, signal) to send to the program, counted from when it watches for that signal if `when_watched`.
    """
    name: str
    arguments: list
    code: int = 2
    files: dict = dataclasses.field(default_factory=dict)
    prepare: object = None
    says: tuple = ()
    prints: tuple = ()
    json: dict = dataclasses.field(default_factory=dict)
    left: tuple = ()
    check: object = None
    environment: dict = dataclasses.field(default_factory=dict)
    ranks: int = 0
    seconds: float = 20
    address_space: int = 0
    data_size: int = 0
    file_size: int = 0
    send: tuple = ()
    when_watched: bool = False


def processes_of(tag):
    """Process ids whose environment carries the tag of a case."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                is_ours = f"{TAG}={tag}".encode() in file.read().split(b"\0")
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                state = file.read().rsplit(")", 1)[1].split()[0]
        except (OSError, IndexError):
            continue
        if is_ours and state not in "ZX":
            found.append(int(name))
    return found


def outlive(tag, seconds=20):
    """Process ids of a case that are alive so long after its end: none as soon as two looks in a row find none.

    One look is not enough: between two programs (exec) a process has no environment.
    """
    deadline = time.monotonic() + seconds
    was_empty = False
    while True:
        found = processes_of(tag)
        if (not found and was_empty) or (found and time.monotonic() > deadline):
            return found
        was_empty = not found
        time.sleep(0.02)


def wait_until_watched(process, number, seconds=20):
    """Until a process has a handler for a signal, or has ended."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        with open(f"/proc/{process.pid}/status", encoding="utf-8") as file:
            caught = int(file.read().split("SigCgt:")[1].split()[0], 16)
        if caught >> (number - 1) & 1:
            return
        time.sleep(0.01)


def files_below(folder):
    return {os.path.relpath(os.path.join(where, name), folder) for where, _, names in os.walk(folder) for name in names}


class HostileTest(unittest.TestCase):
    """Runs cases; each in a folder of its own, with a folder for temporary files in it."""

    def run_case(self, case):
        with tempfile.TemporaryDirectory(prefix="isinglass-hostile-") as holder:
            folder, temporary = os.path.join(holder, "work"), os.path.join(holder, "temporary")
            os.mkdir(folder)
            os.mkdir(temporary)
            for name, content in case.files.items():
                path = os.path.join(folder, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as file:
                    file.write(content if isinstance(content, bytes) else content.encode())
            if case.prepare:
                case.prepare(folder)
            before = files_below(folder)
            done = self.run_program(case, folder, temporary)
            self.expect_output(case, done)
            for leftover in (path for path in files_below(folder) - before if path not in case.left):
                self.assertTrue(any(leftover.startswith(f"{name}/") for name in case.left), f"left behind: {leftover}")
            # What mpirun itself keeps for a moment is not the program's.
            left = [name for name in os.listdir(temporary) if not name.startswith("ompi.")
                    and not name.startswith("pmix")]
            self.assertEqual(left, [], "temporary files left behind")
            if case.check:
                case.check(self, folder, done)

    def run_program(self, case, folder, temporary):
        tag = os.path.basename(os.path.dirname(folder))
        environment = {**tool.ENVIRONMENT, "TMPDIR": temporary, TAG: tag, **case.environment}
        command = tool.command_of(PROGRAM, MPIRUN, case.ranks, case.arguments)
        limit = case.address_space

        def confine():
            os.setsid()
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if limit:
                resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
            if case.data_size:
                resource.setrlimit(resource.RLIMIT_DATA, (case.data_size, case.data_size))
            if case.file_size:
                resource.setrlimit(resource.RLIMIT_FSIZE, (case.file_size, case.file_size))

        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              cwd=folder,
                              env=environment, preexec_fn=confine) as process:
            try:
                if case.when_watched:
                    wait_until_watched(process, case.send[1])
                if case.send:
                    time.sleep(case.send[0])
                    process.send_signal(case.send[1])
                out, errors = process.communicate(timeout=case.seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                self.fail(f"still running after {case.seconds} s")
        alive = outlive(tag)
        for left in alive:
            os.kill(left, signal.SIGKILL)
        self.assertEqual(alive, [], "processes left behind")
        return subprocess.CompletedProcess(command, process.returncode, out.decode(errors="replace"),
                                           errors.decode(errors="replace"))

    def expect_output(self, case, done):
        self.assertEqual(done.returncode, case.code, done.stdout + done.stderr)
        for part in case.says:
            self.assertIn(part, done.stderr)
        for part in case.prints:
            self.assertIn(part, done.stdout)
        if case.json:
            found = json.loads(done.stdout.splitlines()[-1])
            self.assertEqual({key: found.get(key) for key in case.json}, case.json)

    def run_table(self, cases):
        for case in cases:
            with self.subTest(case.name):
                self.run_case(case)


def main():
    """Usage of every table: TABLE.py PROGRAM [MPIRUN]"""
    global PROGRAM, MPIRUN
    PROGRAM = sys.argv.pop(1)
    MPIRUN = sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else ""
    unittest.main(module="__main__")
