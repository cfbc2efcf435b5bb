# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Runs other attribution methods on the run in a folder, and writes each one's scores beside ours.

Usage: peers.py DIR [--methods NAME,NAME] [--windows N]

Each method writes DIR/scores/NAME.json; one that fails writes DIR/failures/NAME.json with the
reason, and the others go on. What is there already is not computed again.
"""

import argparse
import json
import os
import sys
import time
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import similarity
import torch
from folder import Folder


def lazily(module: str, name: str):
    """A method whose module, and with it the tool, is imported when it runs."""

    def method(folder, sample):
        return getattr(__import__(module), name)(folder, sample)

    return method


# Name: the package it comes from, and the function.
METHODS = {
    "equal-split": (None, similarity.equal_split),
    "bytes": (None, similarity.bytes_read),
    "bm25": ("rank-bm25", similarity.bm25),
    "lsa-embedding": ("scikit-learn", similarity.lsa),
    "hidden-states": ("torch", similarity.hidden_states),
    "ekfac": ("kronfluence", lazily("gradient_tools", "ekfac")),
    "tracin": ("captum", lazily("gradient_tools", "tracin")),
    "tracin-llm": ("dattri-llm", lazily("gradient_tools", "tracin_llm")),
    "trak": ("traker", lazily("gradient_tools", "trak")),
    "in-run": ("torch", None),
    "magic": ("bergson", lazily("magic", "magic")),
}
# Run only when it is named: each target passes back through the whole training.
SLOW = {"magic"}


def run(folder: Folder, name: str, per_account: int) -> None:
    package, method = METHODS[name]
    began = time.perf_counter()
    if name == "in-run":
        from in_run import in_run

        credits, notes = in_run(folder)
        seconds = time.perf_counter() - began
        for kind, scores in credits.items():
            folder.write(kind, scores, package=package, seconds=seconds, notes=notes)
        return
    sample = folder.sample(per_account)
    scores, notes = method(folder, sample)
    if name not in ("equal-split", "bytes", "magic"):
        notes += f"; {sample.description}"
    seconds = time.perf_counter() - began
    folder.write(name, scores, package=package, seconds=seconds, notes=notes)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=Path)
    parser.add_argument("--methods", default=",".join(m for m in METHODS if m not in SLOW))
    parser.add_argument("--windows", type=int, default=256)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    folder, failed = Folder(arguments.directory), False
    for name in arguments.methods.split(","):
        written = "in-run-adam" if name == "in-run" else name
        if (folder.path / "scores" / f"{written}.json").exists():
            continue
        failure = folder.path / "failures" / f"{name}.json"
        began = time.perf_counter()
        try:
            run(folder, name, arguments.windows)
            failure.unlink(missing_ok=True)
            print(f"{name}: {time.perf_counter() - began:.1f} s", flush=True)
        except Exception as error:  # Whatever a tool throws: it is written down, the others run.
            failed = True
            package = METHODS[name][0]
            failure.parent.mkdir(exist_ok=True)
            text = {
                "method": name,
                "version": f"{package} {version(package)}" if package else "this repository",
                "seconds": time.perf_counter() - began,
                "error": f"{type(error).__name__}: {error}"[:400],
            }
            failure.write_text(json.dumps(text, indent=1) + "\n")
            print(f"{name} failed: {text['error']}", file=sys.stderr, flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
