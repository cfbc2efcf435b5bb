# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Compares every method's scores with retrained coalitions.

Usage: score.py DIR, where DIR holds one folder for each study, with coalitions.json and, for each
data order, order-N/scores/. Writes DIR/results.json. What is compared, and how: README.md.
"""

import json
import sys
from pathlib import Path

import numpy
from game import Game
from scipy.stats import pearsonr, rankdata, spearmanr

NOISE = "random bytes"
REDRAWS = 500


def correlation(a: numpy.ndarray, b: numpy.ndarray) -> float:
    """Spearman's, 0 where one side does not vary."""
    if numpy.ptp(a) == 0 or numpy.ptp(b) == 0:
        return 0.0
    return float(spearmanr(a, b).statistic)


def rowwise(a: numpy.ndarray, b: numpy.ndarray) -> numpy.ndarray:
    """Spearman's correlation of each row, 0 where a row does not vary."""
    a, b = rankdata(a, axis=1), rankdata(b, axis=1)
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    length = numpy.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    return numpy.divide((a * b).sum(axis=1), length, out=numpy.zeros(len(a)), where=length > 0)


def read_scores(folder: Path) -> dict[str, dict]:
    """The methods' files of one data order, by name."""
    files = sorted((folder / "scores").glob("*.json"))
    return {file.stem: json.loads(file.read_text()) for file in files}


def read_failures(folder: Path) -> list[dict]:
    return [json.loads(f.read_text()) for f in sorted((folder / "failures").glob("*.json"))]


def kind(name: str, scores: dict) -> str:
    if name in ("equal-split", "bytes"):
        return "baseline"
    return "ours" if name.startswith(("books", "shares")) else "peer"


def datamodels(game: Game, subsets: list[int], methods: dict[str, numpy.ndarray]) -> dict:
    """The linear datamodeling score of each method over these coalitions.

    For each target, Spearman's correlation over the coalitions between the sum of the members'
    scores and the loss, turned round; then the mean over targets. Intervals: the coalitions drawn
    anew with replacement, the same draws for all methods, so that differences are paired.
    """
    inside = numpy.array([[s >> p & 1 for p in range(game.players)] for s in subsets], dtype=float)
    reduction = -numpy.array([game.losses[s] for s in subsets])
    draws = numpy.random.default_rng(1).integers(0, len(subsets), (REDRAWS, len(subsets)))
    means, redrawn = {}, {}
    for name, scores in methods.items():
        sums, targets = inside @ scores, range(reduction.shape[1])
        each = rowwise(sums.T, reduction.T)
        means[name] = float(each.mean())
        redrawn[name] = numpy.mean(
            [rowwise(sums[:, q][draws], reduction[:, q][draws]) for q in targets], axis=0
        )
    return {
        name: {"mean": means[name], **interval(redrawn[name])} for name in methods
    } | {"": redrawn}


def interval(draws: numpy.ndarray) -> dict[str, float]:
    low, high = numpy.percentile(draws, [2.5, 97.5])
    return {"low": float(low), "high": float(high)}


def against(best: str, table: dict, names: list[str]) -> dict:
    """The paired difference of each method to the best peer, with its interval."""
    draws = table[""]
    return {
        name: {
            "mean": table[name]["mean"] - table[best]["mean"],
            **interval(draws[name] - draws[best]),
        }
        for name in names
    }


def left_out(game: Game, methods: dict[str, numpy.ndarray]) -> dict[str, dict]:
    """Rank correlation with what leaving one account out costs: by target, and of the mean target."""
    truth = game.left_out()
    return {
        name: {
            "mean": float(
                numpy.mean([correlation(s[:, q], truth[:, q]) for q in range(truth.shape[1])])
            ),
            "mix": correlation(s.mean(axis=1), truth.mean(axis=1)),
        }
        for name, s in methods.items()
    }


def compare(share: numpy.ndarray, exact: numpy.ndarray) -> dict:
    """A share vector against the exact one, over the accounts that are worth something."""
    positive = exact > 0
    return {
        "share": share.tolist(),
        "l1": float(numpy.abs(share - exact)[positive].sum()),
        "pearson": float(pearsonr(share, exact).statistic) if numpy.ptp(share) > 0 else 0.0,
        "rank": correlation(share, exact),
    }


def shares(study: dict, directory: Path) -> dict:
    """The exact Shapley study: shares by every method against exact shares, for each data order."""
    orders, exacts = [], {}
    for order in study["orders"]:
        game, seed = Game(study, order), order["seed"]
        if not game.is_complete:
            raise SystemExit(f"{directory}: order {seed} does not hold all coalitions")
        scores = read_scores(directory / f"order-{seed}")
        matrices = {name: numpy.array(s["scores"]) for name, s in scores.items()}
        values = game.shapley()
        exact = exacts[seed] = game.shares_of_value(values)
        found = {
            name: compare(game.shares_of_credit(m), exact)
            | {"kind": kind(name, scores[name])}
            | {key: scores[name][key] for key in ("version", "seconds", "notes")}
            for name, m in matrices.items()
        }
        alone, last = game.alone(), game.last()
        for name, rows in {
            "alone": alone, "left out": last, "half alone, half left out": (alone + last) / 2,
            "banzhaf": game.banzhaf(),
        }.items():
            found[name] = compare(game.shares_of_value(rows), exact) | {"kind": "retrained"}
        half = [s for s in game.losses if s.bit_count() == game.players // 2]
        table = datamodels(game, half, matrices)
        table.pop("")
        orders.append(
            {
                "seed": seed, "exact": exact.tolist(), "values": values.tolist(),
                "sum": float((values @ game.weights).sum()),
                "whole": float(game.excess(game.whole) @ game.weights),
                "methods": found, "lds": table, "left_out": left_out(game, matrices),
                "losses": game.losses[game.whole].tolist(),
                "failures": read_failures(directory / f"order-{seed}"),
            }
        )
    return {"orders": orders, "estimates": estimates(study, exacts)}


def estimates(study: dict, exacts: dict[int, numpy.ndarray]) -> list[dict]:
    """The share estimator's vectors and intervals against the exact shares."""
    rows = []
    for estimate in study["estimates"]:
        exact, shares = exacts[estimate["order"]], estimate["shares"]
        low, high = numpy.array(shares["low"]), numpy.array(shares["high"])
        rows.append(
            compare(numpy.array(shares["share"]), exact)
            | {key: estimate[key] for key in ("order", "coalitions", "seed", "seconds", "trainings")}
            | {
                "low": low.tolist(), "high": high.tolist(),
                "covered": ((low <= exact) & (exact <= high)).tolist(),
            }
        )
    return rows


def halves(study: dict, directory: Path) -> dict:
    """The datamodeling study: random halves of more accounts, with and without the noise."""
    order = study["orders"][0]
    game, folder = Game(study, order), directory / f"order-{order['seed']}"
    scores = read_scores(folder)
    matrices = {name: numpy.array(s["scores"]) for name, s in scores.items()}
    # What the share estimator was fitted to is nothing to score it on.
    seen = {mask for estimate in study.get("estimates", []) for mask in estimate["members"]}
    half = [
        s for s in game.losses if s.bit_count() == game.players // 2 and s not in seen
    ]
    noise = 1 << study["accounts"].index(NOISE)
    tables = {}
    for name, subsets in {
        "all": half,
        "with noise": [s for s in half if s & noise],
        "without noise": [s for s in half if not s & noise],
    }.items():
        table = datamodels(game, subsets, matrices)
        peers = [m for m in matrices if kind(m, scores[m]) != "ours"]
        best = max(peers, key=lambda m: table[m]["mean"])
        differences = against(best, table, [m for m in matrices if m not in peers])
        table.pop("")
        tables[name] = {
            "coalitions": len(subsets), "best": best, "methods": table, "against": differences
        }
    return {
        "lds": tables, "left_out": left_out(game, matrices),
        "kinds": {name: kind(name, scores[name]) for name in matrices},
        "failures": read_failures(folder),
    }


def smooth(study: dict, directory: Path) -> dict:
    """Leaving accounts out of smoother runs: by each method, and by the same on other data orders.

    The last is what a proxy's marginal is: the mean rise of loss over the other orders, where first
    weights and order differ.
    """
    orders = study["orders"]
    games = [Game(study, order) for order in orders]
    truths = [game.left_out() for game in games]
    rows = []
    for index, (order, game) in enumerate(zip(orders, games)):
        scores = read_scores(directory / f"order-{order['seed']}")
        methods = {name: numpy.array(s["scores"]) for name, s in scores.items()}
        others = [truth for other, truth in enumerate(truths) if other != index]
        if others:
            methods["proxy"] = numpy.mean(others, axis=0)
        rows.append(
            {
                "seed": order["seed"], "left_out": left_out(game, methods),
                "losses": float(numpy.mean(game.losses[game.whole])),
            }
        )
    run = json.loads((directory / f"order-{orders[0]['seed']}" / "model.json").read_text())
    return {"orders": rows, "model": run}


def cheats(study: dict, directory: Path, honest: dict, honest_study: dict) -> dict:
    """What a copy, noise and boilerplate are paid, by each method and by the share estimator."""
    names, order = study["accounts"], study["orders"][0]
    game = Game(study, order)
    original, copy = names.index("Austen"), names.index("copy of Austen")
    before = honest_study["accounts"].index("Austen")
    scores = read_scores(directory / f"order-{order['seed']}")
    before_order = next(o for o in honest["orders"] if o["seed"] == order["seed"])

    def gains(share: list[float], was: float) -> dict:
        return {
            "copy": share[original] + share[copy] - was,
            "noise": share[names.index(NOISE)],
            "boilerplate": share[names.index("boilerplate")],
        }

    found = {
        name: gains(
            game.shares_of_credit(numpy.array(s["scores"])).tolist(),
            before_order["methods"][name]["share"][before],
        )
        for name, s in scores.items()
        if name in before_order["methods"]
    }
    for estimate in study["estimates"]:
        was = numpy.mean(
            [
                e["share"][before] for e in honest["estimates"]
                if e["order"] == estimate["order"] and e["coalitions"] == estimate["coalitions"]
            ]
        )
        by_player = estimate["shares"]["share"]
        if len(set(estimate["players"])) == len(names):
            share = [by_player[p] for p in estimate["players"]]
            found["share estimator"] = gains(share, float(was))
    return {"gains": found}


def split(study: dict, honest: dict, honest_study: dict) -> dict:
    """What one work split over twenty accounts is paid in sum, against the same work unsplit.

    Accounts are grouped into players by their credits, which also divide a player's share inside.
    """
    estimate = study["estimates"][0]
    part = [name.startswith("Austen") for name in study["accounts"]]
    paid = sum(share for share, own in zip(estimate["accounts"], part) if own)
    before = honest_study["accounts"].index("Austen")
    was = [
        e["share"][before] for e in honest["estimates"]
        if e["order"] == estimate["order"] and e["coalitions"] == estimate["coalitions"]
    ]
    others = [o["exact"][before] for o in honest["orders"]]
    return {
        "paid": paid, "honest": float(numpy.mean(was)), "seeds": was, "orders": others,
        "players": max(estimate["players"]) + 1,
    }


def main(directory: Path) -> int:
    def study(name: str) -> dict | None:
        path = directory / name / "coalitions.json"
        return json.loads(path.read_text()) if path.exists() else None

    results: dict = {"accounts": {}, "targets": {}, "bytes": {}, "lines": {}}
    known = {name: study(name) for name in ("shapley", "datamodels", "smooth", "cheats", "split")}
    for name, data in known.items():
        if data:
            for key in ("accounts", "targets", "bytes", "lines"):
                results[key][name] = data[key]
    if known["shapley"]:
        results["shapley"] = shares(known["shapley"], directory / "shapley")
        run = directory / "shapley" / f"order-{known['shapley']['orders'][0]['seed']}"
        results["model"] = json.loads((run / "model.json").read_text())
    if known["datamodels"]:
        results["datamodels"] = halves(known["datamodels"], directory / "datamodels")
    if known["smooth"]:
        results["smooth"] = smooth(known["smooth"], directory / "smooth")
    if known["cheats"] and known["shapley"]:
        results["cheats"] = cheats(
            known["cheats"], directory / "cheats", results["shapley"], known["shapley"]
        )
    if known["split"] and known["shapley"]:
        results["split"] = split(known["split"], results["shapley"], known["shapley"])
    gate = directory / "gate.json"
    if gate.exists():
        results["gate"] = json.loads(gate.read_text())
    (directory / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
