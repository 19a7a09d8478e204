#!/usr/bin/python3
"""Draws the accuracy of a collected sweep against one of its keys, one line a value of a second key, and prints the
table.

Usage: scripts/plot_sweep.py OUTPUT [--x KEY] [--lines KEY] [--y RESULT] [--output PICTURE.png]

OUTPUT is the sweep's folder with sweep.h5, which `isinglass sweep SWEEP.yaml --collect` writes. What remains of the
keys, such as the seed, is averaged over: the line is the mean, the band reaches from the worst to the best run.
"""

import argparse
import pathlib
import sys

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402

COLORS = ("#1f5fa8", "#d9792b", "#2f8f5b", "#8a4fa3", "#8a8a8a", "#b03a48", "#3aa6b0", "#6b6b1f")
RESULTS = ("test_accuracy", "train_accuracy", "validation_accuracy", "objective")


def read_column(dataset):
    """Numbers as they are, texts as str."""
    return dataset.asstr()[:] if h5py.check_string_dtype(dataset.dtype) else dataset[:]


def read_sweep(folder):
    with h5py.File(folder / "sweep.h5") as file:
        keys = list(file["axis_keys"].asstr()[:])
        return {
            "name": str(folder),
            "points": int(file.attrs["points"]),
            "keys": keys,
            "axes": {key: read_column(file["axes"][key]) for key in keys},
            "results": {name: column[:] for name, column in file["results"].items()},
        }


def values_of(column):
    """The different values of a column: numbers ascending, texts as they come."""
    return np.unique(column) if column.dtype.kind in "if" else np.array(list(dict.fromkeys(column)), dtype=object)


def varying_keys(sweep):
    return [key for key in sweep["keys"] if len(values_of(sweep["axes"][key])) > 1]


def choose_keys(sweep, x, lines):
    """The keys asked for; by default x is the varying numeric key with the most values, lines the first that is left.
    """
    axes, varying = sweep["axes"], varying_keys(sweep)
    numeric = [key for key in varying if axes[key].dtype.kind in "if" and key not in ("seed", lines)]
    x = x or max(numeric or varying or sweep["keys"], key=lambda key: len(values_of(axes[key])))
    if lines is None:
        left = [key for key in varying if key not in (x, "seed")]
        lines = left[0] if left else ""
    for key in (x, lines):
        if key and key not in axes:
            sys.exit(f"{sweep['name']}: no axis {key}; there are {', '.join(axes)}")
    return x, lines


def percent(name):
    return name.endswith("accuracy")


def summarize(sweep, x, lines, y):
    """One row a value of x and of lines: (line, x, runs, mean, standard deviation, least, most); accuracies in
    percent."""
    axes, column = sweep["axes"], sweep["results"][y] * (100 if percent(y) else 1)
    for line in values_of(axes[lines]) if lines else [""]:
        for value in values_of(axes[x]):
            chosen = column[(axes[x] == value) & (axes[lines] == line if lines else True)]
            chosen = chosen[~np.isnan(chosen)]
            if len(chosen) > 0:
                spread = chosen.std(ddof=1) if len(chosen) > 1 else np.nan
                yield line, value, len(chosen), chosen.mean(), spread, chosen.min(), chosen.max()


def print_table(rows, x, lines, y):
    print(f"{y}{', %' if percent(y) else ''}: mean, standard deviation, least and most of the runs")
    print(f"{lines or '-':>16}  {x:>24}  {'runs':>5}  {'mean':>10}  {'std':>9}  {'min':>10}  {'max':>10}")
    for line, value, runs, mean, spread, least, most in rows:
        print(f"{str(line) or '-':>16}  {str(value):>24}  {runs:5d}  {mean:10.4g}  {spread:9.3g}  {least:10.4g} "
              f" {most:10.4g}")


def spans_decades(values):
    return values.dtype.kind in "if" and values.min() > 0 and values.max() / values.min() > 10


def draw(sweep, rows, x, lines, y):
    figure, axes = plt.subplots(figsize=(8.5, 5.5), layout="constrained")
    positions = values_of(sweep["axes"][x])
    is_text = positions.dtype.kind not in "if"
    for index, line in enumerate(dict.fromkeys(row[0] for row in rows)):
        own = [row for row in rows if row[0] == line]
        at = [list(positions).index(row[1]) if is_text else row[1] for row in own]
        mean, least, most = (np.array([row[i] for row in own]) for i in (3, 5, 6))
        color = COLORS[index % len(COLORS)]
        label = f"{lines} = {line}" if lines else None
        axes.fill_between(at, least, most, color=color, alpha=0.18, lw=0)
        axes.plot(at, mean, color=color, marker="o", ms=4, lw=1.8, label=label)
    if is_text:
        axes.set_xticks(range(len(positions)), positions)
    elif spans_decades(positions):
        axes.set_xscale("log")
    runs = sorted({row[2] for row in rows})
    axes.set_xlabel(x)
    axes.set_ylabel(y.replace("_", " ") + (", %" if percent(y) else ""))
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    if lines:
        axes.legend(frameon=False)
    counts = f"{runs[0]}" if len(runs) == 1 else f"{runs[0]} to {runs[-1]}"
    spreads = np.array([row[4] for row in rows])
    largest = "" if np.isnan(spreads).all() else f"; largest standard deviation {np.nanmax(spreads):.2g}"
    axes.set_title(f"{sweep['name']}: mean of {counts} runs a point, band: worst to best{largest}", fontsize=10)
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sweep", type=pathlib.Path, help="folder of the sweep with sweep.h5")
    parser.add_argument("--x", metavar="KEY",
                        help="key of the horizontal axis (default: the numeric one with the most values)")
    parser.add_argument("--lines", metavar="KEY",
                        help="key with a line a value (default: the first that is left, without seed)")
    parser.add_argument("--y", choices=RESULTS, default=RESULTS[0], help="default: %(default)s")
    parser.add_argument("--output", type=pathlib.Path, help="picture, png, pdf or svg (default: OUTPUT/sweep.png)")
    arguments = parser.parse_args()
    try:
        sweep = read_sweep(arguments.sweep)
    except (OSError, KeyError) as error:
        sys.exit(f"{arguments.sweep}: {error}; `isinglass sweep SWEEP.yaml --collect` writes sweep.h5")
    x, lines = choose_keys(sweep, arguments.x, arguments.lines)
    rows = list(summarize(sweep, x, lines, arguments.y))
    if not rows:
        sys.exit(f"{arguments.sweep}: no finished run has a {arguments.y}")
    print_table(rows, x, lines, arguments.y)
    finished = len(sweep["results"]["point"])
    if finished < sweep["points"]:
        print(f"{sweep['points'] - finished} of {sweep['points']} points are missing")
    picture = arguments.output or arguments.sweep / "sweep.png"
    draw(sweep, rows, x, lines, arguments.y).savefig(picture, dpi=120)
    print(f"picture: {picture}")


if __name__ == "__main__":
    main()
