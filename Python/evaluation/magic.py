# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""MAGIC of bergson: the derivative of the final loss by each read of the run, exactly."""

import tempfile

import numpy
import torch
from bergson.magic.data_stream import DataStream
from bergson.magic.trainer import BackwardState, Trainer
from bergson.utils.math import weighted_causal_lm_ce
from datasets import Dataset
from folder import Folder, Sample
from in_run import Replay
from model import Llama
from torchopt import chain
from torchopt.alias.utils import scale_by_neg_lr
from torchopt.base import EmptyState, GradientTransformation
from torchopt.pytree import tree_iter, tree_map
from torchopt.transform import scale_by_adam

# Under the root of the second moment: without it the derivative is infinite where a moment is 0.
ROOT_EPSILON = 1e-12


class Weighted(torch.nn.Module):
    """The model behind the call that bergson makes: the loss of a batch with a weight a row."""

    def __init__(self, shape: dict):
        super().__init__()
        self.llama = Llama(shape)

    def forward(self, input_ids, labels, example_weight=None, **_):
        # The last place predicts nothing; the twin has positions for the context only.
        logits = self.llama(input_ids[:, :-1])
        logits = torch.cat([logits, logits[:, -1:]], dim=1)
        return weighted_causal_lm_ce(logits, labels, example_weight=example_weight)


def decay(rate: float) -> GradientTransformation:
    """Decoupled decay of matrices only; the mask of torchopt's own fails where it is differentiated."""

    def update(updates, state, *, params=None, inplace=True):
        return tree_map(lambda g, p: g + rate * p if p.dim() > 1 else g, updates, params), state

    return GradientTransformation(lambda _: EmptyState(), update)


def magic(folder: Folder, _: Sample) -> tuple[numpy.ndarray, str]:
    """Metagradients through all steps: what a read's weight going to 0 would cost, to first order."""
    shape, last = folder.model, folder.steps[-1]
    model = Weighted(shape)
    model.llama.load_state_dict(folder.checkpoint(0))
    reads = [w for step in folder.order for w in sorted(step.tolist())]
    rows = Dataset.from_dict({"input_ids": [list(folder.windows[w]) for w in reads]})
    stream = DataStream(rows, shape["batch"])
    rates = torch.tensor(folder.rates + [0.0])
    optimizer = chain(
        scale_by_adam(
            shape["beta1"], shape["beta2"], shape["epsilon"], eps_root=ROOT_EPSILON,
            moment_requires_grad=False,
        ),
        decay(shape["decay"]),
        scale_by_neg_lr(lambda step: rates[step]),
    )
    trainer, state = Trainer.initialize(model, optimizer)
    replay = Replay(folder)
    gap, scores = 0.0, numpy.zeros((len(folder.accounts), len(folder.targets)))
    owners = folder.owners[reads]
    with tempfile.TemporaryDirectory() as directory:
        state = trainer.train(
            state, stream, inplace=True, save_dir=directory, max_grad_norm=shape["clip"]
        )
        final = {name.removeprefix("llama."): p.detach() for name, p in state.params.items()}
        replay.model.load_state_dict(final)
        gap = numpy.abs(replay.target_losses() - replay.target_losses(folder.llama())).max()
        names = [name for name, _ in replay.model.named_parameters()]
        state.requires_grad = True
        stream.requires_grad = True
        gradients = replay.target_gradients()
        growth = 0.0
        for target, gradient in enumerate(gradients):
            parts, place = {}, 0
            for name, p in zip(names, replay.parameters):
                parts[f"llama.{name}"] = gradient[place : place + p.numel()].view_as(p).clone()
                place += p.numel()
            zeros = [
                torch.zeros_like(t) for t in tree_iter(state.opt_state)
                if isinstance(t, torch.Tensor) and t.is_floating_point()
            ]
            start = BackwardState(
                {name: parts[name] for name in state.params}, zeros,
                torch.zeros_like(stream.weights),
            )
            end = trainer.backward(
                directory, stream, start, state, cleanup=False, inplace=True,
                max_grad_norm=shape["clip"],
            )
            adjoint = torch.cat([p.flatten() for p in end.param_grads.values()])
            growth = max(growth, float(adjoint.norm() / gradient.norm()))
            # A heavier read that lowers the loss has a negative derivative.
            numpy.add.at(scores[:, target], owners, -end.weight_grads.detach().numpy())
    notes = (
        f"all {last} steps; its own training ends within {gap:.1e} nats of the run "
        f"(eps_root {ROOT_EPSILON:g}); the adjoint grew {growth:.0f}-fold"
    )
    return scores, notes
