# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Published attribution tools, each the package from PyPI, on the run's own checkpoints."""

import logging
import tempfile
import warnings

import numpy
import torch
from folder import Folder, Sample
from model import losses
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

# Checkpoints that TRAK's ensemble takes, the last ones of the run, and its random directions.
TRAK_CHECKPOINTS = 5
TRAK_DIRECTIONS = 512


def tracin(folder: Folder, sample: Sample) -> tuple[numpy.ndarray, str]:
    """TracInCP of captum: gradient products at checkpoints, each times the rates until the next."""
    from captum.influence import TracInCP

    class Groups(torch.nn.Module):
        """An example is some windows side by side: one to train on, or all of a target's."""

        def __init__(self):
            super().__init__()
            self.llama = folder.llama()

        def forward(self, examples: torch.Tensor) -> torch.Tensor:
            return self.llama(examples.flatten(0, 1)[:, :-1])

    def load(model: Groups, step: str) -> float:
        model.llama.load_state_dict(folder.checkpoint(int(step)))
        return rates[int(step)]

    def loss(logits: torch.Tensor, examples: torch.Tensor) -> torch.Tensor:
        return losses(logits, examples.flatten(0, 1)).reshape(examples.shape[:2]).mean(dim=1)

    loss.reduction = "none"
    rates = dict(zip(folder.steps, folder.interval_rates()))
    test, targets = folder.target_windows()
    count = min((targets == q).sum() for q in range(len(folder.targets)))
    groups = torch.stack([test[targets == q][:count] for q in range(len(folder.targets))])
    train = sample.tokens[:, None]
    # It passes back through the whole batch for each example of it: the smaller, the faster.
    tool = TracInCP(
        Groups(), TensorDataset(train, train), [str(step) for step in rates],
        checkpoints_load_func=load, loss_fn=loss, batch_size=2,
    )
    pairs = tool.influence((groups, groups)).detach().numpy().T
    scores = sample.by_account(pairs, len(folder.accounts))
    return scores, f"all parameters, {len(rates)} checkpoints"


def trak(folder: Folder, sample: Sample) -> tuple[numpy.ndarray, str]:
    """TRAK of traker: projected gradients and one Newton step, averaged over checkpoints."""
    from trak import TRAKer
    from trak.modelout_functions import AbstractModelOutput
    from trak.projectors import BasicProjector, ProjectionType

    class NextByte(AbstractModelOutput):
        """The margins of all bytes of a window, as for classification, byte by byte."""

        def __init__(self):
            pass

        @staticmethod
        def get_output(model, weights, buffers, window):
            logits = torch.func.functional_call(model, (weights, buffers), window[None, :-1])[0]
            right = logits.gather(1, window[1:, None])[:, 0]
            others = logits.scatter(1, window[1:, None], float("-inf")).logsumexp(dim=1)
            return (right - others).sum()

        def get_out_to_loss_grad(self, model, weights, buffers, batch):
            logits = torch.func.functional_call(model, (weights, buffers), batch[0][:, :-1])
            right = logits.softmax(-1).gather(2, batch[0][:, 1:, None])[..., 0]
            return (1 - right).mean(dim=1).clone().detach().unsqueeze(-1)

    model = folder.llama()
    size = sum(p.numel() for p in model.parameters())
    test, targets = folder.target_windows()
    steps = folder.steps[-TRAK_CHECKPOINTS:]
    projector = BasicProjector(
        size, TRAK_DIRECTIONS, 0, ProjectionType.rademacher, "cpu", block_size=TRAK_DIRECTIONS
    )
    # The matrix is one block and the same for all batches; it need not be drawn for each, nor
    # dropped between checkpoints.
    projector.generate_sketch_matrix = lambda _: None
    projector.free_memory = lambda: None
    with tempfile.TemporaryDirectory() as directory:
        tool = TRAKer(
            model, NextByte(), len(sample.tokens), directory, device="cpu", projector=projector,
            proj_dim=None, use_half_precision=False, logging_level=logging.ERROR,
        )
        for index, step in enumerate(steps):
            tool.load_checkpoint(folder.checkpoint(step), model_id=index)
            for batch in sample.tokens.split(128):
                tool.featurize(batch=[batch], num_samples=len(batch))
        tool.finalize_features()
        for index, step in enumerate(steps):
            tool.start_scoring_checkpoint("targets", folder.checkpoint(step), index, len(test))
            for batch in test.split(128):
                tool.score(batch=[batch], num_samples=len(batch))
        pairs = numpy.array(tool.finalize_scores("targets"))
    scores = sample.by_account(folder.by_target(pairs, targets), len(folder.accounts))
    notes = f"{TRAK_CHECKPOINTS} checkpoints of the one run, {TRAK_DIRECTIONS} directions"
    return scores, notes


def ekfac(folder: Folder, sample: Sample) -> tuple[numpy.ndarray, str]:
    """Influence functions of kronfluence with eigenvalue-corrected Kronecker factors."""
    from kronfluence.analyzer import Analyzer, prepare_model
    from kronfluence.arguments import FactorArguments, ScoreArguments
    from kronfluence.task import Task

    class NextByte(Task):
        def compute_train_loss(self, batch, model, sample=False):
            windows = batch[0]
            logits = model(windows[:, :-1]).flatten(0, 1)
            with torch.no_grad():
                labels = windows[:, 1:].flatten()
                if sample:
                    labels = torch.multinomial(logits.softmax(-1), 1).flatten()
            return functional.cross_entropy(logits, labels, reduction="sum")

        def compute_measurement(self, batch, model):
            return self.compute_train_loss(batch, model)

    torch.manual_seed(0)
    task, (test, targets) = NextByte(), folder.target_windows()
    model = prepare_model(folder.llama(), task)
    train = TensorDataset(sample.tokens)
    with tempfile.TemporaryDirectory() as directory:
        tool = Analyzer(
            "evaluation", model, task, cpu=True, output_dir=directory, disable_tqdm=True,
            log_level=logging.ERROR,
        )
        tool.fit_all_factors(
            "factors", train, per_device_batch_size=128, factor_args=FactorArguments("ekfac")
        )
        tool.compute_pairwise_scores(
            "scores", "factors", query_dataset=TensorDataset(test), train_dataset=train,
            per_device_query_batch_size=64, per_device_train_batch_size=128,
            score_args=ScoreArguments(damping_factor=None),
        )
        pairs = tool.load_pairwise_scores("scores")["all_modules"].float().numpy().T
    scores = sample.by_account(folder.by_target(pairs, targets), len(folder.accounts))
    return scores, "last checkpoint; the linear layers only (no embedding, head or norms)"


def tracin_llm(folder: Folder, sample: Sample) -> tuple[numpy.ndarray, str]:
    """TracIn of dattri-llm: the same sum as captum's, by factored gradients of the layers."""
    from dattri_llm import AttributionArguments, AttributionTask, TracInAttributor

    class Windows(torch.utils.data.Dataset):
        def __init__(self, tokens: torch.Tensor):
            self.tokens = tokens

        def __len__(self) -> int:
            return len(self.tokens)

        def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
            return {"input_ids": self.tokens[index]}

    def loss(model, batch):
        windows = batch["input_ids"]
        return losses(model(windows[:, :-1]), windows).sum()

    test, targets = folder.target_windows()
    # It knows an example by its content; equal windows become one and are counted once more here.
    first = {bytes(row): i for i, row in reversed(list(enumerate(sample.tokens.tolist())))}
    place = [first[bytes(row)] for row in sample.tokens.tolist()]
    distinct = sorted(set(place))
    total = numpy.zeros((len(distinct), len(test)))
    for step, rate in zip(folder.steps, folder.interval_rates()):
        with tempfile.TemporaryDirectory() as directory:
            arguments = AttributionArguments(
                output_dir=directory, use_cpu=True, per_device_train_batch_size=128,
                per_device_eval_batch_size=len(test),
            )
            tool = TracInAttributor(arguments, task=AttributionTask(loss, folder.llama(step)))
            score = tool.attribute(Windows(sample.tokens[distinct]), Windows(test))
            _, matrix = score.agnostic_matrix()
            if matrix.shape != total.shape:
                raise ValueError(f"{matrix.shape} scores for {total.shape} pairs")
            total += rate * matrix.double().numpy()
    row = {index: i for i, index in enumerate(distinct)}
    pairs = total[[row[index] for index in place]]
    scores = sample.by_account(folder.by_target(pairs, targets), len(folder.accounts))
    return scores, f"layers it can hook, {len(folder.steps) - 1} checkpoints"


warnings.filterwarnings("ignore", module="captum|trak|kronfluence|dattri")
