#!/usr/bin/env python3
"""Small trainings and solves, compared bit for bit with what is written in golden.json.

    golden_test.py PROGRAM            compares; exit code 77 (skipped) where this host computes differently
    golden_test.py PROGRAM --renew    writes golden.json anew

A change that must not change results leaves this test green. One that changes them on purpose says so in its commit
message and renews the file; the difference of the file then shows which methods and machines it touched, and from
which iteration on.

Results are a function of the input and of how the host rounds: of its C library's exp, log, tanh and others, and, in
`qat` alone, of the OpenBLAS kernel that suits its processor (sums of floating-point products). Both are told by a
fingerprint in the file. Where that of the library differs the whole test is skipped, where that of the kernel differs
the cases of `qat`.
"""

import ctypes
import ctypes.util
import hashlib
import json
import math
import os
import random
import subprocess
import sys
import tempfile

import h5py

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "golden.json")
SKIPPED = 77

BASE = """schema: 1
seed: 7
data: {classes: [2, 4], train_samples: 250}
network:
  hidden: [{units: 6}]
qcgd: {iterations: 4}
machine: {replicas: 3}
anneal: {sweeps: 12, polish_sweeps: 8}
qat: {epochs: 3}
output: {directory: run}
"""
TWO_LAYERS = "network.hidden=[{units: 6, activation: tanh, segments: 5, weights: 2bit}, {units: 5, weights: ternary}]"
LINEAR_PIECES = ("network.hidden=[{units: 5, activation: gelu, segments: 6, degree: 1, knots: equalized}, "
                 "{units: 4, activation: relu, segments: 4, degree: 1}]")
WHOLE = "machine.whole.sweeps=4"
NEURONS = "machine.subproblems.blocks=neurons"

TRAININGS = {
    "qcgd": [WHOLE],
    "qcgd, four classes, polish": [WHOLE, "qcgd.polish=true", "data.classes=[0, 2, 4, 6]"],
    "qcgd, two layers": [WHOLE, TWO_LAYERS, "qcgd.polish=true", "network.output.loss=squared_hinge"],
    "qcgd, splines of degree one": [WHOLE, LINEAR_PIECES, "qcgd.polish=true", "network.output.loss=logistic"],
    "anneal": ["method=anneal"],
    "anneal, four classes": ["method=anneal", "data.classes=[0, 2, 4, 6]"],
    "filters, two stages with copies": [
        "method=anneal",
        "network.hidden=[{kind: filters, units: 6, filters: {stages: 2, count: 4, copies: 1, reach: 3, "
        "negated_share: 0.3, literal_shares: [0.08, 0.42, 0.5]}}]",
        "data.classes=[0, 2, 4, 6]", "readout.sweeps=3", "readout.margin=0.7"],
    "qat": ["method=qat"],
    "qat, trained filters": [
        "method=qat", "qat.filters=trained", "qat.filter_rate=0.1",
        "network.hidden=[{kind: filters, units: 5, filters: {count: 6, cells: 2, views: 2}}]"],
    **{f"{kind}, whole problem": [f"machine.kind={kind}", "machine.whole.sweeps=8"]
       for kind in ("bsb", "dsb", "cim", "cac")},
    "cim, neurons, 8 bits with noise": [
        "machine.kind=cim", NEURONS, "machine.cim.steps=30", "machine.hardware.spin_budget=120",
        "machine.hardware.coefficient_bits=8", "machine.hardware.field_noise=0.01"],
    "sa, neurons": ["machine.kind=sa", NEURONS, "machine.sa.sweeps=20"],
    "tabu, neurons": ["machine.kind=tabu", NEURONS, "machine.tabu.sweeps=20"],
    "pt, neurons": ["machine.kind=pt", NEURONS, "machine.pt.sweeps=5", "machine.pt.temperatures=4"],
    "enumeration, neurons": ["machine.kind=enumeration", NEURONS, "machine.hardware.spin_budget=8"],
    "sa, neurons and samples": [
        "machine.kind=sa", "machine.subproblems.blocks=neurons_and_samples", "machine.sa.sweeps=20",
        "machine.hardware.spin_budget=8", "data.train_samples=60"],
}
MACHINES = ("sa", "pt", "tabu", "bsb", "dsb", "cim", "cac")


def graph(spins, degree, weights, seed):
    """A random graph as a max-cut instance."""
    rng = random.Random(seed)
    pairs = sorted({tuple(sorted(rng.sample(range(1, spins + 1), 2))) for _ in range(spins * degree // 2)})
    return f"{spins} {len(pairs)}\n" + "".join(f"{i} {j} {rng.choice(weights)}\n" for i, j in pairs)


def one_hot(groups, size, seed):
    """Random couplings between one-hot groups, in COO lines."""
    rng = random.Random(seed)
    members = [[g * size + k for k in range(size)] for g in range(groups)]
    lines = ["# vartype=BINARY", *("# group " + " ".join(map(str, group)) for group in members)]
    lines += [f"{i} {j} {rng.randint(-9, 9)}" for a in range(groups) for b in range(a) for i in members[b]
              for j in members[a]]
    return "\n".join(lines) + "\n"


def knapsack(variables, seed):
    """A quadratic knapsack with a cardinality row, in QPLIB's form."""
    rng = random.Random(seed)
    entries = [(i, j, rng.randint(1, 40)) for i in range(1, variables + 1) for j in range(1, i) if rng.random() < 0.3]
    rows = [(1, i, rng.randint(1, 20)) for i in range(1, variables + 1)] + [(2, i, 1) for i in range(1, variables + 1)]
    return (f"knapsack\nQBL\nmaximize\n{variables}\n2\n{len(entries)}\n" +
            "".join(f"{i} {j} {v}\n" for i, j, v in entries)
            + f"0\n0\n0\n{len(rows)}\n" + "".join(f"{r} {i} {v}\n" for r, i, v in rows)
            + f"1e30\n-1e30\n0\n{5 * variables}\n1\n2 {variables // 2}\n0\n0\n0\n0\n")


INSTANCES = {
    "sparse graph": ("sparse.txt", graph(120, 4, (1,), 1)),
    "dense signs": ("dense.txt", graph(60, 80, (-1, 1), 2)),
    "dense fractions": ("fractions.txt", graph(50, 60, (0.3, -0.7, 1.1), 3)),
    "one-hot groups": ("groups.coo", one_hot(8, 5, 4)),
}
PROGRAMS = {"knapsack": ("knapsack.qplib", knapsack(60, 5))}


def run(program, folder, *arguments):
    done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(arguments)}\n{done.stderr}")


def digest(*arrays):
    sha = hashlib.sha256()
    for array in arrays:
        sha.update(array.tobytes())
    return sha.hexdigest()[:16]


def exact(values):
    """Numbers as text that gives the same double again."""
    return [repr(float(value)) for value in values]


def trained(program, folder, overrides):
    with open(os.path.join(folder, "c.yaml"), "w", encoding="utf-8") as file:
        file.write(BASE)
    run(program, folder, "train", "c.yaml", "--quiet",
        *(word for override in overrides for word in ("--set", override)))
    with h5py.File(os.path.join(folder, "run/results.h5"), "r") as file:
        layers = [file["model"][name] for name in sorted(file["model"]) if name.startswith("layer_")]
        history = {name: exact(column[()]) for name, column in file["history"].items() if column.dtype.kind == "f"}
        return {"network": digest(*(layer[name][()] for layer in layers for name in ("weights", "biases"))),
                "history": history}


def solved(program, folder, name, text, *arguments):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)
    run(program, folder, "solve", name, "--quiet", "--seed", "3", "--output", "o.h5", *arguments)
    with h5py.File(os.path.join(folder, "o.h5"), "r") as file:
        value = exact([file["best"].attrs["value"]])
        if "iterations" in file:
            return {"best": value, "point": digest(file["best/x"][()]),
                    "objective": exact(file["iterations/objective"][()])}
        return {"best": value, "energies": exact(file["reads/energy"][()]), "spins": digest(file["reads/spins"][()])}


def all_cases():
    """Name and how the case is computed."""
    for name, overrides in TRAININGS.items():
        yield f"train: {name}", lambda program, folder, overrides=overrides: trained(program, folder, overrides)
    for machine in MACHINES:
        for name, (file, text) in INSTANCES.items():
            yield f"solve: {name} by {machine}", lambda program, folder, file=file, text=text, machine=machine: solved(
                program, folder, file, text, "--machine", machine, "--reads", "6", "--sweeps", "30")
    for name, (file, text) in PROGRAMS.items():
        yield f"solve: {name} by QCGD", lambda program, folder, file=file, text=text: solved(
            program, folder, file, text, "--machine", "sa", "--iterations", "6", "--reads", "8", "--sweeps", "30")


def library_fingerprint():
    sha = hashlib.sha256()
    for function in (math.exp, math.tanh, math.sin, math.log1p, math.erf,
                     math.cbrt if hasattr(math, "cbrt") else math.sqrt):
        for step in range(2000):
            sha.update(function(0.00173 * step + 0.0007).hex().encode())
    return sha.hexdigest()[:16]


def kernel_fingerprint():
    name = ctypes.util.find_library("openblas")
    if not name:
        return "no OpenBLAS"
    library = ctypes.CDLL(name)
    library.openblas_get_corename.restype = ctypes.c_char_p
    return library.openblas_get_corename().decode()


def computed(program):
    results = {}
    for name, compute in all_cases():
        with tempfile.TemporaryDirectory(prefix="isinglass-golden-") as folder:
            results[name] = compute(program, folder)
    return results


def first_difference(expected, found, path=""):
    """Where two results part, as text; None where they do not."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted(expected.keys() | found.keys()):
            text = first_difference(expected.get(key), found.get(key), f"{path}/{key}")
            if text:
                return text
        return None
    if isinstance(expected, list) and isinstance(found, list):
        for place, (old, new) in enumerate(zip(expected, found)):
            if old != new:
                return f"{path}[{place}]: {new}, expected {old}"
        return None if len(expected) == len(found) else f"{path}: {len(found)} values, expected {len(expected)}"
    return None if expected == found else f"{path}: {found}, expected {expected}"


def main():
    program = os.path.abspath(sys.argv[1])
    host = {"library": library_fingerprint(), "kernel": kernel_fingerprint()}
    if "--renew" in sys.argv:
        with open(GOLDEN, "w", encoding="utf-8") as file:
            json.dump({"host": host, "results": computed(program)}, file, indent=1)
            file.write("\n")
        return
    with open(GOLDEN, encoding="utf-8") as file:
        golden = json.load(file)
    if host["library"] != golden["host"]["library"]:
        print("skipped: the C library of this host rounds differently; --renew makes a file for it to compare "
              "changes with")
        sys.exit(SKIPPED)
    found, differences = computed(program), 0
    for name in sorted(golden["results"].keys() | found.keys()):
        if name.startswith("train: qat") and host["kernel"] != golden["host"]["kernel"]:
            print(f"{name}: left out, OpenBLAS has another kernel here ({host['kernel']}, not "
                  f"{golden['host']['kernel']})")
            continue
        text = first_difference(golden["results"].get(name), found.get(name))
        if text:
            differences += 1
            print(f"{name}: {text}")
    print(f"{len(found)} results, {differences} differ")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
