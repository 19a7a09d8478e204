"""Random binary programs with a linear objective: `isinglass solve` against the proven optimum of glpsol.

Branch and bound, the default, must prove each optimum; QCGD with an annealer must find nearly all.

Usage: program_optimum.py PROGRAM GLPSOL
"""

import json
import os
import random
import re
import subprocess
import sys
import tempfile


def random_program(seed):
    """Knapsack, covering, assignment and cardinality rows over 24 variables; integers."""
    rng = random.Random(seed)
    n = 24
    cost = [rng.randint(-20, 20) for _ in range(n)]
    rows = [({i: 1 for i in range(4 * g, 4 * g + 4)}, 1, 1) for g in range(3)]
    for _ in range(3):
        row = {i: rng.randint(1, 9) for i in rng.sample(range(n), 10)}
        rows.append((row, None, sum(row.values()) // 2))
    row = {i: rng.choice((-3, -1, 2, 4)) for i in rng.sample(range(n), 8)}
    rows.append((row, 1, 6))
    rows.append(({i: 1 for i in rng.sample(range(12, n), 6)}, 2, None))
    return n, cost, rows


def lp_text(n, cost, rows):
    def form(row):
        return " ".join(f"{a:+d} x{i}" for i, a in row.items())
    text = "Minimize\n obj: " + form(dict(enumerate(cost))) + "\nSubject To\n"
    for row, low, high in rows:
        if low is not None:
            text += f" {form(row)} >= {low}\n"
        if high is not None:
            text += f" {form(row)} <= {high}\n"
    return text + "Binary\n " + " ".join(f"x{i}" for i in range(n)) + "\nEnd\n"


def qplib_text(n, cost, rows):
    text = f"random\nLBL\nminimize\n{n}\n{len(rows)}\n0\n{n}\n" + "".join(f"{i + 1} {c}\n" for i,
                                                                          c in enumerate(cost)) + "0\n"
    text += f"{sum(len(row) for row, _, _ in rows)}\n"
    text += "".join(f"{r + 1} {i + 1} {a}\n" for r, (row, _, _) in enumerate(rows) for i, a in row.items())
    text += "1e30\n"
    for side, absent in ((1, -1e30), (2, 1e30)):
        listed = [(r + 1, row[side]) for r, row in enumerate(rows) if row[side] is not None]
        text += f"{absent}\n{len(listed)}\n" + "".join(f"{r} {value}\n" for r, value in listed)
    return text


def glpsol_optimum(glpsol, folder, text):
    """The proven optimum; None if there is no feasible point."""
    with open(os.path.join(folder, "p.lp"), "w", encoding="utf-8") as file:
        file.write(text)
    subprocess.run([glpsol, "--lp", "p.lp", "-w", "p.txt", "--tmlim", "30"], cwd=folder, check=True,
                   capture_output=True)
    with open(os.path.join(folder, "p.txt"), encoding="utf-8") as file:
        words = re.search(r"^s mip \d+ \d+ (\w) (\S+)", file.read(), re.M)
    if words is None or words.group(1) != "o":
        return None
    return float(words.group(2))


def solve(program, folder, *options):
    command = [program, "solve", "p.qplib", "--quiet", "--json", *options]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def check_proof(answer, optimum, seed):
    if optimum is None:
        message = f"seed {seed}: glpsol says that nothing is feasible, which was not proven: {answer}"
        assert answer["proven_infeasible"], message
        return
    assert answer["proven_optimal"], f"seed {seed}: not proven: {answer}"
    assert answer["objective"] == optimum, f"seed {seed}: {answer['objective']} is not the optimum {optimum}"


def main():
    program, glpsol = os.path.abspath(sys.argv[1]), sys.argv[2]
    optimal = compared = 0
    with tempfile.TemporaryDirectory(prefix="isinglass-program-") as folder:
        for seed in range(12):
            parts = random_program(seed)
            optimum = glpsol_optimum(glpsol, folder, lp_text(*parts))
            with open(os.path.join(folder, "p.qplib"), "w", encoding="utf-8") as file:
                file.write(qplib_text(*parts))
            check_proof(solve(program, folder), optimum, seed)
            answer = solve(program, folder, "--machine", "sa", "--iterations", "15", "--reads", "32", "--sweeps", "100")
            if optimum is None:
                assert not answer["feasible"], f"seed {seed}: feasible, and glpsol says that nothing is"
                continue
            compared += 1
            assert answer["feasible"], f"seed {seed}: no feasible point found"
            assert answer["objective"] >= optimum, f"seed {seed}: {answer['objective']} is below the optimum {optimum}"
            optimal += answer["objective"] == optimum
    print(f"{optimal} of {compared} optima found by QCGD")
    assert compared >= 8 and optimal >= compared - 1


if __name__ == "__main__":
    main()
