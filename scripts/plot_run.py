#!/usr/bin/python3
"""Draws a finished run: convergence, the weights of the first layer as images, and the confusion matrix.

Usage: scripts/plot_run.py RUN [--output PICTURE.png]      default: RUN/run.png
"""

import argparse
import pathlib
import sys

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402

MOST_IMAGES = 64  # of hidden units
BLUE, ORANGE, GREEN, GREY = "#1f5fa8", "#d9792b", "#2f8f5b", "#8a8a8a"
NUMBERS = ("iteration", "objective", "incumbent_objective", "violation", "train_accuracy", "validation_accuracy")


def read_run(folder):
    with h5py.File(folder / "results.h5") as file:
        model, results = file["model"], file["results"]
        history = {name: file["history"][name][:] for name in NUMBERS}
        history["phase"] = file["history/phase"].asstr()[:]
        return {
            "name": str(folder),
            "history": history,
            "weights": model["layer_0/weights"][:],
            "filters": read_filters(model["filters_0"]) if "filters_0" in model else [],
            "image": (int(model.attrs["rows"]), int(model.attrs["columns"])),
            "classes": list(model["class_names"].asstr()[:]),
            "confusion": results["confusion"][:],
            "results": dict(results.attrs),
        }


def read_filters(group):
    """(channel, weights as a picture of -1 and +1) of each filter of a bank."""
    sides, bits, filters, begin = group["side"][:], group["weight_bits"][:], [], 0
    for channel, side in zip(group["channel"].asstr()[:], sides):
        weights = bits[begin:begin + side * side].reshape(side, side)
        filters.append((channel, 2 * weights.astype(int) - 1))
        begin += side * side
    return filters


def phases_of(history):
    """(name, row indices, iterations so far in all phases) of each phase."""
    found, offset = [], 0
    for name in dict.fromkeys(history["phase"]):
        rows = np.flatnonzero(history["phase"] == name)
        steps = offset + history["iteration"][rows]
        found.append((name, rows, steps))
        offset = steps[-1]
    return found


def draw_objective(axes, history, phases):
    for index, (_, rows, steps) in enumerate(phases):
        label = (lambda text: text if index == 0 else None)
        axes.plot(steps, history["objective"][rows], color=GREY, lw=1, label=label("network of this iteration"))
        axes.plot(steps, history["incumbent_objective"][rows], color=BLUE, lw=2, label=label("best so far"))
    if (history["objective"] > 0).all():
        axes.set_yscale("log")
    axes.set_ylabel("exact training loss")
    if len(phases) > 1:  # so that nobody takes the step between them for progress
        axes.legend(title="margin of the loss: each phase its own", title_fontsize=8, fontsize=8, frameon=False)
    else:
        axes.legend(fontsize=8, frameon=False)


def has_violation(history, rows=slice(None)):
    """Whether these rows belong to a method that relaxes constraints."""
    return bool((history["violation"][rows] > 0).any())


def draw_violation(axes, history, phases):
    for _, rows, steps in phases:
        if has_violation(history, rows):
            axes.plot(steps, history["violation"][rows], color=ORANGE, lw=1.5)
    axes.set_ylabel("constraint violation, rms")
    axes.set_ylim(bottom=0)


def draw_accuracy(axes, history, phases, test_accuracy):
    for name, color, text in (("train_accuracy", BLUE, "training"), ("validation_accuracy", GREEN, "validation")):
        for index, (_, rows, steps) in enumerate(phases):
            axes.plot(steps, 100 * history[name][rows], color=color, lw=1.5, label=text if index == 0 else None)
    axes.axhline(100 * test_accuracy, color=ORANGE, ls="--", lw=1.2, label=f"test, final: {100 * test_accuracy:.2f} %")
    axes.set_ylabel("accuracy of the best, %")
    axes.legend(fontsize=8, frameon=False)


def draw_convergence(figure, area, run):
    history, phases = run["history"], phases_of(run["history"])
    grid = area.subgridspec(3 if has_violation(history) else 2, 1, hspace=0.12)
    panels = [figure.add_subplot(grid[0])]
    panels += [figure.add_subplot(grid[i], sharex=panels[0]) for i in range(1, grid.nrows)]
    draw_objective(panels[0], history, phases)
    if has_violation(history):
        draw_violation(panels[1], history, phases)
    draw_accuracy(panels[-1], history, phases, run["results"]["test_accuracy"])
    for axes in panels:
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        for _, _, steps in phases[:-1]:
            axes.axvline(steps[-1], color=GREY, lw=1, ls=":")
        axes.tick_params(labelbottom=axes is panels[-1])
    for name, _, steps in phases:
        panels[0].text(steps.mean(), 1.02, name, transform=panels[0].get_xaxis_transform(), ha="center", fontsize=10)
    panels[-1].set_xlabel("iterations, one phase after the other")


def draw_filters(figure, area, run):
    filters = sorted(run["filters"], key=lambda item: item[0])[:MOST_IMAGES]
    columns = int(np.ceil(np.sqrt(2 * len(filters))))
    grid = area.subgridspec(int(np.ceil(len(filters) / columns)), columns, wspace=0.15, hspace=0.15)
    colors = dict(zip(sorted({channel for channel, _ in filters}), (BLUE, ORANGE, GREEN, GREY)))
    for number, (channel, weights) in enumerate(filters):
        axes = figure.add_subplot(grid[number // columns, number % columns])
        axes.imshow(weights, cmap="gray", vmin=-1, vmax=1, interpolation="nearest")
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_color(colors[channel])
            spine.set_linewidth(2)
    frame = figure.add_subplot(area)
    frame.axis("off")
    shown = "" if len(filters) == len(run["filters"]) else f", {len(filters)} of them shown"
    frame.set_title(f"the {len(run['filters'])} filters of the first stage{shown}: black -1, white +1", fontsize=10)
    marks = [plt.Line2D([], [], color=color, lw=4, label=f"on {channel.replace('_', ' ')}")
             for channel, color in colors.items()]
    frame.legend(handles=marks, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=len(marks), fontsize=8,
                 frameon=False)


def draw_weights(figure, area, run):
    weights = run["weights"][:MOST_IMAGES]
    columns = int(np.ceil(np.sqrt(len(weights))))
    grid = area.subgridspec(int(np.ceil(len(weights) / columns)), columns, wspace=0.08, hspace=0.08)
    largest = int(np.abs(weights).max())
    for unit, row in enumerate(weights):
        axes = figure.add_subplot(grid[unit // columns, unit % columns])
        axes.imshow(row.reshape(run["image"]), cmap="gray", vmin=-largest, vmax=largest, interpolation="nearest")
        axes.set_xticks([])
        axes.set_yticks([])
    frame = figure.add_subplot(area)
    frame.axis("off")
    shown = "" if len(weights) == len(run["weights"]) else f" (first {len(weights)} shown)"
    frame.set_title(f"input weights of the {len(run['weights'])} units of the first hidden layer{shown}\n"
                    f"black {-largest:+d}, white {largest:+d}", fontsize=10)


def draw_confusion(figure, area, run):
    confusion, classes = run["confusion"], run["classes"]
    share = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    axes = figure.add_subplot(area)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    size = 11 if len(classes) < 5 else 7
    for (true, predicted), count in np.ndenumerate(confusion):
        axes.text(predicted, true, count, ha="center", va="center", fontsize=size,
                  color="white" if share[true, predicted] > 0.5 else "black")
    rotation = 0 if len(classes) < 5 else 60
    axes.set_xticks(range(len(classes)), classes, fontsize=size, rotation=rotation)
    axes.set_yticks(range(len(classes)), classes, fontsize=size)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.set_title("test images", fontsize=10)


def draw(run):
    figure = plt.figure(figsize=(13, 8.5))
    outer = figure.add_gridspec(2, 2, width_ratios=(1.15, 1), height_ratios=(1.25, 1), wspace=0.14, hspace=0.22,
                                left=0.07, right=0.97, top=0.88, bottom=0.1)
    draw_convergence(figure, outer[:, 0], run)
    (draw_filters if run["filters"] else draw_weights)(figure, outer[0, 1], run)
    draw_confusion(figure, outer[1, 1], run)
    results = run["results"]
    figure.suptitle(f"{run['name']}: test accuracy {100 * results['test_accuracy']:.2f} % with {results['parameters']} "
                    f"parameters of {results['bits_per_parameter']:.3f} bits", fontsize=13)
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=pathlib.Path, help="run folder with results.h5")
    parser.add_argument("--output", type=pathlib.Path, help="picture, png, pdf or svg (default: RUN/run.png)")
    arguments = parser.parse_args()
    picture = arguments.output or arguments.run / "run.png"
    try:
        run = read_run(arguments.run)
    except (OSError, KeyError) as error:
        sys.exit(f"{arguments.run}: {error}")
    draw(run).savefig(picture, dpi=110)
    print(f"picture: {picture}")


if __name__ == "__main__":
    main()
