"""A network that numpy made, written by h5py as docs/file-formats.md says, is the network that a training starts from.

Usage: initial_test.py PROGRAM IMAGES
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import program as tool  # noqa: E402

PROGRAM, IMAGES = "", ""
CLASSES, POOL, LEVELS, UNITS = [2, 4, 6], 2, 16, 7


def read_idx(name, header):
    with open(os.path.join(IMAGES, name), "rb") as file:
        return np.frombuffer(file.read()[header:], np.uint8)


def test_levels():
    """Pooled levels of the test images of the classes, [image][pixel], and their labels."""
    labels = read_idx("t10k-labels-idx1-ubyte", 8)
    images = read_idx("t10k-images-idx3-ubyte", 16).reshape(-1, 28 // POOL, POOL, 28 // POOL, POOL)
    mean = images.mean(axis=(2, 4)).reshape(len(labels), -1)
    levels = np.floor(mean * (LEVELS - 1) / 255 + 0.5).astype(int)
    chosen = np.isin(labels, CLASSES)
    return levels[chosen], np.searchsorted(CLASSES, labels[chosen])


class Initial(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="isinglass-initial-")
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        rng = np.random.default_rng(3)
        inputs = (28 // POOL) ** 2
        self.weights = [rng.choice([-1, 1], (UNITS, inputs)), rng.choice([-1, 1], (len(CLASSES), UNITS))]
        self.biases = [rng.integers(-300, 300, UNITS), rng.integers(-3, 3, len(CLASSES))]
        with h5py.File(os.path.join(self.folder, "mine.h5"), "w") as file:
            file["model/center"] = np.zeros(inputs, "int32")
            for k in range(2):
                file[f"model/layer_{k}/weights"] = self.weights[k].astype("int16")
                file[f"model/layer_{k}/biases"] = self.biases[k].astype("int32")

    def train(self, *words, code=0):
        options = [word for pair in words for word in ("--set", pair)]
        with open(os.path.join(self.folder, "mine.yaml"), "w", encoding="utf-8") as file:
            file.write(f"schema: 1\ninitial: mine.h5\ndata: {{directory: {IMAGES}, classes: {CLASSES}, pool: {POOL}, "
                       f"levels: {LEVELS}, train_samples: 300}}\n"
                       f"network: {{hidden: [{{units: {UNITS}, bias: 8bit}}], output: {{bias: 8bit}}}}\n"
                       "qat: {epochs: 1}\nanneal: {polish_sweeps: 20}\noutput: {directory: run}\n")
        done = subprocess.run([PROGRAM, "train", "mine.yaml", "--json", *options], cwd=self.folder, timeout=100,
                              env=tool.ENVIRONMENT, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout.splitlines()[-1]) if code == 0 else done.stderr

    def test_the_network_is_the_same(self):
        # A step too small to change a bit: the answer is the network that was given.
        result = self.train("method=qat", "qat.learning_rate=1e-9")
        levels, labels = test_levels()
        with h5py.File(os.path.join(self.folder, "run/results.h5")) as file:
            model = file["model"]
            for k in range(2):
                np.testing.assert_array_equal(model[f"layer_{k}/weights"][:], self.weights[k])
            unit = [model[f"layer_{k}"].attrs["bias_unit"] for k in range(2)]
            found = levels - model["center"][:]
            z = found @ self.weights[0].T + model["layer_0/biases"][:]
            outputs = np.where(z >= 0, 1, -1) @ self.weights[1].T + model["layer_1/biases"][:]
        self.assertLessEqual(np.abs(z - (levels @ self.weights[0].T + self.biases[0])).max(), unit[0])
        self.assertAlmostEqual(result["test_accuracy"], np.mean(outputs.argmax(axis=1) == labels), places=12)

    def test_polish_makes_it_better(self):
        given = self.train("method=qat", "qat.learning_rate=1e-9")
        os.rename(os.path.join(self.folder, "run"), os.path.join(self.folder, "given"))
        polished = self.train("method=anneal")
        self.assertGreater(polished["train_accuracy"], given["train_accuracy"] + 0.1)

    def test_what_is_wrong_is_said(self):
        with h5py.File(os.path.join(self.folder, "mine.h5"), "a") as file:
            file["model/layer_1/weights"][2, 3] = 0
        said = self.train("method=anneal", code=2)
        self.assertIn("mine.h5: /model/layer_1/weights: 0 of unit 2, input 3 is no value of 1bit", said)
        with h5py.File(os.path.join(self.folder, "mine.h5"), "a") as file:
            del file["model/layer_1"]
        self.assertIn("mine.h5: /model: has not 2 layers", self.train("method=anneal", code=2))
        self.assertFalse(os.path.exists(os.path.join(self.folder, "run")))
        checked = subprocess.run([PROGRAM, "check", "mine.yaml"], cwd=self.folder, timeout=100, env=tool.ENVIRONMENT,
                                 capture_output=True, text=True, check=False)
        self.assertEqual(checked.returncode, 2, checked.stderr)
        self.assertIn("mine.h5: /model: has not 2 layers", checked.stderr)


if __name__ == "__main__":
    PROGRAM, IMAGES = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
