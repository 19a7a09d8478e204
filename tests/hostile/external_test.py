"""External machines: what their commands leave behind, answer, and do to the names that they are given."""

import os
import signal
import subprocess
import time

import hostile
from hostile import Case, HostileTest

GRAPH = "4 4\n1 2 1\n2 3 1\n3 4 1\n1 4 1\n"
GOOD = "printf '1 -1 1 -1\\n' > {spins}"  # each read of one: a cut of 4


def solve(name, command, *says, code=2, **more):
    arguments = ["solve", "g.txt", "--machine", "external", "--reads", "1", "--json", "--set",
                 "machine.external.reads_per_call=1", "--set", f"machine.external.command={quoted(command)}"]
    return Case(name, [*arguments, *more.pop("arguments", [])], code=code, files={"g.txt": GRAPH}, says=says, **more)


def quoted(text):
    """As a YAML scalar."""
    return "'" + text.replace("'", "''") + "'"


def limit(seconds):
    return ["--set", f"machine.external.time_limit_seconds={seconds}"]


class Answers(HostileTest):
    def test_answers_that_are_no_files_of_numbers(self):
        self.run_table([
            solve("a good one", GOOD, code=0, json={"cut": 4}),
            solve("a pipe", "mkfifo {spins}", "spins.txt: a pipe, expected an answer: a regular file"),
            solve("a pipe with a writer", "mkfifo {spins}; (yes > {spins}) &", "spins.txt: a pipe"),
            solve("a folder", "mkdir {spins}", "spins.txt: a folder"),
            solve("a link to a device", "ln -s /dev/zero {spins}", "spins.txt: a device"),
            solve("a link to nothing", "ln -s nothing {spins}", "wrote no file {spins}"),
            solve("a link to a good one", "printf '1 -1 1 -1\\n' > {spins}.x; ln -s {spins}.x {spins}", code=0,
                  json={"cut": 4}),
            # the command may have ended before it is seen
            solve("a gigabyte of nothing", "truncate -s 1G {spins}", "more than"),
            solve("a line without end", "yes 1 | tr '\\n' ' ' > {spins}", "the command wrote more than", "to {spins}"),
            solve("errors without end", "yes 1 >&2", "the command wrote more than 64.0 MiB of errors"),
            solve("a long word", "head -c 60000 /dev/zero | tr '\\0' 9 > {spins}", 'value 1 is "99999999999999999999"'),
            solve("NULs", "head -c 100 /dev/zero > {spins}", "line 1 of its answer"),
            solve("a pipe instead of errors",
                  "rm $(dirname {spins})/errors.txt; mkfifo $(dirname {spins})/errors.txt; exit 4",
                  "ended with exit code 4", "(none)"),
            solve("a folder without rights",
                  "mkdir -p {spins}.d/e; touch {spins}.d/e/f; chmod 0 {spins}.d/e {spins}.d; " + GOOD,
                  code=0, json={"cut": 4}),
        ])


class Processes(HostileTest):
    def test_nothing_of_a_command_outlives_it(self):
        sleep = "sleep 1000 > /dev/null 2>&1"
        self.run_table([
            solve("a child", f"{sleep} & {GOOD}", code=0),
            solve("a child in a session of its own", f"setsid {sleep} & {GOOD}", code=0),
            solve("a daemon", f"(setsid sh -c '{sleep} & {sleep} & exit' &) ; {GOOD}", code=0),
            solve("a daemon after the time limit", f"(setsid sh -c '{sleep} & {sleep}' &) ; sleep 100",
                  "was not done after 0.5 s",
                  arguments=limit(0.5)),
            solve("ten levels of shells",
                  "a() { if [ $1 -gt 0 ]; then (setsid sh -c 'sleep 1000' & a $(($1 - 1)) & sleep 1000); "
                  "else sleep 1000; fi; }; a 10", "was not done after 0.5 s", arguments=limit(0.5)),
            solve("one that ignores TERM", "trap '' TERM INT HUP; sleep 1000; sleep 1000", "was not done after",
                  arguments=limit(0.5)),
            solve("one that ends itself", "kill -9 $$", "was ended by signal 9"),
            solve("TERM to the program", f"setsid {sleep} & sleep 1000", code=85, send=(1.0, signal.SIGTERM)),
            solve("KILL to the program", f"setsid {sleep} & sleep 1000", code=-9, send=(1.0, signal.SIGKILL)),
            solve("KILL to the program while a daemon runs",
                  f"(setsid sh -c '{sleep} & {sleep}' &) ; touch {{spins}}.x; sleep 1000",
                  code=-9, send=(1.0, signal.SIGKILL)),
        ])

    def test_a_rank_that_is_killed(self):
        """The temporary folder and the processes of a rank go with it, and mpirun ends."""
        def kill_one(test, folder, _):
            with open(os.path.join(folder, "ranks"), encoding="utf-8") as file:
                test.assertEqual(len(file.read().split()), 2)
        command = "echo $$ >> ranks; [ $(wc -l < ranks) = 2 ] && kill -9 $(cut -d' ' -f4 /proc/$PPID/stat); sleep 1000"
        case = solve("killed", command, code=137, ranks=2, left=("ranks",), check=kill_one, arguments=["--reads", "2"])
        case.arguments = [word for i, word in enumerate(case.arguments) if i not in (4, 5)]
        self.run_case(case)


class Names(HostileTest):
    def test_folders_with_odd_names(self):
        """TMPDIR holds what a shell would take for something else; each way to quote a placeholder works."""
        odd = ("a blank", "semicolon;touch broken;", "dollar$(touch broken)", "back`touch broken`", "quote'", 'double"',
               "new\nline",
               "star*", "-dash", "~", "ü", "back\\slash", "&& touch broken #")
        ways = (GOOD, GOOD.replace("{spins}", '"{spins}"'), GOOD.replace("{spins}", "'{spins}'"),
                'sh -c "printf \'1 -1 1 -1\' > {spins}"', "test -s {problem} && cp {problem} /dev/null && " + GOOD,
                """python3 -c 'open("{spins}", "w").write("1 -1 1 -1")'""")
        for i, name in enumerate(odd):
            with self.subTest(name):
                def prepare(folder, name=name):
                    os.mkdir(os.path.join(folder, name))

                def nothing_left(test, folder, _, name=name):
                    test.assertEqual(os.listdir(os.path.join(folder, name)), [])
                case = solve(name, ways[i % len(ways)], code=0, json={"cut": 4}, prepare=prepare, check=nothing_left)
                self.run_in(case, name)

    def run_in(self, case, name):
        """With TMPDIR below the folder of the case."""
        original = self.run_program

        def run_program(this, folder, temporary):
            this.environment = {"TMPDIR": os.path.join(folder, name)}
            return original(this, folder, temporary)
        self.run_program = run_program
        try:
            self.run_case(case)
        finally:
            self.run_program = original

    def test_no_folder_for_temporary_files(self):
        self.run_table([
            solve("none", GOOD, "the folder for temporary files (TMPDIR)", code=1,
                  environment={"TMPDIR": "/nonexistent"}),
            solve("a file", GOOD, "the folder for temporary files (TMPDIR)", code=1,
                  environment={"TMPDIR": "/etc/passwd"}),
        ])


if __name__ == "__main__":
    hostile.main()
