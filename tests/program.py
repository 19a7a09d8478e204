"""What the Python tests share: how to start the built program, and a tiny data set for it."""

import gzip
import os
import random
import shutil
import struct
import subprocess

SCRIPTS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts")
ENVIRONMENT = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
               "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_mpi_yield_when_idle": "1"}


def command_of(program, mpirun, ranks, arguments):
    """The command line on `ranks` ranks; without mpirun for 0."""
    launcher = [mpirun, "-n", str(ranks)] if ranks else []
    return [*launcher, program, *map(str, arguments)]


def write_images(folder):
    """A tiny data set in the MNIST layout: 4x4 pictures that are bright above (class 0) or below (class 1)."""
    rng = random.Random(1)
    for part, count in (("train", 60), ("t10k", 20)):
        labels = [i % 2 for i in range(count)]
        pixels = [rng.randrange(100) + (150 if (p < 8) == (label == 0) else 0) for label in labels for p in range(16)]
        with gzip.open(os.path.join(folder, part + "-images-idx3-ubyte.gz"), "wb") as file:
            file.write(struct.pack(">4i", 2051, count, 4, 4) + bytes(pixels))
        with gzip.open(os.path.join(folder, part + "-labels-idx1-ubyte.gz"), "wb") as file:
            file.write(struct.pack(">2i", 2049, count) + bytes(labels))


def h5diff(first, second):
    """What h5diff finds between two results files, but for how they came about; empty: equal."""
    done = subprocess.run([shutil.which("h5diff") or "h5diff", "--exclude-path", "/provenance", first, second],
                          capture_output=True, text=True, check=False)
    return done.stdout + done.stderr + (f"exit code {done.returncode}" if done.returncode else "")


def trace_rows(path):
    """Rows of a trace without the wall time."""
    with open(path, encoding="utf-8") as file:
        cells = [line.rstrip("\n").split(",") for line in file]
    return [row[:2] + row[3:] for row in cells]
