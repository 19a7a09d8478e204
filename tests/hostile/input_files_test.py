"""Files that are no regular files, wherever the program reads one."""

import os
import unittest

import hostile
from hostile import Case, HostileTest


def make_fifo(folder):
    os.mkfifo(os.path.join(folder, "pipe"))


class SpecialFiles(HostileTest):
    def test_special_files_are_refused_before_they_are_opened(self):
        cases = []
        for command in (["solve"], ["check"], ["train"], ["inspect"], ["sweep", "--list"]):
            cases += [Case(f"{command[0]} of a pipe", [*command, "pipe"], says=("pipe: a pipe",), prepare=make_fifo),
                      Case(f"{command[0]} of an endless device", [*command, "/dev/zero"], says=("/dev/zero: a device",)),
                      Case(f"{command[0]} of a folder", [*command, "/usr"], says=("/usr: a folder",)),
                      Case(f"{command[0]} of no file", [*command, "none"], says=("none: no such file",))]
        self.run_table(cases)


if __name__ == "__main__":
    hostile.main()
