#!/usr/bin/python3
"""Trains the same networks by QCGD with each kind of machine as its oracle and writes one table of accuracies.

Iterations are set per row so that each takes about the same CPU time (15 s for pairs, 45 s for ten classes); they are
fixed, so that a row can be repeated bit for bit. Run folders are kept under
results/machines/TASK/ROW-COMPLETION/SEED, and what is finished there is not run again. Writes
results/tables/machines-training.md and machines-training.csv.
"""

import argparse
import resource
import statistics
import sys

import runs

NEURONS = ["machine.subproblems.blocks=neurons"]
BOTH = ["machine.subproblems.blocks=neurons_and_samples"]
BUDGET = ["machine.hardware.spin_budget=550"]
EIGHT_BITS = [*BUDGET, "machine.hardware.coefficient_bits=8", "machine.hardware.field_noise=0.01"]
EXTERNAL = "scripts/external_annealer.py {problem} {spins} --reads {reads} --sweeps {sweeps} --seed {seed}"

# name: (settings, iterations for pairs, iterations for ten classes)
ROWS = {
    "sa": (["machine.kind=sa"], 110, 85),
    "bsb": (["machine.kind=bsb", "machine.whole.sweeps=60"], 31, 26),
    "dsb": (["machine.kind=dsb", "machine.whole.sweeps=60"], 30, 28),
    "cim": (["machine.kind=cim", "machine.whole.sweeps=60"], 32, 29),
    "cac": (["machine.kind=cac", "machine.whole.sweeps=60"], 32, 28),
    "neurons-sa": (["machine.kind=sa", "machine.sa.sweeps=50", *NEURONS], 30, 15),
    "neurons-tabu": (["machine.kind=tabu", "machine.tabu.sweeps=500", *NEURONS], 30, 15),
    "neurons-pt": (["machine.kind=pt", "machine.pt.sweeps=20", *NEURONS], 20, 11),
    "neurons-bsb": (["machine.kind=bsb", *NEURONS], 32, 15),
    "neurons-dsb": (["machine.kind=dsb", *NEURONS], 32, 14),
    "neurons-cim": (["machine.kind=cim", *NEURONS], 30, 18),
    "neurons-cac": (["machine.kind=cac", *NEURONS], 26, 12),
    "parts-enumeration": (["machine.kind=enumeration", *NEURONS], 20, 9),
    "neurons-external": ([f"machine.external.command={EXTERNAL}", "machine.kind=external", "machine.external.sweeps=20",
                          "machine.subproblems.reads=1", *NEURONS], 3, 2),
    "samples-sa": (["machine.kind=sa", "machine.sa.sweeps=50", *BOTH], 17, 4),
    "samples-cim": (["machine.kind=cim", *BOTH], 11, 3),
    "550-cim-clean": (["machine.kind=cim", *NEURONS, *BUDGET], 30, 15),
    "550-cim-8-bit-noise": (["machine.kind=cim", *NEURONS, *EIGHT_BITS], 17, 11),
    "550-cac-8-bit-noise": (["machine.kind=cac", *NEURONS, *EIGHT_BITS], 9, 6),
    "550-samples-cim-clean": (["machine.kind=cim", *BOTH, *BUDGET], 9, 3),
    "550-samples-cim-8-bit-noise": (["machine.kind=cim", *BOTH, *EIGHT_BITS], 4, 1),
}
TASKS = ["pair-0-1", "pair-2-4", "ten-classes-10000"]
SEEDS = {"pair-0-1": [1, 2, 3], "pair-2-4": [1, 2, 3]}  # one seed of the others
COMPLETIONS = {"descent": ["qcgd.descent_sweeps=1"], "forward": ["qcgd.descent_sweeps=0"]}
ACCURACIES = ("train_accuracy", "validation_accuracy", "test_accuracy")


def children_cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def cpu_seconds_of(output, measured, finished_before):
    """CPU time of a run, an external machine's included; kept beside it for the next time the table is written."""
    file = output / "cpu_seconds.txt"
    if not finished_before:
        file.write_text(f"{measured:.3f}\n", encoding="utf-8")
    elif not file.exists():
        sys.exit(f"{output}: finished, but its CPU time was lost: remove the folder")
    return float(file.read_text(encoding="utf-8"))


def run_one(arguments, task, row, completion, seed):
    settings, pair_iterations, ten_iterations = ROWS[row]
    iterations = arguments.iterations or (ten_iterations if task.startswith("ten") else pair_iterations)
    output = arguments.output / task / f"{row}-{completion}" / str(seed)
    began = children_cpu_seconds()
    result = runs.train(arguments.program, f"inputs/{task}.yaml", output, 1,
                        [*settings, *COMPLETIONS[completion], f"qcgd.iterations={iterations}", f"seed={seed}",
                         *arguments.overrides])
    result["cpu_seconds"] = cpu_seconds_of(output, children_cpu_seconds() - began, result["finished_before"])
    result["iterations"] = iterations
    result["seed"] = seed
    print(f"{task:18} {row:20} {completion:8} seed {seed}  validation {100 * result['validation_accuracy']:6.2f} %  "
          f"{result['cpu_seconds']:7.1f} s" + ("  (finished before)" if result["finished_before"] else ""), flush=True)
    return result


def run_all(arguments):
    return {(task, row, completion): [run_one(arguments, task, row, completion, seed)
                                      for seed in arguments.seeds or SEEDS.get(task, [1])]
            for task in arguments.tasks for completion in arguments.completions for row in arguments.rows}


def rows_of(found):
    for (task, row, completion), results in found.items():
        yield (task, row, completion, len(results), results[0]["iterations"],
               *(runs.percent(results, name) for name in ACCURACIES),
               f"{statistics.median(result['cpu_seconds'] for result in results):.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", nargs="+", default=TASKS, metavar="TASK",
                        help="names of configurations under inputs, without .yaml (default: %(default)s)")
    parser.add_argument("--rows", nargs="+", default=list(ROWS), choices=ROWS, metavar="ROW",
                        help="default: all of them")
    parser.add_argument("--completions", nargs="+", default=list(COMPLETIONS), choices=COMPLETIONS,
                        help="of the oracle's answers: a descent of the weights, or the forward pass alone "
                             "(default: both)")
    parser.add_argument("--iterations", type=int, help="the same for all rows (default: the rows' own)")
    parser.add_argument("--seeds", nargs="+", type=int, help="default: 1 to 3 for pairs, 1 for ten classes")
    parser.add_argument("--output", type=runs.absolute_path, default=runs.ROOT / "results/machines",
                        help="where the run folders are (default: %(default)s)")
    runs.add_common_options(parser)
    arguments = parser.parse_args()
    unknown = [task for task in arguments.tasks if not (runs.ROOT / f"inputs/{task}.yaml").exists()]
    if unknown:
        sys.exit(f"no such configuration under inputs: {', '.join(unknown)}")

    found = run_all(arguments)
    columns = ["task", "machine", "completion", "seeds", "iterations", "training", "validation", "test", "seconds"]
    lines = ["# Machines in training", "", *runs.table_head("1 rank", runs.program_version(arguments.program)), "",
             "Accuracy in %: mean ± standard deviation over the seeds, as many as the column says. Seconds: "
             "median CPU time of a "
             "run, data included. sa, bsb, dsb, cim, cac: the whole problem at once. neurons-: problems of one "
             "neuron's bits. "
             "parts-: of 16 of them. samples-: also problems of the segments of some samples. 550-: within 550 spins; "
             "8-bit-noise: couplings of 8 bits, each with an error of 1 % of the largest, fields through one "
             "spin. Completion of "
             "an answer: by a descent of the weights, or by the forward pass alone, which shows what the "
             "machine itself found.", "",
             *runs.markdown(columns, rows_of(found))]
    runs.write_text(arguments.tables / "machines-training.md", lines)
    facts = ["seed", "iterations", *ACCURACIES, "cpu_seconds"]
    runs.write_csv(arguments.tables / "machines-training.csv", ["task", "machine", "completion", *facts],
                   ([*key, *(result[fact] for fact in facts)] for key, results in found.items() for result in results))


if __name__ == "__main__":
    main()
