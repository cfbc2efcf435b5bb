# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Recomputes shares and settlements of a register without any code of Cadastre.

Usage: recompute_settlement.py REGISTER

Reads the log's entries (C2SP tlog-tiles), `admissions/`, `models/*/shares.json`,
`models/*/books/books.json` and `settlements/`. Checks that the entries are those under the
checkpoint's root and that every file is the one that the log binds; then divides each model again
from its books, and each revenue again from its shares, with exact fractions. Signatures are left to
`cadastre verify`. Needs Python 3.9 and nothing else. Prints one line a check; exits 1 where anything
differs.
"""

import base64
import hashlib
import json
import pathlib
import sys
from fractions import Fraction

WHOLE = 10**12
MILLION = 10**6
BUNDLE = 256


class Report:
    """Collects checks and prints each as one line."""

    def __init__(self):
        self.checks = self.differences = 0

    def check(self, holds, text):
        self.checks += 1
        self.differences += not holds
        print(("ok       " if holds else "DIFFERS  ") + text)
        return holds


def canonical(value):
    """RFC 8785 of values without doubles and with ASCII names."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def largest_remainder(total, weights):
    """Divides a whole number exactly; what is left goes to the largest fractions, ties in order."""
    whole = sum(weights)
    quotas = [Fraction(total) * weight / whole for weight in weights]
    parts = [quota.numerator // quota.denominator for quota in quotas]
    order = sorted(range(len(parts)), key=lambda index: (parts[index] - quotas[index], index))
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts


# --- The log


def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def tree_root(leaves):
    """RFC 6962 section 2.1, from the leaves up."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    while len(leaves) > 1:
        nodes = [
            hashlib.sha256(b"\1" + left + right).digest()
            for left, right in zip(leaves[::2], leaves[1::2])
        ]
        leaves = nodes + leaves[len(nodes) * 2 :]
    return leaves[0]


def bundle_path(log, index, width):
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    path = log / "tile" / "entries" / "/".join(groups)
    return path if width == BUNDLE else path.with_name(f"{path.name}.p") / str(width)


def read_entries(log, size):
    entries = []
    while len(entries) < size:
        width = min(BUNDLE, size - len(entries))
        data = bundle_path(log, len(entries) // BUNDLE, width).read_bytes()
        for _ in range(width):
            length = int.from_bytes(data[:2], "big")
            entries.append(data[2 : 2 + length])
            data = data[2 + length :]
        if data:
            raise ValueError(f"bytes follow entry {len(entries) - 1} in its bundle")
    return entries


# --- Shares


def divide_by_credits(books):
    """Each target's part of the pot, and each line's units: by target, then owner, then line."""
    targets, lines = books["targets"], books["lines"]
    owners = sorted({line["owner"] for line in lines})
    excess = [max(0, target["commonsLine"] - target["finalLoss"]) for target in targets]
    credits = [
        [max(0, sum(line["credit"][q] for line in lines if line["owner"] == owner)) for owner in owners]
        for q in range(len(targets))
    ]
    weights = [
        target["weight"] * excess[q] if any(credits[q]) else 0 for q, target in enumerate(targets)
    ]
    units = [[0] * len(targets) for _ in lines]
    parts = largest_remainder(WHOLE, weights)
    for q, part in enumerate(parts):
        if part == 0:
            continue
        for owner, owed in zip(owners, largest_remainder(part, credits[q])):
            if owed == 0:
                continue
            mine = [index for index, line in enumerate(lines) if line["owner"] == owner]
            positive = [max(0, lines[index]["credit"][q]) for index in mine]
            for index, share in zip(mine, largest_remainder(owed, positive)):
                units[index][q] = share
    return parts, units


def quotient(dividend, divisor):
    """Integer division that rounds toward zero."""
    return abs(dividend) // abs(divisor) * (-1 if (dividend < 0) != (divisor < 0) else 1)


def evenly_unless(part, weights):
    return largest_remainder(part, weights if any(weights) else [1] * len(weights))


def divide_books(books, survey):
    """Each line's units: by the players of the survey, inside them by credits."""
    parts, units = divide_by_credits(books)
    if survey is None:
        return [sum(row) for row in units]
    lines = books["lines"]
    players = survey["players"]
    player_of = {owner: p for p, player in enumerate(players) for owner in player["owners"]}
    sums = [0] * len(players)
    for q, part in enumerate(parts):
        total = sum(player["values"][q] for player in players)
        if part == 0:
            continue
        if total > 0:
            for p, player in enumerate(players):
                sums[p] += quotient(part * player["values"][q], total)
        else:
            for line, row in zip(lines, units):
                sums[player_of[line["owner"]]] += row[q]
    shares = [0] * len(lines)
    for p, owed in enumerate(largest_remainder(WHOLE, [max(0, value) for value in sums])):
        owners = sorted(players[p]["owners"])
        mine = {o: [i for i, line in enumerate(lines) if line["owner"] == o] for o in owners}
        weight = {o: [sum(units[i]) for i in mine[o]] for o in owners}
        if owed == 0:
            continue
        for owner, part in zip(owners, evenly_unless(owed, [sum(weight[o]) for o in owners])):
            if part:
                for index, share in zip(mine[owner], evenly_unless(part, weight[owner])):
                    shares[index] = share
    return shares


def check_model(root, report, run):
    """Compares a model's shares with its books, its targets with the log, its rates with grants."""
    start, finish, model = run["start"], run["finish"], run["start"]["model"]
    folder = root / "models" / model
    bound = {"shares.json": finish["shares"], "books/books.json": finish["books"]}
    if "survey" in finish:
        bound["books/survey.json"] = finish["survey"]
    data = {name: (folder / name).read_bytes() for name in bound}
    for name, content in data.items():
        report.check(
            hashlib.sha256(content).hexdigest() == bound[name] == run["files"][name],
            f"models/{model}/{name} is the file that the log binds",
        )
    shares, books = json.loads(data["shares.json"]), json.loads(data["books/books.json"])
    survey = json.loads(data["books/survey.json"]) if "survey" in finish else None
    stated = [[t["name"], t["weight"], t["commonsLine"]] for t in books["targets"]]
    report.check(
        stated == [[t["name"], t["weight"], t["commonsLine"]] for t in start["targets"]],
        f"{model}: {len(stated)} targets with the weights and commons lines of the run's start",
    )
    balanced = [
        balance["initialLoss"] - balance["finalLoss"]
        == balance["credited"] + balance["decay"] + balance["residual"]
        and balance["credited"] == sum(line["credit"][q] for line in books["lines"])
        and all(
            balance[name] == books["targets"][q][name]
            for name in ("initialLoss", "finalLoss", "decay", "residual")
        )
        for q, balance in enumerate(finish["balances"])
    ]
    report.check(
        all(balanced) and len(balanced) == len(books["targets"]),
        f"{model}: the books balance on {len(balanced)} targets, as the log says",
    )
    units = dict(zip((line["work"] for line in books["lines"]), divide_books(books, survey)))
    rows = {row["work"]: row["units"] for row in shares["rows"]}
    report.check(
        rows == units and len(rows) == len(shares["rows"]) == len(books["lines"]),
        f"{model}: {len(rows)} shares follow from books and survey to the unit",
    )
    report.check(sum(rows.values()) == WHOLE, f"{model}: the shares add up to 10^12")
    order = [(row["owner"], row["work"]) for row in shares["rows"]]
    report.check(order == sorted(order), f"{model}: the rows are in the order of owner and work")
    return shares


def check_manifest(root, report, run, shares, grants, owners):
    """Compares owners and rates of the rows with the manifest and the grants it rests on."""
    model, digest = run["start"]["model"], run["start"]["manifest"]
    manifest = json.loads((root / "admissions" / digest / "manifest.json").read_bytes())
    report.check(
        hashlib.sha256(canonical(manifest)).hexdigest() == digest,
        f"{model}: the manifest is the one that the log binds",
    )
    terms = {
        work["work"]: (
            work["owner"],
            grants[work["grant"]]["credentialSubject"]["ratePartsPerMillion"],
            grants[work["grant"]]["credentialSubject"].get("minimumFee"),
        )
        for work in manifest["works"]
    }
    report.check(
        {
            row["work"]: (row["owner"], row["ratePartsPerMillion"], row.get("minimumFee"))
            for row in shares["rows"]
        }
        == terms,
        f"{model}: {len(terms)} owners, rates and fees are those of the grants in the log",
    )
    report.check(
        all(
            grants[work["grant"]]["issuer"] in owners[work["work"]] and work["owner"] in owners[work["work"]]
            for work in manifest["works"]
        ),
        f"{model}: every work was granted by one who owns it",
    )


# --- Money


def end_month(period):
    """Months from year zero to the end of a year, quarter or month."""
    year, _, rest = period.partition("-")
    last = 12 if not rest else 3 * int(rest[1:]) if rest[0] == "Q" else int(rest)
    return int(year) * 12 + last


def divide_revenue(revenue, currency, rows):
    """What each row is owed and what stays with the reporting party."""
    claims = [Fraction(row["units"], WHOLE) * Fraction(row["ratePartsPerMillion"], MILLION) for row in rows]
    *parts, retained = largest_remainder(revenue, claims + [1 - sum(claims)])
    fees = [row.get("minimumFee", {"minorUnits": 0, "currency": currency}) for row in rows]
    missing = [
        max(0, fee["minorUnits"] - part) if fee["currency"] == currency else 0
        for fee, part in zip(fees, parts)
    ]
    if sum(missing) > retained:
        missing = largest_remainder(retained, missing)
    return [part + lift for part, lift in zip(parts, missing)], retained - sum(missing)


def settle(period, position, reports, earlier, shares, owners):
    """The totals and lines of the settlement at a position of the log."""

    def covers(cut, report):
        return report["position"] < cut[0] and end_month(report["period"]) <= end_month(cut[1])

    before = [report for report in reports if any(covers(cut, report) for cut in earlier)]
    covered = [report for report in reports if covers((position, period), report)]
    fresh = [report for report in covered if report not in before]
    totals, lines = [], []
    for model, currency in sorted({(report["model"], report["currency"]) for report in fresh}):

        def total(some):
            return sum(
                report["minorUnits"]
                for report in some
                if (report["model"], report["currency"]) == (model, currency)
            )

        rows = shares[model]["rows"]
        stated, kept = divide_revenue(total(before), currency, rows)
        entitled, keeps = divide_revenue(total(before) + total(fresh), currency, rows)
        for row, now, then in zip(rows, entitled, stated):
            parties, weights = zip(*owners[row["work"]].items())
            parts = [largest_remainder(whole, weights) for whole in (row["units"], now, then)]
            for party, units, mine, told in zip(parties, *parts):
                lines.append(
                    {
                        "owner": party, "work": row["work"], "model": model, "currency": currency,
                        "units": units, "ratePartsPerMillion": row["ratePartsPerMillion"],
                        "entitlement": mine, "stated": told, "amount": mine - told,
                    }
                )
        totals.append(
            {
                "model": model, "currency": currency, "revenue": total(fresh),
                "cumulativeRevenue": total(before) + total(fresh),
                "owed": sum(entitled) - sum(stated), "retained": keeps - kept,
            }
        )
    return totals, lines


def check_settlement(root, report, event, reports, earlier, shares, owners):
    """Compares a settlement's file and totals with the computation, to the minor unit."""
    period, number, position = event["period"], event["number"], event["position"]
    name = f"settlements/{period}-{number}.json"
    data = (root / name).read_bytes()
    report.check(
        hashlib.sha256(data).hexdigest() == event["statements"],
        f"{name} is the file that the log binds",
    )
    statements = json.loads(data)
    totals, lines = settle(period, position, reports, earlier, shares, owners)
    same = sum(mine == theirs for mine, theirs in zip(lines, statements["lines"]))
    report.check(
        lines == statements["lines"],
        f"{name}: {same} of {len(lines)} lines agree to the minor unit",
    )
    report.check(
        totals == statements["totals"] == event["lines"]
        and (statements["period"], statements["number"]) == (period, number)
        and number == 1 + sum(cut[1] == period for cut in earlier),
        f"{name}: {len(totals)} totals agree with the file and with the log",
    )
    for line in event["lines"]:
        owed = sum(
            entry["amount"]
            for entry in statements["lines"]
            if (entry["model"], entry["currency"]) == (line["model"], line["currency"])
        )
        report.check(
            owed == line["owed"] and owed + line["retained"] == line["revenue"],
            f"{name}: {line['model']} {line['currency']}: owed {owed} + retained"
            f" {line['retained']} = revenue {line['revenue']}",
        )


def check_register(root, report):
    log = root / "log"
    _, size, root_hash = (log / "checkpoint").read_text(encoding="utf-8").split("\n")[:3]
    entries = read_entries(log, int(size))
    report.check(
        tree_root([leaf_hash(entry) for entry in entries]) == base64.b64decode(root_hash),
        f"log: {size} entries are those under the checkpoint's root",
    )
    runs, grants, shares, reports, earlier, owners = {}, {}, {}, [], [], {}
    for position, entry in enumerate(entries):
        event = json.loads(entry)
        kind, payload = event["type"], event["payload"]
        if kind == "work.registered":
            together = payload.get("owners", [{"party": event["by"], "weight": 1}])
            owners[payload["work"]] = {owner["party"]: owner["weight"] for owner in together}
        elif kind == "grant.issued":
            credential = payload["credential"]
            grants[hashlib.sha256(canonical(credential)).hexdigest()] = credential
        elif kind == "run.started":
            runs[payload["model"]] = {"start": payload}
        elif kind == "run.finished":
            runs[payload["model"]]["finish"] = payload
        elif kind == "model.released":
            run = runs[payload["model"]]
            run["files"] = payload["files"]
            shares[payload["model"]] = check_model(root, report, run)
            check_manifest(root, report, run, shares[payload["model"]], grants, owners)
        elif kind == "revenue.reported":
            reports.append({**payload, "position": position})
        elif kind == "settlement.computed":
            payload["position"] = position
            check_settlement(root, report, payload, reports, earlier, shares, owners)
            earlier.append((position, payload["period"]))


def main():
    if len(sys.argv) != 2:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    report = Report()
    try:
        check_register(pathlib.Path(sys.argv[1]), report)
    except (OSError, ValueError, KeyError, IndexError, TypeError, ZeroDivisionError) as error:
        report.check(False, f"the register cannot be read: {type(error).__name__}: {error}")
    print(f"{report.checks} checks, {report.differences} differences")
    return 1 if report.differences else 0


if __name__ == "__main__":
    sys.exit(main())
