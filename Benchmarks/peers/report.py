# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""What both benchmarks say about the machine, and how they print tables."""

import os
import platform
from statistics import median

ROUNDS = 5


def machine():
    """One sentence on the processor and how busy it was."""
    name = platform.processor() or "unknown processor"
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            name = line.split(":", 1)[1].strip()
            break
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{name}, {os.cpu_count()} cores, load average {load} at the end of the run"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def spread(values, form="{:,.0f}"):
    """The median, and the lowest and highest in brackets."""
    text = [form.format(value) for value in (median(values), min(values), max(values))]
    return f"{text[0]} ({text[1]}–{text[2]})"
