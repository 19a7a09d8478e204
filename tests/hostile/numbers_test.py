"""Numbers that are none, or that nothing can be done with: in options of every subcommand, in --set, and in YAML."""

import os
import unittest

import hostile
from hostile import Case, HostileTest, tool

TRIANGLE = "3 3\n1 2 1\n2 3 7\n1 3 2\n"
TINY = ("schema: 1\ndata: {dataset: idx, directory: ., classes: [0, 1], pool: 1}\n"
        "network:\n  hidden:\n    - {units: 3, segments: 2}\nqcgd: {iterations: 1}\nmachine: {whole: {sweeps: 1}}\n"
        "output: {directory: run}\n")
SWEEP = "schema: 1\nbase: tiny.yaml\noutput: points\naxes:\n  - {key: seed, range: [1, 2]}\n"

NO_NUMBERS = ["nan", "-inf", "1e999", "", "0x10", "1_000"]
NO_SEEDS = ["-1", "99999999999999999999", "18446744073709551616", "1.5", "1e3", "+-1", "", "nan", " 1"]
NO_COUNTS = ["0", "-1", "1.5", "nan", "9223372036854775808", "1e3"]


def options(command, option, values, files=None, says=None):
    """A case a value: the option is named, the value is repeated."""
    return [Case(f"{command[0]} {option} {value!r}", [*command, option, value], files=files or {},
                 says=(f"{option}: ", f'found "{value}"') if says is None else says, seconds=5) for value in values]


class Numbers(HostileTest):
    def test_options_of_solve(self):
        solve, files, cases = ["solve", "g.txt"], {"g.txt": TRIANGLE}, []
        for option, others in (("--time-limit", ["0", "-1", "1e300", "-0", "360000001"]), ("--target", []),
                               ("--penalty", ["0", "-3"])):
            cases += options(solve, option, NO_NUMBERS + others, files)
        for option in ("--reads", "--sweeps", "--tts", "--iterations", "--problem"):
            cases += options(solve, option, NO_COUNTS, files)
        cases += options(solve, "--seed", NO_SEEDS, files)
        cases += [Case("a seed of 64 bits", [*solve, "--seed", "18446744073709551615", "--json"], 0, files,
                       json={"seed": 18446744073709551615, "cut": 9}),
                  Case("a seed with zeros in front is no octal one", [*solve, "--seed", "010", "--json"], 0, files,
                       json={"seed": 10}),
                  Case("a bad time limit gets a short answer", [*solve, "--time-limit", "0"], files=files,
                       check=lambda test, _, done: test.assertLess(len(done.stderr), 200))]
        self.run_table(cases)

    def test_options_of_the_other_commands(self):
        margins = ["1001", "-1", "1e300"]
        cases = options(["compile", "tiny.yaml", "-o", "q.h5", "--with", "qubo"], "--multiplier",
                        NO_NUMBERS + ["0", "-1", "1e201"])
        cases += options(["export", "q.h5", "--format", "coo", "-o", "q.coo"], "--multiplier",
                         NO_NUMBERS + ["0", "1e-320", "1e300"])
        for option in ("--margin", "--output-margin"):
            cases += options(["compile", "tiny.yaml"], option, NO_NUMBERS + margins)
        for option in ("--error", "--confidence", "--oracle-error", "--oracle-deviation", "--read-success",
                       "--read-seconds"):
            cases += options(["bounds", "tiny.yaml"], option, ["nan", "inf", "-1", "1e999"])
        cases += options(["bounds", "tiny.yaml"], "--coefficient-bits", ["nan", "53", "-2", "2.5", "4294967298"])
        cases += options(["bounds", "tiny.yaml"], "--coefficient-bits", ["1"],
                         says=("--coefficient-bits: ", "use 2 bits"))
        hours = ["nan", "inf", "-1", "0", "1e999", "jobs", "0x1", "1e300"]
        files = {"tiny.yaml": TINY, "sweep.yaml": SWEEP}
        cases += options(["train", "tiny.yaml"], "--max-hours", hours, files)
        cases += options(["sweep", "sweep.yaml", "--run"], "--max-hours", hours, files)
        cases += options(["sweep", "sweep.yaml", "--run"], "--team-ranks", ["0", "-1", "nan", "99999999999"], files)
        cases += options(["sweep", "sweep.yaml"], "--point", ["nan", "1.5", "99999999999999999999", ""], files)
        cases += options(["sweep", "sweep.yaml"], "--point", ["0", "-1", "3"], files,
                         says=("the sweep has points 1 to 2",))
        self.run_table(cases)

    def test_numbers_of_a_configuration(self):
        cases = []
        for key in ("qcgd.beta0", "machine.whole.hot_temperature", "checkpoint.every_minutes",
                    "machine.cim.first_gain"):
            for value in (".nan", "inf", "-1e999"):
                section = "{" + ": {".join(key.split(".")) + f": {value}" + "}" * key.count(".") + "}"
                cases += [Case(f"--set {key}={value}", ["check", "tiny.yaml", "--set", f"{key}={value}"],
                               files={"tiny.yaml": TINY}, says=(f"--set {key}: expected a number", f'found "{value}"')),
                          Case(f"{key}: {value}", ["check", "bad.yaml"], files={"bad.yaml": section},
                               says=("bad.yaml:1:", key, f'found "{value}"'))]
        for value in ("-1", "18446744073709551616", "99999999999999999999", "1.5", ".nan", "1e3"):
            cases += [Case(f"--set seed={value}", ["train", "tiny.yaml", "--set", f"seed={value}"],
                           files={"tiny.yaml": TINY}, says=("--set seed: expected a whole number from 0 to 2^64 - 1",)),
                      Case(f"seed: {value}", ["check", "bad.yaml"], files={"bad.yaml": f"seed: {value}\n"},
                           says=("bad.yaml:1:7: seed: expected a whole number from 0 to 2^64 - 1",))]
        for key in ("qcgd.margin", "qcgd.output_margin", "anneal.window", "qat.output_margin", "anneal.output_margin"):
            cases.append(Case(f"{key} beyond any grid", ["check", "tiny.yaml", "--set", f"{key}=1e300"],
                              files={"tiny.yaml": TINY}, says=(key, 'found "1e300"')))
        for value in ("2147483648", "99999999999999999999"):
            cases.append(Case(f"a count of {value}", ["check", "tiny.yaml", "--set", f"machine.sa.sweeps={value}"],
                              files={"tiny.yaml": TINY}, says=("from 1 to 2147483647",)))
        self.run_table(cases)

    def test_numbers_of_a_sweep(self):
        cases = []
        for axis, says in (("logarithmic: [1e-300, 1e300, 3]", "bring them closer together"),
                           ("logarithmic: [.nan, 1, 3]", 'found ".nan"'), ("logarithmic: [1, .inf, 3]", 'found ".inf"'),
                           ("logarithmic: [1, 2, .nan]", 'found ".nan"'), ("range: [1, 1e999]", 'found "1e999"'),
                           ("range: [1, 99999999999999999999]", "99999999999999999999")):
            text = SWEEP.replace("{key: seed, range: [1, 2]}", "{key: qcgd.beta0, " + axis + "}")
            cases.append(Case(axis, ["sweep", "s.yaml", "--list"], files={"s.yaml": text, "tiny.yaml": TINY},
                              says=(says,)))
        self.run_table(cases)

    def test_what_numbers_may_be(self):
        def write_data(folder):
            tool.write_images(folder)

        self.run_table([
            Case("extreme but good",
                 ["compile", "tiny.yaml", "-o", "q.h5", "--with", "qubo", "--multiplier", "1e200", "--json"],
                 0, {"tiny.yaml": TINY}, write_data, left=("q.h5",), json={"multiplier": 1e200}),
            Case("iterations without memory", ["bounds", "tiny.yaml", "--set", "qcgd.iterations=20000000"], 0,
                 {"tiny.yaml": TINY}, write_data, address_space=2 << 30, environment={"OPENBLAS_NUM_THREADS": "1"})])

    def test_coefficients_of_any_size(self):
        cases = []
        whole = "# vartype=SPIN\n0 1 {0}\n1 2 3{1}\n0 2 2{1}\n"
        small = {"t.coo": whole.format("1e-10", "e-10")}
        for machine in ("sa", "pt", "tabu", "bsb", "dsb", "cim", "cac"):
            machine_options = ["--machine", machine, "--seed", "3", "--json"]
            cases += [Case(f"{machine}: a target that no state reaches",
                           ["solve", "t.coo", *machine_options, "--tts", "2", "--sweeps", "20", "--target", "-5e-10"],
                           0, small,
                           json={"success_probability": 0.0, "target_reached": False, "energy": -4e-10}),
                      Case(f"{machine}: two weights that overflow", ["solve", "g.txt", *machine_options],
                           files={"g.txt": "3 2\n1 2 1e308\n2 3 1e308\n"}, says=("g.txt", "overflow")),
                      Case(f"{machine}: huge and vanishing coefficients",
                           ["solve", "x.coo", *machine_options, "--reads", "2", "--sweeps", "20"], 0,
                           {"x.coo": "# vartype=SPIN\n0 0 1e300\n1 1 -1e-300\n2 2 2e-300\n0 1 1e-305\n1 2 1\n"},
                           json={"energy": -1e300})]
        cases += [Case("fields that overflow together", ["solve", "f.coo"], files={
            "f.coo": "# vartype=SPIN\n" + "".join(f"{i} {i} 1e307\n" for i in range(40))}, says=("f.coo", "overflow")),
                  Case("a penalty that overflows", ["solve", "p.coo", "--machine", "bsb", "--penalty", "1.7e308"],
                       files={"p.coo": "# vartype: BINARY\n# group 0 1 2\n0 1 1\n1 2 1\n"},
                       says=("--penalty", "overflow")),
                  Case("a time limit on a target below rounding",
                       ["solve", "g.txt", "--machine", "sa", "--target", "9.0000000001", "--time-limit", "0.2",
                        "--json"], 0,
                       {"g.txt": TRIANGLE}, json={"target_reached": False, "cut": 9})]
        self.run_table(cases)


if __name__ == "__main__":
    os.environ.pop("SLURM_JOB_ID", None)
    hostile.main()
