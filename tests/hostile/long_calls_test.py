"""Long calls: a signal ends each within a second with 85, a time limit too, and no count takes memory before the
first step."""

import os
import signal
import unittest

import hostile
from hostile import Case, HostileTest, tool

TINY = ("schema: 1\ndata: {dataset: idx, directory: ., classes: [0, 1], pool: 1}\n"
        "network:\n  hidden:\n    - {units: 3, segments: 2}\nqcgd: {iterations: 3}\n"
        "output: {directory: run}\n")
ENDLESS = "2147483647"
# Seconds after the program has begun to watch for signals when the call is under way, and what it may take to end.
START, LIMIT = 0.3, 3.0


def graph(spins=60):
    edges = [(i, (i * step + 1) % spins) for i in range(spins) for step in (1, 3, 7)]
    edges = sorted({(min(e), max(e)) for e in edges if e[0] != e[1]})
    lines = [f"{i + 1} {j + 1} {1 + 0.5 * ((i * j) % 3) + 1e-4 * i}" for i, j in edges]
    return f"{spins} {len(edges)}\n" + "\n".join(lines) + "\n"


def sets(*overrides):
    return [word for override in overrides for word in ("--set", override)]


def stopped(name, arguments, code=85, number=signal.SIGTERM, **more):
    """A case whose program is told to stop START seconds after it has begun to watch for that."""
    return Case(name, arguments, code, send=(START, number), when_watched=True, seconds=START + LIMIT, **more)


class LongCalls(HostileTest):
    def test_solve_stops_within_a_second(self):
        cases = []
        for machine in ("sa", "pt", "tabu", "bsb", "dsb", "cim", "cac"):
            arguments = ["solve", "g.txt", "--machine", machine, "--sweeps", "1000000000", "--json"]
            files = {"g.txt": graph()}
            cases += [stopped(f"{machine}: a read of a billion sweeps", arguments, files=files, prints=("signal TERM",),
                              address_space=2 << 30),
                      Case(f"{machine}: the same under a time limit", [*arguments, "--time-limit", "0.3"], 0, files,
                           json={"stop_reason": "time limit"}, seconds=LIMIT)]
        cases += [stopped("a billion reads", ["solve", "g.txt", "--machine", "sa", "--reads", "1000000000"],
                          files={"g.txt": graph(9)},
                          number=signal.SIGINT),
                  stopped("time to solution",
                          ["solve", "g.txt", "--machine", "sa", "--tts", "1000000000", "--target", "1e9"],
                          files={"g.txt": graph()}, number=signal.SIGUSR1),
                  stopped("groups that moves keep", ["solve", "p.coo", "--machine", "sa", "--sweeps", "1000000000"],
                          files={"p.coo": "# vartype: BINARY\n# group 0 1 2\n# group 3 4 5\n0 3 1\n1 4 2.5\n2 5 "
                                          "-1\n6 0 1\n"}),
                  stopped("enumeration", ["solve", "g.txt", "--machine", "enumeration"], files={"g.txt": graph(30)})]
        self.run_table(cases)

    def test_what_a_limit_cut_is_called_so(self):
        dense = "# vartype=SPIN\n" + "".join(f"{i} {j} {(7 * i * i + 3 * j) % 19 - 9}\n" for j in range(30)
                                             for i in range(j))
        slow = ["--machine", "external", *sets("machine.external.command=sleep 60")]
        self.run_table([
            Case("enumeration", ["solve", "d.coo", "--machine", "enumeration", "--time-limit", "0.1", "--json"], 0,
                 {"d.coo": dense},
                 json={"proven_optimal": False, "stop_reason": "time limit"}),
            Case("enumeration of one read",
                 ["solve", "d.coo", "--machine", "enumeration", "--reads", "1", "--time-limit", "0.1",
                                             "--json"], 0, {"d.coo": dense}, json={"proven_optimal": False}),
            Case("rounded coefficients", ["solve", "g.txt", "--machine", "enumeration", "--reads", "2", "--json",
                                          *sets("machine.hardware.coefficient_bits=2")], 0, {"g.txt": graph(9)},
                 json={"proven_optimal": False, "stop_reason": "all reads done"}),
            Case("all reads of annealing",
                 ["solve", "g.txt", "--machine", "sa", "--reads", "3", "--sweeps", "1000000000",
                                            "--time-limit", "0.3", "--json"], 0, {"g.txt": graph()},
                 json={"stop_reason": "time limit"}),
            Case("a command that gives nothing",
                 ["solve", "g.txt", *slow, "--reads", "1", "--time-limit", "0.5", "--json"], 0,
                 {"g.txt": graph(9)}, json={"stop_reason": "time limit", "reads": 0, "energy": None})])

    def test_training_stops_within_a_second(self):
        def prepare(folder):
            tool.write_images(folder)

        neurons = "machine.subproblems.blocks=neurons"
        both = "machine.subproblems.blocks=neurons_and_samples"
        runs = [("sub-problems by annealing", [neurons, "machine.sa.sweeps=" + ENDLESS]),
                ("the example of 30 million", [neurons, "machine.sa.sweeps=30000000"]),
                ("sub-problems by tempering", [neurons, "machine.kind=pt", "machine.pt.sweeps=" + ENDLESS]),
                ("sub-problems by tabu search", [neurons, "machine.kind=tabu", "machine.tabu.sweeps=" + ENDLESS]),
                ("sub-problems by bifurcation", [both, "machine.kind=dsb", "machine.dsb.steps=" + ENDLESS]),
                ("sub-problems of samples", [both, "machine.kind=cac", "machine.cac.steps=" + ENDLESS]),
                ("the descent of a completion", ["qcgd.descent_sweeps=" + ENDLESS]),
                ("sweeps of the whole problem", ["machine.whole.sweeps=" + ENDLESS]),
                ("replicas", ["machine.replicas=" + ENDLESS]),
                ("dynamics of the whole problem", ["machine.kind=bsb", "machine.whole.sweeps=" + ENDLESS]),
                ("rounds", [neurons, "machine.subproblems.rounds=" + ENDLESS])]
        cases = [stopped(name, ["train", "tiny.yaml", "--quiet", *sets(*keys)], files={"tiny.yaml": TINY},
                         prepare=prepare,
                         left=("run",), address_space=4 << 30) for name, keys in runs]
        for method, key in (("anneal", "anneal.sweeps"), ("qat", "qat.epochs"), ("qcgd", "qcgd.iterations")):
            cases.append(stopped(f"{method} between its iterations, with a checkpoint",
                                 ["train", "tiny.yaml", "--quiet", *sets(f"method={method}", f"{key}={ENDLESS}")],
                                 files={"tiny.yaml": TINY}, prepare=prepare, left=("run",),
                                 check=lambda test, folder, _: test.assertTrue(
                                     os.path.exists(os.path.join(folder, "run", "checkpoint.h5")))))
        self.run_table(cases)

    def test_a_part_that_does_nothing_twice_is_an_error(self):
        def prepare(folder):
            tool.write_images(folder)
            os.mkdir(os.path.join(folder, "run"))
            with open(os.path.join(folder, "run", "stopped-early"), "w", encoding="utf-8") as file:
                file.write("signal TERM\n")

        self.run_table([stopped("the second time",
                                ["train", "tiny.yaml", "--quiet", *sets("machine.whole.sweeps=" + ENDLESS)], 1,
                                files={"tiny.yaml": TINY}, prepare=prepare, left=("run",),
                                says=("give the run more time",))])

    def test_commands_that_write_nothing_stop_at_once(self):
        def prepare(folder):
            tool.write_images(folder)

        self.run_table([stopped("bounds", ["bounds", "tiny.yaml", *sets("qcgd.iterations=" + ENDLESS)],
                                files={"tiny.yaml": TINY}, prepare=prepare, number=number)
                        for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)])

    def test_counts_take_no_memory_before_the_first_step(self):
        def prepare(folder):
            tool.write_images(folder)

        reads = [*sets("machine.subproblems.blocks=neurons_and_samples", "machine.subproblems.reads=" + ENDLESS)]
        program = ("tiny\nQBL\nmaximize\n5\n1\n1\n3 2 9\n0\n0\n0\n5\n1 1 -4\n1 2 7\n1 3 7\n1 4 -6\n"
                   "1 5 5\n1e30\n12\n0\n12\n0\n")
        self.run_table([
            Case("reads of sub-problems", ["train", "tiny.yaml", *reads], files={"tiny.yaml": TINY}, prepare=prepare,
                 says=("machine.subproblems.reads", "ask for fewer")),
            Case("reads of a program", ["solve", "p.qplib", "--machine", "sa", "--reads", "1000000000000"],
                 files={"p.qplib": program}, says=("--reads", "ask for fewer")),
            Case("exit under a small address space", ["solve", "g.txt", "--json"], 0,
                 {"g.txt": "3 3\n1 2 1\n2 3 7\n1 3 2\n"}, json={"cut": 9}, address_space=200 << 20, seconds=5),
            Case("training under a small address space", ["train", "tiny.yaml", "--quiet"], 0, {"tiny.yaml": TINY},
                 prepare,
                 left=("run",), address_space=220 << 20, seconds=8)])

    def test_products_without_memory_for_blas(self):
        """Never a hang: either what is missing is told before anything is written, or the run goes well."""
        def prepare(folder):
            tool.write_images(folder)

        methods = (["method=qat", "qat.epochs=2"], ["machine.kind=bsb"], ["machine.subproblems.blocks=neurons"])
        files, words = {"tiny.yaml": TINY}, ["train", "tiny.yaml", "--quiet"]
        one_thread = {"OPENBLAS_NUM_THREADS": "1"}
        says = ("matrix products (OpenBLAS) need 128.0 MiB", "ulimit -v", "OPENBLAS_NUM_THREADS=1")
        cases = []
        for method in methods:
            arguments, name = [*words, *sets(*method)], method[0]
            few = {"says": says, "environment": one_thread, "seconds": 8}
            enough = {"left": ("run",), "environment": one_thread, "seconds": 8}
            cases += [Case(f"{name}, {limit >> 20} MiB of addresses", arguments, 2, files, prepare, address_space=limit,
                           **few)
                      for limit in (100 << 20, 130 << 20, 160 << 20)]
            cases += [Case(f"{name}, 100 MiB of data", arguments, 2, files, prepare, data_size=100 << 20, **few),
                      Case(f"{name}, 250 MiB of addresses", arguments, 0, files, prepare, address_space=250 << 20,
                           **enough),
                      Case(f"{name}, 250 MiB of data", arguments, 0, files, prepare, data_size=250 << 20, **enough)]
        cases += [Case("sweeps need no products", words, 0, files, prepare, left=("run",), environment=one_thread,
                       address_space=130 << 20, seconds=8),
                  Case("two ranks", [*words, *sets("method=qat")], 2, files, prepare, says=says, environment=one_thread,
                       data_size=100 << 20, ranks=2),
                  stopped("TERM under a limit", [*words, *sets("method=qat", "qat.epochs=" + ENDLESS)], files=files,
                          # a long history
                          prepare=prepare, left=("run",), environment=one_thread, address_space=400 << 20)]
        self.run_table(cases)

    def test_threads_of_blas_that_wait_for_memory(self):
        """They and the product compete for what is left: which one gets it is chance, but the run ends."""
        for kind in ("qat.epochs=2", "machine.kind=bsb"):
            for mebibytes in (180, 230, 280, 330, 380):
                with self.subTest(f"{kind}, {mebibytes} MiB"):
                    self.run_and_end([*sets(kind), *(sets("method=qat") if "qat" in kind else [])], mebibytes << 20)

    def run_and_end(self, arguments, limit):
        case = Case("", ["train", "tiny.yaml", "--quiet", *arguments], address_space=limit, seconds=8)
        with hostile.tempfile.TemporaryDirectory(prefix="isinglass-hostile-") as holder:
            folder, temporary = os.path.join(holder, "work"), os.path.join(holder, "temporary")
            for name in (folder, temporary):
                os.mkdir(name)
            tool.write_images(folder)
            with open(os.path.join(folder, "tiny.yaml"), "w", encoding="utf-8") as file:
                file.write(TINY)
            done = self.run_program(case, folder, temporary)
            self.assertIn(done.returncode, (0, 2), done.stderr)
            self.assertEqual("need" in done.stderr, done.returncode == 2, done.stderr)
            self.assertEqual(os.path.exists(os.path.join(folder, "run")), done.returncode == 0)


if __name__ == "__main__":
    hostile.main()
