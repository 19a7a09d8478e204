"""Checkpoints and results whose checksums are right and whose content is impossible."""

import os
import shutil
import subprocess
import tempfile

import numpy as np

import hostile
from hdf5_edits import INF, NAN, at, change_file, set_attribute, set_data, several
from hostile import Case, HostileTest, tool

CONFIG = """schema: 1
data: {dataset: idx, directory: data, classes: [0, 1], pool: 1}
network:
  hidden: [{units: 3}, {units: 2}]
qcgd: {iterations: 4}
machine: {replicas: 3, whole: {sweeps: 3}}
anneal: {sweeps: 12, polish_sweeps: 3}
qat: {epochs: 4, batch: 20}
checkpoint: {every_iterations: 1, keep: 1000}
output: {directory: run}
"""
SWEEP = "schema: 1\nbase: tiny.yaml\noutput: sweep\naxes: [{key: seed, values: [1, 2]}]\n"


def run(folder, *arguments):
    done = subprocess.run([hostile.PROGRAM, *arguments], cwd=folder, env=tool.ENVIRONMENT, capture_output=True,
                          text=True,
                          check=False)
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)


def another(bits):
    """A network whose parameters are all the least, which says the same to every input."""
    return bits * 0


ITERATIONS = {
    "iteration -5": (set_attribute("state", "iteration", -5), "iteration -5 of phase qcgd is outside 0 .. 4"),
    "iteration 2^62": (set_attribute("state", "iteration", 2**62), "iteration 4611686018427387904"),
    "iteration past the end": (set_attribute("state", "iteration", 5), "iteration 5 of phase qcgd is outside 0 .. 4"),
    "an earlier iteration": (set_attribute("state", "iteration", 2), "number of atoms: 3 instead of 2"),
}
PHASES = {
    "phase polish without polish": (set_attribute("state", "phase", "polish"), 'phase "polish"'),
    "phase of another method": (set_attribute("state", "phase", "qat"), 'phase "qat"'),
    "phase of no method": (set_attribute("state", "phase", "xyz"), 'phase "xyz"'),
    "phase that is empty": (set_attribute("state", "phase", ""), 'phase ""'),
}
QCGD = {
    **ITERATIONS, **PHASES,
    "a negative weight": (set_data("atoms/weights", at(1, -1.0)), "/atoms/weights: weight 1 is -1"),
    "weights that are not those of the steps": (set_data("atoms/weights", lambda w: w[::-1]), "/atoms/weights: weight"),
    "no atoms": (several(set_data("atoms/weights", lambda w: w[:0]), set_data("atoms/bits", lambda b: b[:0])),
                 "number of atoms: 0 instead of 3"),
    "an atom too few": (several(set_data("atoms/weights", lambda w: w[:2]), set_data("atoms/bits", lambda b: b[:2])),
                        "number of atoms: 2 instead of 3"),
    "atoms without weights": (set_data("atoms/weights", lambda w: w[:2]), "weights"),
    "a weight that is no number": (set_data("atoms/weights", at(0, NAN)), "weights"),
    "two current networks": (set_data("current/bits", lambda b: np.concatenate([b, b])),
                             "number of networks: 2 instead of 1"),
    "no current network": (set_data("current/bits", lambda b: b[:0]), "holds no network"),
    "no duals": (set_attribute("duals", "layers", 0), "number of layers: 0 instead of 2"),
    "duals of minus one layer": (set_attribute("duals", "layers", -1), "hidden layers instead of 2"),
    "duals that are infinite": (set_data("duals/layer_0/multiplier", at((0, 0), INF)), "multiplier"),
    "a mean of losses that is too large": (set_attribute("state", "objective_image", 1e300),
                                           "/state: objective_image is 1e+300"),
    "a negative mean of losses": (set_attribute("state", "objective_image", -1.0),
                                  "/state: objective_image is -1, outside 0 .."),
    "a mean of losses beyond that of the worst network": (set_attribute("state", "objective_image", 1e6),
                                                          "objective_image"),
    "a multiplier of 1e30": (set_data("duals/layer_0/multiplier", at((1, 2), 1e30)),
                             "/duals/layer_0/multiplier: of unit 1 and sample 2 is 1e+30, outside"),
    "a multiplier past what the steps add": (set_data("duals/layer_1/multiplier", at((0, 0), 9e5)),
                                             "/duals/layer_1/multiplier"),
    "a multiplier below its start": (set_data("duals/layer_1/multiplier", at((0, 0), 0.1)), "is 0.1, outside 0.25"),
    "a negative multiplier": (set_data("duals/layer_0/multiplier", at((0, 0), -1.0)), "/duals/layer_0/multiplier"),
    "an image of 1e30": (set_data("duals/layer_1/image", at((1, 3), 1e30)),
                         "/duals/layer_1/image: of unit 1 and sample 3 is 1e+30, outside 0"),
    "a negative image": (set_data("duals/layer_0/image", at((0, 0), -1e-3)),
                         "/duals/layer_0/image: of unit 0 and sample 0"),
    "a better incumbent than there was": (set_attribute("state", "incumbent_objective", -1e9), "incumbent_objective"),
    "another incumbent": (set_data("incumbent/bits", another), "/state: incumbent_objective is"),
    "a better incumbent, in the history too": (several(set_attribute("state", "incumbent_objective", -7.0),
                                                       set_data("history/incumbent_objective", at(2, -7.0))),
                                               "/state: incumbent_objective is -7, but that of the network is"),
    "a reason to stop": (set_attribute("state", "qcgd_stop_reason", "all done"), "stop reason (qcgd)"),
    "negative memory": (set_attribute("provenance", "qcgd_constraint_bytes", -1), "qcgd_constraint_bytes"),
    "steps of Adam": (set_attribute("state", "gradient_steps", 7), "gradient_steps: 7 instead of 0"),
    "history of another phase": (set_data("history/phase", at(0, b"anneal")), "/history/phase"),
    "history in another order": (set_data("history/iteration", lambda i: i[::-1]), "/history/iteration"),
    "history from the future": (set_data("history/iteration", at(2, 99)), "/history/iteration: 99"),
    "history with a negative iteration": (set_data("history/iteration", at(0, -1)), "/history/iteration: -1"),
    "endless time": (set_data("provenance/history_wall_seconds", at(2, 1e300)), "history_wall_seconds"),
    "time that runs back": (set_data("provenance/history_wall_seconds", at(2, -1.0)), "history_wall_seconds"),
    "a configuration that is none": (set_data("config/yaml", lambda t: np.array([b"schema: 1\nxyz: 2\n"])), "xyz"),
}
# With a small cap on their norm: each multiplier is one that the steps can lead to, but not all of them.
CAPPED = {
    "multipliers past the cap": (set_data("duals/layer_0/multiplier", lambda y: y * 0 + 3),
                                 "/duals: the norm of all multipliers"),
}
QAT = {
    "a mean of losses of QCGD": (set_attribute("state", "objective_image", 1.0),
                                 "/state: objective_image is 1, outside 0 .. 0"),
    "iteration -5": (set_attribute("state", "iteration", -5), "iteration -5"),
    "phase of another method": (set_attribute("state", "phase", "anneal"), 'phase "anneal"'),
    "negative squares": (set_data("qat/gradient_square", at(0, -1.0)), "gradient_square: a negative value"),
    "steps that do not fit": (set_attribute("state", "gradient_steps", 2**62), "gradient_steps"),
    "another incumbent": (set_data("incumbent/bits", another), "samples are said to be correct"),
    "no latents": (several(*[set_data(f"qat/{name}", lambda v: v[:0])
                             for name in ("latents", "gradient_mean", "gradient_square")]),
                   "/qat/latents: number: 0"),
    "no counts": (set_data("qat/incumbent_counts", lambda c: c[:0]), "/qat/incumbent_counts: number: 0"),
    "more right than there are": (set_data("qat/incumbent_counts", at(4, 10**6)), "samples are correct"),
    "other samples": (set_data("qat/incumbent_counts", at(5, 7)), "incumbent_counts: samples: 7"),
}
POLISH = {
    "no reason why QCGD ended": (set_attribute("state", "qcgd_stop_reason", ""), "qcgd_stop_reason"),
    "iteration past the end": (set_attribute("state", "iteration", 4), "outside 0 .. 3"),
    "iteration of QCGD": (set_attribute("state", "phase", "qcgd"), "number of atoms"),
    "another incumbent": (set_data("incumbent/bits", another), "/state: incumbent_objective is"),
    "another step than its name": (set_attribute("state", "iteration", 1), "holds the state of checkpoint-00000005.h5"),
}
ANNEAL = {
    "no networks": (set_data("current/bits", lambda b: b[:0]), "holds no network"),
    "another incumbent": (set_data("incumbent/bits", another), "/state: incumbent_objective is"),
    "a better incumbent": (set_attribute("state", "incumbent_objective", -1e9),
                           "/state: incumbent_objective is -1000000000"),
    "too many networks": (set_data("current/bits", lambda b: np.concatenate([b, b])), "number of networks: 2"),
    "iteration 2^62": (set_attribute("state", "iteration", 2**62), "iteration 4611686018427387904"),
}


class Checkpoints(HostileTest):
    folders = {}

    def whole(self, name, *arguments):
        """The folder of a finished run with all its checkpoints, trained once."""
        if name not in self.folders:
            holder = tempfile.TemporaryDirectory(prefix="isinglass-hostile-")
            self.addClassCleanup(holder.cleanup)
            with open(os.path.join(holder.name, "tiny.yaml"), "w", encoding="utf-8") as file:
                file.write(CONFIG)
            os.mkdir(os.path.join(holder.name, "data"))
            tool.write_images(os.path.join(holder.name, "data"))
            run(holder.name, "train", "tiny.yaml", "--quiet", *arguments)
            self.folders[name] = holder.name
        return self.folders[name]

    def cases(self, method, arguments, last, table):
        """Each edit of the checkpoint of step `last`: alone it is code 3, with the one before it the run ends as it
        should."""
        whole = self.whole(method, *arguments)

        def prepare(edit, steps):
            def make(folder):
                for name in ("tiny.yaml", "data"):
                    os.symlink(os.path.join(whole, name), os.path.join(folder, name))
                os.mkdir(os.path.join(folder, "run"))
                for name in ["config.resolved.yaml", *[f"checkpoint-{step:08}.h5" for step in steps]]:
                    shutil.copy(os.path.join(whole, "run", name), os.path.join(folder, "run"))
                change_file(os.path.join(folder, "run", f"checkpoint-{last:08}.h5"), edit)
            return make

        def same(test, folder, _):
            test.assertEqual(tool.h5diff(os.path.join(whole, "run", "results.h5"),
                                         os.path.join(folder, "run", "results.h5")), "")

        train = ["train", "tiny.yaml", *arguments]
        for number, (name, (edit, says)) in enumerate(table.items()):
            yield Case(f"{method}: {name}", train, 3, prepare=prepare(edit, [last]), left=("run",),
                       says=(f"checkpoint-{last:08}.h5", says, "--fresh"))
            if number % 4 == 0:
                yield Case(f"{method}: {name}, with the one before it", train, 0,
                           prepare=prepare(edit, [last - 1, last]),
                           left=("run",), prints=("warning: cannot continue from", says), check=same)

    def test_qcgd(self):
        self.run_table(self.cases("qcgd", [], 3, QCGD))

    def test_capped(self):
        self.run_table(self.cases("capped", ["--set", "qcgd.multiplier_cap=10"], 3, CAPPED))

    def test_qat(self):
        self.run_table(self.cases("qat", ["--set", "method=qat"], 3, QAT))

    def test_polish(self):
        self.run_table(self.cases("polish", ["--set", "qcgd.polish=true"], 6, POLISH))

    def test_anneal(self):
        self.run_table(self.cases("anneal", ["--set", "method=anneal"], 11, ANNEAL))

    def test_an_impossible_newer_checkpoint_does_not_push_out_new_ones(self):
        whole = self.whole("qcgd")

        def prepare(folder):
            for name in ("tiny.yaml", "data"):
                os.symlink(os.path.join(whole, name), os.path.join(folder, name))
            os.mkdir(os.path.join(folder, "run"))
            shutil.copy(os.path.join(whole, "run", "config.resolved.yaml"), os.path.join(folder, "run"))
            shutil.copy(os.path.join(whole, "run", "checkpoint-00000002.h5"), os.path.join(folder, "run"))
            shutil.copy(os.path.join(whole, "run", "checkpoint-00000003.h5"),
                        os.path.join(folder, "run", "checkpoint-99999999.h5"))

        def check(test, folder, _):
            names = [name for name in os.listdir(os.path.join(folder, "run")) if name.startswith("checkpoint-")]
            test.assertEqual(sorted(names), ["checkpoint-00000004.h5", "checkpoint-99999999.h5"])
            test.assertEqual(os.readlink(os.path.join(folder, "run", "checkpoint.h5")), "checkpoint-00000004.h5")

        self.run_table([Case("keep one", ["train", "tiny.yaml", "--set", "checkpoint.keep=1"], 0, prepare=prepare,
                             left=("run",),
                             prints=("holds the state of checkpoint-00000003.h5",), check=check)])


RESULTS = {
    "an accuracy of 7": (set_attribute("results", "test_accuracy", 7.0), "/results/test_accuracy: 7"),
    "a negative accuracy": (set_attribute("results", "train_accuracy", -0.5), "/results/train_accuracy: -0.5"),
    "negative samples": (set_attribute("results", "train_samples", -3), "/results/train_samples: -3"),
    "an objective that is no number": (set_attribute("results", "objective", NAN), "/results/objective: nan"),
    "no bits": (set_attribute("results", "bits_per_parameter", -INF), "/results/bits_per_parameter: -inf"),
    "negative counts": (set_data("results/confusion", at((0, 0), -1)), "/results/confusion"),
    "other samples than were tested": (set_data("results/confusion", at((0, 0), 10**6)), "/results/confusion"),
    "a confusion of three classes": (set_data("results/confusion", lambda c: np.zeros((3, 3))), "/results/confusion"),
    "history with a negative iteration": (set_data("history/iteration", at(0, -1)), "/history/iteration: -1"),
    "endless time": (set_attribute("provenance", "wall_seconds", INF), "/provenance/wall_seconds: inf"),
    "a root mean square that is no number": (set_attribute("model/layer_0", "rms", NAN), "/model/layer_0/rms: nan"),
    "weights that overflow": (set_attribute("model/layer_0", "bias_unit", 2**24), "/model/layer_0"),
    "a configuration of another method": (set_data("config/yaml", lambda t: np.array([b"schema: 1\nmethod: xyz\n"])),
                                          "method"),
}


class Results(HostileTest):
    def test_one_bad_file_does_not_hide_the_others_of_a_sweep(self):
        def prepare(folder):
            for name, text in (("tiny.yaml", CONFIG), ("sweep.yaml", SWEEP)):
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(text)
            os.mkdir(os.path.join(folder, "data"))
            tool.write_images(os.path.join(folder, "data"))
            run(folder, "sweep", "sweep.yaml", "--run", "--quiet")
            change_file(os.path.join(folder, "sweep", "point-0001", "results.h5"),
                        set_attribute("results", "test_accuracy", 7.0))

        self.run_table([Case("collect", ["sweep", "sweep.yaml", "--collect", "--json"], prepare=prepare,
                             says=("point-0001/results.h5: /results/test_accuracy: 7 is no fraction",),
                             json={"finished": 1, "missing": [1]}, left=("sweep",))])

    def test_results(self):
        with tempfile.TemporaryDirectory(prefix="isinglass-hostile-") as whole:
            with open(os.path.join(whole, "tiny.yaml"), "w", encoding="utf-8") as file:
                file.write(CONFIG)
            os.mkdir(os.path.join(whole, "data"))
            tool.write_images(os.path.join(whole, "data"))
            run(whole, "train", "tiny.yaml", "--quiet")

            def prepare(edit):
                def make(folder):
                    for name in ("tiny.yaml", "data"):
                        os.symlink(os.path.join(whole, name), os.path.join(folder, name))
                    shutil.copytree(os.path.join(whole, "run"), os.path.join(folder, "run"), symlinks=True)
                    change_file(os.path.join(folder, "run", "results.h5"), edit)
                return make

            for name, (edit, says) in RESULTS.items():
                with self.subTest(name):
                    self.run_table([Case(" ".join(command), command, prepare=prepare(edit), says=("results.h5", says))
                                    for command in (["evaluate", "run"], ["status", "run"], ["train", "tiny.yaml"])
                                    if command[0] != "evaluate" or "/model" in says or says == "method"])


if __name__ == "__main__":
    hostile.main()
