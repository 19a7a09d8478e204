#!/usr/bin/python3
"""Test accuracy against the number of segments of the activation, and against bits per parameter, with several seeds.

Every training runs on one rank, as many at a time as --jobs says. Run folders are kept under results/splines, and
what is finished there is not run again. Writes results/tables/splines-segments.md and splines-bits.md, a .csv of
each, and splines.png.
"""

import argparse
import concurrent.futures
import sys

import runs

# name: configuration, hidden units, training plus validation images
TASKS = {
    "T-shirt/Trouser": ("inputs/pair-0-1.yaml", 16, 1000),
    "Pullover/Coat": ("inputs/pair-2-4.yaml", 16, 1000),
    "ten classes": ("inputs/ten-classes-10000.yaml", 24, 2000),
}
# A short training, since there are many: activations with many segments cost as many times what sign does.
EFFORT = ["qcgd.iterations=8", "machine.whole.sweeps=15"]
# 4-bit weights on 16 levels would leave the solvers' integer grid.
EXTRA = {"segments": [], "bits": ["data.levels=8"]}
# The baseline: epochs of so few images are short, and networks of ReLU, whose activations have a mean, want smaller
# steps.
METHODS = {"qcgd": EFFORT, "qat": ["qat.epochs=100", "qat.learning_rate=0.01"]}


def layer(activation="sign", segments=2, degree=0, weights="1bit", bias="6bit"):
    return {"activation": activation, "segments": segments, "degree": degree, "weights": weights, "bias": bias}


def segment_variants():
    """(label, layer, output weights and bias): activations with 1-bit weights."""
    yield "sign", layer(), ("1bit", "4bit")
    yield "3 levels", layer("hard_tanh", 3), ("1bit", "4bit")
    for activation in ("tanh", "relu"):
        for degree in (0, 1):
            for segments in (2, 4, 8, 16):
                yield f"{activation} {segments}, degree {degree}", layer(activation, segments, degree), ("1bit", "4bit")


def bit_variants():
    """Codebooks with sign activation; the label says weights/bias, output weights/bias."""
    for weights, bias, output, output_bias in (("1bit", "1bit", "1bit", "1bit"), ("1bit", "6bit", "1bit", "4bit"),
                                               ("1bit", "8bit", "4bit", "4bit"), ("ternary", "6bit", "ternary", "4bit"),
                                               ("2bit", "6bit", "2bit", "4bit"), ("3bit", "6bit", "3bit", "4bit"),
                                               ("4bit", "6bit", "4bit", "4bit")):
        yield f"{weights}/{bias}, {output}/{output_bias}", layer(weights=weights, bias=bias), (output, output_bias)


VARIANTS = {"segments": segment_variants, "bits": bit_variants}


def settings(variant, units, depth, samples, method, seed):
    """The --set options of one training."""
    _, hidden, (output, output_bias) = variant
    fields = ", ".join(f"{key}: {value}" for key, value in {"units": units, **hidden}.items())
    return [f"network.hidden=[{', '.join(['{' + fields + '}'] * depth)}]", f"network.output.weights={output}",
            f"network.output.bias={output_bias}", f"data.train_samples={samples}", f"method={method}", f"seed={seed}",
            *METHODS[method]]


def run_table(arguments, table):
    """Rows (task, hidden layers, variant, method): results of all seeds."""
    jobs = {}
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for task in arguments.tasks:
            config, units, samples = TASKS[task]
            for depth in arguments.depths:
                for variant in VARIANTS[table]():
                    for method in METHODS:
                        for seed in arguments.seeds:
                            overrides = [*settings(variant, units, depth, samples, method, seed), *EXTRA[table],
                                         *arguments.overrides]
                            folder = arguments.output / "-".join(
                                word.replace("/", "+").replace(" ", "_")
                                for word in (table, task, str(depth), variant[0], method, str(seed)))
                            jobs[task, depth, variant[0], method, seed] = pool.submit(
                                runs.train, arguments.program, config, folder, 1, overrides)
    found = {}
    for (*row, _), job in jobs.items():
        found.setdefault(tuple(row), []).append(job.result())
    return found


def table_lines(found, table, seeds):
    """One table a task and depth: a row a variant."""
    rows = sorted({row[:2] for row in found}, key=lambda row: (list(TASKS).index(row[0]), row[1]))
    lines = [f"Test accuracy in %: mean ± standard deviation over {len(seeds)} seeds. "
             f"QCGD with {' and '.join(EFFORT + EXTRA[table])}; train: its accuracy on training images. "
             f"QAT with {' and '.join(METHODS['qat'])}: the same network and images."]
    for task, depth in rows:
        _, units, samples = TASKS[task]
        variants = [row[2] for row in found if row[:2] == (task, depth) and row[3] == "qcgd"]
        lines += ["",
                  f"**{task}**, {samples} images, a tenth of them held out; {depth} hidden "
                  f"layer{'s' * (depth > 1)} of {units}", ""]
        body = []
        for variant in variants:
            qcgd, qat = found[task, depth, variant, "qcgd"], found[task, depth, variant, "qat"]
            body.append([variant, f"{qcgd[0]['bits_per_parameter']:.2f}", "%.2f ± %.2f" % runs.mean_and_spread(qcgd),
                         "%.2f" % runs.mean_and_spread(qcgd, "train_accuracy")[0],
                         "%.2f ± %.2f" % runs.mean_and_spread(qat)])
        first = "activation" if table == "segments" else "weights/bias, output weights/bias"
        lines += runs.markdown([first, "bits per parameter", "QCGD", "train", "QAT"], body)
    return lines


def plot(path, tables):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    tasks = [task for task in TASKS if any(row[0] == task for found in tables.values() for row in found)]
    figure, axes = plt.subplots(len(tables), len(tasks), figsize=(4.5 * len(tasks), 3.6 * len(tables)), squeeze=False)
    for line, (table, found) in enumerate(tables.items()):
        for column, task in enumerate(tasks):
            axis = axes[line][column]
            for depth in sorted({row[1] for row in found}):
                draw(axis, table,
                     {row: results for row, results in found.items() if row[0] == task and row[1] == depth}, depth)
            axis.set(title=task, xlabel="segments" if table == "segments" else "bits per parameter",
                     ylabel="test accuracy, %")
            axis.grid(alpha=0.3)
    axes[0][0].legend(fontsize=7)
    if len(tables) > 1:
        axes[1][0].legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    print(f"written: {path}")


def draw(axis, table, found, depth):
    """QCGD's lines of one task and depth."""
    lines = {}
    for (_, _, variant, method), results in found.items():
        if table == "bits":
            lines.setdefault(f"{method}, {depth} hidden",
                             []).append((results[0]["bits_per_parameter"], *spread(results)))
        elif method == "qcgd":
            words = variant.split()
            name, x = (f"{words[0]}, {words[2]} {words[3]}", int(words[1].rstrip(","))) if "degree" in variant else \
                      (variant, 3 if variant.startswith("3") else 2)
            lines.setdefault(f"{name}, {depth} hidden", []).append((x, *spread(results)))
    for name, points in lines.items():
        x, y, error = zip(*sorted(points))
        axis.errorbar(x, y, yerr=error, marker="o", markersize=3, capsize=2, linewidth=1,
                      linestyle="-" if depth == 1 else "--", label=name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", nargs="+", default=list(VARIANTS), choices=VARIANTS, dest="chosen",
                        help="default: both")
    parser.add_argument("--tasks", nargs="+", default=list(TASKS), choices=TASKS, metavar="TASK",
                        help="default: %(default)s")
    parser.add_argument("--depths", nargs="+", type=int, default=[1, 2], help="hidden layers (default: %(default)s)")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3, 4, 5], help="default: %(default)s")
    parser.add_argument("--jobs", type=int, default=2, help="trainings at a time (default: %(default)s)")
    parser.add_argument("--output", type=runs.absolute_path, default=runs.ROOT / "results/splines",
                        help="where the run folders are (default: %(default)s)")
    runs.add_common_options(parser)
    arguments = parser.parse_args()
    if any(depth < 1 for depth in arguments.depths):
        sys.exit("--depths: a network has at least one hidden layer")

    tables = {table: run_table(arguments, table) for table in arguments.chosen}
    arguments.tables.mkdir(parents=True, exist_ok=True)
    for table, found in tables.items():
        head = runs.table_head("one rank a training", runs.program_version(arguments.program))
        lines = [f"# Accuracy against {'segments' if table == 'segments' else 'bits per parameter'}", "", *head, "",
                 *table_lines(found, table, arguments.seeds)]
        runs.write_text(arguments.tables / f"splines-{table}.md", lines)
        facts = ["test_accuracy", "validation_accuracy", "train_accuracy", "bits_per_parameter", "wall_seconds"]
        runs.write_csv(arguments.tables / f"splines-{table}.csv",
                       ["task", "hidden_layers", "variant", "method", "seed", *facts],
                       ([*row, seed, *(result[fact] for fact in facts)]
                        for row, results in found.items() for seed, result in zip(arguments.seeds, results)))
    plot(arguments.tables / "splines.png", tables)


if __name__ == "__main__":
    main()
