# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Computes a restitution again, without any of our code, and compares it to the last minor unit.

    python recompute_restitution.py restitution.json [/usr/share/unicode/cldr/common]

Reads the proceeds, the policy and the profile from the file that `cadastre restitute --out` wrote,
and CLDR by itself. Weights are made with decimals of 90 digits, amounts with integers, measures with
fractions, the resampling with its own Philox4x32-10. Python 3.9 or newer, nothing else.

Exit status: 0 all agrees, 1 something differs.
"""

import hashlib
import json
import math
import sys
import xml.etree.ElementTree as ElementTree
from decimal import ROUND_HALF_UP, Decimal, getcontext
from fractions import Fraction

getcontext().prec = 90
WHOLE = 10**8
ONE = 1 << 40


def percent(text):
    """A percentage as parts of 10^8."""
    return int(Decimal(text) * 10**6)


def read_cldr(directory):
    root = ElementTree.parse(directory + "/supplemental/supplementalData.xml").getroot()
    places = {}
    for each in root.find("territoryInfo").findall("territory"):
        languages = {}
        for language in each.findall("languagePopulation"):
            literacy = language.get("literacyPercent")
            languages[language.get("type")] = [
                percent(language.get("populationPercent")), literacy and percent(literacy)]
        places[each.get("type")] = {
            "population": int(each.get("population")), "product": int(each.get("gdp")),
            "literacy": percent(each.get("literacyPercent")), "languages": languages}
    metadata = ElementTree.parse(directory + "/supplemental/supplementalMetadata.xml").getroot()
    aliases = {
        each.get("type"): each.get("replacement") for each in metadata.iter("languageAlias")
        if " " not in each.get("replacement")}
    return places, aliases


def resolve(code, places, aliases):
    known = set()
    for place in places.values():
        for each in place["languages"]:
            known |= {each, each.split("_")[0]}
    code = code.replace("-", "_")
    return code if code in known else aliases[code]


def correct(places, aliases, corrections):
    for each in corrections:
        place = places[each["territory"]]
        if each["figure"] == "speakers":
            code = resolve(each["language"], places, aliases)
            place["languages"].setdefault(code, [0, None])[0] = each["value"]
        else:
            place[each["figure"]] = each["value"]


def speakers(place, code, reading):
    counts = [0]
    for each, (share, literacy) in place["languages"].items():
        if each == code or each.split("_")[0] == code:
            count = place["population"] * share // WHOLE
            if reading:
                count = count * (place["literacy"] if literacy is None else literacy) // WHOLE
            counts.append(count)
    return max(counts)


def people(place, reading):
    return place["population"] * place["literacy"] // WHOLE if reading else place["population"]


def divide(total, weights):
    """Largest remainder; of equal remainders the earlier first."""
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(
        (index for index in range(len(weights)) if total * weights[index] % whole),
        key=lambda index: (-(total * weights[index] % whole), index))
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts


def weight(income, representation, policy):
    eta = Decimal(policy["incomeExponentPPM"]) / 10**6
    lam = Decimal(policy["speakerExponentPPM"]) / 10**6
    cap = Decimal(policy["capPPM"]) / 10**6

    def decimal(ratio):
        return Decimal(ratio.numerator) / Decimal(ratio.denominator)

    value = Decimal(1)
    if eta:
        value *= (decimal(income).ln() * eta).exp()
    if lam:
        value *= (decimal(representation).ln() * lam).exp()
    units = [
        int((each * ONE).to_integral_value(rounding=ROUND_HALF_UP))
        for each in (1 / cap, value, cap)]
    return sorted(units)[1]


def recompute(answer, places, aliases):
    policy, profile = answer["policy"], answer["profile"]
    reading = policy["people"] == "readers"
    correct(places, aliases, policy.get("corrections", []))
    codes = sorted(code for code, place in places.items() if place["population"] > 0)
    rows = {}
    for row in profile["rows"]:
        if profile["by"] == "territory":
            key = (row["territory"],)
        else:
            key = tuple(sorted({resolve(code, places, aliases) for code in row["languages"]}))
        rows[key] = rows.get(key, 0) + row["units"]
    world = sum(places[code]["population"] for code in codes)
    known = [code for code in codes if places[code]["product"] > 0]
    mean = Fraction(
        sum(places[code]["product"] for code in known),
        sum(places[code]["population"] for code in known))
    kept = []
    for key, units in sorted(rows.items()):
        if profile["by"] == "territory":
            counts = {key[0]: people(places[key[0]], reading)} if key[0] in codes else {}
        else:
            counts = {
                code: min(
                    people(places[code], reading),
                    sum(speakers(places[code], language, reading) for language in key))
                for code in codes}
        counts = {code: count for code, count in counts.items() if count > 0}
        if units and counts:
            kept.append((key, units, counts))
    described = sum(units for _, units, _ in kept)
    whole = profile["whole"]
    divisor = described if policy["undescribed"] == "described" else whole
    parts, weighed, cells = dict.fromkeys(codes, 0), dict.fromkeys(codes, 0), {}
    for key, units, counts in kept:
        total = sum(counts.values())
        representation = Fraction(total * whole, world * units)
        for code, count in counts.items():
            part = units * count * (1 << 54) // (total * divisor)
            parts[code] += part
            place = places[code]
            if policy["incomeExponentPPM"] == 0 or place["product"] > 0:
                income = Fraction(1)
                if policy["incomeExponentPPM"]:
                    income = mean * place["population"] / place["product"]
            elif policy["unknown"] == "neutral":
                income = Fraction(1)
            else:
                continue
            value = weight(income, representation, policy)
            weighed[code] += part * value >> 40
            cells[code, "+".join(key)] = (count, str(part), value)
    proceeds = answer["proceeds"]["minorUnits"]
    dividend = proceeds * policy["dividendPPM"] // 10**6

    def undescribed(units):
        if policy["undescribed"] != "dividend":
            return 0
        return units * (whole - described) // whole

    heads = [places[code]["population"] for code in codes]

    def way(per_head, weights):
        first = divide(per_head, heads)
        if proceeds == per_head:
            return first
        second = divide(proceeds - per_head, [weights[code] for code in codes])
        return [a + b for a, b in zip(first, second)]

    per_head = dividend + undescribed(proceeds - dividend)
    return {
        "codes": codes, "heads": heads, "parts": [str(parts[code]) for code in codes],
        "byContribution": way(undescribed(proceeds), parts), "unweighed": way(per_head, parts),
        "amount": way(per_head, weighed), "dividend": divide(per_head, heads), "cells": cells,
        "perHead": per_head, "described": described}


# Measures


def measures(groups):
    """Gini, Theil's T and top shares of groups (amount, people), each counted as often as given."""
    total = sum(count * amount for amount, _, count in groups)
    members = sum(count * people for _, people, count in groups)
    if total == 0:
        return None
    ordered = sorted(groups, key=lambda each: Fraction(each[0], each[1]))
    area, below, held, curve = 0, 0, 0, [(Fraction(0), Fraction(0))]
    theil = 0.0
    for amount, people, count in ordered:
        if not count:
            continue
        area += Fraction(count * people, members) * Fraction(2 * held + count * amount, total)
        below, held = below + count * people, held + count * amount
        curve.append((Fraction(below, members), Fraction(held, total)))
        if amount:
            ratio = Fraction(amount, people) * Fraction(members, total)
            theil += count * amount / total * (math.log(ratio.numerator) - math.log(ratio.denominator))

    def top(part):
        place = 1 - part
        for (x0, y0), (x1, y1) in zip(curve, curve[1:]):
            if x1 >= place:
                return float(1 - (y0 + (y1 - y0) * (place - x0) / (x1 - x0)))

    return {
        "gini": float(1 - area), "theil": theil, "topHundredth": top(Fraction(1, 100)),
        "topTenth": top(Fraction(1, 10)), "lowerHalf": 1 - top(Fraction(1, 2))}


def philox_words(key, stream):
    block = 0
    while True:
        a, b, c, d = block & 0xFFFFFFFF, block >> 32, stream & 0xFFFFFFFF, stream >> 32
        k0, k1 = key & 0xFFFFFFFF, key >> 32
        for _ in range(10):
            first, second = 0xD2511F53 * a, 0xCD9E8D57 * c
            a, b, c, d = (
                (second >> 32) ^ b ^ k0, second & 0xFFFFFFFF, (first >> 32) ^ d ^ k1,
                first & 0xFFFFFFFF)
            k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
        yield from (a, b, c, d)
        block += 1


def draw(seed, replicate, count):
    """How often each of the groups is drawn (Lemire 2019)."""
    words, counts = philox_words(seed, replicate), [0] * count
    for _ in range(count):
        while True:
            product = next(words) * count
            if product & 0xFFFFFFFF >= (1 << 32) % count:
                break
        counts[product >> 32] += 1
    return counts


def fast_measures(groups, counts):
    """As `measures`, in floating point: the resamples are many."""
    total = sum(count * each[0] for each, count in zip(groups, counts))
    members = sum(count * each[1] for each, count in zip(groups, counts))
    below = held = area = theil = 0.0
    curve = [(0.0, 0.0)]
    for (amount, people, _), count in zip(groups, counts):
        if not count:
            continue
        area += count * people / members * (2 * held + count * amount) / total
        below, held = below + count * people, held + count * amount
        curve.append((below / members, held / total))
        if amount:
            theil += count * amount / total * math.log(amount / people * members / total)

    def top(part):
        place = 1 - part
        for (x0, y0), (x1, y1) in zip(curve, curve[1:]):
            if x1 >= place:
                return 1 - (y0 + (y1 - y0) * (place - x0) / (x1 - x0))

    return {
        "gini": 1 - area, "theil": theil, "topHundredth": top(0.01), "topTenth": top(0.1),
        "lowerHalf": 1 - top(0.5)}


def intervals(groups, plan):
    ordered = sorted(
        ((amount, people, 1) for amount, people in groups),
        key=lambda each: (Fraction(each[0], each[1]), each[1]))
    values = []
    for replicate in range(plan["replicates"]):
        counts = draw(plan["seed"], replicate, len(ordered))
        if any(count and each[0] for each, count in zip(ordered, counts)):
            values.append(fast_measures(ordered, counts))
    lower = len(values) * 25 // 1000
    upper = max(lower, (len(values) * 975 + 999) // 1000 - 1)
    result = {}
    for name in values[0]:
        column = sorted(each[name] for each in values)
        result[name] = (column[lower], column[upper])
    return result


def compare(answer, places, aliases):
    mine, differences = recompute(answer, places, aliases), []

    def check(what, ours, theirs):
        if ours != theirs:
            differences.append(f"{what}: {ours} here, {theirs} in the file")

    theirs = answer["territories"]
    check("territories", mine["codes"], [each["territory"] for each in theirs])
    check("population", mine["heads"], [each["population"] for each in theirs])
    check("parts", mine["parts"], [each["part"] for each in theirs])
    check("per head", mine["perHead"], answer["perHead"])
    check("described", mine["described"], answer["describedUnits"])
    for key in ("byContribution", "unweighed", "amount", "dividend"):
        for code, ours, each in zip(mine["codes"], mine[key], theirs):
            check(f"{key} of {code}", ours, each[key])
    for key in ("byContribution", "unweighed", "amount"):
        check(f"sum of {key}", sum(each[key] for each in theirs), answer["proceeds"]["minorUnits"])
    cells = {
        (each["territory"], each["row"]): (each["people"], each["part"], each["weight"])
        for each in answer["cells"]}
    check("cells", sorted(mine["cells"]), sorted(cells))
    for key, ours in mine["cells"].items():
        check(f"weight of {key}", ours, cells.get(key))
    policy = json.dumps(answer["policy"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    check("policy digest", hashlib.sha256(policy.encode()).hexdigest(), answer["policyDigest"])
    count = len(theirs) * 6 + len(cells) + 7
    for key in ("byContribution", "unweighed", "amount"):
        groups = list(zip(mine[key], mine["heads"]))
        exact = measures([(amount, heads, 1) for amount, heads in groups])
        spread = intervals(groups, answer["policy"]["bootstrap"])
        for name, value in exact.items():
            stated = answer["measures"][key][name]
            count += 3
            for what, ours, other in [
                ("value", value, stated["value"]),
                ("lower end", spread[name][0], stated["interval"][0]),
                ("upper end", spread[name][1], stated["interval"][1])]:
                if not math.isclose(ours, other, rel_tol=1e-9, abs_tol=1e-12):
                    differences.append(f"{key} {name} {what}: {ours} here, {other} in the file")
    return count, differences


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        answer = json.load(file)
    directory = sys.argv[2] if len(sys.argv) > 2 else "/usr/share/unicode/cldr/common"
    count, differences = compare(answer, *read_cldr(directory))
    for each in differences:
        print("differs: " + each)
    print(f"{count} checks, {len(differences)} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
