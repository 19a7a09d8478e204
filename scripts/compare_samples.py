#!/usr/bin/python3
"""Trains on 10, 40, 100 and 1,000 images per class, and writes a table of test accuracy over seeds.

Compared are the output layer of a network of drawn filters and a dense network, each annealed and by
quantization-aware training. A seed chooses the images, the same ones for all. Run folders are kept under
results/samples/METHOD/COUNT/SEED, and what is finished there is not run again. Writes results/tables/samples.md,
samples.csv and samples.png.
"""

import argparse
import statistics

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

import runs  # noqa: E402

# name: configuration, and overrides of it
METHODS = {
    "filters, annealed": ("ten-classes-filters", []),
    "filters, qat": ("ten-classes-filters", ["method=qat"]),
    "dense, annealed": ("ten-classes-10000", ["method=anneal"]),
    "dense, qat": ("ten-classes-10000", ["method=qat"]),
}
CLASSES = 10
# Two-sided 95 % quantiles of Student's t distribution, by degrees of freedom.
STUDENT = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 14: 2.145,
           19: 2.093, 29: 2.045}


def run_one(arguments, method, count, seed):
    config, overrides = METHODS[method]
    output = arguments.output / method.replace(", ", "-") / str(count) / str(seed)
    return runs.train(arguments.program, f"inputs/{config}.yaml", output, arguments.ranks,
                      [*overrides, f"data.train_samples={count * CLASSES}", "data.validation_fraction=0",
                       f"seed={seed}", *arguments.overrides])


def run_all(arguments):
    found = {}
    for count in arguments.counts:
        for method in METHODS:
            found[method, count] = [run_one(arguments, method, count, seed) for seed in arguments.seeds]
            mean, half = interval(found[method, count])
            print(f"{count:5} images per class  {method:16} test {mean:6.2f} ± {half:.2f} %", flush=True)
    return found


def interval(results):
    """Mean test accuracy in %, and half of its 95 % confidence interval."""
    values = [100 * result["test_accuracy"] for result in results]
    if len(values) < 2:
        return values[0], float("nan")
    degrees = max((d for d in STUDENT if d < len(values)), default=1)
    return statistics.mean(values), STUDENT[degrees] * statistics.stdev(values) / len(values) ** 0.5


def rows_of(arguments, found):
    for method in METHODS:
        cells = []
        for count in arguments.counts:
            mean, half = interval(found[method, count])
            cells.append(f"{mean:.2f} ± {half:.2f}")
        seconds = statistics.median(r["wall_seconds"] for r in found[method, arguments.counts[-1]])
        yield (method, *cells, found[method, arguments.counts[-1]][0]["parameters"], f"{seconds:.1f}")


def draw(arguments, found, path):
    figure, axes = plt.subplots(figsize=(6, 4))
    for method in METHODS:
        means, halves = zip(*(interval(found[method, count]) for count in arguments.counts))
        axes.errorbar(arguments.counts, means, yerr=halves, marker="o", capsize=3, label=method)
    axes.set_xscale("log")
    axes.set_xlabel("training images per class")
    axes.set_ylabel("test accuracy in %")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=150)
    print(f"written: {path}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", nargs="+", type=int, default=[10, 40, 100, 1000], metavar="COUNT",
                        help="training images per class (default: %(default)s)")
    runs.add_training_options(parser, "samples", seeds=range(1, 11))
    arguments = parser.parse_args()
    found = run_all(arguments)
    columns = ["network", *(f"{count} images per class" for count in arguments.counts), "parameters", "seconds"]
    version = runs.program_version(arguments.program)
    lines = ["# Few images", "", *runs.table_head(f"{arguments.ranks} ranks", version), "",
             "Test accuracy in %: mean and 95 % confidence interval of the mean over "
             f"{len(arguments.seeds)} seeds, each of which",
             "chooses its own images. Seconds: median wall time of a run on the most images, data included.", "",
             *runs.markdown(columns, rows_of(arguments, found))]
    runs.write_text(arguments.tables / "samples.md", lines)
    facts = ["train_accuracy", "test_accuracy", "wall_seconds"]
    runs.write_csv(arguments.tables / "samples.csv", ["method", "images_per_class", "run", *facts],
                   ([method, count, i, *(result[fact] for fact in facts)]
                    for (method, count), results in found.items() for i, result in enumerate(results)))
    draw(arguments, found, arguments.tables / "samples.png")


if __name__ == "__main__":
    main()
