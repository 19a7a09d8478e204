#!/usr/bin/env python3
"""Simulated annealing in plain Python: an example of what isinglass can call as an external machine.

    isinglass solve INSTANCE --machine external --set machine.external.command="scripts/external_annealer.py \
        {problem} {spins} --reads {reads} --sweeps {sweeps} --seed {seed}"

Reads an Ising or QUBO problem in the COO format that isinglass writes (docs/machines.md), and writes one read a line:
-1 and 1 for an Ising problem, 0 and 1 for a QUBO. Replace `anneal` by whatever talks to your machine.
"""
import argparse
import math
import random
import sys


def load(path):
    """(is_binary, linear terms, neighbours): E = offset + sum linear_i v_i + sum value_ij v_i v_j."""
    is_binary, linear, pairs = False, {}, []
    with open(path) as lines:
        for line in lines:
            if line.startswith("#"):
                is_binary = is_binary or "BINARY" in line
                continue
            i, j, value = line.split()
            if i == j:
                linear[int(i)] = float(value)
            else:
                pairs.append((int(i), int(j), float(value)))
    neighbours = [[] for _ in linear]
    for i, j, value in pairs:
        neighbours[i].append((j, value))
        neighbours[j].append((i, value))
    return is_binary, [linear[i] for i in range(len(linear))], neighbours


def anneal(values, linear, neighbours, sweeps, draw):
    """One read by Metropolis steps; `values` are the two values of a variable."""
    low, high = values
    state = [draw.choice(values) for _ in linear]
    sizes = [abs(h) + sum(abs(v) for _, v in row) for h, row in zip(linear, neighbours)]
    hot = max(max(sizes), 1e-9)
    cold = hot * 0.01
    for sweep in range(sweeps):
        temperature = hot * (cold / hot) ** (sweep / max(sweeps - 1, 1))
        for i, row in enumerate(neighbours):
            other = low + high - state[i]
            change = (other - state[i]) * (linear[i] + sum(v * state[j] for j, v in row))
            if change <= 0 or draw.random() < math.exp(-change / temperature):
                state[i] = other
    return state


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("problem")
    parser.add_argument("spins", help="file to write")
    parser.add_argument("--reads", type=int, default=1)
    parser.add_argument("--sweeps", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    is_binary, linear, neighbours = load(arguments.problem)
    values = (0, 1) if is_binary else (-1, 1)
    draw = random.Random(arguments.seed)
    with open(arguments.spins, "w") as out:
        for _ in range(arguments.reads):
            print(*anneal(values, linear, neighbours, arguments.sweeps, draw), file=out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
