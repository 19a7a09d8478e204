"""Writes the first images of Fashion-MNIST, unpacked: each rank of a small test reads them in no time.

Usage: few_images.py FOLDER
"""

import gzip
import os
import struct
import sys

SOURCE = "/usr/share/datasets/fashion-mnist"
COUNTS = {"train": 12000, "t10k": 2000}


def copy_first(name, folder, count, header, item):
    """The first `count` items of `item` bytes after a header of `header` numbers, the second of which is the count."""
    with gzip.open(os.path.join(SOURCE, name + ".gz")) as source, open(os.path.join(folder, name), "wb") as target:
        magic, _, *rest = struct.unpack(f">{header}i", source.read(4 * header))
        target.write(struct.pack(f">{header}i", magic, count, *rest) + source.read(count * item))


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for part, count in COUNTS.items():
        copy_first(part + "-images-idx3-ubyte", folder, count, 4, 28 * 28)
        copy_first(part + "-labels-idx1-ubyte", folder, count, 2, 1)


if __name__ == "__main__":
    main()
