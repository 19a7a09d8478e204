#!/usr/bin/env python3
"""Constrained binary programs of QPLIB: what each program has after a time limit, and its gap to the best known value.

    scripts/bench_qplib.py FOLDER [--programs before=OLD,after=NEW] [--time-limit 10] [--output results/tables/qplib]

FOLDER holds the files that inputs/qplib.csv names; those that are missing are left out, and said so. Each run has one
core and one seed. The point that `isinglass solve --output` writes is read, and its objective and rows are evaluated
here, from the instance file by a reader of its own: so programs that read a file differently are measured by the same
values. The gap is |value - best| / max(1, |best|), negative where the value is better than the best known one. Two
files: NAME.md and NAME.csv.
"""

import argparse
import csv
import math
import os
import pathlib
import subprocess
import sys
import tempfile

import h5py
import runs


class Program:
    """A binary program of QPLIB, in its text form: minimize or maximize 1/2 x'Qx + b'x + q subject to lower <= Ax <=
    upper."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            words = iter([word for line in file for word in line.split("#", 1)[0].split()])
        next(words)  # the name
        kind = next(words).upper()
        if kind[1] != "B" or kind[2] not in "LNB" or kind[0] not in "QL":
            raise ValueError(f"{path}: {kind}, expected a quadratic or linear objective, binary variables and "
                             f"linear rows")
        self.is_maximised = next(words).lower() == "maximize"
        variables = int(next(words))
        rows = int(next(words)) if kind[2] == "L" else 0
        self.quadratic = [] if kind[0] == "L" else [self.entry(words, 2) for _ in range(int(next(words)))]
        self.linear = self.vector(words, variables)
        self.constant = float(next(words))
        self.rows = [[] for _ in range(rows)]
        self.lower, self.upper = [], []
        if rows:
            for _ in range(int(next(words))):
                (row, variable), value = self.entry(words, 2)
                self.rows[row].append((variable, value))
            infinity = float(next(words))
            self.lower = [value if value > -infinity else -math.inf for value in self.vector(words, rows)]
            self.upper = [value if value < infinity else math.inf for value in self.vector(words, rows)]

    @staticmethod
    def entry(words, indices):
        return tuple(int(next(words)) - 1 for _ in range(indices)), float(next(words))

    @classmethod
    def vector(cls, words, size):
        values = [float(next(words))] * size
        for _ in range(int(next(words))):
            (index,), value = cls.entry(words, 1)
            values[index] = value
        return values

    def objective(self, x):
        """An entry v of the quadratic part means v/2 x_i x_j, on the diagonal and off it: so the library's files mean
        it."""
        terms = [value / 2 for (i, j), value in self.quadratic if x[i] and x[j]]
        return math.fsum([*terms, *(value for value, bit in zip(self.linear, x) if bit), self.constant])

    def is_feasible(self, x):
        for row, low, high in zip(self.rows, self.lower, self.upper):
            size = 1e-9 * max((abs(value) for _, value in row), default=0)
            if not low - size <= math.fsum(value for variable, value in row if x[variable]) <= high + size:
                return False
        return True


def solve(program, path, options, folder):
    """The point that the program writes; None if it wrote no feasible one."""
    output = os.path.join(folder, "point.h5")
    command = [program, "solve", path, "--format", "qplib", "--time-limit", options.time_limit, "--seed", options.seed,
               "--quiet",
               "--output", output]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")
    with h5py.File(output, "r") as file:
        best = file["best"]
        point = best["x"][()] if "x" in best else (best["spins"][()] + 1) // 2
    os.remove(output)
    return [int(bit) for bit in point] if len(point) else None


def measured(instance, folder, options, scratch):
    path = os.path.join(folder, instance["file"])
    problem, best = Program(path), float(instance["best"])
    row = {key: instance[key] for key in ("name", "sense", "variables", "rows", "best", "solver_60s")}
    for label, program in options.programs.items():
        point = solve(program, path, options, scratch)
        value = problem.objective(point) if point is not None and problem.is_feasible(point) else None
        gap = None if value is None else (best - value if problem.is_maximised else value - best) / max(1, abs(best))
        row[label] = "none" if value is None else f"{value:.9g}"
        row[f"{label}_gap_percent"] = "-" if gap is None else f"{100 * gap:.4g}" if abs(gap) > 1e-8 else "0"
        print(f"{instance['name']} {label}: {row[label]}, gap {row[f'{label}_gap_percent']} %", flush=True)
    return row


def summary(rows, label):
    gaps = [float(row[f"{label}_gap_percent"]) if row[label] != "none" else math.inf for row in rows]
    count = lambda limit: sum(gap <= limit for gap in gaps)
    return (f"{label}: best known or better {count(0.0006)}, within 0.1 % {count(0.1)}, within 1 % {count(1)}, "
            f"no feasible point {sum(math.isinf(gap) for gap in gaps)}, of {len(gaps)}")


def programs_of(text):
    return dict(part.split("=", 1) for part in text.split(","))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--programs", type=programs_of, default={"isinglass": str(runs.PROGRAM)},
                        metavar="LABEL=PROGRAM,...")
    parser.add_argument("--instances", help="names, separated by commas (default: all)")
    parser.add_argument("--time-limit", type=float, default=10, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=pathlib.Path, default=runs.TABLES / "qplib")
    options = parser.parse_args()
    with open(runs.ROOT / "inputs/qplib.csv", encoding="utf-8") as file:
        instances = list(csv.DictReader(line for line in file if not line.startswith("#")))
    if options.instances:
        instances = [row for row in instances if row["name"] in options.instances.split(",")]
    rows = []
    with tempfile.TemporaryDirectory(prefix="isinglass-qplib-") as scratch:
        for instance in instances:
            if os.path.exists(os.path.join(options.folder, instance["file"])):
                rows.append(measured(instance, options.folder, options, scratch))
            else:
                print(f"left out, no such file: {instance['file']}", file=sys.stderr)
    if not rows:
        sys.exit("no instance: nothing is written")
    named = [f"{label}: {runs.program_version(program)}" for label, program in options.programs.items()]
    versions = ",\nand ".join(named)
    head = runs.table_head(f"one rank, {options.time_limit:g} s a run, seed {options.seed}", versions)
    lines = [*head, "", *(summary(rows, label) + "." for label in options.programs), ""]
    lines += runs.markdown(list(rows[0]), [list(row.values()) for row in rows])
    runs.write_text(options.output.with_suffix(".md"), lines)
    with open(options.output.with_suffix(".csv"), "w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    print("\n".join(summary(rows, label) for label in options.programs))


if __name__ == "__main__":
    main()
