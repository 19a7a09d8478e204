#!/usr/bin/env python3
"""Draws the library targets in docs/architecture.md, and checks that includes follow the drawing.

    scripts/draw_targets.py            check: the drawing is that of the CMakeLists, and no file includes past it
    scripts/draw_targets.py --write    draw it anew

The drawing has one arrow per dependency that does not follow from others. An include of another folder's header is
allowed only if its target is reached by arrows.
"""

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- targets: scripts/draw_targets.py --write -->\n", "<!-- end of targets -->\n"


def folders_and_links():
    """Folder -> the folders that its targets link. Targets of one folder count as one."""
    folder_of, links = {}, {}
    lists = [*sorted((ROOT / "lib").glob("*/CMakeLists.txt")), ROOT / "apps" / "isinglass" / "CMakeLists.txt"]
    texts = {path.parent.name if path.parent.parent.name == "lib" else "apps": path.read_text() for path in lists}
    for folder, text in texts.items():
        for target in re.findall(r"add_(?:library|executable)\(\s*(\w+)", text):
            folder_of[target] = folder
    for folder, text in texts.items():
        found = set()
        for call in re.findall(r"target_link_libraries\(([^)]*)\)", text):
            found |= {folder_of[word] for word in call.split() if word in folder_of}
        links[folder] = found - {folder}
    return links


def reached(links, start):
    """All folders that arrows lead to from `start`."""
    seen, left = set(), [start]
    while left:
        for folder in links[left.pop()] - seen:
            seen.add(folder)
            left.append(folder)
    return seen


def drawing(links):
    """Mermaid text of the arrows that do not follow from others."""
    lines = ["```mermaid\n", "graph LR\n"]
    for folder in sorted(links):
        indirect = set().union(*(reached(links, used) for used in links[folder])) if links[folder] else set()
        for used in sorted(links[folder] - indirect):
            lines.append(f"  {folder} --> {used}\n")
    return "".join(lines) + "```\n"


def bad_includes(links):
    """Lines that include a folder which no arrow leads to."""
    found = []
    for folder in links:
        allowed = reached(links, folder) | {folder}
        base = ROOT / "apps" / "isinglass" if folder == "apps" else ROOT / "lib" / folder
        for path in sorted(base.rglob("*")):
            if path.suffix not in (".hpp", ".cpp", ".inc"):
                continue
            for number, line in enumerate(path.read_text().splitlines(), 1):
                included = re.match(r'#include "(\w+)/', line)
                if included and included[1] in links and included[1] not in allowed:
                    found.append(f"{path.relative_to(ROOT)}:{number}: {folder} does not link {included[1]}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="draw the picture anew")
    write = parser.parse_args().write
    links = folders_and_links()
    circles = [folder for folder in links if folder in reached(links, folder)]
    if circles:
        sys.exit(f"circle of targets: {', '.join(sorted(circles))}")
    page = PAGE.read_text()
    head, rest = page.split(BEGIN)
    tail = rest.split(END)[1]
    fresh = head + BEGIN + drawing(links) + END + tail
    if write:
        PAGE.write_text(fresh)
    elif fresh != page:
        sys.exit("docs/architecture.md: the picture of the targets is old; scripts/draw_targets.py --write")
    bad = bad_includes(links)
    if bad:
        sys.exit("\n".join(bad))


if __name__ == "__main__":
    main()
