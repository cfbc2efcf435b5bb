#!/usr/bin/env python3
# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the Spark job on a corpus as lines, as columns and as files, in several partitions each.

    cross_check_spark.py PROGRAM SNAPSHOT LINES DIRECTORY OUT

Leaves the findings in OUT/lines, OUT/files, and OUT/columns for what is text and OUT/bytes for the rest. Then checks that a program that fails,
that drops a document, that doubles one, or that stops reading fails the job.
"""

import base64
import json
import os
import sys

import spark_admit

program, snapshot, lines, directory, out = sys.argv[1:]
spark = spark_admit.session("local[2]")
with open(lines, "rb") as file:
    documents = [json.loads(line) for line in file]
rows = [(document["path"], document["text"]) for document in documents if document.get("text")]
columns = out + "/corpus.parquet"
spark.createDataFrame(rows, ["path", "text"]).repartition(2).write.parquet(columns)
rest = [document for document in documents if not document.get("text")]
rows = [(document["path"], bytearray(base64.b64decode(document["base64"])) if "base64" in document else None)
        for document in rest]
raw = out + "/bytes.parquet"
spark.createDataFrame(rows, "path string, text binary").repartition(2).write.parquet(raw)
for name, inputs, partitions in [
    ("lines", lines, 3), ("columns", columns, None), ("bytes", raw, None), ("files", directory, 3)
]:
    spark_admit.admit(spark, [inputs], snapshot, f"{out}/{name}", None, partitions, program)

faults = {
    "fails": "exit 3",
    "fails at its end": f'"{program}" "$@" || exit 4; exit 3',
    "drops a decision": f'"{program}" "$@" | sed 1d',
    "doubles a decision": f'"{program}" "$@" | sed 1p',
    "drops the end": f'"{program}" "$@" | sed "\\$d"',
    "drops a document": f'sed 1d | "{program}" "$@"',
    "stops reading": f'head -n 1 | "{program}" "$@"',
}
unnoticed = []
for number, (fault, script) in enumerate(faults.items()):
    path = f"{out}/faulty-{number}"
    with open(path, "w") as file:
        file.write(f"#!/bin/sh\n{script}\n")
    os.chmod(path, 0o755)
    given = [json.dumps(document).encode() for document in documents]
    if number < 2:
        # Through Spark once with and once without an answer; the others by the function it calls.
        try:
            spark_admit.admit(spark, [lines], snapshot, f"{out}/no-{number}", None, 3, path)
        except Exception as error:
            assert "RuntimeError: " in spark_admit.reason_of(error), spark_admit.reason_of(error)
            if not os.path.exists(f"{out}/no-{number}/_SUCCESS"):
                continue
        unnoticed.append(fault)
        continue
    try:
        command = [path, "admit", "--stream", "--snapshot", snapshot]
        list(spark_admit.decide(command, iter(given)))
        unnoticed.append(fault)
    except RuntimeError:
        pass
spark.stop()
print(json.dumps({"documents": len(documents), "unnoticed": unnoticed}))
