#!/usr/bin/env python3
"""Counts the sources of lib and apps, of the tree as it is or of an earlier commit.

    scripts/count_house.py [COMMIT] [--without FOLDER]...

Prints files, lines (and those that are neither blank nor comment), lines per file, lines of the apps, the longest
file, and how many lines are over 120 columns.
"""

import argparse
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUFFIXES = (".cpp", ".hpp", ".inc", ".h")


def git(*arguments):
    return subprocess.run(["git", "-C", ROOT, *arguments], check=True, capture_output=True, text=True).stdout


def sources(commit, left_out):
    """Path -> text of every source of lib and apps outside the folders `left_out`."""
    names = git("ls-tree", "-r", "--name-only", commit, "lib", "apps").splitlines()
    return {name: git("show", f"{commit}:{name}") for name in names
            if name.endswith(SUFFIXES) and not name.startswith(left_out)}


def is_code(line):
    text = line.strip()
    return bool(text) and not text.startswith(("//", "/*", "*"))


def percentile(ascending, share):
    return ascending[min(len(ascending) - 1, int(share * len(ascending)))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commit", nargs="?", default="HEAD")
    parser.add_argument("--without", action="append", default=[], metavar="FOLDER", help="for example lib/filters")
    arguments = parser.parse_args()
    left_out = tuple(f"{folder.rstrip('/')}/" for folder in arguments.without)
    files = {name: text.splitlines() for name, text in sources(arguments.commit, left_out).items()}
    lengths = sorted(len(lines) for lines in files.values())
    longest = max(files, key=lambda name: len(files[name]))
    rows = {
        "files": len(files),
        "lines": sum(lengths),
        "lines of code": sum(is_code(line) for lines in files.values() for line in lines),
        "lines per file, median": percentile(lengths, 0.5),
        "lines per file, 90th percentile": percentile(lengths, 0.9),
        "files under 30 lines": sum(length < 30 for length in lengths),
        "longest file": f"{longest}, {len(files[longest])}",
        "lines of apps": sum(len(lines) for name, lines in files.items() if name.startswith("apps/")),
        "lines over 120 columns": sum(len(line) > 120 for lines in files.values() for line in lines),
    }
    width = max(map(len, rows))
    for name, value in rows.items():
        print(f"{name:<{width}}  {value}")


if __name__ == "__main__":
    main()
