#!/usr/bin/python3
"""Trains networks of filters from ten kilobits to two megabits, and draws test accuracy against bits.

Beside them are dense networks by quantization-aware training, and published values of Fashion-MNIST. Run folders are
kept under results/bits/NETWORK/SEED, and what is finished there is not run again. Writes results/tables/bits.md,
bits.csv and bits.png.
"""

import argparse
import statistics

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

import runs  # noqa: E402


def filters(units, stages, copies, **more):
    """Overrides of a network of filters; wide layers draw from more filters."""
    keys = {"count": max(32, min(112, units * 7 // 16)), "stages": stages, "copies": copies, **more}
    inner = ", ".join(f"{key}: {value}" for key, value in keys.items())
    return ["network.hidden=[{kind: filters, units: %d, filters: {%s}}]" % (units, inner)]


def dense(units):
    return ["method=qat", "network.hidden=[{units: %d, activation: sign, weights: 1bit, bias: 6bit}]" % units]


# name: configuration and overrides; as large as their names say
FILTERS = {
    "48 units": ("ten-classes-filters-small", []),
    "96 units": ("ten-classes-filters", filters(96, 1, 0, views=3, candidates=8)),
    "192 units": ("ten-classes-filters", filters(192, 1, 0, views=3)),
    "512 units": ("ten-classes-filters", []),
    "2 x 512 units": ("ten-classes-filters-medium", []),
    "4 x 512 units": ("ten-classes-filters", filters(512, 4, 0, views=3)),
    "8 x 512 units": ("ten-classes-filters", filters(512, 8, 1, views=3)),
    "16 x 512 units": ("ten-classes-filters-wide", []),
}
DENSE = {
    "dense 196-48-10": ("ten-classes-all", dense(48)),
    "dense 196-128-10": ("ten-classes-all", dense(128)),
    "dense 784-128-10": ("ten-classes-all", [*dense(128), "data.pool=1"]),
}
# (what, bits, test accuracy in %), as published: the first by belief propagation and by gradients alike (arXiv
# 2110.14583), the second by gradients
PUBLISHED = [
    ("one-bit MLP 784-501-501-10", 649e3, 88.2),
    ("binary CNN, 0.48 M", 0.48e6, 92.86),
]


def run_all(arguments):
    found = {}
    for name, (config, overrides) in {**FILTERS, **DENSE}.items():
        found[name] = [
            runs.train(arguments.program, f"inputs/{config}.yaml",
                       arguments.output / name.replace(" ", "-") / str(seed), arguments.ranks,
                       [*overrides, f"seed={seed}", *arguments.overrides]) for seed in arguments.seeds]
        mean, spread = runs.mean_and_spread(found[name])
        print(f"{name:18} {bits_of(found[name]) / 1e3:8.1f} kbit  test {mean:6.2f} ± {spread:.2f} %", flush=True)
    return found


def bits_of(results):
    return statistics.mean(result["parameters"] * result["bits_per_parameter"] for result in results)


def rows_of(found):
    for name, results in found.items():
        mean, spread = runs.mean_and_spread(results)
        yield (name, results[0]["parameters"], f"{max(r['bits_per_parameter'] for r in results):.3f}",
               f"{bits_of(results) / 1e3:.1f}", f"{100 * statistics.mean(r['train_accuracy'] for r in results):.2f}",
               f"{mean:.2f} ± {spread:.2f}", f"{statistics.median(r['wall_seconds'] for r in results):.1f}")


def draw(found, path):
    figure, axes = plt.subplots(figsize=(7, 4.5))
    for names, label in ((FILTERS, "isinglass, filters, no gradients"), (DENSE, "isinglass, dense, qat")):
        means, spreads = zip(*(runs.mean_and_spread(found[name]) for name in names))
        axes.errorbar([bits_of(found[name]) for name in names], means, yerr=spreads, marker="o", capsize=3,
                      label=label)
    for what, bits, accuracy in PUBLISHED:
        axes.plot(bits, accuracy, marker="s", linestyle="", color="#8a8a8a")
        axes.annotate(what + ", published", (bits, accuracy), textcoords="offset points", xytext=(4, -12),
                      ha="right", fontsize=8)
    axes.set_xscale("log")
    axes.set_xlabel("bits of all parameters")
    axes.set_ylabel("test accuracy in %, ten classes of Fashion-MNIST")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    figure.tight_layout()
    figure.savefig(path, dpi=150)
    print(f"written: {path}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    runs.add_training_options(parser, "bits")
    arguments = parser.parse_args()
    found = run_all(arguments)
    columns = ["network", "parameters", "bits per parameter", "kilobits", "training", "test", "seconds"]
    version = runs.program_version(arguments.program)
    seeds = ", ".join(map(str, arguments.seeds))
    lines = ["# Accuracy against bits", "", *runs.table_head(f"{arguments.ranks} ranks", version), "",
             "Ten classes of Fashion-MNIST, 54,000 images to train on (48 units: 60,000). Accuracy in %: mean ±",
             f"standard deviation over the seeds {seeds}. Seconds: median wall time of a run, data included.", "",
             *runs.markdown(columns, rows_of(found)), "",
             "Published, the first by belief propagation or gradients (arXiv 2110.14583), the second by gradients:",
             "; ".join(f"{what} {accuracy} %" for what, _, accuracy in PUBLISHED) + "."]
    runs.write_text(arguments.tables / "bits.md", lines)
    facts = ["train_accuracy", "validation_accuracy", "test_accuracy", "parameters", "bits_per_parameter",
             "wall_seconds"]
    runs.write_csv(arguments.tables / "bits.csv", ["network", *facts],
                   ([name, *(result[fact] for fact in facts)] for name, results in found.items() for result in results))
    draw(found, arguments.tables / "bits.png")


if __name__ == "__main__":
    main()
