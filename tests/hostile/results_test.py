"""Results whose file fails, standard streams that are full or closed, names that are not UTF-8."""

import os
import shutil
import subprocess

import hostile
from hostile import Case, HostileTest, tool
from small_inputs import make_inputs, make_problem, run


class Results(HostileTest):
    """A result is printed whatever happens to its file."""

    def test_file_size_limit(self):
        large = "# vartype=SPIN\n" + "".join(f"{i} {i + 1} 1\n" for i in range(4000))
        cut = {"files": {"g.coo": large}, "file_size": 20000}
        self.run_table([
            Case("solve", ["solve", "g.coo", "--machine", "sa", "--reads", "64", "--output", "x.h5", "--json"], 1,
                 **cut,
                 says=("x.h5: cannot be written: File too large",), json={"reads": 64, "output": None}),
            Case("compile", ["compile", "tiny.yaml", "-o", "x.h5", "--json"], 1, prepare=make_inputs, file_size=5000,
                 says=("File too large",), json={"samples": 54, "file": None}),
            Case("export", ["export", "q.h5", "--format", "qplib", "-o", "x"], 1, prepare=make_problem, file_size=5000,
                 says=("x: cannot be written: File too large",)),
            Case("train", ["train", "tiny.yaml", "--set", "checkpoint.every_iterations=0", "--json"], 1,
                 prepare=make_inputs,
                 file_size=20000, says=("results.h5: cannot be written: File too large",), left=("run",),
                 prints=("test_accuracy",)),
            Case("train that could save nothing", ["train", "tiny.yaml"], 1, prepare=make_inputs, file_size=7000,
                 says=("no checkpoint can be written here", "File too large"), left=("run",))])

    def test_programs_with_constraints(self):
        rows = "".join(f"1 {i} 1\n" for i in range(1, 31))
        values = "".join(f"{i} {i}\n" for i in range(1, 31))
        text = f"p\nLBL\nmaximize\n30\n1\n0\n30\n{values}0\n30\n{rows}1e30\n-1e30\n0\n5\n0\n"
        self.run_table([Case("solve", ["solve", "p.qplib", "--output", "x.h5", "--json"], 1, files={"p.qplib": text},
                             file_size=3000,
                             says=("x.h5: cannot be written: File too large",),
                             json={"feasible": True, "output": None})])

    def test_standard_output(self):
        with open("/dev/full", "wb") as full:
            for arguments in (["solve", "g.txt", "--output", "x.h5"], ["check", "tiny.yaml"], ["defaults"],
                              ["compile", "tiny.yaml"]):
                with self.subTest(arguments[0]), hostile.tempfile.TemporaryDirectory() as folder:
                    make_inputs(folder)
                    done = subprocess.run([hostile.PROGRAM, *arguments], cwd=folder, env=tool.ENVIRONMENT, stdout=full,
                                          stderr=subprocess.PIPE, check=False)
                    self.assertEqual(done.returncode, 1, done.stderr)
                    self.assertIn(b"standard output cannot be written", done.stderr)
                    self.assertEqual(os.path.exists(os.path.join(folder, "x.h5")), arguments[0] == "solve")

    def test_closed_streams(self):
        """What is printed must not go into the first file that is opened, and counts as lost."""
        for closed in (">&-", ">&- 2>&-", "<&- >&- 2>&-"):
            with self.subTest(closed), hostile.tempfile.TemporaryDirectory() as folder:
                make_inputs(folder)
                for command in ("solve g.txt --output x.h5", "compile tiny.yaml -o q.h5", "train tiny.yaml",
                                "inspect x.h5"):
                    done = subprocess.run(f"'{hostile.PROGRAM}' {command} {closed}", shell=True, cwd=folder,
                                          env=tool.ENVIRONMENT,
                                          stderr=subprocess.PIPE, check=False)
                    self.assertEqual(done.returncode, 1, f"{command}: {done.stderr}")
                    if "2>" not in closed:
                        self.assertIn(b"standard output cannot be written", done.stderr)
                for name in ("x.h5", "q.h5", "run/results.h5"):
                    run(folder, "inspect", name)

    def test_which_closed_stream_matters(self):
        printing = ("solve g.txt --json --quiet", "solve g.txt --json --output x.h5", "defaults", "check tiny.yaml",
                    "compile tiny.yaml", "--version", "solve --help", "train tiny.yaml --quiet --json",
                    "sweep sweep.yaml --list")
        cases = [(f"{command} {closed}", code) for command in printing
                 for closed, code in ((">&-", 1), (">&- 2>&-", 1), ("2>&-", 0), ("<&- 2>&-", 0))]
        cases += [(f"train tiny.yaml --quiet {closed}", 0) for closed in (">&-", ">&- 2>&-")]  # prints nothing
        cases += [(f"solve none.txt {closed}", 2) for closed in (">&-", "2>&-", ">&- 2>&-")]
        for command, code in cases:
            with self.subTest(command), hostile.tempfile.TemporaryDirectory() as folder:
                make_inputs(folder)
                done = subprocess.run(f"'{hostile.PROGRAM}' {command}", shell=True, cwd=folder, env=tool.ENVIRONMENT,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertEqual(bool(done.stdout), code == 0 and " >&-" not in command)

    def test_names_that_are_not_utf8(self):
        odd = os.fsdecode(b"odd-\xff")

        def prepare(folder):
            make_inputs(folder)
            shutil.copy(os.path.join(folder, "g.txt"), os.path.join(folder, odd))
            shutil.copy(os.path.join(folder, "tiny.yaml"), os.path.join(folder, f"{odd}.yaml"))

        def trained(folder):
            prepare(folder)
            run(folder, "train", "tiny.yaml")
            os.rename(os.path.join(folder, "run"), os.path.join(folder, f"{odd}-run"))

        shown = "odd-\ufffd"
        self.run_table([
            Case("solve", ["solve", odd, "--output", f"{odd}.h5", "--json"], 0, prepare=prepare, left=(f"{odd}.h5",),
                 json={"instance": shown, "output": f"{shown}.h5", "cut": 2.0}),
            Case("compile", ["compile", f"{odd}.yaml", "-o", f"{odd}.h5", "--json"], 0, prepare=prepare,
                 left=(f"{odd}.h5",),
                 json={"config": f"{shown}.yaml", "file": f"{shown}.h5"}),
            Case("check", ["check", f"{odd}.yaml", "--json"], 0, prepare=prepare, prints=(f"{shown}.yaml",)),
            Case("train", ["train", "tiny.yaml", "--output", f"{odd}-run", "--json"], prepare=prepare,
                 says=("--output: ", "byte 0xff is not UTF-8")),
            Case("status", ["status", f"{odd}-run", "--json"], 0, prepare=trained,
                 prints=(f'"directory":"{shown}-run"',)),
            Case("evaluate", ["evaluate", f"{odd}-run", "--json"], 0, prepare=trained, json={"model": f"{shown}-run"}),
            Case("inspect", ["inspect", f"{odd}-run/results.h5", "--json"], 0, prepare=trained,
                 json={"file": f"{shown}-run/results.h5"}),
            Case("a folder with a line break", ["train", "tiny.yaml", "--output", "a\nb", "--json"], 0, prepare=prepare,
                 left=("a\nb",),
                 json={"output_directory": "a\nb"})])


if __name__ == "__main__":
    hostile.main()
