# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""The run once more in PyTorch: published in-run credits, and a check of our own training."""

import numpy
import torch
from folder import Folder
from model import Llama
from torch.nn import functional


class Replay:
    """AdamW over the folder's windows in the folder's order, from its first checkpoint."""

    def __init__(self, folder: Folder):
        self.folder = folder
        self.shape = folder.model
        self.model: Llama = folder.llama(0).train()
        self.parameters = list(self.model.parameters())
        self.first = [torch.zeros_like(p) for p in self.parameters]
        self.second = [torch.zeros_like(p) for p in self.parameters]
        self.targets = [
            self._batch([w for w, q in zip(folder.held_out, folder.target_of) if q == target])
            for target in range(len(folder.targets))
        ]

    def _batch(self, windows: list[bytes]) -> tuple[torch.Tensor, torch.Tensor]:
        """Inputs, and what follows each byte; -100 where a shorter window has ended."""
        longest = max(len(window) for window in windows)
        inputs = torch.zeros(len(windows), longest - 1, dtype=torch.int64)
        labels = torch.full((len(windows), longest - 1), -100, dtype=torch.int64)
        for row, window in enumerate(windows):
            values = torch.tensor(list(window), dtype=torch.int64)
            inputs[row, : len(values) - 1] = values[:-1]
            labels[row, : len(values) - 1] = values[1:]
        return inputs, labels

    def loss_sum(
        self, batch: tuple[torch.Tensor, torch.Tensor], model: Llama | None = None
    ) -> torch.Tensor:
        logits = (model or self.model)(batch[0])
        return functional.cross_entropy(
            logits.flatten(0, 1), batch[1].flatten(), reduction="sum", ignore_index=-100
        )

    def gradient(self, batch: tuple[torch.Tensor, torch.Tensor], scale: float) -> torch.Tensor:
        loss = self.loss_sum(batch) * scale
        grads = torch.autograd.grad(loss, self.parameters)
        return torch.cat([g.flatten() for g in grads])

    def target_gradients(self) -> torch.Tensor:
        """target x parameters: of each target's mean loss."""
        return torch.stack(
            [self.gradient(b, 1 / int((b[1] != -100).sum())) for b in self.targets]
        )

    @torch.no_grad()
    def target_losses(self, model: Llama | None = None) -> numpy.ndarray:
        return numpy.array(
            [float(self.loss_sum(b, model)) / int((b[1] != -100).sum()) for b in self.targets]
        )

    def account_gradients(self, step: int) -> dict[int, torch.Tensor]:
        """Each account's part of the gradient of the step's batch loss."""
        read = self.folder.order[step]
        predictions = sum(len(self.folder.windows[w]) - 1 for w in read)
        parts = {}
        for account in sorted(set(self.folder.owners[read])):
            mine = [self.folder.windows[w] for w in read if self.folder.owners[w] == account]
            parts[account] = self.gradient(self._batch(mine), 1 / predictions)
        return parts

    @torch.no_grad()
    def update(self, step: int, gradient: torch.Tensor) -> tuple[float, torch.Tensor]:
        """Moves the weights; returns the clipping factor and the preconditioner."""
        shape, rate = self.shape, self.folder.rates[step]
        norm = float(gradient.norm())
        clip = shape["clip"] / norm if norm > shape["clip"] else 1.0
        one, two = 1 - shape["beta1"] ** (step + 1), 1 - shape["beta2"] ** (step + 1)
        place, preconditioner = 0, []
        for p, m, v in zip(self.parameters, self.first, self.second):
            g = gradient[place : place + p.numel()].view_as(p) * clip
            place += p.numel()
            m.lerp_(g, 1 - shape["beta1"])
            v.mul_(shape["beta2"]).addcmul_(g, g, value=1 - shape["beta2"])
            inverse = 1 / ((v / two).sqrt() + shape["epsilon"])
            if p.dim() > 1:
                p.mul_(1 - rate * shape["decay"])
            p.sub_(rate / one * inverse * m)
            preconditioner.append(inverse.flatten())
        return clip, torch.cat(preconditioner)


def in_run(folder: Folder) -> tuple[dict[str, numpy.ndarray], str]:
    """First-order in-run credits over all steps, for gradient descent and for Adam.

    `in-run-sgd` adds rate x <target gradient, account gradient> (In-Run Data Shapley, first
    order); `in-run-adam` puts the step's preconditioner and clipping between them, with the state
    frozen (Ding et al. 2026). Both re-train with the run's order; the notes say how close the
    re-trained weights come to the run's own.
    """
    replay = Replay(folder)
    shape = (len(folder.accounts), len(folder.targets))
    credits = {"in-run-sgd": numpy.zeros(shape), "in-run-adam": numpy.zeros(shape)}
    distance, last = 0.0, folder.steps[-1]
    for step in range(last):
        targets = replay.target_gradients()
        parts = replay.account_gradients(step)
        clip, inverse = replay.update(step, torch.stack(list(parts.values())).sum(dim=0))
        rate = folder.rates[step]
        for account, gradient in parts.items():
            credits["in-run-sgd"][account] += rate * (targets @ gradient).numpy()
            credits["in-run-adam"][account] += (
                rate * clip * (targets @ (inverse * gradient)).numpy()
            )
        if step + 1 in folder.steps:
            gap = replay.target_losses() - replay.target_losses(folder.llama(step + 1))
            distance = max(distance, float(numpy.abs(gap).max()))
    notes = (
        f"all {last} steps re-trained in PyTorch; target losses at the checkpoints within "
        f"{distance:.1e} nats of the run's own"
    )
    return credits, notes
