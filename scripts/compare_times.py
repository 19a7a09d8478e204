#!/usr/bin/python3
"""How long each method takes to the accuracy that quantization-aware training ends with, as a ratio to its time.

The accuracy is that on the validation images, of the best network so far, of the same seed; times are of the training
alone, from the histories of the runs (a row every iteration, epoch, or tenth sweep). Run folders are shared with
compare_methods.py. Writes results/tables/times.md and times.csv.
"""

import statistics

import h5py

import compare_methods
import runs

METHODS = ["qcgd", "qcgd+polish", "anneal", "qat+polish"]
TASKS = ["pair-0-1", "pair-2-4", "ten-classes-10000", "ten-classes-all"]


def history_of(arguments, task, method, seed):
    """(seconds, validation accuracy) of each row of the history."""
    compare_methods.run_one(arguments, task, method, seed)
    with h5py.File(arguments.output / task / method / str(seed) / "results.h5") as file:
        return list(zip(file["provenance/history_wall_seconds"][:], file["history/validation_accuracy"][:]))


def time_to(history, accuracy):
    """Seconds to the first row that is as good; None if there is none."""
    return next((seconds for seconds, reached in history if reached >= accuracy), None)


def ratios_of(arguments, task, method):
    """Returns, for each seed, (seconds of qat, its accuracy, seconds of the method or None)."""
    found = []
    for seed in arguments.seeds:
        qat = history_of(arguments, task, "qat", seed)
        seconds, accuracy = qat[-1]
        found.append((seconds, accuracy, time_to(history_of(arguments, task, method, seed), accuracy)))
    return found


def row_of(task, method, found):
    reached = [seconds / qat for qat, _, seconds in found if seconds is not None]
    ratio = f"{statistics.median(reached):.2f} ({min(reached):.2f} to {max(reached):.2f})" if reached else "-"
    return (task, method, f"{100 * statistics.mean(accuracy for _, accuracy, _ in found):.2f}",
            f"{statistics.median(qat for qat, _, _ in found):.2f}", f"{len(reached)} of {len(found)}", ratio)


def main():
    arguments = compare_methods.parse_options(__doc__, TASKS, METHODS, "times")
    found = {(task, method): ratios_of(arguments, task, method)
             for task in arguments.tasks for method in arguments.methods}
    columns = ["task", "method", "validation of qat", "seconds of qat", "seeds that reach it", "ratio of the times"]
    lines = ["# Time to the accuracy of quantization-aware training", "",
             *runs.table_head(f"ranks: {arguments.ranks}", runs.program_version(arguments.program)), "",
             f"Seeds {', '.join(map(str, arguments.seeds))}. Validation accuracy in %, mean. "
             "Ratio of the times: median (least to most) over the seeds that reach it.", "",
             *runs.markdown(columns, (row_of(*key, entry) for key, entry in found.items()))]
    runs.write_text(arguments.tables / f"{arguments.table}.md", lines)
    runs.write_csv(arguments.tables / f"{arguments.table}.csv",
                   ["task", "method", "seed", "qat_seconds", "qat_validation_accuracy", "seconds"],
                   ([*key, seed, *numbers] for key, entry in found.items()
                    for seed, numbers in zip(arguments.seeds, entry)))


if __name__ == "__main__":
    main()
