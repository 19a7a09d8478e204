#!/usr/bin/python3
"""Native moves of one-hot groups against single flips on penalties: energy against time a read.

Writes a 64 x 16 problem with scripts/make_one_hot.py, solves it with machines that keep the groups and with annealing
and tabu search on the penalty form at several weights, and writes results/tables/one-hot.md, .csv and .png. A read
that breaks a group is no solution; a median is over all reads, so that it exists if at least half of them keep the
groups. Time is CPU time.

    scripts/compare_one_hot.py build/release/apps/isinglass/isinglass
"""

import argparse
import csv
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

SCRIPTS = pathlib.Path(__file__).resolve().parent
SWEEPS = {"sa": (10, 30, 100, 300, 1000, 3000, 10000), "tabu": (300, 1000, 3000, 10000, 30000, 100000),
          "pt": (3, 10, 30, 100, 300, 1000)}
PENALTY_SWEEPS = {"sa": (30, 100, 300, 1000, 3000), "tabu": (1000, 10000, 100000)}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="isinglass")
    parser.add_argument("--groups", type=int, default=64)
    parser.add_argument("--values", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1, help="of the problem")
    parser.add_argument("--reads", type=int, default=16)
    parser.add_argument("--weights", type=int, nargs="+", default=[1000, 1200, 1400, 1600, 2000, 3000],
                        help="of the penalty")
    parser.add_argument("--tables", type=pathlib.Path, default=SCRIPTS.parent / "results" / "tables")
    return parser.parse_args()


def solve(args, folder, instance, machine, sweeps, weight):
    """One row: CPU seconds a read, and the energies of the reads that keep the groups."""
    output = folder / "reads.h5"
    command = [args.program, "solve", str(instance), "--machine", machine, "--sweeps", str(sweeps), "--reads",
               str(args.reads),
               "--json", "--quiet", "--output", str(output)] + (["--penalty", str(weight)] if weight else [])
    result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
    with h5py.File(output) as file:
        energies, packed = file["reads/energy"][:], file["reads/spins"][:]
    valid = [float(energy) for energy, row in zip(energies, packed) if keeps_groups(row, args)]
    everything = sorted(valid) + [float("inf")] * (len(energies) - len(valid))
    return {"machine": machine, "penalty": weight or "native", "sweeps": sweeps, "reads": len(energies),
            "kept": len(valid),
            "cpu_seconds_a_read": result["machine_seconds"] / len(energies),
            "best": min(valid, default=float("inf")), "median": statistics.median_low(everything)}


def keeps_groups(packed, args):
    """Eight spins a byte, the lowest bit first; groups are runs of equal length."""
    bits = [(int(packed[i // 8]) >> (i % 8)) & 1 for i in range(args.groups * args.values)]
    return all(sum(bits[g * args.values:(g + 1) * args.values]) == 1 for g in range(args.groups))


def measure(args, folder):
    instance = folder / "one-hot.coo"
    with open(instance, "w", encoding="utf-8") as out:
        subprocess.run([sys.executable, SCRIPTS / "make_one_hot.py", "--groups", str(args.groups), "--values",
                        str(args.values), "--seed", str(args.seed)], check=True, stdout=out)
    for machine, counts in SWEEPS.items():
        for sweeps in counts:
            yield solve(args, folder, instance, machine, sweeps, None)
    for machine, counts in PENALTY_SWEEPS.items():
        for weight in args.weights:
            for sweeps in counts:
                yield solve(args, folder, instance, machine, sweeps, weight)


def shown(value):
    return "-" if value == float("inf") else f"{value:.0f}"


def write_table(rows, args, path):
    with open(path.with_suffix(".csv"), "w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    with open(path.with_suffix(".md"), "w", encoding="utf-8") as out:
        out.write(f"One-hot groups, {args.groups} x {args.values}, seed {args.seed}, {args.reads} reads: native "
                  f"moves and "
                  "penalties of several weights.\nMade by `scripts/compare_one_hot.py`; CPU time of one core.\n\n"
                  "| machine | groups | sweeps | CPU ms a read | reads that keep the groups | best | median |\n"
                  "|---|---|---:|---:|---:|---:|---:|\n")
        for row in rows:
            form = "native moves" if row["penalty"] == "native" else f"penalty {row['penalty']}"
            out.write(f"| {row['machine']} | {form} | {row['sweeps']} | {1e3 * row['cpu_seconds_a_read']:.2f} | "
                      f"{row['kept']} / {row['reads']} | {shown(row['best'])} | {shown(row['median'])} |\n")


def draw(rows, path):
    figure, axes = plt.subplots(figsize=(7, 4.5))
    for machine, colour in (("sa", "C0"), ("tabu", "C1"), ("pt", "C2")):
        native = [row for row in rows if row["machine"] == machine and row["penalty"] == "native"]
        axes.plot([row["cpu_seconds_a_read"] for row in native], [row["median"] for row in native], "o-", color=colour,
                  label=f"{machine}, native moves")
        penalised = [row for row in rows if row["machine"] == machine and row["penalty"] != "native"]
        # The best weight of each number of sweeps.
        best = [min((row for row in penalised if row["sweeps"] == sweeps), key=lambda row: row["median"])
                for sweeps in sorted({row["sweeps"] for row in penalised})]
        best = [row for row in best if row["median"] < float("inf")]
        if best:
            axes.plot([row["cpu_seconds_a_read"] for row in best], [row["median"] for row in best], "s--", color=colour,
                      label=f"{machine}, best penalty")
    axes.set(xscale="log", xlabel="CPU seconds a read", ylabel="median energy")
    axes.legend()
    figure.tight_layout()
    figure.savefig(path.with_suffix(".png"), dpi=120)


def main():
    args = arguments()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for row in measure(args, pathlib.Path(folder)):
            print(row, flush=True)
            rows.append(row)
    args.tables.mkdir(parents=True, exist_ok=True)
    write_table(rows, args, args.tables / "one-hot")
    draw(rows, args.tables / "one-hot")


if __name__ == "__main__":
    main()
