# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""Writes the evaluation as a document with tables and plots.

Usage: report.py RESULTS DOCUMENT, e.g. results.json Documentation/evaluation.md; the plots go into a
folder beside the document that has its name.
"""

import json
import sys
from pathlib import Path

import numpy
from plots import draw

NAMES = {
    "books-path": "books, path integral",
    "shares-48": "share estimator, 48 coalitions, per target",
    "shares-48-datamodel": "share estimator's law, read as a datamodel",
    "proxy": "the same, retrained on the other data orders",
    "equal-split": "equal split",
    "bytes": "bytes contributed",
    "bm25": "BM25",
    "lsa-embedding": "embedding similarity (LSA)",
    "hidden-states": "embedding similarity (hidden states)",
    "ekfac": "EK-FAC influence (kronfluence)",
    "tracin": "TracIn (captum)",
    "tracin-llm": "TracIn (dattri-llm)",
    "trak": "TRAK (traker)",
    "in-run-sgd": "in-run first order, SGD formula",
    "in-run-adam": "in-run first order, Adam formula",
    "magic": "MAGIC (bergson)",
    "alone": "each alone (8 retrainings)",
    "left out": "each left out (8 retrainings)",
    "half alone, half left out": "half alone, half left out (16 retrainings)",
    "banzhaf": "Banzhaf value (all 256 retrainings)",
}


def name(method: str) -> str:
    return NAMES.get(method, method)


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def spread(value: dict) -> str:
    return f"{value['mean']:.2f} ({value['low']:.2f} … {value['high']:.2f})"


def verdict(met: bool) -> str:
    return "met" if met else "**missed**"


class Report:
    """The sections of the document, from the results."""

    def __init__(self, results: dict):
        self.results = results
        self.orders = results["shapley"]["orders"]
        self.estimates = results["shapley"]["estimates"]
        self.halves = results["datamodels"]
        self.methods = [m for m in self.orders[0]["methods"] if self.everywhere(m)]
        self.rest = [m for m in self.orders[0]["methods"] if m not in self.methods]

    def everywhere(self, method: str) -> bool:
        return all(method in order["methods"] for order in self.orders)

    def kind(self, method: str) -> str:
        return self.orders[0]["methods"][method]["kind"]

    def l1(self, method: str) -> list[float]:
        return [o["methods"][method]["l1"] for o in self.orders if method in o["methods"]]

    def estimates_with(self, coalitions: int) -> list[dict]:
        return [e for e in self.estimates if e["coalitions"] == coalitions]

    @property
    def counts(self) -> list[int]:
        return sorted({e["coalitions"] for e in self.estimates})

    def text(self) -> str:
        sections = [
            self.opening(), self.goals(), self.shares(), self.intervals(), self.ranks(),
            self.left_out(), self.cheats(), self.peers(), self.limits(),
        ]
        return "\n\n".join(sections) + "\n"

    # The document's parts, in their order.

    def opening(self) -> str:
        """What was trained, and what was retrained."""
        model, seeds = self.results["model"], len(self.orders)
        eight = self.results["accounts"]["shapley"]
        sizes = self.results["bytes"]["shapley"]
        rows = [
            [account, f"{size:,}", f"{line:.3f}"]
            + [f"{o['losses'][i]:.3f}" for o in self.orders]
            for i, (account, size, line) in enumerate(
                zip(eight, sizes, self.results["lines"]["shapley"])
            )
        ]
        heads = [f"loss, order {o['seed']}" for o in self.orders]
        return f"""# Evaluation

Who earned which part of a model, and does the answer divide money as it should? This page compares
the books and the share estimator of this repository with the tools people use today, on the same
model, the same data order and the same seeds. The measure is retraining: a coalition of accounts is
worth what a model trained on its works alone is worth.

`make evaluate` computes everything anew and writes this page. It is no part of `make test`: the
retrained coalitions take hours on two cores. The figures below come from one such run; the folder's
format and each formula are in `Python/evaluation/README.md`.

## What was trained

A byte-level Llama of {model['layers']} layers, width {model['hidden']}, context {model['context']}:
{model['steps']} steps of {model['batch']} windows with AdamW (peak rate {model['peak_rate']:g},
warm-up {model['warm_up']} steps, β₂ {model['beta2']}, decay {model['decay']:g}, clipped at
{model['clip']:g}). The accounts are real authors of unequal size. Every author is also a target: the
last 5 % of each work is never trained on, and the loss on windows of it, in nats a byte, is what
counts. The *commons line* of a target is the loss of a byte bigram model of all the training text;
only the *excess*, what the model gains below that line, is divided.

{table(["account", "bytes", "commons line", *heads], rows)}

In every coalition the schedule stays as it is and absent accounts have weight 0: their windows are
left out and the step's loss is still divided by the whole batch's predictions.

- **Shares**: all {1 << len(eight)} coalitions of these {len(eight)} accounts, retrained for {seeds} data
  orders, give the exact Shapley value of the excess game, computed from its definition. It adds up to
  the whole
  ({", ".join(f"{o['sum']:.6f} of {o['whole']:.6f}" for o in self.orders)} nats).
- **Ranks**: {len(self.results['accounts']['datamodels'])} accounts, among them a copy of Austen under
  another name and random bytes; {self.halves['lds']['all']['coalitions']} random halves and every
  account left out once.
- **Cheats**: the eight with a copy, noise and boilerplate; and Austen split over twenty accounts."""

    def goals(self) -> str:
        most = self.estimates_with(self.counts[-1])
        worst, mean = max(e["l1"] for e in most), numpy.mean([e["l1"] for e in most])
        others = [m for m in self.methods if self.kind(m) in ("peer", "baseline")]
        best = min(others, key=lambda m: numpy.mean(self.l1(m)))
        covered = [c for e in most for c in e["covered"]]
        all_covered = [c for e in self.estimates for c in e["covered"]]
        rows = [
            [
                f"share vector against exact Shapley, L1, {self.counts[-1]} coalitions", "≤ 0.10",
                f"mean {mean:.3f}, worst {worst:.3f}", verdict(worst <= 0.10),
            ],
            *self.held_back(),
            [
                "smaller than every peer's, byte counts' and an equal split's", "all",
                f"best other: {name(best)}, {numpy.mean(self.l1(best)):.3f}",
                verdict(worst < min(min(self.l1(m)) for m in others)),
            ],
            [
                "interval of a share covers the exact value", "90 %",
                f"{numpy.mean(covered):.0%} ({numpy.mean(all_covered):.0%} over all numbers of "
                "coalitions)", verdict(numpy.mean(covered) >= 0.9),
            ],
        ]
        for label, part in self.halves["lds"].items():
            ours = max(part["against"], key=lambda m: part["against"][m]["mean"])
            rows.append(
                [
                    f"linear datamodeling score, {label}", "≥ the best peer",
                    f"{name(ours)} {part['methods'][ours]['mean']:.2f}; {name(part['best'])} "
                    f"{part['methods'][part['best']]['mean']:.2f}",
                    verdict(part["against"][ours]["mean"] >= 0),
                ]
            )
        for label, goal, method in (
            ("the books", 0.75, "books-path"), ("the marginal column, by a proxy", 0.85, "proxy"),
        ):
            found = [o["left_out"][method]["mean"] for o in self.results["smooth"]["orders"]]
            rows.append(
                [
                    f"leave-one-out rank correlation of {label}, smooth run", f"≥ {goal:.2f}",
                    f"{numpy.mean(found):.2f} ({min(found):.2f} … {max(found):.2f})",
                    verdict(numpy.mean(found) >= goal),
                ]
            )
        gains = self.results.get("cheats", {}).get("gains", {}).get("share estimator")
        if gains:
            rows.append(
                [
                    "gain of a copy, without the gate", "≤ 0", f"{gains['copy']:+.3f} of the pot",
                    verdict(gains["copy"] <= 0.01),
                ]
            )
            copies = [r for r in self.results.get("gate", []) if "copy" in r["work"]]
            if copies:
                refused = all(r["decision"] != "admitted" for r in copies)
                rows.append(
                    [
                        "gain of a copy and of an edited copy, behind the gate", "≤ 0",
                        "refused, paid nothing" if refused else "admitted", verdict(refused),
                    ]
                )
            rows.append(
                ["share of noise", "0", f"{gains['noise']:.3f}", verdict(gains["noise"] <= 0.01)]
            )
        split = self.results.get("split")
        if split:
            gain = split["paid"] - split["honest"]
            noise = max(split["orders"]) - min(split["orders"])
            rows.append(
                [
                    "gain of a work split into twenty accounts", "≤ 0, within the noise of orders",
                    f"{gain:+.3f} (orders differ by {noise:.3f})", verdict(gain <= noise),
                ]
            )
        return "## Goals and figures\n\n" + table(["measure", "goal", "measured", ""], rows)

    def held_back(self) -> list[list[str]]:
        """The orders that no choice of the estimator was made with: all after the second."""
        found = [e for e in self.estimates_with(self.counts[-1]) if e["order"] > 2]
        if not found:
            return []
        l1, covered = [e["l1"] for e in found], [c for e in found for c in e["covered"]]
        return [
            [
                "the same on the order that was held back", "≤ 0.10",
                f"mean {numpy.mean(l1):.3f}, worst {max(l1):.3f}; {numpy.mean(covered):.0%} covered",
                verdict(max(l1) <= 0.10),
            ]
        ]

    def shares(self) -> str:
        rows = [
            [
                f"**share estimator, {count} coalitions**",
                *(
                    f"{numpy.mean([e['l1'] for e in found if e['order'] == o['seed']]):.3f}"
                    for o in self.orders
                ),
                f"{numpy.mean([e['l1'] for e in found]):.3f}",
                f"{numpy.mean([e['pearson'] for e in found]):.2f}",
            ]
            for count in self.counts
            for found in [self.estimates_with(count)]
        ]
        ranked = sorted(self.methods, key=lambda m: numpy.mean(self.l1(m)))
        for method in ranked:
            found = [o["methods"][method] for o in self.orders]
            rows.append(
                [
                    name(method), *(f"{f['l1']:.3f}" for f in found),
                    f"{numpy.mean([f['l1'] for f in found]):.3f}",
                    f"{numpy.mean([f['pearson'] for f in found]):.2f}",
                ]
            )
        heads = [f"order {o['seed']}" for o in self.orders]
        single = "".join(
            f" {name(m)} has not run on all orders: {', '.join(f'{x:.3f}' for x in self.l1(m))}."
            for m in self.rest
        )
        return f"""## Shares against exact Shapley

How far a division of the money is from the exact one: the sum of absolute differences over the
accounts that are worth something (two divisions with nothing in common differ by 2). A method's
shares take each target by itself: its weighted excess is divided by the positive scores for it. The
share estimator retrains a stated number of coalitions of this small model; its row is the mean of three
draws of coalitions for each order. Its cost in whole runs:
{", ".join(f"{numpy.mean([e['trainings'] for e in self.estimates_with(c)]):.0f} for {c} coalitions"
           for c in self.counts)} (a coalition of half the accounts reads half the windows).

{table(["method", *heads, "mean", "Pearson"], rows)}

{single.strip()}

![L1 distance by method](evaluation/shares.svg)""".replace("\n\n\n", "\n")

    def intervals(self) -> str:
        eight = self.results["accounts"]["shapley"]
        count = self.counts[-1]
        chosen = [
            next(e for e in self.estimates_with(count) if e["order"] == o["seed"])
            for o in self.orders
        ]
        rows = [
            [account]
            + [
                cell
                for order, e in zip(self.orders, chosen)
                for cell in (
                    f"{order['exact'][i]:.1%}",
                    f"{e['share'][i]:.1%} ({e['low'][i]:.1%} … {e['high'][i]:.1%})",
                )
            ]
            for i, account in enumerate(eight)
        ]
        heads = [
            cell
            for o in self.orders
            for cell in (f"exact, order {o['seed']}", f"{count} coalitions")
        ]
        return f"""## Intervals

Exact shares, and the first of the three estimates with {count} coalitions with its interval (two
standard deviations of a bootstrap of the estimator's residuals).

{table(["account", *heads], rows)}

![Exact and estimated shares](evaluation/intervals.svg)

![Every estimate against its exact share](evaluation/scatter.svg)

Orders are different games: the same accounts, first weights and order drawn anew. The exact shares
of two of them differ by {self.between_orders()} (L1). An estimate for one order cannot be trusted for
another beyond that."""

    def between_orders(self) -> str:
        exact = [numpy.array(o["exact"]) for o in self.orders]
        apart = [
            float(numpy.abs(a - b).sum()) for i, a in enumerate(exact) for b in exact[i + 1 :]
        ]
        return f"{min(apart):.3f} to {max(apart):.3f}"

    def ranks(self) -> str:
        parts = self.halves["lds"]
        ranked = sorted(
            self.halves["kinds"], key=lambda m: parts["all"]["methods"][m]["mean"], reverse=True
        )
        rows = [[name(m), *(spread(p["methods"][m]) for p in parts.values())] for m in ranked]
        heads = [f"{label} ({part['coalitions']})" for label, part in parts.items()]
        gaps = [
            f"- {label}: {name(m)} against {name(part['best'])}: {spread(difference)}"
            for label, part in parts.items()
            for m, difference in part["against"].items()
        ]
        return f"""## Linear datamodeling score

Does the sum of the members' scores tell how good a model of these members will be? For each target,
Spearman's correlation over random halves of the {len(self.results['accounts']['datamodels'])} accounts between
that sum and the retrained model's loss, turned round; the mean over targets; in brackets the 95 %
interval of a bootstrap over halves. It asks for ranks only: the scale of a score does not matter.
With the noise account in the pool, part of the score is to know that noise is noise; so the halves
that hold it and those that do not stand apart.

{table(["method", *heads], rows)}

Differences to the best other method, the same redraws for both:

{chr(10).join(gaps)}

![Linear datamodeling score by method](evaluation/datamodels.svg)"""

    def left_out(self) -> str:
        sixteen = self.halves["left_out"]
        ranked = sorted(sixteen, key=lambda m: sixteen[m]["mean"], reverse=True)
        rows = [
            [name(m), f"{sixteen[m]['mean']:.2f}", f"{sixteen[m]['mix']:.2f}"]
            + [
                f"{o['left_out'][m]['mean']:.2f}" if m in o["left_out"] else "–"
                for o in self.orders
            ]
            for m in ranked
        ]
        heads = [f"8 accounts, order {o['seed']}" for o in self.orders]
        return f"""## Leave one out

Rank correlation over accounts between a score and how much the target's loss rises when that account
alone is left out: the mean over targets, and for the mean of the targets. With the copy in the pool,
leaving out the original costs almost nothing, which no score that looks at one text at a time sees.

{table(["method", "16 accounts, by target", "mean target", *heads], rows)}

{self.smooth()}"""

    def smooth(self) -> str:
        """Leaving accounts out where training is smoother."""
        orders, model = self.results["smooth"]["orders"], self.results["smooth"]["model"]
        methods = [m for m in orders[0]["left_out"] if all(m in o["left_out"] for o in orders)]
        rows = [
            [name(m)]
            + [
                f"{o['left_out'][m]['mean']:.2f} ({o['left_out'][m]['mix']:.2f})" for o in orders
            ]
            for m in sorted(
                methods, key=lambda m: -numpy.mean([o["left_out"][m]["mean"] for o in orders])
            )
        ]
        return f"""Smoother runs of the same 16 accounts (batch {model['batch']}, peak rate
{model['peak_rate']:g}), by target, in brackets for the mean target. The marginal
column of a share register comes from a proxy that is retrained without an account; here the proxy is
the same model on the other data orders, so the last word on an account is as uncertain as its row shows:

{table(["method", *(f"order {o['seed']}" for o in orders)], rows)}"""

    def cheats(self) -> str:
        gains = self.results["cheats"]["gains"]
        ranked = sorted(gains, key=lambda m: gains[m]["copy"])
        rows = [
            [name(m), *(f"{gains[m][key]:+.3f}" for key in ("copy", "noise", "boilerplate"))]
            for m in ranked
        ]
        split = self.results.get("split")
        sentence = ""
        if split:
            sentence = (
                f"\n\nOne work split into twenty accounts, among {split['players']} players into which accounts "
                f"are joined by their credits: all parts together are paid {split['paid']:.3f}. Whole, "
                f"Austen is paid {split['honest']:.3f} by the share estimator (mean of three draws, "
                f"{min(split['seeds']):.3f} to {max(split['seeds']):.3f}) and is worth "
                f"{min(split['orders']):.3f} to {max(split['orders']):.3f} in the data orders."
            )
        return f"""## Cheats

What an owner gains by sending in the same works twice under another name (the share of both, less
the honest share), and what random bytes and a notice repeated 6,500 times are paid, as parts of the
pot. No method is helped by the gate here; this table shows what would happen behind it, and why it is
needed: no score that values accounts one by one, and no Shapley value, refuses a copy.

{table(["method", "copy gains", "noise", "boilerplate"], rows)}{sentence}{self.gate()}"""

    def gate(self) -> str:
        """What a register's gate does with the cheats before training."""
        if "gate" not in self.results:
            return ""
        rows = [[r["work"], r["decision"], r["reason"]] for r in self.results["gate"]]
        return f"""

In a register the gate comes first. The same cheats, sent in by other keys after the honest work:

{table(["work", "decision", "why"], rows)}"""

    def peers(self) -> str:
        rows = [
            [name(m), found["version"], f"{found['seconds']:.0f}", found["notes"]]
            for m, found in self.orders[0]["methods"].items()
            if found["kind"] != "retrained"
        ]
        failures = {
            (f["method"], f["version"], f["error"])
            for part in [*self.orders, self.halves]
            for f in part["failures"]
        }
        failed = "\n".join(
            f"- {name(method)} ({version}): {' '.join(error.split())}"
            for method, version, error in sorted(failures)
        )
        return f"""## What was run

Each tool is the package from PyPI on the run's own checkpoints and windows, on one thread; seconds are of
the study with eight accounts and include reading the folder. They are wall time on a shared machine.

{table(["method", "version", "seconds", "how"], rows)}

{"Not run to an end:" + chr(10) + chr(10) + failed if failed else "None failed."}"""

    def limits(self) -> str:
        return """## What these figures do not say

- One model size, one corpus, few seeds. Differences of a tenth in a rank correlation are within noise.
- The share estimator was designed with the retrained coalitions of the first two data orders at hand;
  the third was retrained afterwards and nothing was chosen by it. The estimator sees retrained losses, which no peer does: that is what its cost buys.
- As a datamodel and against leave-one-out the share estimator is helped by the same: every account left out
  is among the coalitions it was fitted to. The random halves it is scored on are not.
- The peers' scores are for a sample of the windows that were read, scaled to each account's reads.
- Embedding similarity uses what can be computed here: latent semantic analysis and the model's own hidden
  states, not a large embedding model.
- TRAK is meant for models of several seeds; here it has several checkpoints of the one run whose books are
  compared.
- MAGIC (bergson) runs on this model and order through its Python interface (tried on 9 steps), but passes
  back through all steps once for each target: about 1.4 s a step and target on a shared core, over an hour
  for one run. It is run when it is named (`peers.py DIR --methods magic`) and has no row unless it was.
- EK-FAC leaves out the embedding and the norms, which the package does not treat.
- Shapley's value is the yardstick for distinct accounts. It pays a copy like its original, so it is no rule
  for paying before the gate has done its work."""


def main(results: Path, document: Path) -> int:
    report = Report(json.loads(results.read_text()))
    document.write_text(report.text())
    draw(report, document.with_suffix(""), name)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
