"""Ranks that are started with different commands, or find different files under the same name."""

import os
import signal

import h5py

import hostile
import input_files_test as files_test
from hostile import Case, HostileTest

GRAPH = "4 3\n1 2 1\n2 3 1\n3 4 1\n"
# What ends after an error is ended at once; mpirun waits a second otherwise.
AT_ONCE = {"OMPI_MCA_odls_base_sigkill_timeout": "0"}
COMMAND = "give all ranks the same command"
FILES = "give all ranks the same files"
SWEEP = "schema: 1\nbase: tiny.yaml\noutput: swept\naxes:\n  - {key: seed, range: [1, 4]}\n"


def two(first, second, ranks=1):
    """Arguments of a case of one rank: `first`, and `ranks` more with `second`."""
    return [*first, ":", "-n", str(ranks), hostile.PROGRAM, *second]


def refused(name, arguments, **more):
    """A case on ranks of which all end with code 2."""
    return Case(name, arguments, ranks=1, environment=AT_ONCE, **more)


def elsewhere(arguments):
    """The same command on two ranks, the second one in the folder `other`."""
    return [*arguments, ":", "-n", "1", "-wdir", "other", hostile.PROGRAM, *arguments]


class Commands(HostileTest):
    def test_ranks_with_other_commands(self):
        files = {"a.txt": GRAPH, "b.txt": GRAPH, "c.yaml": files_test.TINY, **files_test.data_files()}
        solve = ["solve", "a.txt"]
        cases = (
            ("another file", solve, ["solve", "b.txt"], 'started with "b.txt" where rank 0 has "a.txt"'),
            ("an option more", solve, [*solve, "--quiet"], '"--quiet" where rank 0 has nothing'),
            ("an option less", [*solve, "--reads", "3"], solve, 'nothing where rank 0 has "--reads"'),
            ("an option that does not exist", solve, [*solve, "--bad"], '"--bad" where'),
            ("help", solve, ["--help"], '"--help" where rank 0 has "solve"'),
            ("another command", solve, ["check", "c.yaml"], '"check" where rank 0 has "solve"'),
            ("another configuration", ["train", "c.yaml"], ["train", "d.yaml"], '"d.yaml" where'),
            ("--fresh on one rank", ["train", "c.yaml"], ["train", "c.yaml", "--fresh"], '"--fresh" where'),
            ("another split", ["evaluate", "r"], ["evaluate", "r", "--split", "train"], '"--split" where'),
            ("another format", ["export", "q", "--format", "lp", "-o", "x"],
             ["export", "q", "--format", "coo", "-o", "x"],
             '"coo" where'),
            ("another mode", ["sweep", "s", "--list"], ["sweep", "s", "--run"], '"--run" where rank 0 has "--list"'))
        self.run_table([refused(name, two(first, second), files=files, says=(says, COMMAND, "(rank 1 on "))
                        for name, first, second, says in cases] + [
            refused("the last of four ranks",
                    [*two(solve, solve, 2), ":", "-n", "1", hostile.PROGRAM, "solve", "b.txt"],
                    files=files, says=("(rank 3 on ",)),
            Case("the same command twice", two([*solve, "--quiet"], [*solve, "--quiet"]), code=0, files=files,
                 ranks=1)])


class Signals(HostileTest):
    def test_signals_to_mpirun(self):
        """USR1 is passed on and gives 85. After TERM mpirun itself exits with 1, but the state is saved."""
        train = ["train", "c.yaml", "--quiet", "--set", "qcgd.iterations=100000000"]

        def is_saved(test, folder, _):
            test.assertTrue(os.path.exists(os.path.join(folder, "run", "checkpoint.h5")))
            test.assertFalse(os.path.exists(os.path.join(folder, "run", "lock")))
        self.run_table([
            Case(name, train, code=code, ranks=2, send=(4.0, number), left=("run",), check=is_saved,
                 files={"c.yaml": files_test.TINY, **files_test.data_files()})
            for name, number,
            code in (("USR1", signal.SIGUSR1, 85), ("TERM", signal.SIGTERM, 1), ("INT", signal.SIGINT, 1))])


class Files(HostileTest):
    def test_instances(self):
        def solve(name, file, here, there, *says):
            return refused(name, elsewhere(["solve", file, "--quiet"]),
                        says=says or (f"{file}: ", FILES, "(rank 1 on "),
                        files={file: here, **({"other/" + file: there} if there else {"other/x": ""})})
        qplib = "b\nQBN\nmaximize\n2\n1\n2 1 3\n0\n0\n0\n"
        self.run_table([
            solve("one weight", "g.txt", GRAPH, GRAPH.replace("3 4 1", "3 4 2")),
            solve("a larger graph", "g.txt", GRAPH, "400 2\n1 2 1\n399 400 1\n"),
            solve("a program instead", "g.txt", GRAPH, qplib),
            solve("no file there", "g.txt", GRAPH, None, "g.txt: no such file (rank 1 on "),
        ])

    def test_data_and_models(self):
        data = files_test.data_files()
        changed = {**data, files_test.PARTS[1] + ".gz": files_test.gzip.compress(files_test.struct.pack(">2i", 2049, 60)
                                                                                 + bytes([1, 0] * 30))}
        model = files_test.trained_results()
        config = {"tiny.yaml": files_test.TINY, "s.yaml": SWEEP}
        there = {f"other/{name}": content for name, content in changed.items()}
        commands = (["train", "tiny.yaml"], ["check", "tiny.yaml"], ["compile", "tiny.yaml", "-o", "q.h5"],
                    ["sweep", "s.yaml", "--run"])
        cases = [refused(f"other data: {' '.join(command)}", elsewhere(command),
                      files={**config, **data, **there},
                      says=("the data set: ", FILES, "(rank 1 on ")) for command in commands]
        same = {f"other/{name}": content for name, content in data.items()}

        def change(folder):
            with h5py.File(os.path.join(folder, "other", "m.h5"), "r+", libver="v110") as file:
                centre = file["model/center"]
                centre[0] = centre[0] + 1
        cases += [
            refused("another model", elsewhere(["evaluate", "m.h5"]), prepare=change, says=("m.h5: ", FILES),
                    files={**data, **same, "m.h5": model, "other/m.h5": model}),
            refused("another model to bound", elsewhere(["bounds", "tiny.yaml", "--model", "m.h5"]),
                    prepare=change,
                    says=("m.h5: ",), files={**config, **data, **same, "m.h5": model, "other/m.h5": model}),
            refused("no model there", elsewhere(["evaluate", "m.h5"]), says=("m.h5: no such file", "(rank 1 on "),
                    files={**data, **same, "m.h5": model}),
            refused("no data there", elsewhere(["check", "tiny.yaml"]), files={**config, **data, "other/x": ""},
                    says=("train-images-idx3-ubyte: no such file", "(rank 1 on ")),
            Case("the configuration is that of rank 0", elsewhere(["check", "tiny.yaml"]), code=0, ranks=1,
                 files={**config, **data, **same}),
        ]
        self.run_table(cases)


if __name__ == "__main__":
    hostile.main()
