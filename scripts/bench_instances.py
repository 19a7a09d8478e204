#!/usr/bin/env python3
"""Machines on instances with known best values: time to target, and time to solution.

    scripts/bench_instances.py FOLDER [--machines sa,tabu] [--instances G22,G39] [--runs 20] [--time-limit 60]
    [--ranks 1] [--output results/tables/machines]

FOLDER holds the files that inputs/instances.csv names; those that are missing are left out, and said so. Two tables,
as Markdown and CSV:

  NAME.md/.csv      each machine on each instance of group `library`: runs until the best known value or the time
                    limit, with different seeds; runs that reached it, the best and the median value, median and
                    largest seconds to the target (start of the machine included, reading the file not), spin
                    updates/s
  NAME-tts.md/.csv  each machine on the Sherrington-Kirkpatrick instances: TTS99 in CPU seconds of one core and in field
                    evaluations, median and quartiles over the instances of each size; the number of sweeps is chosen
                    once for all instances of a machine (the scanned number with the least median TTS99 over the
                    tuning instances)
"""

import argparse
import csv
import json
import math
import os
import statistics
import subprocess
import sys

import runs

DEFAULT_MACHINES = "sa,tabu,pt,dsb,bsb,cim,cac"

TUNED_SWEEPS = [1 << k for k in range(2, 13)]


def known_instances(folder):
    with open(runs.ROOT / "inputs/instances.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    for row in rows:
        row["path"] = os.path.join(folder, row["file"])
        if not os.path.exists(row["path"]):
            print(f"left out, no such file: {row['path']}", file=sys.stderr)
    return [row for row in rows if os.path.exists(row["path"])]


def solve(options, instance, machine, *arguments, ranks=1):
    launcher = ["mpirun", "-n", str(ranks)] if ranks > 1 else []
    settings = [part for text in options.set if text.startswith(f"machine.{machine}.") for part in ("--set", text)]
    command = [*launcher, options.program, "solve", instance["path"], "--format", instance["format"], "--machine",
               machine,
               "--quiet", "--json", *settings, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=runs.mpi_environment(ranks))
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def value_of(answer):
    return next(answer[name] for name in ("cut", "objective", "energy") if name in answer)


def quartiles(values):
    """Linear between the order statistics; infinite where they are."""
    ordered, result = sorted(values), []
    for q in (0.25, 0.5, 0.75):
        at = q * (len(ordered) - 1)
        low, high = ordered[math.floor(at)], ordered[math.ceil(at)]
        result.append(low if low == high else low + (at - math.floor(at)) * (high - low))
    return result


def number(value, digits=3):
    return "-" if value is None or not math.isfinite(value) else f"{value:.{digits}g}"


def write(options, suffix, rows, note):
    path = options.output + suffix
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path + ".csv", "w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    with open(path + ".md", "w", encoding="utf-8") as file:
        _, *made_with = runs.table_head(f"{options.ranks} rank(s)", runs.program_version(options.program))
        file.write(note + "\n" + "\n".join(made_with) + "\n\n| " + " | ".join(rows[0]) + " |\n|" +
                   "---|" * len(rows[0]) + "\n")
        for row in rows:
            file.write("| " + " | ".join(str(v) for v in row.values()) + " |\n")
    print(f"written: {path}.md, {path}.csv")


def run_to_targets(options, instances):
    rows = []
    for instance in (i for i in instances if i["group"] == "library"):
        for machine in options.machines:
            answers = [solve(options, instance, machine, "--target", instance["best"], "--time-limit",
                             options.time_limit,
                             "--seed", seed, ranks=options.ranks) for seed in range(1, options.runs + 1)]
            values = [value_of(a) for a in answers]
            best = max if instance["format"] in ("rudy", "beasley") else min
            reached = [a for a in answers if a["target_reached"]]
            # A run that failed counts as infinitely long: the median over all runs is then one of those that did not.
            seconds = [a["seconds_to_best"] if a["target_reached"] else math.inf for a in answers]
            rows.append({"instance": instance["name"], "spins": instance["spins"], "machine": machine,
                         "best known": instance["best"], "best": f"{best(values):.10g}",
                         "median": f"{statistics.median(values):.10g}", "success": f"{len(reached)}/{len(answers)}",
                         "median s to target": number(statistics.median(seconds)), "largest s": number(max(seconds)),
                         "updates/s": number(statistics.median(a["spin_updates_per_second"] for a in answers))})
            print(" ".join(map(str, rows[-1].values())), flush=True)
    return rows


def blocks_of(options, instance, machine, reads):
    """How many blocks of the machine are at least so many reads."""
    block = solve(options, instance, machine, "--tts", 1, "--target", instance["best"], "--sweeps", 1)["reads"]
    return -(-reads // block)


def tuned_sweeps(options, instances, machine):
    """The power of two with the least median TTS99 (CPU seconds) over the tuning instances. All of them are tried:
    the TTS99 of
    dynamics has two minima, one of them at a few steps and a descent, which field evaluations do not count."""
    tuning = [i for i in instances if i["group"] == options.tune_on] or instances
    repeats = blocks_of(options, tuning[0], machine, options.tune_reads)

    def median_at(sweeps):
        points = [solve(options, i, machine, "--tts", repeats, "--target", i["best"], "--sweeps", sweeps)
                  for i in tuning]
        return statistics.median(math.inf if p["successes"] == 0 else p["tts99_seconds"] for p in points)

    return min(TUNED_SWEEPS, key=median_at)


def measure_tts(options, instances):
    sk = [i for i in instances if i["group"].startswith("sk-")]
    rows = []
    for machine in options.machines if sk else []:
        sweeps = tuned_sweeps(options, sk, machine)
        repeats = blocks_of(options, sk[0], machine, options.reads)
        for group in sorted({i["group"] for i in sk}, key=lambda name: int(name[3:])):
            points = [solve(options, i, machine, "--tts", repeats, "--target", i["best"], "--sweeps", sweeps)
                      for i in sk if i["group"] == group]
            is_bound = any(p["tts99_is_lower_bound"] for p in points)
            seconds = quartiles([p["tts99_seconds"] for p in points])
            work = quartiles([p["tts99_field_evaluations"] for p in points])
            rows.append({"machine": machine, "spins": group[3:], "instances": len(points), "sweeps": sweeps,
                         "reads each": points[0]["reads"],
                         "success": number(statistics.median(p["success_probability"] for p in points)),
                         "TTS99 s": number(seconds[1]),
                         "TTS99 s quartiles": f"{number(seconds[0])} .. {number(seconds[2])}",
                         "TTS99 evaluations": number(work[1]),
                         "evaluations quartiles": f"{number(work[0])} .. {number(work[2])}",
                         "lower bound": "yes" if is_bound else "no"})
            print(" ".join(map(str, rows[-1].values())), flush=True)
    return rows


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--program", default=str(runs.PROGRAM))
    parser.add_argument("--machines", default=DEFAULT_MACHINES, help=f"comma-separated (default: {DEFAULT_MACHINES})")
    parser.add_argument("--instances", default="", help="comma-separated names (default: all)")
    parser.add_argument("--runs", type=int, default=20, help="seeds of each machine and instance (default: 20)")
    parser.add_argument("--time-limit", type=float, default=60, help="seconds of a run (default: 60)")
    parser.add_argument("--ranks", type=int, default=1, help="MPI ranks of a run to a target (default: 1)")
    parser.add_argument("--reads", type=int, default=1000, help="of each TTS measurement, at least (default: 1000)")
    parser.add_argument("--tune-reads", type=int, default=200,
                        help="the same while the sweeps are tuned (default: 200)")
    parser.add_argument("--tune-on", default="sk-100",
                        help="group of instances that the sweeps are tuned on (default: sk-100)")
    parser.add_argument("--set", action="append", default=[],
                        help="machine.NAME.KEY=VALUE, for that machine; repeatable")
    parser.add_argument("--only", choices=("targets", "tts"), help="one of the two tables")
    parser.add_argument("--output", default=str(runs.TABLES / "machines"))
    options = parser.parse_args()
    options.machines = [name for name in options.machines.split(",") if name]
    return options


def main():
    options = parse()
    instances = known_instances(options.folder)
    if options.instances:
        instances = [i for i in instances if i["name"] in options.instances.split(",")]
    if not instances:
        sys.exit(f"{options.folder}: holds none of the files of inputs/instances.csv")
    if options.only != "tts":
        rows = run_to_targets(options, instances)
        if rows:
            write(options, "", rows,
                  f"Runs until the best known value or {options.time_limit:g} s on {options.ranks} core(s), "
                  f"seeds 1 to {options.runs}: `scripts/bench_instances.py`.")
    if options.only != "targets":
        rows = measure_tts(options, instances)
        if rows:
            write(options, "-tts", rows,
                  "Sherrington-Kirkpatrick problems, +-1 on all pairs: TTS99 in CPU seconds of one core and in field "
                  f"evaluations, median and quartiles over the instances; sweeps tuned once on {options.tune_on}: "
                  "`scripts/bench_instances.py`. Where no read of an instance succeeded, its TTS99 is a lower bound.")


if __name__ == "__main__":
    main()
