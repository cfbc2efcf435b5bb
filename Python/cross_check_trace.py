# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Measures with PyTorch what a trace says of a text.

Usage: cross_check_trace.py MODEL_DIR TRACE TEXT

MODEL_DIR is a folder below a register's `models/`, TRACE a receipt of `cadastre trace --fine` or what it
prints with `--json`, TEXT the file it is of. Reads the stored displacements by the description in
`Documentation/formats.md`, loads the first and the last weights into `LlamaForCausalLM`, and compares the
two log-likelihoods; then takes the gradients of the text at eight points of every interval by autograd and
compares every contributor's amount. Exit status 1 where a likelihood is off by more than 1e-4 nats a
byte, an amount by more than 1 % of what was gained, or the amounts do not add up.
"""

import hashlib
import json
import struct
import sys
from pathlib import Path

import numpy
import torch
from transformers import LlamaConfig, LlamaForCausalLM

NANO = 1e-9
BLOCK = 64
# Gauss's rule on eight nodes, finer than any rule of the trace, so that what differs is the trace's error.
NODES = [((1 + node) / 2, weight / 2) for node, weight in zip(*numpy.polynomial.legendre.leggauss(8))]


def padded(count):
    return (count + BLOCK - 1) // BLOCK * BLOCK


def unpack(data, count, bits):
    """The numbers of one packed row."""
    blocks = padded(count) // BLOCK
    scales = numpy.frombuffer(data, dtype="<u2", count=blocks).astype(numpy.uint32) << 16
    words_at = (2 * blocks + 63) // 64 * 64
    words = numpy.frombuffer(data, dtype="<u4", offset=words_at).reshape(blocks, bits // 4, 1, 8)
    shifts = (numpy.arange(32 // bits, dtype=numpy.uint32) * bits).reshape(1, 1, -1, 1)
    numbers = (words >> shifts) & numpy.uint32((1 << bits) - 1)
    values = numbers.reshape(blocks, BLOCK).astype(numpy.float64) - (1 << (bits - 1))
    return (values * scales.view(numpy.float32)[:, None]).reshape(-1)[:count]


def row_bytes(count, bits):
    return (2 * padded(count) // BLOCK + 63) // 64 * 64 + padded(count) * bits // 8


def read_interval(path, number, count, rows, bits):
    data = path.read_bytes()
    assert data[:16] == b"cadastre-moves/1"
    assert struct.unpack("<4Q", data[16:48]) == (number, count, rows, bits)
    weights = numpy.frombuffer(data, dtype="<f4", count=count, offset=64)
    first, width = 64 + 4 * padded(count), row_bytes(count, bits)
    moved = [
        unpack(data[first + row * width : first + (row + 1) * width], count, bits)
        for row in range(rows + 1)
    ]
    assert len(data) == first + (rows + 1) * width
    return weights, numpy.stack(moved)


class Model:
    """A model whose weights lie in one vector, in the order of its safetensors file."""

    def __init__(self, directory):
        data = (directory / "model.safetensors").read_bytes()
        (size,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + size])
        tensors = [(name, entry) for name, entry in header.items() if name != "__metadata__"]
        tensors.sort(key=lambda tensor: tensor[1]["data_offsets"])
        self.last = numpy.frombuffer(data, dtype="<f4", offset=8 + size)
        config = LlamaConfig.from_dict(json.loads((directory / "config.json").read_text()))
        self.context = config.max_position_embeddings
        self.net = LlamaForCausalLM(config).float().eval()
        known = dict(self.net.named_parameters())
        self.parameters = [known[name] for name, _ in tensors]
        assert sum(parameter.numel() for parameter in self.parameters) == len(self.last)

    def loss(self, weights, text):
        """−ln p of the text but for its first byte; windows as in training."""
        at = 0
        with torch.no_grad():
            for parameter in self.parameters:
                part = torch.from_numpy(weights[at : at + parameter.numel()].copy())
                parameter.copy_(part.reshape(parameter.shape))
                at += parameter.numel()
        total = torch.zeros((), dtype=torch.float64)
        for start in range(0, len(text) - 1, self.context):
            window = torch.tensor([list(text[start : start + self.context + 1])])
            logits = self.net(window[:, :-1]).logits
            total = total + torch.nn.functional.cross_entropy(
                logits[0].double(), window[0, 1:], reduction="sum"
            )
        return total

    def gradient(self, weights, text):
        self.net.zero_grad()
        loss = self.loss(weights, text)
        loss.backward()
        gradient = torch.cat([parameter.grad.reshape(-1) for parameter in self.parameters])
        return loss.item(), gradient.double().numpy()


def main(directory, trace_path, text_path):
    trace = json.loads(trace_path.read_text())
    text = text_path.read_bytes()
    part = trace["contributive"]
    if hashlib.sha256(text).hexdigest() != trace["text"]["sha256"]:
        print("the trace is of another text")
        return 1
    amounts = [row["amount"] for row in part["contributors"]] + [part["decay"]]
    if sum(amounts) + part["residual"] != part["after"] - part["before"]:
        print("the amounts do not add up to what was gained")
        return 1
    model = Model(directory)
    index = json.loads((directory / "books/displacements/index.json").read_text())
    count, rows = index["parameters"], len(index["rows"])
    read = [
        read_interval(
            directory / f"books/displacements/{number + 1:02}.bin", number, count, rows,
            interval["bits"]
        )
        for number, interval in enumerate(index["intervals"])
    ]
    points = [weights for weights, _ in read] + [model.last]
    with torch.no_grad():
        before, after = (-model.loss(points[place], text).item() for place in (0, -1))
    predicted = len(text) - 1
    worst = max(abs(before - part["before"] * NANO), abs(after - part["after"] * NANO)) / predicted
    print(f"log-likelihood {before:.4f} before, {after:.4f} after: off by {worst:.1e} nats a byte")
    sums = numpy.zeros(rows + 1)
    for (start, moved), end in zip(read, points[1:]):
        mean = numpy.zeros(count)
        for place, weight in NODES:
            node = (start + numpy.float32(place) * (end - start)).astype(numpy.float32)
            mean += weight * model.gradient(node, text)[1]
        sums -= moved @ mean
    gained = after - before
    differences = numpy.abs(sums - numpy.array(amounts) * NANO) / abs(gained)
    print(
        f"{rows} amounts and decay: off by at most {differences.max():.2%} of {gained:.3f} nats;"
        f" residual {gained - sums.sum():.4f} nats"
    )
    return int(worst > 1e-4 or differences.max() > 0.01)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:4])))
