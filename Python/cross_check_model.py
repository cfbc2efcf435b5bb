# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Loads a model written by Cadastre with transformers and compares logits and gradients.

Usage: cross_check_model.py DIR [ORIGINAL], where DIR holds config.json, model.safetensors,
gradients.safetensors (of the mean loss), batch.bin (sequences of context + 1 tokens, int32) and
logits.bin (of the first sequence, float32). ORIGINAL is a directory that the model was read from:
it is compared as well, in float32. Exit status 1 where they do not agree.
"""

import sys
from pathlib import Path

import numpy
import torch
from safetensors.torch import load_file
from transformers import LlamaForCausalLM

TOLERANCE = 1e-4


def load(directory: Path) -> LlamaForCausalLM:
    model, report = LlamaForCausalLM.from_pretrained(
        directory, output_loading_info=True, attn_implementation="eager", dtype=torch.float32
    )
    missing = set(report.get("missing_keys", ()))
    if model.config.tie_word_embeddings:
        missing -= {"lm_head.weight"}
    for problem in (missing, report.get("unexpected_keys"), report.get("mismatched_keys")):
        if problem:
            sys.exit(f"{directory}: missing, unexpected or mismatched tensors: {problem}")
    return model


def agrees(model: LlamaForCausalLM, directory: Path) -> bool:
    context = model.config.max_position_embeddings
    batch = numpy.fromfile(directory / "batch.bin", dtype="<i4")
    batch = torch.from_numpy(batch.astype(numpy.int64).reshape(-1, context + 1))
    logits = model(batch[:, :-1]).logits
    loss = torch.nn.functional.cross_entropy(
        logits.reshape(-1, logits.shape[-1]), batch[:, 1:].reshape(-1)
    )
    loss.backward()

    expected = logits[0].detach().numpy()
    ours = numpy.fromfile(directory / "logits.bin", dtype="<f4").reshape(context, -1)
    difference = float(numpy.abs(expected - ours).max() / numpy.abs(expected).max())
    print(f"largest difference of a logit, in parts of the largest: {difference:.2e}")

    gradients = load_file(directory / "gradients.safetensors")
    parameters = dict(model.named_parameters())
    worst = 0.0
    for name, gradient in gradients.items():
        reference = parameters[name].grad
        worst = max(worst, float((gradient - reference).norm() / reference.norm()))
    print(f"largest relative difference of a gradient: {worst:.2e} over {len(gradients)} tensors")
    return difference <= TOLERANCE and worst <= TOLERANCE and gradients.keys() == parameters.keys()


def main(directory: Path, *originals: Path) -> int:
    return int(not all(agrees(load(path), directory) for path in (directory, *originals)))


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
