#!/usr/bin/env python3
# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Decides on a corpus with Spark: each partition goes through 'cadastre admit --stream'.

    spark_admit.py corpus.jsonl --snapshot snap --out decisions
    cadastre admit --snapshot snap --decisions decisions/part-* --corpus corpus.jsonl

Reads JSON lines (the members 'path' and 'text'), Parquet files (the columns of these names, the
text as a string or as bytes) or a directory of texts, and writes one text file a partition: the findings, each line as the program
wrote it, with the end of the stream. The snapshot and the program must be at the same path on every
machine; both may be read-only. The second command needs the register and its key.

No document is dropped: a process that fails, that answers with fewer lines than it was given, or
that names another snapshot fails its task, and with it the job.
"""

import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile
import threading


def document_line(path, content):
    """A document as a line: its text, the bytes of what is no UTF-8, or null for what nobody could read.

    Each is decided as 'cadastre admit DIR' decides on a file with these bytes.
    """
    document = {"path": path, "text": content}
    if content is not None and not isinstance(content, str):
        try:
            document["text"] = bytes(content).decode()
        except UnicodeDecodeError:
            document = {"path": path, "base64": base64.b64encode(content).decode()}
    return json.dumps(document, ensure_ascii=False).encode()


def file_line(root, path):
    """A file as a line."""
    try:
        with open(os.path.join(root, path), "rb") as file:
            return document_line(path, file.read())
    except OSError:
        return document_line(path, None)


def visible_files(root):
    """The files below a directory, hidden ones left out, as the program itself lists them."""
    for directory, names, files in os.walk(root):
        links = [name for name in names if os.path.islink(os.path.join(directory, name))]
        names[:] = [name for name in names if not name.startswith(".") and name not in links]
        for name in files + links:
            if not name.startswith("."):
                yield os.path.relpath(os.path.join(directory, name), root)


class Feed(threading.Thread):
    """Writes the lines of a partition into a process."""

    def __init__(self, lines, pipe):
        super().__init__(daemon=True)
        self.lines, self.pipe = lines, pipe
        self.count, self.error = 0, None

    def run(self):
        try:
            with self.pipe:
                for line in self.lines:
                    if b"\n" in line:
                        raise ValueError("a document's line holds a line feed")
                    self.pipe.write(line + b"\n")
                    self.count += 1
        except Exception as error:  # Whatever it is, the task must fail with it.
            self.error = error


def decide(command, lines):
    """The findings of one partition, in its order, and the end of the stream."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        )
        feed = Feed(lines, process.stdin)
        feed.start()
        count, last = 0, b""
        try:
            for last in process.stdout:
                count += 1
                yield last.decode().rstrip("\n")
            status = process.wait()
            feed.join()
        finally:
            process.kill()
            process.wait()
        errors.seek(0)
        said = errors.read().decode(errors="replace").strip()
        if status != 0:
            raise RuntimeError(f"'{' '.join(command)}' ended with status {status}: {said}")
        if feed.error is not None:
            raise RuntimeError("a partition could not be read to its end") from feed.error
        end = json.loads(last).get("end", {}) if last.endswith(b"\n") else {}
        if end.get("documents") != feed.count or count != feed.count + 1:
            raise RuntimeError(f"{feed.count} documents went in and {count - 1} decisions came out")


def kind_of(inputs):
    """What the inputs are where nobody says: by the name of the first, and whether it is a file."""
    if inputs[0].rstrip("/").endswith(".parquet"):
        return "parquet"
    return "directory" if len(inputs) == 1 and os.path.isdir(inputs[0]) else "jsonl"


def lines_of(spark, inputs, kind, partitions):
    """The corpus as an RDD of lines."""
    if kind == "directory":
        (root,) = [os.path.abspath(path) for path in inputs]
        paths = sorted(visible_files(root))
        count = partitions or max(1, min(len(paths), 4 * spark.sparkContext.defaultParallelism))
        return spark.sparkContext.parallelize(paths, count).map(lambda path: file_line(root, path))
    if kind == "parquet":
        frame = spark.read.parquet(*inputs).select("path", "text")
    else:
        # As bytes: a line that is no UTF-8 must reach the program as it is.
        frame = spark.read.text(inputs, lineSep="\n").selectExpr("cast(value as binary) as line")
    if partitions:
        frame = frame.repartition(partitions)
    if kind == "parquet":
        return frame.rdd.map(lambda row: document_line(row.path, row.text))
    return frame.rdd.map(lambda row: bytes(row.line))


def admit(spark, inputs, snapshot, out, kind=None, partitions=None, program="cadastre", threads=1):
    """Writes the findings on a corpus into a new directory; raises where any part fails."""
    command = [program, "admit", "--stream", "--snapshot", os.path.abspath(snapshot)]
    command += ["--threads", str(threads)]
    # Workers import this file where the job did not start with it.
    spark.sparkContext.addPyFile(os.path.abspath(__file__))
    lines = lines_of(spark, inputs, kind or kind_of(inputs), partitions)
    lines.mapPartitions(lambda part: decide(command, part)).saveAsTextFile(out)


def reason_of(error):
    """The line of an error that says what happened, out of the pages that Spark makes of it."""
    lines = [line.strip() for line in str(error).split("\n")]
    told = [line for line in lines if line.startswith("RuntimeError:")]
    return (told or lines)[0]


def session(master=None):
    """A quiet Spark session, started or found."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("cadastre admit")
    if master:
        builder = builder.master(master)
    builder = builder.config("spark.ui.enabled", "false")
    spark = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    spark.sparkContext.setLogLevel("FATAL")
    return spark


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("inputs", nargs="+", help="JSONL or Parquet files, or one directory of texts")
    parser.add_argument("--snapshot", required=True, help="what 'cadastre snapshot' wrote")
    parser.add_argument("--out", required=True, help="a new directory for the findings")
    parser.add_argument("--format", choices=["jsonl", "parquet", "directory"])
    parser.add_argument("--partitions", type=int, help="how many parts; default: as Spark reads them")
    parser.add_argument("--program", default="cadastre", help="the program, on every machine")
    parser.add_argument("--threads", type=int, default=1, help="threads of each process")
    parser.add_argument("--master", help="Spark's master; default: as spark-submit says, else local")
    arguments = parser.parse_args()
    spark = session(arguments.master)
    try:
        admit(
            spark, arguments.inputs, arguments.snapshot, arguments.out, arguments.format,
            arguments.partitions, arguments.program, arguments.threads,
        )  # fmt: skip
    except Exception as error:
        print(f"spark_admit: the job failed, no decisions: {reason_of(error)}", file=sys.stderr)
        return 1
    finally:
        spark.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
