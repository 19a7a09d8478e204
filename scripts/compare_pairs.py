#!/usr/bin/python3
"""Trains one configuration on all pairs of classes, and on even against odd classes, and writes a table.

Run folders are kept under results/pairs/CONFIG/PAIR/SEED, and what is finished there is not run again. Writes
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
EVEN_ODD = "even-odd"


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
    yield EVEN_ODD, ["data.dataset=idx", f"data.directory={folder}", "data.classes=all"]


def run_all(arguments, config):
    """The results of each task: a list with one entry a seed."""
    found = {}
    for name, overrides in tasks_of(arguments):
        output = arguments.output / pathlib.Path(config).stem / name
        found[name] = [runs.train(arguments.program, config, output / str(seed), arguments.ranks,
                                  [*overrides, f"seed={seed}", *arguments.overrides]) for seed in arguments.seeds]
        print(f"{pathlib.Path(config).stem:24} {name:9} test {runs.percent(found[name])} %", flush=True)
    return found


def row_of(config, found):
    pairs = {name: results for name, results in found.items() if name != EVEN_ODD}
    tests = {name: runs.mean_and_spread(results)[0] for name, results in pairs.items()}
    worst = sorted(tests, key=tests.get)[:3]
    # The mean over the pairs, of each seed.
    means = [{"test_accuracy": statistics.mean(result["test_accuracy"] for result in of_seed)}
             for of_seed in zip(*pairs.values())]
    everything = [result for results in found.values() for result in results]
    return (pathlib.Path(config).name, runs.percent(means),
            ", ".join(f"{name}: {tests[name]:.2f}" for name in worst), runs.percent(found[EVEN_ODD]),
            everything[0]["parameters"], f"{max(result['bits_per_parameter'] for result in everything):.3f}",
            f"{statistics.median(result['wall_seconds'] for results in pairs.values() for result in results):.1f}",
            f"{statistics.median(result['wall_seconds'] for result in found[EVEN_ODD]):.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--configs", nargs="+", default=["inputs/pairs-filters.yaml"], metavar="CONFIG",
                        help="configurations whose classes are replaced (default: %(default)s)")
    parser.add_argument("--data", type=pathlib.Path, default=FASHION, help="default: %(default)s")
    runs.add_training_options(parser, "pairs")
    arguments = parser.parse_args()
    if not shutil.which("mpirun") and arguments.ranks > 1:
        raise SystemExit("no mpirun here: --ranks 1")
    rows = [row_of(config, run_all(arguments, config)) for config in arguments.configs]
    version = runs.program_version(arguments.program)
    columns = ["configuration", "mean of 45 pairs", "worst pairs", "even / odd", "parameters", "bits per parameter",
               "seconds", "seconds, even / odd"]
    seeds = ", ".join(map(str, arguments.seeds))
    lines = ["# All pairs of classes", "", *runs.table_head(f"{arguments.ranks} ranks", version), "",
             f"Test accuracy in %: mean ± standard deviation over the seeds {seeds}. Seconds: median wall time of a",
             "run, data included.", "",
             *runs.markdown(columns, rows)]
    runs.write_text(arguments.tables / "pairs.md", lines)


if __name__ == "__main__":
    main()
