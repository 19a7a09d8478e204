"""The command solve as users see it: formats, targets, limits, signals, result files, the same answer on any number
of ranks.

Usage: solve_test.py PROGRAM [MPIRUN]
"""

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import program as tool  # noqa: E402

PROGRAM, MPIRUN = "", ""
INSTANCES = os.path.join(HERE, "..", "instances")


def random_graph(nodes, edges, seed):
    """Distinct edges with weights +-1, 1-based."""
    rng = random.Random(seed)
    pairs = rng.sample(list(itertools.combinations(range(1, nodes + 1), 2)), edges)
    return [(i, j, rng.choice((-1, 1))) for i, j in pairs]


def list_text(nodes, entries):
    return f"{nodes} {len(entries)}\n" + "".join(f"{i} {j} {w}\n" for i, j, w in entries)


def cut(entries, spins):
    return sum(w for i, j, w in entries if spins[i - 1] != spins[j - 1])


class Solve(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="isinglass-solve-")
        self.addCleanup(holder.cleanup)
        self.folder = holder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return name

    def run_here(self, *arguments, ranks=0):
        return subprocess.run(tool.command_of(PROGRAM, MPIRUN, ranks, ["solve", *arguments]), capture_output=True,
                              text=True,
                              timeout=100, cwd=self.folder, env=tool.ENVIRONMENT, check=False)

    def good(self, *arguments, ranks=0):
        result = self.run_here(*arguments, "--json", ranks=ranks)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return json.loads(result.stdout.splitlines()[-1])

    def bad(self, *arguments, parts, ranks=0):
        result = self.run_here(*arguments, ranks=ranks)
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        for part in parts:
            self.assertIn(part, result.stderr)
        return result.stderr

    def test_each_format_has_its_optimum(self):
        sk = os.path.join(INSTANCES, "SK_N10_1.mc")
        self.assertEqual(self.good(sk, "--format", "ising")["energy"], -27)
        by_cut = self.good(sk)
        self.assertEqual(by_cut["cut"], -by_cut["energy"])
        self.assertTrue(by_cut["proven_optimal"])
        matrix = "3 4\n1 1 -2\n1 2 3\n2 2 -4\n3 3 1\n"
        self.assertEqual(self.good(self.write("a.qubo", matrix))["objective"], -4)
        self.assertEqual(self.good(self.write("a.sparse", matrix))["objective"], -4)
        self.assertEqual(self.good(self.write("b.txt", "1\n" + matrix))["objective"], 1)
        coo = self.good(self.write("c.coo", "# offset 10\n# group 0 1 2\n0 0 5\n1 1 3\n2 2 4\n0 2 -100\n"))
        self.assertEqual(coo["objective"], 13)
        qplib = "p\nQBL\nmaximize\n3\n1\n1\n2 1 6\n1\n0\n0\n3\n1 1 1\n1 2 1\n1 3 1\n1e30\n-1e30\n0\n2\n0\n"
        self.assertEqual(self.good(self.write("d.qplib", qplib))["objective"], 5)

    def test_published_values_of_qplib(self):
        """An entry v of the quadratic part is v/2 x_i x_j, off the diagonal too: only so the published values are
        reached."""
        for name, sense, best in (("QPLIB_3852", 1, 234), ("QPLIB_3714", -1, 1183)):
            path = os.path.join(INSTANCES, f"{name}.qplib")
            found = self.good(path, "--target", best, "--time-limit", "20")
            self.assertEqual(found["objective"], best)
            beyond = self.good(path, "--target", best + sense, "--time-limit", "1")
            self.assertFalse(beyond["target_reached"])

    def test_every_machine_finds_a_small_ground_state(self):
        sk = os.path.join(INSTANCES, "SK_N50_1.mc")
        helped = self.run_here("--help").stdout
        machines = helped.split("--machine NAME:{")[1].split("}")[0].split(",")
        for machine in machines:
            if machine in ("enumeration", "external"):
                continue
            with self.subTest(machine=machine):
                found = self.good(sk, "--format", "ising", "--machine", machine, "--target", "-259", "--time-limit",
                                  "20")
                self.assertEqual(found["energy"], -259)
                self.assertTrue(found["target_reached"])
                self.assertEqual(found["machine"], machine)

    def test_groups_are_kept_by_moves_or_by_penalties(self):
        rng = random.Random(5)
        text = "".join(f"# group {' '.join(str(4 * g + k) for k in range(4))}\n" for g in range(8))
        terms = [(i, j, rng.randint(-9, 9)) for i in range(32) for j in range(i, 32) if i // 4 != j // 4 or i == j]
        self.write("g.coo", text + "".join(f"{i} {j} {q}\n" for i, j, q in terms))
        native, penalised = self.good("g.coo", "--output", "g.h5"), self.good("g.coo", "--machine", "sa")
        self.assertEqual(native["objective"], penalised["objective"])
        with h5py.File(self.path("g.h5")) as file:
            x = file["best/spins"][:] > 0
        self.assertTrue(all(x[4 * g:4 * g + 4].sum() == 1 for g in range(8)))
        self.assertEqual(sum(q for i, j, q in terms if x[i] and x[j]), native["objective"])

    def test_result_file_and_recomputed_energies(self):
        edges = random_graph(60, 300, 1)
        self.write("g.txt", list_text(60, edges))
        best = self.good("g.txt", "--machine", "sa", "--reads", "70", "--sweeps", "20", "--output", "s.h5")
        self.assertEqual(best["reads"], 70)
        with h5py.File(self.path("s.h5")) as file:
            self.assertEqual(file.attrs["complete"], 1)
            bits = np.unpackbits(file["reads/spins"][:], axis=1, bitorder="little")[:, :60]
            spins = 2 * bits.astype(int) - 1
            energies = file["reads/energy"][:]
            self.assertEqual(list(energies), [-cut(edges, s) for s in spins])
            self.assertEqual(cut(edges, file["best/spins"][:]), best["cut"])
            self.assertEqual(max(-energies), best["cut"])
            self.assertEqual(list(file["reads/index"][:]), list(range(70)))
            history = file["provenance/history_energy"][:]
        self.assertTrue(all(a > b for a, b in zip(history, history[1:])))
        self.assertEqual(history[-1], best["energy"])
        self.assertEqual(self.run_here("g.txt", "--reads", "1", "--output", "no/such/folder/s.h5").returncode, 2)

    def test_the_same_on_any_number_of_ranks(self):
        self.write("g.txt", list_text(100, random_graph(100, 500, 2)))
        self.write("p.qplib", qplib_text(14, 3))
        for name, arguments in (("g.txt", ["--machine", "sa", "--reads", "200", "--sweeps", "10"]),
                                ("p.qplib",
                                 ["--machine", "sa", "--iterations", "4", "--reads", "9", "--sweeps", "20"])):
            for ranks in range(1, 5 if MPIRUN else 1):
                self.good(name, *arguments, "--output", f"{ranks}.h5", ranks=ranks)
                self.assertEqual(tool.h5diff(self.path("1.h5"), self.path(f"{ranks}.h5")), "")

    def test_a_target_stops_all_ranks(self):
        sk = os.path.join(INSTANCES, "SK_N50_1.mc")
        found = self.good(sk, "--format", "ising", "--machine", "sa", "--target", "-259", "--time-limit", "60",
                          ranks=2 if MPIRUN else 0)
        self.assertTrue(found["target_reached"])
        self.assertLess(found["wall_seconds"], 30)
        self.assertLessEqual(found["seconds_to_best"], found["wall_seconds"])

    def test_a_time_limit_ends_it(self):
        self.write("g.txt", list_text(100, random_graph(100, 500, 2)))
        late = self.good("g.txt", "--machine", "sa", "--target", "100000", "--time-limit", "0.5")
        self.assertFalse(late["target_reached"])
        self.assertEqual(late["stop_reason"], "time limit")
        self.assertGreater(late["reads"], 0)
        self.assertLess(late["wall_seconds"], 10)

    def test_a_signal_stops_with_the_best_so_far(self):
        self.write("g.txt", list_text(100, random_graph(100, 500, 2)))
        for ranks in (0, 2) if MPIRUN else (0,):
            command = tool.command_of(PROGRAM, MPIRUN, ranks,
                                      ["solve", "g.txt", "--machine", "sa", "--time-limit", "90",
                                                               "--json", "--output", "s.h5"])
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder,
                                  env=tool.ENVIRONMENT) as process:
                time.sleep(3)
                process.send_signal(signal.SIGUSR1)
                output, errors = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 85, output + errors)
            self.assertIn("signal", json.loads(output.splitlines()[-1])["stop_reason"])
            with h5py.File(self.path("s.h5")) as file:
                self.assertGreater(len(file["reads/energy"]), 0)

    def test_time_to_solution(self):
        sk = os.path.join(INSTANCES, "SK_N50_1.mc")
        tts = self.good(sk, "--format", "ising", "--machine", "sa", "--tts", "3", "--target", "-259", "--sweeps", "50")
        p, n = tts["success_probability"], tts["reads"]
        self.assertGreater(p, 0)
        self.assertEqual(tts["successes"], round(p * n))
        self.assertLess(tts["success_probability_low"], p)
        if p < 0.99:
            runs = np.log(0.01) / np.log(1 - p)
            self.assertAlmostEqual(tts["tts99_field_evaluations"] / (runs * tts["field_evaluations_per_read"]), 1)
            self.assertAlmostEqual(tts["tts99_seconds"] / (runs * tts["seconds_per_read"]), 1)
        never = self.good(sk, "--format", "ising", "--machine", "sa", "--tts", "1", "--target", "-1000", "--sweeps",
                          "5")
        self.assertTrue(never["tts99_is_lower_bound"])
        self.assertGreater(never["tts99_seconds"], 0)
        scan = self.good(sk, "--format", "ising", "--machine", "sa", "--tts", "4", "--target", "-259", "--sweeps",
                         "scan",
                         "--set", "machine.sa.sweeps=20")
        self.assertIn(scan["scan"][0]["sweeps"], range(20, 40))  # and the descent; the next one has twice as many
        least = min(point["tts99_field_evaluations"] for point in scan["scan"] if point["successes"] > 0)
        chosen = [point for point in scan["scan"] if point["tts99_field_evaluations"] == least][0]["sweeps"]
        self.assertEqual(chosen, scan["sweeps"])

    def test_programs_with_constraints(self):
        for seed in range(4):
            text, least = qplib_text(10, seed), qplib_optimum(10, seed)
            found = self.good(self.write("p.qplib", text), "--machine", "sa", "--iterations", "20", "--output", "p.h5")
            self.assertEqual(found["feasible"], least is not None)
            self.assertEqual(found["objective"], least)
            with h5py.File(self.path("p.h5")) as file:
                self.assertEqual(file["best"].attrs["value"], least)
                self.assertAlmostEqual(sum(file["atoms/weights"][:]), 1)
        impossible = "p\nLBL\nminimize\n2\n1\n0\n0\n0\n2\n1 1 1\n1 2 1\n1e30\n3\n0\n1e30\n0\n"
        answer = self.good(self.write("i.qplib", impossible))
        self.assertTrue(answer["proven_infeasible"])
        self.assertIsNone(answer["objective"])
        odd = "p\nLBL\nminimize\n3\n2\n0\n0\n0\n4\n1 1 1\n1 2 1\n2 1 1\n2 2 -1\n1e30\n0\n2\n1 1\n2 0\n0\n2\n1 1\n2 0\n"
        self.assertFalse(self.good(self.write("o.qplib", odd), "--machine", "sa", "--iterations", "5")["feasible"])

    def test_compiled_and_exported_problems(self):
        tool.write_images(self.folder)
        self.write("tiny.yaml", "schema: 1\n"
                   f"data: {{dataset: idx, directory: {self.folder}, classes: [0, 1], "
                   "pool: 4, levels: 2, train_samples: 3}\n"
                   "network:\n  hidden:\n    - {units: 1, bias: 1bit}\n  output: {weights: 1bit, bias: 1bit}\n")
        command = [PROGRAM, "compile", "tiny.yaml", "-o", "q.h5", "--with", "problem,qubo"]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        by_qubo, by_rows = self.good("q.h5", "--time-limit", "5"), self.good("q.h5", "--format", "qcbo", "--machine",
                                                                             "sa")
        self.assertEqual(by_qubo["format"], "hdf5")
        self.assertTrue(by_rows["feasible"])
        self.assertAlmostEqual(by_qubo["objective"], by_rows["objective"])
        for name in ("qubo", "coo", "qplib"):
            subprocess.run([PROGRAM, "export", "q.h5", "--format", name, "-o", name], cwd=self.folder, check=True,
                           capture_output=True)
            limit = ["--time-limit", "5", "--target", by_rows["objective"]]
            found = self.good(name, *(limit if name != "qplib" else ["--machine", "sa"]))
            self.assertAlmostEqual(found["objective"], by_rows["objective"])

    def test_malformed_input(self):
        self.bad(self.write("a.txt", "3 2\n1 2 1\n"), parts=["a.txt:2: the file ends before entry 2 of 2"])
        self.bad(self.write("b.txt", "3 1\n1 9 1\n"), parts=["b.txt:2: index 9 is outside of 1 .. 3"])
        self.bad("absent.txt", parts=["absent.txt: no such file"])
        with open(self.path("junk"), "wb") as file:
            file.write(bytes(range(256)))
        self.bad("junk", parts=["junk:1: "])
        with h5py.File(self.path("other.h5"), "w") as file:
            file.attrs["x"] = 1
        self.bad("other.h5", parts=["other.h5"])
        good = self.write("g.txt", "3 1\n1 2 1\n")
        self.bad(good, "--tts", "3", parts=["--target"])
        self.bad(good, "--sweeps", "scan", parts=["--tts"])
        self.bad(good, "--sweeps", "0", parts=["--sweeps"])
        self.bad(good, "--set", "qcgd.iterations=3", parts=["section machine"])
        self.bad(good, "--set", "machine.no.such=3", parts=["machine.no"])
        self.bad(good, "--machine", "magic", parts=["magic"])
        self.bad(self.write("q.qplib", "a\nQCL\nminimize\n"), parts=["q.qplib:2:"])
        if MPIRUN:
            self.assertEqual(self.bad("a.txt", parts=["a.txt:2:"], ranks=2).count("a.txt:2:"), 1)


def qplib_parts(n, seed):
    rng = random.Random(seed)
    quadratic = {(i, j): rng.randint(-9, 9) for i in range(n) for j in range(i) if rng.random() < 0.5}
    linear = [rng.randint(-9, 9) for _ in range(n)]
    knapsack = [rng.randint(1, 7) for _ in range(n)]
    return quadratic, linear, knapsack, sum(knapsack) // 2, n // 3


def qplib_text(n, seed):
    """A quadratic knapsack whose number of chosen items is fixed."""
    quadratic, linear, knapsack, capacity, chosen = qplib_parts(n, seed)
    text = f"knapsack\nQBL\nminimize\n{n}\n2\n{len(quadratic)}\n"
    text += "".join(f"{i + 1} {j + 1} {q}\n" for (i, j), q in quadratic.items())
    text += f"0\n{n}\n" + "".join(f"{i + 1} {c}\n" for i, c in enumerate(linear)) + "0\n"
    text += f"{2 * n}\n" + "".join(f"1 {i + 1} {a}\n2 {i + 1} 1\n" for i, a in enumerate(knapsack))
    return text + f"1e30\n-1e30\n1\n2 {chosen}\n0\n2\n1 {capacity}\n2 {chosen}\n"


def qplib_optimum(n, seed):
    quadratic, linear, knapsack, capacity, chosen = qplib_parts(n, seed)
    best = None
    for items in itertools.combinations(range(n), chosen):
        if sum(knapsack[i] for i in items) > capacity:
            continue
        value = sum(linear[i] for i in items) + sum(q for (i, j),
                                                    q in quadratic.items() if i in items and j in items) / 2
        best = value if best is None else min(best, value)
    return best


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv[1])
    MPIRUN = sys.argv[2] if len(sys.argv) > 2 else ""
    unittest.main(argv=sys.argv[:1], verbosity=1)
