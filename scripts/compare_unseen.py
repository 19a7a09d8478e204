#!/usr/bin/python3
"""Trains on data sets that no setting was chosen on, and writes a table.

They are made by this script: Fashion-MNIST with every image shifted, rotated or thinned, and ten classes of drawn
figures under noise. The same settings train each of them, without a look at the result. Run folders are kept under
results/unseen/CONFIG/DATA/SEED, and what is finished there is not run again. Writes results/tables/unseen.md and a
picture of the data, unseen.png.
"""

import argparse
import gzip
import pathlib
import struct

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402

import runs  # noqa: E402

FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist")
PARTS = {"train": 1, "t10k": 2}
SIDE = 28
# name: configuration, and overrides of it
NETWORKS = {
    "filters, annealed": ("ten-classes-filters", []),
    "dense, qat": ("ten-classes-all", ["method=qat"]),
}


def read_part(folder, part):
    images = gzip.decompress((folder / f"{part}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / f"{part}-labels-idx1-ubyte.gz").read_bytes())
    return (np.frombuffer(images, np.uint8, offset=16).reshape(-1, SIDE, SIDE),
            np.frombuffer(labels, np.uint8, offset=8))


def write_part(folder, part, images, labels):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{part}-images-idx3-ubyte").write_bytes(struct.pack(">4i", 2051, *images.shape) + images.tobytes())
    (folder / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">2i", 2049, len(labels)) + labels.tobytes())


def resampled(images, matrices, shifts):
    """Each image seen through its own affine map of the target's pixels, by bilinear interpolation; zero outside."""
    middle = (SIDE - 1) / 2
    row, column = np.mgrid[0:SIDE, 0:SIDE] - middle
    y = matrices[:, 0, 0, None, None] * row + matrices[:, 0, 1, None, None] * column + shifts[:, 0, None, None] + middle
    x = matrices[:, 1, 0, None, None] * row + matrices[:, 1, 1, None, None] * column + shifts[:, 1, None, None] + middle
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1))).astype(np.float32)
    y, x = np.clip(y + 1, 0, SIDE + 0.999), np.clip(x + 1, 0, SIDE + 0.999)
    top, left = y.astype(int), x.astype(int)
    down, right = (y - top).astype(np.float32), (x - left).astype(np.float32)
    number = np.arange(len(images))[:, None, None]
    value = ((1 - down) * ((1 - right) * padded[number, top, left] + right * padded[number, top, left + 1])
             + down * ((1 - right) * padded[number, top + 1, left] + right * padded[number, top + 1, left + 1]))
    return np.rint(value).astype(np.uint8)


def in_parts(function, images, draw):
    return np.concatenate([function(images[i:i + 5000], draw) for i in range(0, len(images), 5000)])


def shifted(images, draw):
    """By whole pixels, up to 4 in each direction."""
    identity = np.broadcast_to(np.eye(2), (len(images), 2, 2))
    return resampled(images, identity, draw.integers(-4, 5, (len(images), 2)).astype(float))


def rotated(images, draw):
    """About the middle, by up to 30 degrees either way."""
    angle = np.radians(draw.uniform(-30, 30, len(images)))
    matrices = np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], axis=1).reshape(-1, 2, 2)
    return resampled(images, matrices, np.zeros((len(images), 2)))


def thinned(images, _):
    """Each pixel becomes the least of its 3x3 surround: what is thinner than three pixels is gone."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    return np.min([padded[:, i:i + SIDE, j:j + SIDE] for i in range(3) for j in range(3)], axis=0)


def figures(count, draw):
    """Ten classes of outlines: polygons of 3 to 6 corners, stars of 3 to 6 rays, a ring, a cross; of any size, place
    and turn, a few pixels missing, under noise. Returns images and labels."""
    labels = draw.integers(0, 10, count).astype(np.uint8)
    row, column = np.mgrid[0:SIDE, 0:SIDE]
    images = np.empty((count, SIDE, SIDE), np.uint8)
    for i, label in enumerate(labels):
        y, x = row - draw.uniform(11, 16), column - draw.uniform(11, 16)
        radius, turn, width = draw.uniform(6, 10), draw.uniform(0, 2 * np.pi), draw.uniform(0.8, 1.6)
        distance, angle = np.hypot(x, y), np.arctan2(y, x) + turn
        if label < 4:  # a polygon's edge in polar coordinates
            part = 2 * np.pi / (label + 3)
            edge = np.abs(distance * np.cos(np.mod(angle, part) - part / 2) - radius * np.cos(part / 2)) < width
        elif label < 8:  # rays
            part = 2 * np.pi / (label - 1)
            off = distance * np.abs(np.sin(np.mod(angle + part / 2, part) - part / 2))
            ahead = np.cos(np.mod(angle + part / 2, part) - part / 2) > 0
            edge = (off < width) & ahead & (distance < radius)
        elif label == 8:
            edge = np.abs(distance - radius) < width
        else:  # a cross of unequal bars
            u, v = distance * np.cos(angle), distance * np.sin(angle)
            edge = ((np.abs(u) < width) & (np.abs(v) < radius)) | ((np.abs(v) < width) & (np.abs(u) < radius / 2))
        bright = draw.uniform(120, 255) * edge * (draw.random((SIDE, SIDE)) > 0.1)
        images[i] = np.clip(bright + draw.normal(25, 25, (SIDE, SIDE)), 0, 255)
    return images, labels


CHANGES = {"as it is": None, "shifted": shifted, "rotated": rotated, "thinned": thinned}


def make_data(source, folder):
    """The folders of all data sets, by name."""
    folders = {name: folder / name.replace(" ", "-") for name in [*CHANGES, "figures"]}
    for part, stream in PARTS.items():
        images, labels = read_part(source, part)
        for name, change in CHANGES.items():
            if not (folders[name] / f"{part}-labels-idx1-ubyte").exists():
                draw = np.random.default_rng(stream)
                write_part(folders[name], part, in_parts(change, images, draw) if change else images, labels)
        if not (folders["figures"] / f"{part}-labels-idx1-ubyte").exists():
            write_part(folders["figures"], part, *figures(len(images) // 3, np.random.default_rng(10 + stream)))
    return folders


def run_all(arguments, folders):
    found = {}
    for network, (config, overrides) in NETWORKS.items():
        for name, folder in folders.items():
            found[network, name] = [
                runs.train(arguments.program, f"inputs/{config}.yaml",
                           arguments.output / config / folder.name / str(seed), arguments.ranks,
                           [*overrides, "data.dataset=idx", f"data.directory={folder}", f"seed={seed}",
                            *arguments.overrides]) for seed in arguments.seeds]
            print(f"{network:18} {name:10} test {runs.percent(found[network, name])} %", flush=True)
    return found


def draw_samples(folders, path):
    figure, axes = plt.subplots(len(folders), 10, figsize=(8, 0.85 * len(folders)))
    for line, (name, folder) in zip(axes, folders.items()):
        images = np.frombuffer((folder / "t10k-images-idx3-ubyte").read_bytes(), np.uint8, offset=16)
        labels = np.frombuffer((folder / "t10k-labels-idx1-ubyte").read_bytes(), np.uint8, offset=8)
        for label, cell in enumerate(line):
            first = int(np.flatnonzero(labels == label)[0])
            cell.imshow(images[first * SIDE * SIDE:(first + 1) * SIDE * SIDE].reshape(SIDE, SIDE), cmap="gray_r")
            cell.set_xticks([])
            cell.set_yticks([])
        line[0].set_ylabel(name, rotation=0, ha="right", va="center")
    figure.tight_layout(pad=0.3)
    figure.savefig(path, dpi=120)
    print(f"written: {path}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default=FASHION, help="default: %(default)s")
    runs.add_training_options(parser, "unseen")
    arguments = parser.parse_args()
    folders = make_data(arguments.data, arguments.output / "data")
    found = run_all(arguments, folders)
    rows = [(network, *(runs.percent(found[network, name]) for name in folders)) for network in NETWORKS]
    version = runs.program_version(arguments.program)
    seeds = ", ".join(map(str, arguments.seeds))
    lines = ["# Data that no setting was chosen on", "", *runs.table_head(f"{arguments.ranks} ranks", version), "",
             f"Test accuracy in %: mean ± standard deviation over the seeds {seeds}. Fashion-MNIST as it is; every",
             "image, of training and test, shifted by up to 4 pixels; rotated by up to 30 degrees; thinned by a 3x3",
             "minimum; and ten classes of drawn figures, 20,000 to train on.", "",
             *runs.markdown(["network", *folders], rows)]
    runs.write_text(arguments.tables / "unseen.md", lines)
    draw_samples(folders, arguments.tables / "unseen.png")


if __name__ == "__main__":
    main()
