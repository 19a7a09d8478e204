#!/usr/bin/env python3
"""Joins the files that a build compiles to a few translation units for clang-tidy, whose time goes into headers.

    scripts/tidy_units.py BUILD COUNT

writes BUILD/tidy/compile_commands.json and the units it names, and prints their paths, one a line. Files of lib, apps
and tests/bench are taken from BUILD/compile_commands.json, those in its unity files one by one. Those that Highway
compiles once per vector width stay alone, since its list of widths can be gone through only once per unit; the others
are dealt to COUNT units, whole folders first, so that names that a folder has for itself meet as in the build.
"""

import json
import os
import re
import shlex
import sys

FOLDERS = ("lib/", "apps/", "tests/bench/")


def sources_of(path):
    """The files that a unity file includes, or the file itself."""
    if "/Unity/" not in path:
        return [path]
    with open(path, encoding="utf-8") as file:
        return re.findall(r'^#include "(.*)"', file.read(), re.MULTILINE)


def flags_of(command):
    """What a compile command says of macros, include folders and warnings, as a list of groups of words."""
    words, groups = shlex.split(command)[1:], []
    while words:
        word = words.pop(0)
        if word in ("-o", "-c"):
            words.pop(0)
        elif word in ("-isystem", "-I", "-D"):
            groups.append((word, words.pop(0)))
        else:
            groups.append((word,))
    return groups


def is_vectorised(path):
    with open(path, encoding="utf-8") as file:
        return "simd/each_width.hpp" in file.read()


def text_of(unit):
    """Includes of the files; every main function gets a name of its own."""
    lines = []
    for number, path in enumerate(unit):
        lines += [f"#define main main_{number}", f'#include "{path}"', "#undef main"]
    return "\n".join(lines) + "\n"


def main():
    build, count = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    folders, alone, flags = {}, [], {}
    for command in commands:
        for path in sources_of(command["file"]):
            name = os.path.relpath(path)
            if not name.startswith(FOLDERS):
                continue
            flags.update(dict.fromkeys(flags_of(command["command"])))
            if is_vectorised(path):
                alone.append([path])
            else:
                key = name if name.startswith("tests/bench/") else "/".join(name.split("/")[:2])
                folders.setdefault(key, []).append(path)
    units = [[] for _ in range(count)]
    for paths in sorted(folders.values(), key=lambda paths: -sum(map(os.path.getsize, paths))):
        min(units, key=lambda unit: sum(map(os.path.getsize, unit))).extend(paths)
    os.makedirs(os.path.join(build, "tidy"), exist_ok=True)
    database = []
    for number, unit in enumerate(unit for unit in units + alone if unit):
        path = os.path.join(build, "tidy", f"unit_{number}.cpp")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text_of(unit))
        words = ["c++", *(word for group in flags for word in group), "-c", path]
        database.append({"directory": build, "file": path, "command": shlex.join(words)})
        print(path)
    with open(os.path.join(build, "tidy", "compile_commands.json"), "w", encoding="utf-8") as file:
        json.dump(database, file, indent=1)


if __name__ == "__main__":
    main()
