# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Fingerprints and look-ups of Cadastre, and MinHash signatures of rensa and datasketch.

Usage: gate.py GATE_BENCHMARK KING_JAMES.txt LIBRARY OUTPUT.md [rounds]

The same documents of 400 words for each, one thread, in turn in every round. The peers make
signatures of 128 permutations from runs of five words, as their pages show it. Time is that of the
processor, so that other programs on the machine count less.
"""

import json
import subprocess
import sys
import tempfile
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median

from datasketch import MinHash
from rensa import RMinHash
from report import ROUNDS, machine, spread, table

WORDS, RUN, PERMUTATIONS = 400, 5, 128


def runs_of(document):
    words = document.split()
    return [" ".join(words[i:i + RUN]) for i in range(len(words) - RUN + 1)]


def with_rensa(runs):
    signature = RMinHash(num_perm=PERMUTATIONS, seed=42)
    signature.update(runs)
    return signature.digest()


def with_datasketch(runs):
    signature = MinHash(num_perm=PERMUTATIONS)
    signature.update_batch([run.encode() for run in runs])
    return signature.digest()


def measure(make, documents, cut):
    """Documents a second; with `cut` the runs are made within the measured time."""
    inputs = documents if cut else [runs_of(document) for document in documents]
    began = time.process_time()
    for given in inputs:
        make(runs_of(given) if cut else given)
    return len(documents) / (time.process_time() - began)


def main():
    program, kjv, library, output = sys.argv[1:5]
    rounds = int(sys.argv[5]) if len(sys.argv) > 5 else ROUNDS
    words = [word for line in open(kjv) for word in line.split()[1:]]
    documents = [
        " ".join(words[i:i + WORDS]) for i in range(0, len(words) - WORDS + 1, WORDS)
    ]
    results, reports = {}, []
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "documents.txt")
        path.write_text("".join(document + "\n" for document in documents))
        for _ in range(rounds):
            ours = json.loads(
                subprocess.run(
                    [program, path, library, directory], check=True, capture_output=True
                ).stdout
            )
            reports.append(ours)
            for name, key in {
                "Cadastre: words only": "words",
                "Cadastre: fingerprint, words read before": "grams",
                "Cadastre: fingerprint from the text": "fingerprints",
                "Cadastre: fingerprint from the text, look-up, decision": "lookups",
            }.items():
                results.setdefault(name, []).append(len(documents) / ours[key])
            few = documents[: len(documents) // 8]
            for name, make, given in [
                ("rensa RMinHash, runs of words cut before", with_rensa, documents),
                ("datasketch MinHash, runs of words cut before", with_datasketch, few),
            ]:
                results.setdefault(name, []).append(measure(make, given, cut=False))
                results.setdefault(name.replace("before", "too"), []).append(
                    measure(make, given, cut=True)
                )
    size = sum(map(len, documents)) / len(documents)
    peers = [
        median(results[f"rensa RMinHash, runs of words cut {when}"]) for when in ("too", "before")
    ]
    rows = [
        [name, spread(values), f"{median(values) * size / 1e6:,.0f}"]
        + [f"{median(values) / peer:.2f}" for peer in peers]
        for name, values in results.items()
    ]
    last = reports[-1]
    build = median(report["build"] for report in reports)
    page = [
        "# Fingerprints beside MinHash", "",
        f"Written by `make bench-gate` on {date.today()}: {machine()}; rensa {version('rensa')}, "
        f"datasketch {version('datasketch')}.", "",
        f"{len(documents):,} documents of {WORDS} words of the King James text, one thread, "
        f"processor time; a figure is the median of {rounds} rounds, lowest and highest in brackets. "
        f"The peers make signatures of {PERMUTATIONS} permutations from runs of {RUN} words and look "
        "nothing up; Python cuts the runs, before the measured time or within it. Cadastre reads and "
        "folds the bytes each time. Its look-up is in the index on disk of the "
        f"{last['libraryBytes'] / 1e6:.1f} MB library, with the exact comparison of whatever is "
        f"found ({last['derived']} documents count as derived).", "",
        table(["engine", "documents a second", "MB/s", "× rensa from the text", "× rensa, runs cut before"], rows), "",
        f"The index is built at {last['libraryBytes'] / build / 1e6:.0f} MB of text a second from "
        f"fingerprints ({build:.2f} s of processor time) and takes "
        f"{last['indexBytes'] / last['libraryWords']:.1f} bytes a word, of which 8 are the grams "
        "themselves.", "",
    ]
    Path(output).write_text("\n".join(page))
    print("\n".join(page))


if __name__ == "__main__":
    main()
