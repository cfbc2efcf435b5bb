#!/usr/bin/env python3
# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Measures 'cadastre admit --stream' and writes a page of figures.

    admit.py PROGRAM TEXTS PAGE

Makes a register of the books in TEXTS, of pieces of them whose words were shuffled in threes, so
that they are nobody's copy, and of true pieces under another owner, which are refused as copies. Then
sends books and pieces through the program as JSON lines, from a file, and takes the best of several
runs: other processes can only slow a run down.
"""

import json
import os
import platform
import random
import subprocess
import sys
import tempfile

WORKS = 10_000
COPIES = 1_000
WORDS = 400
RUNS = 3
PURPOSE = ["--purpose", "train"]


def pieces(books):
    """Texts of 400 words, the first thousand as they are, the others shuffled in threes."""
    chance = random.Random(20261126)
    windows = []
    for text in books:
        words = text.split(" ")
        windows += [words[at : at + WORDS] for at in range(0, len(words) - WORDS, WORDS)]
    chance.shuffle(windows)
    copies = [" ".join(words) for words in windows[:COPIES]]
    others = []
    while len(others) < WORKS - COPIES:
        words = list(windows[len(others) % len(windows)])
        threes = [words[at : at + 3] for at in range(0, WORDS, 3)]
        chance.shuffle(threes)
        others.append(" ".join(word for three in threes for word in three))
    return copies, others


def write_lines(path, texts, rounds):
    """Writes documents as lines; returns how many and the bytes of their texts."""
    documents, size = 0, 0
    with open(path, "w", encoding="utf-8", newline="") as file:
        for number in range(rounds):
            for name, text in texts:
                line = json.dumps({"path": f"{number}/{name}", "text": text}, ensure_ascii=False)
                file.write(line + "\n")
                documents += 1
                size += len(text.encode())
    return documents, size


# Runs a command as the child of a small process: the memory of a large one would be counted too.
MEASURE = """
import json, os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(process.pid, 0)
seconds = time.perf_counter() - start
print(json.dumps([status, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]),
      file=sys.stderr)
"""


def run(command, **options):
    """Runs a command; returns seconds, processor seconds and resident MiB."""
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, *command], stderr=subprocess.PIPE, text=True, **options
    )
    status, *figures = json.loads(measured.stderr.strip().split("\n")[-1])
    if status != 0:
        raise SystemExit(f"{command} failed: {measured.stderr}")
    return tuple(figures)


def stream(program, snapshot, lines, threads):
    """The best of several runs over a file, and what was decided."""
    best, counts = None, {}
    for _ in range(RUNS):
        with open(lines, "rb") as source, tempfile.TemporaryFile() as target:
            command = [program, "admit", "--stream", "--snapshot", snapshot]
            result = run(command + ["--threads", str(threads)], stdin=source, stdout=target)
            if best is None:
                target.seek(0)
                for line in target:
                    reason = json.loads(line).get("reason", "end")
                    counts[reason] = counts.get(reason, 0) + 1
            best = result if best is None else tuple(map(min, best, result))
    return best, counts


def small_admissions(program):
    """An admission of twenty works without an index, then with it, and one work later; and audits."""
    os.mkdir("small")
    for owner in "ab":
        for number in range(10):
            os.link(f"{owner}/{number:05}.txt", f"small/{owner}{number}.txt")
    quiet = {"stdout": subprocess.DEVNULL}
    admit = [program, "admit", "small", *PURPOSE]
    run(["rm", "-r", "register/index"])
    results = [("first `admit`, which makes the index", run(admit, **quiet))]
    results.append(("`admit` with the index there", run(admit, **quiet)))
    with open("more.txt", "w", encoding="utf-8") as file:
        file.write(" ".join(f"word{number}" for number in range(WORDS)))
    run([program, "work", "add", "more.txt", "--key", "a"], **quiet)
    results.append(("`admit` after one more work", run(admit, **quiet)))
    results.append(("`verify`, 3 admissions", run([program, "verify"], **quiet)))
    for _ in range(3):
        run(admit, **quiet)
    results.append(("`verify`, 6 admissions", run([program, "verify"], **quiet)))
    return results


def main():
    program, source, page = (os.path.abspath(path) for path in sys.argv[1:])
    names = sorted(os.listdir(source))
    books = []
    for name in names:
        with open(os.path.join(source, name), encoding="utf-8", newline="") as file:
            books.append(file.read())
    copies, others = pieces(books)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as directory:
        os.chdir(directory)
        os.environ["CADASTRE_REGISTER"] = directory + "/register"
        quiet = {"stdout": subprocess.DEVNULL}
        run([program, "init", "register", "--name", "Benchmark"], **quiet)
        for owner, texts in [("a", others), ("b", copies)]:
            os.mkdir(owner)
            for number, text in enumerate(texts):
                with open(f"{owner}/{number:05}.txt", "w", encoding="utf-8", newline="") as file:
                    file.write(text)
            run([program, "key", "new", owner], **quiet)
            grant = ["grant", "--all", *PURPOSE, "--rate", "5%", "--key", owner]
            run([program, *grant], **quiet)
            if owner == "a":
                run([program, "work", "add", source, "--key", owner], **quiet)
            run([program, "work", "add", owner, "--key", owner], **quiet)
        snapshot = run([program, "snapshot", *PURPOSE, "--out", "snapshot"], **quiet)
        table = sum(os.path.getsize("snapshot/" + name) for name in os.listdir("snapshot"))
        index = sum(os.path.getsize("register/index/" + name) for name in os.listdir("register/index"))
        admissions = small_admissions(program)
        rows = []
        for name, texts, rounds in [
            ("books", list(zip(names, books)), 6),
            ("400 words", [(f"{n}", text) for n, text in enumerate(others + copies)], 4),
        ]:
            documents, size = write_lines(name + ".jsonl", texts, rounds)
            for threads in [1, 2]:
                (seconds, processor, memory), counts = stream(
                    program, "snapshot", name + ".jsonl", threads
                )
                rows.append(
                    f"| {name} | {documents} | {size / 1e6:.0f} | {threads} | {seconds:.2f} |"
                    f" {processor:.2f} | {size / seconds / 1e6:.0f} | {documents / seconds:.0f} |"
                    f" {memory:.0f} |"
                )
                print(rows[-1], counts, flush=True)
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    load = os.getloadavg()[0]
    with open(page, "w", encoding="utf-8") as file:
        file.write(
            f"""# The gate as a stream, measured

Written by `make bench-admit` on {model}, {os.cpu_count()} cores, Linux {platform.release()}; load
average at the end {load:.1f}.

A register of {len(books)} books, {WORKS - COPIES} pieces of 400 words that resemble nothing, and
{COPIES} pieces of the books under another owner; everything granted. The pieces of books are refused
as copies, with their passages; everything else is admitted. A document goes through reading, JSON,
SHA-256, folding into words, look-up, decision, and JSON again; its likeness to other works was
found when the snapshot was made. From a file into a file, everything from the start of the process to
its end; the best of {RUNS} runs.

| documents | count | MB of text | threads | seconds | processor seconds | MB/s | documents/s | MiB resident |
|---|---|---|---|---|---|---|---|---|
"""
            + "\n".join(rows)
            + f"""

The snapshot took {snapshot[0]:.1f} s on 2 threads ({snapshot[1]:.1f} processor seconds) and
{snapshot[2]:.0f} MiB, and has {table} bytes: {table / (WORKS + len(books)):.0f} a work; the index of the
register was made on the way.

## A small corpus against the same register

Twenty documents, half of them copies. The index on disk has {index / 1e6:.0f} MB. Every `admit` opens the register for writing,
which verifies and folds the whole log. Resident memory includes pages of the index that were looked at, which all processes share.

| command | seconds | processor seconds | MiB resident |
|---|---|---|---|
"""
            + "\n".join(
                f"| {name} | {result[0]:.2f} | {result[1]:.2f} | {result[2]:.0f} |"
                for name, result in admissions
            )
            + """
"""
        )


if __name__ == "__main__":
    main()
