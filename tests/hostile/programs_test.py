"""Constrained programs that were once called infeasible, solved badly, or left before their time."""

import json

import hostile
from hostile import Case, HostileTest

TINY = ("tiny\nQBL\nmaximize\n5\n1\n1\n3 2 9\n0\n0\n0\n5\n1 1 -4\n1 2 7\n1 3 7\n1 4 -6\n1 5 5\n1e30\n12\n0\n12\n0\n")


def one_equation(coefficients, side, objective):
    """min objective'x subject to coefficients'x = side."""
    n = len(coefficients)
    listed = "".join(f"{i + 1} {value}\n" for i, value in enumerate(objective))
    row = "".join(f"1 {i + 1} {value}\n" for i, value in enumerate(coefficients))
    return f"one\nLBL\nminimize\n{n}\n1\n0\n{n}\n{listed}0\n{n}\n{row}1e30\n{side}\n0\n{side}\n0\n"


def cheapest(coefficients, side, objective):
    """By looking at every point; all numbers are whole."""
    n = len(coefficients)
    values = [sum(objective[i] for i in range(n) if point >> i & 1) for point in range(1 << n)
              if sum(coefficients[i] for i in range(n) if point >> i & 1) == side]
    return min(values, default=None)


def solved(name, text, objective, **more):
    return Case(name, ["solve", "p.qplib", "--json"], 0, {"p.qplib": text},
                json={"objective": objective, "feasible": True, "proven_optimal": True, **more})


def infeasible(name, text):
    return Case(name, ["solve", "p.qplib", "--json"], 0, {"p.qplib": text}, prints=("there is no feasible point",),
                json={"objective": None, "feasible": False, "proven_infeasible": True, "proven_optimal": False})


NEAR = [3, 5, 7, 11, 13, 17, 19, 23, 29]
COSTS = [4, -7, 2, 9, -3, 5, -8, 1, 6]
WIDE = [2 * value + 1 for value in range(7, 27)]
WIDE_COSTS = [(31 * i) % 17 - 8 for i in range(20)]


def time_is_used(test, folder, done):
    del folder
    answer = json.loads(done.stdout.splitlines()[-1])
    test.assertTrue(answer["feasible"])
    test.assertGreater(answer["wall_seconds"], 0.8)
    test.assertGreater(answer["iterations"], 0)


def assignment(side):
    """A quadratic assignment of `side` facilities: too large for a proof in a second."""
    n = side * side
    cell = lambda i, j: i * side + j + 1
    entries = [(cell(i, j), cell(k, m), 2 * (1 + (5 * i * k + i + k) % 7) * (1 + (j - m) ** 2 % 11))
               for i in range(side) for j in range(side)
               for k in range(i) for m in range(side) if m != j]
    rows = [(r + 1, cell(r, j)) for r in range(side) for j in range(side)]
    rows += [(side + r + 1, cell(i, r)) for r in range(side) for i in range(side)]
    return (f"qap\nQBL\nminimize\n{n}\n{2 * side}\n{len(entries)}\n" +
            "".join(f"{i} {j} {v}\n" for i, j, v in entries) + "0\n0\n0\n"
            + f"{len(rows)}\n" + "".join(f"{r} {i} 1\n" for r, i in rows) + "1e30\n1\n0\n1\n0\n")


def inexact(name, coefficients, side, place):
    return Case(name, ["solve", "p.qplib"], 2, {"p.qplib": one_equation(coefficients, side, [1, 1, 1])},
                says=(place, "is a whole number that double precision rounds"))


class Programs(HostileTest):
    def test_whole_numbers_that_no_double_holds_are_refused_in_constraints(self):
        odd = 2**53 + 1
        self.run_table([
            inexact("a coefficient", [odd, 1, 1 - odd], 1, "p.qplib:13: value 9007199254740993"),
            inexact("a negative one", [1, 1, -odd], 1, "p.qplib:15: value -9007199254740993"),
            inexact("a side", [1, 2, 4], odd, "p.qplib:17: left-hand sides 9007199254740993"),
            solved("the largest that all doubles hold", one_equation([odd - 1, 1, -1], odd - 1, [1, 1, 1]), 1),
        ])

    def test_small_programs_are_exact(self):
        huge = 10**15
        self.run_table([
            solved("one equation, one product", TINY, 0),
            solved("nine primes", one_equation(NEAR, 58, COSTS), cheapest(NEAR, 58, COSTS)),
            solved("twenty odd numbers", one_equation(WIDE, 200, WIDE_COSTS), cheapest(WIDE, 200, WIDE_COSTS)),
            solved("whole coefficients of sixteen digits", one_equation([huge, huge + 1, 1], huge + 1, [1, 5, 1]), 2),
            solved("decimal fractions that no double holds", one_equation([0.1, 0.2, 0.7], 0.3, [1, 1, -9]), 2),
            solved("small coefficients", one_equation([1e-9, 2e-9, 4e-9], 6e-9, [1, 1, 1]), 2),
            solved("large and small coefficients", one_equation([1e6, 1e6, 1e-3], 1e6, [3, 2, -1]), 2),
            infeasible("even coefficients, odd side", one_equation([2, 4, 6, 8], 7, [1, 1, 1, 1])),
            infeasible("a side between two sums", one_equation([huge, huge + 2], huge + 1, [1, 1])),
        ])

    def test_the_time_limit_is_used(self):
        self.run_table([Case("an assignment of twelve", ["solve", "p.qplib", "--json", "--time-limit", "1"], 0,
                             {"p.qplib": assignment(12)},
                             check=time_is_used)])

    def test_a_machine_that_is_asked_for_finds_small_optima(self):
        self.run_table([Case(f"{name} by annealing", ["solve", "p.qplib", "--json", "--machine", "sa"], 0,
                             {"p.qplib": text},
                             json={"objective": value, "feasible": True})
                        for name, text, value in (("one equation, one product", TINY, 0),
                                                  ("nine primes", one_equation(NEAR, 58, COSTS),
                                                   cheapest(NEAR, 58, COSTS)))])


if __name__ == "__main__":
    hostile.main()
