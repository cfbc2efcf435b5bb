# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Loads a released model with transformers and measures again what its books say of it.

Usage: cross_check_export.py MODEL_DIR CORPUS_DIR MANIFEST

MODEL_DIR is a folder below a register's `models/`, CORPUS_DIR the works it was trained on, MANIFEST
what `cadastre admit` wrote. Cuts the held-out windows and fits the byte bigram model from the
corpus, and compares the loss of every target with `books/books.json`. All works must be granted
for evaluation. A model with a tokenizer is read through it, by `AutoTokenizer`. Exit status 1 where
anything differs by more than 1e-4 nats a byte.
"""

import fnmatch
import json
import sys
from pathlib import Path

import numpy
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

TOLERANCE = 1e-4
PICO = 1e-12


def split(works, part):
    """The trained and the held-out bytes of each work; `part` in parts per million."""
    trained, held = [], []
    for path, content in works:
        cut = len(content) - len(content) * part // 1_000_000
        trained.append(content[:cut])
        held.append((path, content[cut:]))
    return trained, sorted(held, key=lambda tail: tail[0].encode())


class Bytes:
    """The encoding in which every byte is a token."""

    def encode(self, content):
        return list(content)

    def decode(self, tokens):
        return bytes(tokens)


class BytePairs:
    """A byte-level tokenizer as `transformers` loads it, for any bytes."""

    def __init__(self, directory):
        self.tokenizer = AutoTokenizer.from_pretrained(directory)
        plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
        others = [byte for byte in range(256) if byte not in plain]
        self.characters = {byte: chr(byte) for byte in plain}
        self.characters |= {byte: chr(0x100 + place) for place, byte in enumerate(others)}
        self.values = {character: byte for byte, character in self.characters.items()}

    def encode(self, content):
        # A work may be cut within a character: such bytes are merged, but are no text.
        start = next((i for i, byte in enumerate(content) if byte & 0xC0 != 0x80), len(content))
        end = len(content)
        while end > start:
            try:
                text = content[start:end].decode()
                break
            except UnicodeDecodeError as problem:
                end = start + problem.start
        else:
            text = ""
        middle = self.tokenizer(text, add_special_tokens=False, split_special_tokens=True)
        return [*self.merged(content[:start]), *middle["input_ids"], *self.merged(content[end:])]

    def merged(self, content):
        word = "".join(self.characters[byte] for byte in content)
        return [token.id for token in self.tokenizer.backend_tokenizer.model.tokenize(word)]

    def decode(self, tokens):
        text = "".join(self.tokenizer.convert_ids_to_tokens(tokens))
        return bytes(self.values[character] for character in text)


def windows_of(target, held, length, count):
    """Windows of `length` tokens, spread evenly over the held-out text of the target's works."""
    windows = [
        tail[start : start + length]
        for path, tail in held
        if any(fnmatch.fnmatchcase(path, pattern) for pattern in target["paths"])
        for start in range(0, len(tail) - length + 1, length)
    ]
    taken = min(count, len(windows))
    return [windows[index * len(windows) // taken] for index in range(taken)]


def bigram(trained):
    """Natural logarithms of the probability of a byte behind a byte (Witten and Bell 1991)."""
    pairs = numpy.zeros((256, 256))
    for content in trained:
        text = numpy.frombuffer(content, dtype=numpy.uint8)
        numpy.add.at(pairs, (text[:-1], text[1:]), 1)
    single = pairs.sum(axis=0)
    seen = numpy.count_nonzero(single)
    base = (single + seen / 256) / (single.sum() + seen)
    fresh = numpy.count_nonzero(pairs, axis=1)[:, None]
    total = pairs.sum(axis=1)[:, None]
    mixed = (pairs + fresh * base) / numpy.maximum(total + fresh, 1)
    return numpy.log(numpy.where(total > 0, mixed, base))


def main(model_directory, corpus, manifest_path):
    model, report = AutoModelForCausalLM.from_pretrained(
        model_directory, output_loading_info=True, dtype=torch.float32
    )
    unknown = report.get("unexpected_keys") or report.get("mismatched_keys")
    missing = set(report.get("missing_keys", ())) - {"lm_head.weight"}
    if unknown or missing:
        print(f"tensors that do not fit: {unknown or sorted(missing)}")
        return 1
    start = json.loads((model_directory / "run.json").read_text())
    configuration = start["configuration"]
    encoding = BytePairs(model_directory) if "tokenizer" in start else Bytes()
    books = json.loads((model_directory / "books" / "books.json").read_text())
    manifest = json.loads(manifest_path.read_text())["manifest"]
    works = [(entry["path"], (corpus / entry["path"]).read_bytes()) for entry in manifest["works"]]
    valuation = configuration["valuation"]
    trained, held = split(works, valuation["heldOutPartsPerMillion"])
    logarithms = bigram(trained)
    held = [(path, encoding.encode(tail)) for path, tail in held]
    length = configuration["model"]["context"] + 1
    worst = 0.0
    for target, line in zip(configuration["targets"], books["targets"]):
        passages = windows_of(target, held, length, valuation["windows"])
        batch = torch.tensor(passages)
        with torch.no_grad():
            logits = model(batch[:, :-1]).logits
        nats = torch.nn.functional.cross_entropy(
            logits.double().flatten(0, 1), batch[:, 1:].flatten(), reduction="sum"
        ).item()
        byte_losses = []
        for passage in passages:
            text = numpy.frombuffer(encoding.decode(passage), dtype=numpy.uint8)
            first = len(encoding.decode(passage[:1]))
            byte_losses.append(-logarithms[text[first - 1 : -1], text[first:]])
        byte_losses = numpy.concatenate(byte_losses)
        loss, commons = nats / len(byte_losses), byte_losses.mean()
        differences = (
            abs(loss - line["finalLoss"] * PICO), abs(commons - line["commonsLine"] * PICO)
        )
        worst = max(worst, *differences)
        print(
            f"{line['name']}: loss {loss:.6f} (differs by {differences[0]:.1e}),"
            f" commons line {commons:.6f} (differs by {differences[1]:.1e})"
        )
        if (loss < commons) != (line["finalLoss"] < line["commonsLine"]):
            print(f"{line['name']}: learned below the commons line, or not, otherwise than stated")
            return 1
    return int(worst > TOLERANCE)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:4])))
