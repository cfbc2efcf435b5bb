# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Loads a model written by Cadastre with transformers and compares logits and gradients.

Usage: cross_check_model.py DIR, where DIR holds config.json, model.safetensors,
gradients.safetensors (of the mean loss), batch.bin (sequences of context + 1 bytes) and
logits.bin (of the first sequence, float32). Exit status 1 where they do not agree.
"""

import sys
from pathlib import Path

import numpy
import torch
from safetensors.torch import load_file
from transformers import LlamaForCausalLM

LOGIT_TOLERANCE = 1e-4
GRADIENT_TOLERANCE = 1e-4


def main(directory: Path) -> int:
    model, report = LlamaForCausalLM.from_pretrained(
        directory, output_loading_info=True, attn_implementation="eager", dtype=torch.float32
    )
    for problem in ("unexpected_keys", "mismatched_keys"):
        if report.get(problem):
            print(f"{problem}: {report[problem]}")
            return 1
    missing = set(report.get("missing_keys", ())) - {"lm_head.weight"}
    if missing:
        print(f"missing tensors: {sorted(missing)}")
        return 1

    context = model.config.max_position_embeddings
    batch = numpy.frombuffer((directory / "batch.bin").read_bytes(), dtype=numpy.uint8)
    batch = torch.from_numpy(batch.astype(numpy.int64).reshape(-1, context + 1))
    logits = model(batch[:, :-1]).logits
    loss = torch.nn.functional.cross_entropy(
        logits.reshape(-1, logits.shape[-1]), batch[:, 1:].reshape(-1)
    )
    loss.backward()

    ours = numpy.fromfile(directory / "logits.bin", dtype="<f4").reshape(context, -1)
    difference = float(numpy.abs(logits[0].detach().numpy() - ours).max())
    print(f"largest difference of a logit: {difference:.2e}")
    bad = difference > LOGIT_TOLERANCE

    gradients = load_file(directory / "gradients.safetensors")
    parameters = dict(model.named_parameters())
    worst = 0.0
    for name, gradient in gradients.items():
        expected = parameters[name].grad
        relative = float((gradient - expected).norm() / expected.norm())
        worst = max(worst, relative)
    print(f"largest relative difference of a gradient: {worst:.2e} over {len(gradients)} tensors")
    bad |= worst > GRADIENT_TOLERANCE or len(gradients) != len(parameters)
    return int(bad)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
