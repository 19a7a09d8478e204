#!/usr/bin/python3
"""Trains the same networks by each method with several seeds and writes one table of accuracy, bits and seconds.

Run folders are kept under results/compare/TASK/METHOD/SEED, and what is finished there is not run again: started again
after an interruption, the script goes on. Writes results/tables/compare.md and compare.csv. The table of networks of
filters is results/tables/filters.md:

    scripts/compare_methods.py --methods anneal --table filters --tasks ten-classes-filters-small ten-classes-filters \
        ten-classes-filters-medium ten-classes-filters-wide
"""

import argparse
import statistics
import sys

import h5py

import runs

METHODS = {
    "qcgd": ["method=qcgd", "initial=random", "qcgd.polish=false"],
    "qcgd+polish": ["method=qcgd", "initial=random", "qcgd.polish=true"],
    "anneal": ["method=anneal", "initial=random"],
    "qat": ["method=qat", "initial=random"],
    "qat+polish": ["method=anneal", "initial=qat"],
}
DEFAULT_METHODS = ["qcgd", "qcgd+polish", "anneal", "qat"]
TASKS = ["pair-0-1", "pair-2-4", "pair-4-5", "ten-classes-10000"]
ACCURACIES = ("train_accuracy", "validation_accuracy", "test_accuracy")


def run_all(arguments):
    """The result of each (task, method): a list with one entry a seed."""
    found = {}
    for task in arguments.tasks:
        for method in arguments.methods:
            found[task, method] = [run_one(arguments, task, method, seed) for seed in arguments.seeds]
    return found


def read_by(method, overrides):
    """The --set options without those of sections that the method does not read, which it would refuse."""
    unread = {"qcgd": ("qat.",), "qcgd+polish": ("qat.",), "anneal": ("qcgd.", "machine.", "qat."),
              "qat": ("qcgd.", "machine.", "anneal."), "qat+polish": ("qcgd.", "machine.")}[method]
    return [override for override in overrides if not override.startswith(unread)]


def run_one(arguments, task, method, seed):
    output = arguments.output / task / method / str(seed)
    result = runs.train(arguments.program, f"inputs/{task}.yaml", output, arguments.ranks,
                        [*METHODS[method], f"seed={seed}", *read_by(method, arguments.overrides)])
    with h5py.File(output / "results.h5") as file:
        result["version"] = file["provenance"].attrs["version"].decode()
        result["run_on_ranks"] = int(file["provenance"].attrs["ranks"])
    print(f"{task:20} {method:12} seed {seed}  test {100 * result['test_accuracy']:6.2f} %  "
          f"{result['wall_seconds']:7.1f} s"
          + ("  (finished before)" if result["finished_before"] else ""), flush=True)
    return result


def rows_of(found):
    for (task, method), results in found.items():
        yield (task, method, *(runs.percent(results, name) for name in ACCURACIES),
               results[0]["parameters"], f"{max(result['bits_per_parameter'] for result in results):.3f}",
               f"{statistics.median(result['wall_seconds'] for result in results):.1f}")


def head_of(found, seeds):
    """How the runs were made: from their own provenance, since some may be older than the program of today."""
    results = [result for group in found.values() for result in group]
    versions = sorted({result["version"] for result in results})
    ranks = sorted({result["run_on_ranks"] for result in results})
    return [*runs.table_head("ranks: " + ", ".join(map(str, ranks)), "isinglass " + "; ".join(versions)), "",
            f"Accuracy in %: mean ± standard deviation over the seeds {', '.join(map(str, seeds))}. "
            "Seconds: median wall time of a run, data included.", ""]


def parse_options(description, tasks, methods, table):
    """The options of a table of tasks and methods, with these defaults; ends the program if there is no such task."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", nargs="+", default=tasks, metavar="TASK",
                        help="names of configurations under inputs, without .yaml (default: %(default)s)")
    parser.add_argument("--methods", nargs="+", default=methods, choices=METHODS, metavar="METHOD",
                        help="default: %(default)s")
    parser.add_argument("--table", default=table, help="name of the table (default: %(default)s)")
    runs.add_training_options(parser, "compare")
    arguments = parser.parse_args()
    unknown = [task for task in arguments.tasks if not (runs.ROOT / f"inputs/{task}.yaml").exists()]
    if unknown:
        sys.exit(f"no such configuration under inputs: {', '.join(unknown)}")
    return arguments


def main():
    arguments = parse_options(__doc__, TASKS, DEFAULT_METHODS, "compare")
    found = run_all(arguments)
    columns = ["task", "method", "training", "validation", "test", "parameters", "bits per parameter", "seconds"]
    lines = ["# Methods compared", "", *head_of(found, arguments.seeds), *runs.markdown(columns, rows_of(found))]
    runs.write_text(arguments.tables / f"{arguments.table}.md", lines)
    facts = ["seed", *ACCURACIES, "bits_per_parameter", "wall_seconds", "data_seconds", "version"]
    runs.write_csv(arguments.tables / f"{arguments.table}.csv", ["task", "method", *facts],
                   ([*key, *(result[fact] for fact in facts)] for key, results in found.items() for result in results))


if __name__ == "__main__":
    main()
