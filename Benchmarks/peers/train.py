# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Training steps of Cadastre and of PyTorch on the same weights, bytes and threads, in turn.

Usage: train.py STEP_BENCHMARK OUTPUT.md [rounds]

A step is forward, backward, clipping by the global norm and AdamW, float32. Every round measures
each engine once, one after the other; a round's figure is the median of its steps, the figure
printed the median of the rounds.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median

import torch
import transformers
from lean_llama import LeanLlama
from report import ROUNDS, machine, spread, table

SHAPES = {
    "1.0 M: 128 wide, 5 layers, context 128": ("context=128", 8),
    "4.8 M: 256 wide, 6 layers, context 256": (
        "hidden=256 layers=6 heads=8 inner=688 context=256", 3,
    ),
}
RATE, DECAY, CLIP, BETAS = 1.5e-3, 0.1, 1.0, (0.9, 0.99)


class TorchTrainer:
    """One PyTorch way to train, warmed up when made."""

    def __init__(self, module, loss, batch):
        self.loss, self.batch = loss, batch
        self.parameters = [p for p in module.parameters() if p.requires_grad]
        matrices = [p for p in self.parameters if p.dim() > 1]
        gains = [p for p in self.parameters if p.dim() == 1]
        groups = [
            {"params": matrices, "weight_decay": DECAY},
            {"params": gains, "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=RATE, betas=BETAS, eps=1e-8, fused=True)
        self.first = self.step()
        self.step()

    def step(self):
        loss = self.loss(*self.batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, CLIP, foreach=True)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return float(loss.detach())

    def measure(self, steps):
        walls, cpus = [], []
        for _ in range(steps):
            wall, cpu = time.perf_counter(), time.process_time()
            self.step()
            walls.append(time.perf_counter() - wall)
            cpus.append(time.process_time() - cpu)
        return median(walls), median(cpus)


def ours(program, shape, threads, steps, export=None):
    words = [program, *shape.split(), f"threads={threads}", "warm=2", f"steps={steps}"]
    if export:
        words.append(f"export={export}")
    return json.loads(subprocess.run(words, check=True, capture_output=True).stdout)


def torch_engines(directory, config):
    """Trainers by name, and notes on what could not be made."""
    text = torch.tensor(list((directory / "text.bin").read_bytes()))
    context = config["max_position_embeddings"]
    batch = (text[:-1].view(-1, context), text[1:].view(-1, context))
    trainers, notes = {}, []

    def hugging_face(compiled):
        module = transformers.LlamaForCausalLM.from_pretrained(
            directory, dtype=torch.float32, attn_implementation="sdpa"
        ).train()
        run = torch.compile(module) if compiled else module

        def loss(tokens, targets):
            logits = run(tokens, use_cache=False).logits
            return torch.nn.functional.cross_entropy(
                logits.view(-1, logits.shape[-1]), targets.reshape(-1)
            )

        return module, loss

    def lean(compiled):
        module = LeanLlama(directory)
        return module, torch.compile(module.loss) if compiled else module.loss

    ways = {
        "transformers, eager": (hugging_face, False),
        "transformers, compiled": (hugging_face, True),
        "lean module, eager": (lean, False),
        "lean module, compiled": (lean, True),
    }
    for name, (make, compiled) in ways.items():
        if compiled and not shutil.which("g++"):
            notes.append(f"{name}: torch.compile needs g++, which is not installed")
            continue
        try:
            torch.manual_seed(1)
            torch._dynamo.reset()
            trainers[name] = TorchTrainer(*make(compiled), batch)
        except Exception as error:  # what torch.compile throws is not documented
            notes.append(f"{name}: does not run ({type(error).__name__})")
    return trainers, notes


def measure(program, shape, steps, threads, rounds):
    torch.set_num_threads(threads)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        first = ours(program, shape, threads, 1, export=directory)
        config = json.loads((directory / "config.json").read_text())
        trainers, notes = torch_engines(directory, config)
        for engine, trainer in trainers.items():
            difference = abs(trainer.first - first["losses"][0])
            if difference > 1e-4:
                sys.exit(f"{engine} starts with another loss: {difference:.2e} apart")
        results = {"Cadastre": [], **{engine: [] for engine in trainers}}
        shares = []
        for _ in range(rounds):
            report = ours(program, shape, threads, steps)
            wall = median(report["steps"])
            results["Cadastre"].append((wall, median(report["processor"])))
            shares.append(report["flops"] / wall / max(report["peak"]))
            for engine, trainer in trainers.items():
                results[engine].append(trainer.measure(steps))
    return results, shares, report, notes


def section(title, threads, results, shares, report, notes):
    tokens = report["tokens"]
    speed = {name: [tokens / wall for wall, _ in values] for name, values in results.items()}
    rows = []
    for name, values in results.items():
        ratio = median(speed["Cadastre"]) / median(speed[name])
        cost = 1e6 * median(cpu for _, cpu in values) / tokens
        rows.append([name, spread(speed[name]), f"{cost:.1f}", f"{ratio:.2f}"])
    fastest = max((name for name in speed if name != "Cadastre"), key=lambda n: median(speed[n]))
    ratio = median(speed["Cadastre"]) / median(speed[fastest])
    lines = [
        f"### {title}, {threads} thread{'s' * (threads > 1)}", "",
        table(
            ["engine", "tokens a second", "processor µs a token", "Cadastre is faster by"], rows
        ), "",
        f"Against the fastest of PyTorch ({fastest}): **{ratio:.2f} ×**. "
        f"The step uses **{100 * median(shares):.0f} %** of the measured matrix-product peak "
        f"({max(report['peak']) / 1e9:.0f} GFLOP/s, {report['kernels']}).", "",
        *[f"- {note}" for note in notes],
    ]
    return "\n".join(lines).rstrip() + "\n"


def main():
    program, output = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else ROUNDS
    sections = []
    for title, (shape, steps) in SHAPES.items():
        for threads in (1, 2):
            result = measure(program, shape, steps, threads, rounds)
            sections.append(section(title, threads, *result))
            print(sections[-1], flush=True)
    Path(output).write_text(
        "# Training steps beside PyTorch\n\n"
        f"Written by `make bench-train` on {date.today()}: {machine()}; PyTorch "
        f"{torch.__version__}, transformers {transformers.__version__}.\n\n"
        "A step is forward, backward, clipping by the global norm and AdamW in float32, on the same "
        "weights, bytes (batch 16) and threads; the first losses agree to 10⁻⁴. Engines take turns in "
        f"one run; a figure is the median of {rounds} rounds, lowest and highest in brackets. "
        "Operations counted: each weight matrix once forward and twice backward (6 a weight and "
        "token; the embedding's look-up is none), and six products a head over the causal triangle "
        "only. The peak is the best of ten measurements with 1024³ products by the same library on as "
        "many threads, just before and after the steps. Processor time includes what waiting threads "
        "burn.\n\n" + "\n".join(sections)
    )


if __name__ == "__main__":
    main()
