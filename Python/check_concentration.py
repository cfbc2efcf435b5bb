# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Computes the measures of a concentration again, without any of our code.

    cadastre concentration --model MODEL --json > concentration.json
    python check_concentration.py concentration.json

Measures come from the holdings by their definitions, in fractions or by numpy where it is installed;
the resampling from its own Philox4x32-10; levers as real numbers, by another method than that of the
program (sorted water levels rather than rounds), so amounts agree within the units of rounding.
Python 3.9 or newer.

Exit status: 0 all agrees, 1 something differs.
"""

import json
import math
import sys
from fractions import Fraction

from recompute_restitution import draw

try:
    import numpy
except ImportError:
    numpy = None


def top(ordered, part):
    """What the part of the members that holds most holds, straight between members."""
    left, total = Fraction(part).limit_denominator(1000) * len(ordered), Fraction(0)
    for value in reversed(ordered):
        taken = min(Fraction(1), left)
        total += taken * value
        left -= taken
    return float(total / sum(ordered))


def measures(values):
    """The measures by their definitions, over all values."""
    count, total = len(values), sum(values)
    ordered = sorted(values)
    if numpy is not None and all(isinstance(each, int) for each in values):
        array = numpy.array(ordered, dtype=numpy.float64)
        shares = array / array.sum()
        ranks = numpy.arange(1, count + 1)
        gini = float(2 * (ranks * shares).sum() / count - (count + 1) / count)
        held = shares[shares > 0]
        theil = float((held * numpy.log(held * count)).sum())
        squares = float((held**2).sum())
        entropy = float(-(held * numpy.log(held)).sum())
    else:
        shares = [float(Fraction(each) / Fraction(total)) for each in ordered]
        gini = 2 * sum(i * s for i, s in enumerate(shares, 1)) / count - (count + 1) / count
        theil = sum(s * math.log(s * count) for s in shares if s > 0)
        squares = sum(s * s for s in shares)
        entropy = -sum(s * math.log(s) for s in shares if s > 0)
    return {
        "gini": gini, "theil": theil, "herfindahl": squares * 10_000,
        "effectiveBySquares": 1 / squares, "effectiveByEntropy": math.exp(entropy),
        "topHundredth": top(ordered, 0.01), "topTenth": top(ordered, 0.1),
        "lowerHalf": 1 - top(ordered, 0.5)}


def intervals(values, plan):
    ordered, columns = sorted(values), {}
    for replicate in range(plan["replicates"]):
        counts = draw(plan["seed"], replicate, len(ordered))
        sample = [value for value, count in zip(ordered, counts) for _ in range(count)]
        if sum(sample):
            for name, value in measures(sample).items():
                columns.setdefault(name, []).append(value)
    result = {}
    for name, column in columns.items():
        column.sort()
        lower = len(column) * 25 // 1000
        upper = max(lower, (len(column) * 975 + 999) // 1000 - 1)
        result[name] = (column[lower], column[upper])
    return result


def lever(kind, part, values):
    """The division as real numbers."""
    total, count = Fraction(sum(values)), len(values)
    part = Fraction(part or 0, 10**6)
    if kind == "none":
        return [Fraction(each) for each in values]
    if kind == "dividend":
        return [part * total / count + (1 - part) * each for each in values]
    if kind == "squareRoot":
        roots = [Fraction(math.isqrt(each << 80), 1 << 40) for each in values]
        return [total * each / sum(roots) for each in roots]
    # The level is found from the sorted values: as many as needed lie on it, the others in proportion.
    order = sorted(range(count), key=lambda index: values[index], reverse=kind == "cap")
    level = max(part * total, total / count) if kind == "cap" else part * total / count
    for held in range(count + 1):
        free = order[held:]
        weight = sum(values[index] for index in free)
        rest = total - held * level
        if not free or weight == 0:
            even = rest / len(free) if free else Fraction(0)
            return [even if index in set(free) else level for index in range(count)]
        first = values[free[0]] * rest / weight
        if (first <= level) if kind == "cap" else (first >= level):
            chosen = set(free)
            return [
                values[index] * rest / weight if index in chosen else level
                for index in range(count)]
    raise AssertionError("a level is found")


def check_levers(answer, values, note):
    # A unit of rounding more or less for every account, and nothing beyond it.
    tolerance = 1e-9 + 3 * len(values) / sum(values)
    for each in answer["levers"]:
        kind, part = each["lever"], each.get("partPPM")
        divided = lever(kind, part, values)
        for name, value in measures(divided).items():
            note(f"{kind} {name}", value, each["measures"][name], tolerance)
        holders = sum(1 for value in values if value > 0)
        for attack, payee in zip(each["attacks"], [0, holders // 2]):
            count = attack["accounts"]
            parts = [values[payee] // count + (i < values[payee] % count) for i in range(count)]
            others = values[:payee] + values[payee + 1:]
            split = sum(lever(kind, part, others + parts)[len(others):])
            slack = 2 * count + 2
            for what, ours in [("honest", divided[payee]), ("split", split),
                               ("aggregated", divided[payee])]:
                if abs(ours - attack[what]) > slack:
                    note(f"{kind} {attack['payee']} {what}", float(ours), attack[what], 0)
                else:
                    note(f"{kind} {attack['payee']} {what}", 0, 0, 0)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        answer = json.load(file)
    counts, differences = [0], []

    def note(what, ours, theirs, tolerance):
        counts[0] += 1
        if not math.isclose(ours, theirs, rel_tol=tolerance, abs_tol=tolerance):
            differences.append(f"{what}: {ours} here, {theirs} in the file")

    values = [each["amount"] for each in answer["holdings"]]
    for key, population in [
            ("allContributors", values), ("holders", [each for each in values if each > 0])]:
        note(f"{key} count", len(population), answer[key]["count"], 0)
        spread = intervals(population, answer["bootstrap"])
        for name, value in measures(population).items():
            stated = answer[key][name]
            note(f"{key} {name}", value, stated["value"], 1e-9)
            for place in (0, 1):
                note(f"{key} {name} interval", spread[name][place], stated["interval"][place], 1e-9)
    check_levers(answer, values, note)
    for each in differences:
        print("differs: " + each)
    print(f"{counts[0]} checks, {len(differences)} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
