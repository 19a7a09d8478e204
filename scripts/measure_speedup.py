#!/usr/bin/python3
"""Times the same trainings on one rank and on several, in turns, and writes results/tables/speedup.md.

What is timed is the training alone: wall time less the time to read the data. Both must give the same network, or the
script fails. Leave the machine alone while it runs; the load it found at the start is in the table's head.
"""

import argparse
import os
import pathlib
import statistics
import sys
import tempfile

import h5py
import numpy as np

import runs


def train_once(arguments, config, ranks):
    """Seconds of one training, and the bits that it learned."""
    with tempfile.TemporaryDirectory(prefix="isinglass-speedup-") as folder:
        output = pathlib.Path(folder) / "run"
        result = runs.train(arguments.program, config, output, ranks, arguments.overrides)
        with h5py.File(output / "results.h5") as file:
            layers = range(int(file["model"].attrs["layers"]))
            bits = [file[f"model/layer_{layer}/{name}"][:].ravel() for layer in layers
                    for name in ("weight_bits", "bias_bits")]
    return result["wall_seconds"] - result["data_seconds"], np.concatenate(bits)


def measure(arguments, config):
    """One row of the table: medians and the range of the ratios of neighbouring runs."""
    alone, together = [], []
    for pair in range(arguments.pairs):
        for ranks, seconds in ((1, alone), (arguments.ranks, together)):
            elapsed, bits = train_once(arguments, config, ranks)
            seconds.append(elapsed)
            if ranks == 1:
                expected = bits
            elif not np.array_equal(bits, expected):
                sys.exit(f"{config}: {ranks} ranks trained another network than one")
        print(f"{config.stem:20} pair {pair + 1}: {alone[-1]:.2f} s and {together[-1]:.2f} s", flush=True)
    ratios = [a / b for a, b in zip(alone, together)]
    one, many = statistics.median(alone), statistics.median(together)
    return config.stem, f"{one:.2f}", f"{many:.2f}", f"{one / many:.2f}", f"{min(ratios):.2f} to {max(ratios):.2f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("configs", nargs="+", type=runs.absolute_path, metavar="CONFIG", help="configuration files")
    parser.add_argument("--ranks", type=int, default=2, help="to compare with one (default: %(default)s)")
    parser.add_argument("--pairs", type=int, default=5, help="repetitions (default: %(default)s)")
    runs.add_common_options(parser)
    arguments = parser.parse_args()

    load = os.getloadavg()[0]
    rows = [measure(arguments, config) for config in arguments.configs]
    head = runs.table_head(f"load {load:.2f} at the start", runs.program_version(arguments.program))
    columns = ["configuration", "1 rank, s", f"{arguments.ranks} ranks, s", "speed-up", "over the pairs"]
    text = f"Medians of {arguments.pairs} runs each, in turns; wall seconds of the training without reading the data."
    runs.write_text(arguments.tables / "speedup.md",
                    ["# Speed-up", "", *head, "", text, "", *runs.markdown(columns, rows)])


if __name__ == "__main__":
    main()
