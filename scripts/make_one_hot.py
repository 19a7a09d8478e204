#!/usr/bin/python3
"""A random problem of one-hot groups as a COO QUBO, which `isinglass solve` reads with its groups.

Every pair of binary variables of different groups gets a random integer coefficient, so that each choice of values is
one term for each pair of groups: min sum_{g<h} q[g, value_g, h, value_h]. With --penalty the groups are terms
instead, penalty (sum x - 1)^2: the form for machines that flip single spins.

    scripts/make_one_hot.py --groups 64 --values 16 --seed 1 > one-hot.coo
"""
import argparse
import random
import sys


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--groups", type=int, default=64)
    parser.add_argument("--values", type=int, default=16, help="members of each group")
    parser.add_argument("--largest", type=int, default=100, help="coefficients are uniform in -largest .. largest")
    parser.add_argument("--density", type=float, default=1.0, help="part of the pairs of groups that interact")
    parser.add_argument("--penalty", type=int, help="write groups as penalty terms of this weight")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def couplings(args):
    """(i, j, q) of all interacting pairs of variables: the same for a seed, whatever the penalty."""
    rng = random.Random(args.seed)
    for g in range(args.groups):
        for h in range(g + 1, args.groups):
            if rng.random() >= args.density:
                continue
            for a in range(args.values):
                for b in range(args.values):
                    yield g * args.values + a, h * args.values + b, rng.randint(-args.largest, args.largest)


def penalties(args):
    """penalty (sum x - 1)^2 of every group without its constant: -penalty on the diagonal, 2 penalty on pairs."""
    for g in range(args.groups):
        members = range(g * args.values, (g + 1) * args.values)
        for i in members:
            yield i, i, -args.penalty
            for j in range(i + 1, members.stop):
                yield i, j, 2 * args.penalty


def main():
    args = arguments()
    out = sys.stdout
    out.write(f"# variables {args.groups * args.values}\n")
    if args.penalty is None:
        for g in range(args.groups):
            out.write("# group " + " ".join(str(g * args.values + v) for v in range(args.values)) + "\n")
    else:
        out.write(f"# offset {args.penalty * args.groups}\n")
    terms = list(couplings(args)) + (list(penalties(args)) if args.penalty is not None else [])
    for i, j, q in terms:
        if q:
            out.write(f"{i} {j} {q}\n")


if __name__ == "__main__":
    main()
