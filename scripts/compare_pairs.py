#!/usr/bin/python3
"""Trains one configuration on all pairs of classes, and on even against odd classes, and writes a table.

Run folders are kept under results/pairs/CONFIG/PAIR, and what is finished there is not run again. Writes
results/tables/pairs.md with the mean over all pairs, the worst pairs, and even against odd: the ten classes by whether
their number is even, as a data set of its own that this script makes from the files of Fashion-MNIST.
"""

import argparse
import gzip
import itertools
import os
import pathlib
import shutil
import statistics

import runs

FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist")
PARTS = ("train", "t10k")
CLASSES = 10


def find_files(folder):
    """The four files of the data set, plain or .gz."""
    names = [f"{part}-{kind}-ubyte" for part in PARTS for kind in ("images-idx3", "labels-idx1")]
    found = {name: next((folder / f"{name}{end}" for end in (".gz", "") if (folder / f"{name}{end}").exists()), None)
             for name in names}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        raise SystemExit(f"{folder}: no {', '.join(missing)}; --data names the folder of the data set")
    return found


def make_even_odd(source, folder):
    """A data set of two classes: 0 for even labels, 1 for odd ones."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in find_files(source).items():
        target = folder / f"{name}.gz"
        if target.exists():
            continue
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if "labels" in name:
            data = data[:8] + bytes(label % 2 for label in data[8:])
        partial = folder / f"{name}.partial"
        with gzip.open(partial, "wb", compresslevel=1) as file:
            file.write(data)
        os.replace(partial, target)


def tasks_of(arguments):
    """(name, overrides) of each task."""
    for first, second in itertools.combinations(range(CLASSES), 2):
        yield f"{first}-{second}", [f"data.classes=[{first}, {second}]"]
    folder = arguments.output / "even-odd-data"
    make_even_odd(arguments.data, folder)
    yield "even-odd", ["data.dataset=idx", f"data.directory={folder}", "data.classes=all"]


def run_all(arguments, config):
    found = {}
    for name, overrides in tasks_of(arguments):
        output = arguments.output / pathlib.Path(config).stem / name
        found[name] = runs.train(arguments.program, config, output, arguments.ranks,
                                 [*overrides, f"seed={arguments.seed}", *arguments.overrides])
        print(f"{pathlib.Path(config).stem:24} {name:9} test {100 * found[name]['test_accuracy']:6.2f} %  "
              f"{found[name]['wall_seconds']:6.1f} s", flush=True)
    return found


def row_of(config, found):
    pairs = {name: 100 * result["test_accuracy"] for name, result in found.items() if name != "even-odd"}
    worst = sorted(pairs, key=pairs.get)[:3]
    first = next(iter(found.values()))
    return (pathlib.Path(config).name, f"{statistics.mean(pairs.values()):.2f}",
            ", ".join(f"{name}: {pairs[name]:.2f}" for name in worst),
            f"{100 * found['even-odd']['test_accuracy']:.2f}", first["parameters"],
            f"{first['bits_per_parameter']:.3f}",
            f"{statistics.median(result['wall_seconds'] for result in found.values()):.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--configs", nargs="+", default=["inputs/pairs-filters.yaml"], metavar="CONFIG",
                        help="configurations whose classes are replaced (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--ranks", type=int, default=2, help="default: %(default)s")
    parser.add_argument("--data", type=pathlib.Path, default=FASHION, help="default: %(default)s")
    parser.add_argument("--output", type=runs.absolute_path, default=runs.ROOT / "results/pairs",
                        help="where the run folders are (default: %(default)s)")
    runs.add_common_options(parser)
    arguments = parser.parse_args()
    if not shutil.which("mpirun") and arguments.ranks > 1:
        raise SystemExit("no mpirun here: --ranks 1")
    rows = [row_of(config, run_all(arguments, config)) for config in arguments.configs]
    version = runs.program_version(arguments.program)
    columns = ["configuration", "mean of 45 pairs", "worst pairs", "even / odd", "parameters", "bits per parameter",
               "seconds"]
    lines = ["# All pairs of classes", "", *runs.table_head(f"{arguments.ranks} ranks, seed {arguments.seed}", version),
             "", "Test accuracy in %. Seconds: median wall time of a run, data included.", "",
             *runs.markdown(columns, rows)]
    runs.write_text(arguments.tables / "pairs.md", lines)


if __name__ == "__main__":
    main()
