"""Inputs of the tables of outputs: an instance, a configuration with its data, a sweep, a compiled problem."""

import os
import subprocess

import hostile
from hostile import tool

GRAPH = "3 3\n1 2 1\n2 3 1\n1 3 1\n"
CONFIG = """schema: 1
data: {dataset: idx, directory: data, classes: [0, 1], pool: 1}
network:
  hidden: [{units: 3}]
qcgd: {iterations: 3}
machine: {replicas: 3, whole: {sweeps: 3}}
output: {directory: run}
"""
COMPILED = []  # the bytes of a problem, once one was made
SWEEP = "schema: 1\nbase: tiny.yaml\noutput: sweep\naxes: [{key: seed, values: [1, 2]}]\n"


def run(folder, *arguments, code=0):
    done = subprocess.run([hostile.PROGRAM, *arguments], cwd=folder, env=tool.ENVIRONMENT, capture_output=True,
                          check=False)
    if done.returncode != code:
        raise AssertionError(done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace"))


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def make_inputs(folder):
    """An instance, a configuration with its data, a sweep, a compiled problem."""
    write(folder, "g.txt", GRAPH)
    write(folder, "tiny.yaml", CONFIG)
    write(folder, "sweep.yaml", SWEEP)
    os.mkdir(os.path.join(folder, "data"))
    tool.write_images(os.path.join(folder, "data"))


def make_problem(folder):
    make_inputs(folder)
    if not COMPILED:
        run(folder, "compile", "tiny.yaml", "-o", "q.h5")
        with open(os.path.join(folder, "q.h5"), "rb") as file:
            COMPILED.append(file.read())
    with open(os.path.join(folder, "q.h5"), "wb") as file:
        file.write(COMPILED[0])
