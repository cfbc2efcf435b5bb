# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Sends the cheats of the evaluation through a register's gate.

Usage: gate.py CADASTRE LIBRARY ROOT. Makes a register below ROOT with an honest work and, under other
keys, its copy, an edited copy, its beginning, random bytes and a notice repeated 6,500 times; asks for
admission of all, and writes the decisions to ROOT/gate.json.
"""

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path


def edited(text: str) -> str:
    """The text with every twentieth word replaced by another of its words."""
    words, draw = text.split(" "), random.Random(7)
    for index in range(0, len(words), 20):
        words[index] = draw.choice(words)
    return " ".join(words)


def main(cadastre: Path, library: Path, root: Path) -> int:
    shutil.rmtree(root / "gate", ignore_errors=True)
    corpus, register = root / "gate" / "corpus", root / "gate" / "register"
    corpus.mkdir(parents=True)
    text = (library / "texts" / "austen-emma.txt").read_text(encoding="utf-8")
    notice = "All rights reserved. No part of this work may be reproduced. "
    works = {
        "honest": text.encode(), "copy": text.encode() + b"\n", "edited-copy": edited(text).encode(),
        "a-tenth": text[: len(text) // 10].encode(), "random-bytes": random.Random(7).randbytes(400_000),
        "boilerplate": (notice * 6500).encode(),
    }

    def run(*words: str) -> subprocess.CompletedProcess:
        command = [str(cadastre), *words, "--register", str(register)]
        return subprocess.run(command, capture_output=True, text=True)

    made = subprocess.run(
        [str(cadastre), "init", str(register), "--name", "Cheats"], capture_output=True, text=True
    )
    if made.returncode:
        raise SystemExit(made.stderr)
    rows = []
    for name, content in works.items():
        path = corpus / f"{name}.txt"
        path.write_bytes(content)
        run("key", "new", name)
        added = run("work", "add", str(path), "--key", name)
        if added.returncode:
            path.unlink()
            rows.append({"work": name, "decision": "not registered", "reason": added.stderr.strip().replace(str(path), path.name)})
            continue
        run("grant", "--all", "--purpose", "train", "--rate", "5%", "--key", name)
    admitted = run("admit", str(corpus), "--out", str(root / "gate" / "manifest.json"), "--json")
    for decision in json.loads(admitted.stdout)["decisions"]:
        rows.append(
            {
                "work": Path(decision["path"]).stem,
                "decision": "admitted" if decision["decision"] == "admit" else "refused",
                "reason": decision["explanation"],
            }
        )
    (root / "gate.json").write_text(json.dumps(rows, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*(Path(argument) for argument in sys.argv[1:4])))
