"""Kills random ranks of a training at random moments, continues it each time, and compares with an uninterrupted run.

Usage: kill_loop.py PROGRAM MPIRUN [--kills N] [--ranks R] [--seed S]
At least N kills must have hit; the run must end in the same bits. Exit code 0 if so.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import program as tool  # noqa: E402

CONFIG = """schema: 1
data: {classes: [2, 4], train_samples: 3000}
qcgd: {iterations: ITERATIONS, polish: true}
anneal: {polish_sweeps: 20}
checkpoint: {every_iterations: 1}
output: {directory: run}
"""


def start(arguments, folder):
    os.makedirs(folder, exist_ok=True)
    words = ["train", "../config.yaml", "--quiet"]
    return subprocess.Popen(tool.command_of(arguments.program, arguments.mpirun, arguments.ranks, words), cwd=folder,
                            env=tool.ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def ranks_of(launcher):
    """Process numbers of the ranks that mpirun has started and that are still there."""
    try:
        with open(f"/proc/{launcher.pid}/task/{launcher.pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except FileNotFoundError:
        return []


def kill_one(launcher, rng):
    ranks = ranks_of(launcher)
    if not ranks or launcher.poll() is not None:
        return False
    try:
        os.kill(rng.choice(ranks), signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def one_part(arguments, folder, rng, longest):
    """Starts or continues the run and kills a rank after a random time. (exit code, whether a kill hit)"""
    launcher = start(arguments, folder)
    try:
        # not before a second: most kills are to hit iterations and checkpoints, not the start of mpirun
        output, _ = launcher.communicate(timeout=rng.uniform(1, longest))
        return launcher.returncode, False, output
    except subprocess.TimeoutExpired:
        hit = kill_one(launcher, rng)
        return launcher_end(launcher), hit, ""


def launcher_end(launcher):
    """mpirun ends when a rank has died; one that lost a rank while it was starting may wait for ever and is ended
    here."""
    try:
        launcher.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        for rank in ranks_of(launcher):
            os.kill(rank, signal.SIGKILL)
        launcher.kill()
        launcher.communicate()
    return launcher.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("mpirun")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--ranks", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    arguments.program = os.path.abspath(arguments.program)
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory(prefix="isinglass-kill-") as folder:
        with open(os.path.join(folder, "config.yaml"), "w", encoding="utf-8") as file:
            file.write(CONFIG.replace("ITERATIONS", str(max(20, 6 * arguments.kills))))
        whole, cut = os.path.join(folder, "whole"), os.path.join(folder, "cut")
        begin = time.monotonic()
        if start(arguments, whole).wait() != 0:
            sys.exit("the uninterrupted run failed")
        elapsed = time.monotonic() - begin
        # Each part gets on by some iterations before it dies; once enough kills have hit, the run may end.
        kills = parts = 0
        while True:
            parts += 1
            longest = 3 if kills < arguments.kills else 10 * elapsed + 60
            code, hit, output = one_part(arguments, cut, rng, longest)
            kills += hit
            if code == 0 and not hit:
                break
            if code in (2, 3) or (not hit and code != 0):
                sys.exit(f"part {parts} ended with {code}:\n{output}")
        difference = tool.h5diff(os.path.join(whole, "run", "results.h5"), os.path.join(cut, "run", "results.h5"))
        print(f"{kills} kills in {parts} parts on {arguments.ranks} ranks, uninterrupted run {elapsed:.1f} s")
        if difference:
            sys.exit(f"the results differ:\n{difference}")
        if kills < arguments.kills:
            sys.exit(f"the run ended after {kills} kills, {arguments.kills} wanted: give it more iterations")
        print("same results bit for bit")


if __name__ == "__main__":
    main()
