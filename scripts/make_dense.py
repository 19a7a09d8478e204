#!/usr/bin/env python3
"""Writes a dense Ising problem: every pair of spins coupled by -1 or +1 at random, in rudy's format.

    scripts/make_dense.py SPINS SEED FILE
    isinglass solve FILE --format ising
"""

import random
import sys


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    spins, seed, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    draw = random.Random(seed)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{spins} {spins * (spins - 1) // 2}\n")
        for i in range(1, spins):
            file.writelines(f"{i} {j} {draw.choice((-1, 1))}\n" for j in range(i + 1, spins + 1))


if __name__ == "__main__":
    main()
