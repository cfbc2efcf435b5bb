# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""The folder that a run leaves for other tools: its windows, order, checkpoints and scores."""

import json
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import numpy
import torch
from model import Llama
from safetensors.torch import load_file


@dataclass(frozen=True)
class Sample:
    """Training windows that stand for all that the run read.

    `tokens` is windows x (context + 1), `owners` the account of each, and `weights` how many
    reads of the run each stands for: the weights of an account add up to its reads.
    """

    tokens: torch.Tensor
    owners: numpy.ndarray
    weights: numpy.ndarray
    description: str

    def by_account(self, scores: numpy.ndarray, accounts: int) -> numpy.ndarray:
        """Adds up window x target to account x target."""
        sums = numpy.zeros((accounts, scores.shape[1]))
        numpy.add.at(sums, self.owners, scores * self.weights[:, None])
        return sums


class Folder:
    """One run, as `README.md` describes it."""

    def __init__(self, path: Path):
        self.path = path
        self.model = json.loads((path / "model.json").read_text())
        self.accounts: list[str] = self.model["accounts"]
        self.targets: list[str] = self.model["targets"]
        self.owners = numpy.array(json.loads((path / "windows.json").read_text())["account"])
        self.target_of = numpy.array(json.loads((path / "targets.json").read_text())["target"])
        self.rates: list[float] = json.loads((path / "learning_rates.json").read_text())
        order = numpy.fromfile(path / "order.bin", dtype="<u4")
        self.order = order.reshape(self.model["steps"], self.model["batch"]).astype(numpy.int64)

    @staticmethod
    def _windows(path: Path) -> list[bytes]:
        data, place, windows = path.read_bytes(), 0, []
        while place < len(data):
            length = int.from_bytes(data[place : place + 2], "little") + 1
            windows.append(data[place + 2 : place + 2 + length])
            place += 2 + length
        return windows

    @cached_property
    def windows(self) -> list[bytes]:
        """Every training window: one byte more than it has predictions."""
        return self._windows(self.path / "windows.bin")

    @cached_property
    def held_out(self) -> list[bytes]:
        """Every window of the targets."""
        return self._windows(self.path / "targets.bin")

    @cached_property
    def steps(self) -> list[int]:
        """The steps at which there are checkpoints."""
        return sorted(int(entry.name) for entry in (self.path / "checkpoints").iterdir())

    def checkpoint(self, step: int) -> dict[str, torch.Tensor]:
        """The weights after `step` steps, without the head, which is the embedding."""
        tensors = load_file(self.path / "checkpoints" / str(step) / "model.safetensors")
        tensors.pop("lm_head.weight", None)
        return tensors

    def llama(self, step: int | None = None) -> Llama:
        """The model, with the weights of a checkpoint: by default the last."""
        model = Llama(self.model)
        model.load_state_dict(self.checkpoint(self.steps[-1] if step is None else step))
        return model.eval()

    def interval_rates(self) -> list[float]:
        """For each checkpoint but the last: the sum of the rates until the next."""
        return [sum(self.rates[a:b]) for a, b in zip(self.steps, self.steps[1:])]

    def tokens(self, windows: list[bytes]) -> torch.Tensor:
        """Windows of one length as a matrix."""
        return torch.tensor([list(window) for window in windows], dtype=torch.int64)

    def target_windows(self) -> tuple[torch.Tensor, numpy.ndarray]:
        """The targets' windows of full length, and the target of each."""
        full = [i for i, w in enumerate(self.held_out) if len(w) == self.model["context"] + 1]
        return self.tokens([self.held_out[i] for i in full]), self.target_of[full]

    def by_target(self, scores: numpy.ndarray, targets: numpy.ndarray) -> numpy.ndarray:
        """Averages window x held-out window to window x target."""
        return numpy.stack(
            [scores[:, targets == q].mean(axis=1) for q in range(len(self.targets))], axis=1
        )

    def reads(self) -> numpy.ndarray:
        """How often the run read each training window."""
        return numpy.bincount(self.order.ravel(), minlength=len(self.windows))

    def sample(self, per_account: int) -> Sample:
        """Evenly spaced windows among those that the run read, in the order it first met them.

        At most `per_account` of each account, all of full length; accounts that were read less
        give fewer, in proportion to the account that was read most.
        """
        reads, full = self.reads(), self.model["context"] + 1
        met = list(dict.fromkeys(self.order.ravel().tolist()))
        of_account = [
            [w for w in met if self.owners[w] == c and len(self.windows[w]) == full]
            for c in range(len(self.accounts))
        ]
        most = max(len(windows) for windows in of_account)
        chosen, owners, weights = [], [], []
        for account, windows in enumerate(of_account):
            count = min(len(windows), max(1, round(per_account * len(windows) / most)))
            picked = [windows[i * len(windows) // count] for i in range(count)]
            chosen += picked
            owners += [account] * count
            total = reads[self.owners == account].sum()
            weights += [total / count] * count
        return Sample(
            self.tokens([self.windows[w] for w in chosen]),
            numpy.array(owners),
            numpy.array(weights),
            f"{len(chosen)} of the {len(met)} windows that were read, evenly spaced",
        )

    def write(
        self,
        method: str,
        scores: numpy.ndarray,
        *,
        package: str | None,
        seconds: float,
        notes: str,
    ) -> None:
        """Writes account x target, positive where the account lowers the target's loss."""
        if scores.shape != (len(self.accounts), len(self.targets)):
            raise ValueError(f"{method} has scores of shape {scores.shape}")
        if not numpy.isfinite(scores).all():
            raise ValueError(f"{method} has scores that are no numbers")
        (self.path / "scores").mkdir(exist_ok=True)
        text = {
            "method": method,
            "version": f"{package} {version(package)}" if package else "this repository",
            "scores": scores.tolist(),
            "seconds": seconds,
            "notes": notes,
        }
        (self.path / "scores" / f"{method}.json").write_text(json.dumps(text, indent=1) + "\n")
