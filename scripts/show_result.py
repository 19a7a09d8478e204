#!/usr/bin/python3
"""Prints what finished runs achieved, one column a run.

Usage: scripts/show_result.py RUN...      a run is a folder with results.h5
"""

import pathlib
import sys

import h5py


def percent(fraction):
    return f"{100 * fraction:.2f} %"


def rows_of(folder):
    """Label and text of each row, of one run."""
    with h5py.File(folder / "results.h5") as file:
        results, facts = dict(file["results"].attrs), dict(file["provenance"].attrs)
        phases = dict.fromkeys(file["history/phase"].asstr()[:])
        rows = {
            "method": ", then ".join(phases),
            "training accuracy": f"{percent(results['train_accuracy'])} of {results['train_samples']} images",
            "validation accuracy": f"{percent(results['validation_accuracy'])} of {results['validation_samples']}",
            "test accuracy": f"{percent(results['test_accuracy'])} of {results['test_samples']}",
            "bits per parameter": f"{results['bits_per_parameter']:.3f}, {results['parameters']} parameters",
            "QCBO": f"{results['spins']} spins, {results['constraints']} multipliers",
            "wall time": f"{facts['wall_seconds']:.1f} s, {facts['data_seconds']:.1f} s of it for data",
        }
        if results["constraints"]:
            rows["memory"] = f"{facts['constraint_bytes'] / results['constraints']:.1f} bytes per constraint"
    return rows


def main():
    folders = [pathlib.Path(name) for name in sys.argv[1:]]
    if not folders:
        sys.exit(__doc__.strip())
    runs = [{"run": str(folder), **rows_of(folder)} for folder in folders]
    labels = list(dict.fromkeys(label for run in runs for label in run))
    first = max(map(len, labels))
    widths = [max(map(len, run.values())) for run in runs]
    for label in labels:
        print(label.ljust(first), *(run.get(label, "-").ljust(width) for run, width in zip(runs, widths)), sep="  ")


if __name__ == "__main__":
    try:
        main()
    except (OSError, KeyError) as error:
        sys.exit(f"{sys.argv[0]}: {error}")
