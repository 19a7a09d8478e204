"""The loss of a network, written after docs/file-formats.md and not after the program: integers and numpy alone.

A network is the group /model of a results file: what its layers look like, not which weights it has.
"""

import gzip
import itertools
import math
import os
import struct

import h5py
import numpy as np


def codebook(name):
    """Steps of the bits, and the offset: value = offset + sum of step_b bit_b."""
    if name == "ternary":
        return np.array([1, 1]), -1
    bits = int(name[0])
    return np.array([2 << i for i in range(bits)]), -(2 ** bits - 1)


def read_layers(results):
    with h5py.File(results) as file:
        model = file["model"]
        layers = []
        for index in range(int(model.attrs["layers"])):
            group = model[f"layer_{index}"]
            text = {key: group.attrs[key].decode() if isinstance(group.attrs[key], bytes) else str(group.attrs[key])
                    for key in ("weight_codebook", "bias_codebook")}
            layers.append({"inputs": int(group.attrs["inputs"]), "units": int(group.attrs["units"]),
                           "weights": codebook(text["weight_codebook"]), "bias": codebook(text["bias_codebook"]),
                           "bias_unit": int(group.attrs["bias_unit"]), "rms": float(group.attrs["rms"]),
                           "thresholds": group["thresholds"][:] if "thresholds" in group else None,
                           "values": group["activation_values"][:].astype(int) if "activation_values" in group
                           else None})
        return layers, model["center"][:]


def read_samples(folder, pool, levels, center):
    """Inputs [sample][feature] and labels of the training files: window means to the nearest level, less the centre."""
    with gzip.open(os.path.join(folder, "train-images-idx3-ubyte.gz")) as file:
        _, count, rows, columns = struct.unpack(">4i", file.read(16))
        pixels = np.frombuffer(file.read(), np.uint8).reshape(count, rows // pool, pool, columns // pool, pool)
    with gzip.open(os.path.join(folder, "train-labels-idx1-ubyte.gz")) as file:
        labels = np.frombuffer(file.read()[8:], np.uint8)
    means = pixels.astype(float).mean(axis=(2, 4)).reshape(count, -1)
    return np.floor(means * (levels - 1) / 255 + 0.5).astype(int) - center, labels.astype(int)


def parameter_bits(layers):
    return sum(layer["units"] * (layer["inputs"] * len(layer["weights"][0]) + len(layer["bias"][0]))
               for layer in layers)


def outputs(layers, bits, inputs):
    """z of the output layer [assignment][sample][output] for all assignments of the bits [assignment][bit]."""
    at = 0
    a = np.broadcast_to(inputs, (len(bits), *inputs.shape))
    for layer in layers:
        steps, offset = layer["weights"]
        size = layer["units"] * layer["inputs"] * len(steps)
        weights = bits[:, at:at + size].reshape(len(bits), layer["units"], layer["inputs"], len(steps)) @ steps + offset
        at += size
        steps, offset = layer["bias"]
        size = layer["units"] * len(steps)
        bias = (bits[:, at:at + size].reshape(len(bits), layer["units"],
                                              len(steps)) @ steps + offset) * layer["bias_unit"]
        at += size
        z = np.einsum("ksi,kji->ksj", a, weights) + bias[:, None, :]
        if layer["values"] is None:
            return z
        a = layer["values"][np.searchsorted(layer["thresholds"], z, side="right")]


def losses(layers, loss, output_margin, bits, inputs, labels, classes):
    """Summed loss of every assignment, in units of one output step."""
    z = outputs(layers, bits, inputs)
    last, before = layers[-1], layers[-2]["values"] if len(layers) > 1 else np.array([1])
    steps, offset = last["weights"]
    book = [offset + int(np.dot(steps, pattern)) for pattern in itertools.product((0, 1), repeat=len(steps))]
    step = max(1, np.abs(before).max()) * math.sqrt(sum(v * v for v in book) / len(book))
    margin = max(1, math.floor(output_margin * last["rms"] + 0.5))
    wanted = (labels == 1)[:, None] if classes == 2 else labels[:, None] == np.arange(classes)
    short = margin - np.where(wanted, 1, -1) * z
    if loss == "hinge":
        return np.maximum(0, short).sum(axis=(1, 2)) / step
    if loss == "squared_hinge":
        short = np.maximum(0, short)
    return (short ** 2).sum(axis=(1, 2)) / (step * margin)


def best_loss(layers, loss, output_margin, inputs, labels, classes):
    """The smallest loss over all assignments of the parameter bits."""
    count = parameter_bits(layers)
    best = math.inf
    for first in range(0, 1 << count, 1 << 12):
        numbers = np.arange(first, min(first + (1 << 12), 1 << count))
        bits = (numbers[:, None] >> np.arange(count)) & 1
        best = min(best, losses(layers, loss, output_margin, bits, inputs, labels, classes).min())
    return best
