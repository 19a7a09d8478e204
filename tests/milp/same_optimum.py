"""The exported LP file and a MILP solver find the optimum that enumeration of all weights finds.

Small random networks on tiny data sets are compiled and exported by the built program; glpsol solves the LP file;
network_loss.py enumerates every assignment of the weights. Usage: same_optimum.py PROGRAM [--cases N] [--first SEED]
"""

import argparse
import gzip
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import network_loss  # noqa: E402
import program as tool  # noqa: E402

FASHION = "/usr/share/datasets/fashion-mnist"
LARGEST_BITS = 14


def write_idx(folder, pictures, labels):
    """Both files of both parts: the test part is not looked at."""
    side = len(pictures[0])
    for part in ("train", "t10k"):
        with gzip.open(os.path.join(folder, part + "-images-idx3-ubyte.gz"), "wb") as file:
            file.write(struct.pack(">4i", 2051, len(pictures), side, side) +
                       b"".join(bytes(row) for p in pictures for row in p))
        with gzip.open(os.path.join(folder, part + "-labels-idx1-ubyte.gz"), "wb") as file:
            file.write(struct.pack(">2i", 2049, len(labels)) + bytes(labels))


def random_set(rng, folder, samples, classes):
    """2x2 pictures of any brightness; every class occurs."""
    labels = [i % classes for i in range(samples)]
    write_idx(folder, [[[rng.randrange(256) for _ in range(2)] for _ in range(2)] for _ in labels], labels)
    return 1


def fashion_set(rng, folder, samples, classes):
    """Some pictures of the real data, of which a pool of 14 leaves four inputs."""
    with gzip.open(os.path.join(FASHION, "train-labels-idx1-ubyte.gz")) as file:
        labels = file.read()[8:8 + 600]
    with gzip.open(os.path.join(FASHION, "train-images-idx3-ubyte.gz")) as file:
        pixels = file.read(16 + 600 * 784)[16:]
    chosen = [rng.choice([i for i, label in enumerate(labels) if label == wanted % classes])
              for wanted in range(samples)]
    pictures = [[pixels[i * 784 + row * 28:i * 784 + row * 28 + 28] for row in range(28)] for i in chosen]
    write_idx(folder, pictures, [labels[i] for i in chosen])
    return 14


def random_network(rng):
    """Hidden layers, and a loss: kept if the parameter bits are few enough to enumerate."""
    hidden = []
    for _ in range(rng.choice((1, 1, 2))):
        activation = rng.choice(("sign", "sign", "tanh", "relu", "hard_tanh"))
        layer = {"units": rng.choice((1, 2)), "activation": activation,
                 "weights": rng.choice(("1bit", "1bit", "2bit", "ternary")), "bias": rng.choice(("1bit", "2bit"))}
        if activation != "sign":
            layer.update(segments=rng.choice((2, 3)), degree=rng.choice((0, 1)),
                         knots=rng.choice(("uniform", "equalized")))
        hidden.append(layer)
    output = {"weights": rng.choice(("1bit", "2bit", "ternary")), "bias": "1bit",
              "loss": rng.choice(("hinge", "squared_hinge", "squared"))}
    return {"hidden": hidden, "output": output}


def bit_count(network, inputs, outputs):
    def bits(book):
        return 2 if book == "ternary" else int(book[0])

    count = 0
    for layer in network["hidden"]:
        count += layer["units"] * (inputs * bits(layer["weights"]) + bits(layer["bias"]))
        inputs = layer["units"]
    return count + outputs * (inputs * bits(network["output"]["weights"]) + bits(network["output"]["bias"]))


def run(command, folder):
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, cwd=folder, env=tool.ENVIRONMENT,
                          check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def milp_optimum(folder):
    """Objective that glpsol proves optimal; None if its time is over before that."""
    report = run(["glpsol", "--lp", "q.lp", "--tmlim", "15", "--output", "solution.txt"], folder)
    with open(os.path.join(folder, "solution.txt"), encoding="utf-8") as file:
        text = file.read()
    if "TIME LIMIT EXCEEDED" in report:
        return None
    if "INTEGER OPTIMAL" not in text:
        raise RuntimeError("glpsol proved no optimum:\n" + text[:500])
    return float(re.search(r"Objective: +\S+ = (\S+)", text).group(1))


def one_case(program, seed):
    rng = random.Random(seed)
    classes = rng.choice((2, 2, 2, 3))
    network = random_network(rng)
    while bit_count(network, 4, 1 if classes == 2 else classes) > LARGEST_BITS:
        network = random_network(rng)
    samples = rng.choice((3, 3, 4))
    margin = rng.choice((0.5, 1.0))
    with tempfile.TemporaryDirectory(prefix="isinglass-milp-") as folder:
        pool = (fashion_set if seed % 4 == 3 else random_set)(rng, folder, samples, classes)
        levels = rng.choice((2, 3, 4))
        config = {"schema": 1, "method": "anneal",
                  "data": {"dataset": "idx", "directory": folder, "validation_fraction": 0, "pool": pool,
                           "levels": levels},
                  "network": network, "anneal": {"sweeps": 1, "output_margin": margin}, "output": {"directory": "run"}}
        with open(os.path.join(folder, "c.yaml"), "w", encoding="utf-8") as file:
            json.dump(config, file)  # JSON is YAML
        try:
            run([program, "train", "c.yaml", "--quiet"], folder)
        except RuntimeError as error:
            if "knots coincide" in str(error) or "same pixels" in str(error):
                return None  # there is no such network on so coarse a grid
            raise
        breaking = ["--break-symmetry"] if rng.random() < 0.3 else []
        run([program, "compile", "c.yaml", "-o", "q.h5", *breaking], folder)
        run([program, "export", "q.h5", "--format", "lp", "-o", "q.lp"], folder)
        found = milp_optimum(folder)
        if found is None:
            return None
        layers, center = network_loss.read_layers(os.path.join(folder, "run", "results.h5"))
        inputs, labels = network_loss.read_samples(folder, pool, levels, center)
        expected = network_loss.best_loss(layers, network["output"]["loss"], margin, inputs, labels, classes)
    if abs(found - expected) > 1e-6 * max(1, abs(expected)):
        raise RuntimeError(f"seed {seed}: the solver finds {found}, enumeration {expected}\n{json.dumps(config)}")
    return network_loss.parameter_bits(layers), expected


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--cases", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    arguments = parser.parse_args()
    checked, seed = 0, arguments.first
    while checked < arguments.cases:
        begin = time.monotonic()
        case = one_case(os.path.abspath(arguments.program), seed)
        if case:
            checked += 1
            print(f"seed {seed}: {case[0]} parameter bits, optimum {case[1]:.6g}, {time.monotonic() - begin:.1f} s",
                  flush=True)
        seed += 1
        if seed - arguments.first > 5 * arguments.cases:
            raise RuntimeError(f"only {checked} of {seed - arguments.first} networks exist")
    print(f"{checked} optima agree")


if __name__ == "__main__":
    main()
