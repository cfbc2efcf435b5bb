# SPDX-FileCopyrightText: the Cadastre authors
# SPDX-License-Identifier: Apache-2.0
"""The plots of the evaluation, as SVG files that are the same for the same results."""

from pathlib import Path

import matplotlib
import numpy

matplotlib.use("svg")
from matplotlib import pyplot

COLORS = {"ours": "#1b6ca8", "peer": "#9aa5b1", "baseline": "#d9b44a", "retrained": "#c96f4a"}


def draw(report, folder: Path, name) -> None:
    """Writes all plots into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    pyplot.rcParams |= {
        "svg.hashsalt": "evaluation", "font.size": 9, "axes.spines.top": False,
        "axes.spines.right": False, "svg.fonttype": "none",
    }
    for file, plot in {
        "shares": shares, "intervals": intervals, "scatter": scatter, "datamodels": datamodels,
    }.items():
        figure = plot(report, name)
        path = folder / f"{file}.svg"
        figure.savefig(path, bbox_inches="tight", metadata={"Date": None})
        path.write_text("\n".join(l.rstrip() for l in path.read_text().splitlines()) + "\n")
        pyplot.close(figure)


def bars(rows: list[tuple], label: str) -> pyplot.Figure:
    """Horizontal bars (label, value, low, high, kind), the first on top."""
    figure, axes = pyplot.subplots(figsize=(7.5, 0.28 * len(rows) + 0.8))
    for place, (text, value, low, high, kind) in enumerate(rows):
        error = [[max(0, value - low)], [max(0, high - value)]]
        axes.barh(place, value, color=COLORS[kind], xerr=error, ecolor="#333333", capsize=2)
    axes.set_yticks(range(len(rows)), [row[0] for row in rows])
    axes.invert_yaxis()
    axes.set_xlabel(label)
    present = [k for k in COLORS if any(row[4] == k for row in rows)]
    handles = [pyplot.Rectangle((0, 0), 1, 1, color=COLORS[k]) for k in present]
    axes.legend(handles, present, frameon=False, loc="best")
    return figure


def shares(report, name) -> pyplot.Figure:
    rows = [
        (f"share estimator, {count}", numpy.mean(l1), min(l1), max(l1), "ours")
        for count in report.counts
        for l1 in [[e["l1"] for e in report.estimates_with(count)]]
    ]
    for method in report.methods:
        l1 = report.l1(method)
        rows.append((name(method), numpy.mean(l1), min(l1), max(l1), report.kind(method)))
    rows.sort(key=lambda row: row[1])
    return bars(rows, "L1 distance to exact Shapley shares (mean, least and largest)")


def datamodels(report, name) -> pyplot.Figure:
    part = report.halves["lds"]["all"]["methods"]
    rows = [
        (name(m), v["mean"], v["low"], v["high"], report.halves["kinds"][m])
        for m, v in part.items()
    ]
    rows.sort(key=lambda row: -row[1])
    return bars(rows, "linear datamodeling score, 95 % interval")


def intervals(report, _) -> pyplot.Figure:
    accounts, count = report.results["accounts"]["shapley"], report.counts[-1]
    figure, panels = pyplot.subplots(
        1, len(report.orders), figsize=(4.2 * len(report.orders), 3.2), sharey=True, squeeze=False
    )
    for axes, order in zip(panels[0], report.orders):
        estimate = next(e for e in report.estimates_with(count) if e["order"] == order["seed"])
        share = numpy.array(estimate["share"])
        error = [share - estimate["low"], numpy.array(estimate["high"]) - share]
        places = numpy.arange(len(accounts))
        axes.errorbar(
            places, share, yerr=numpy.maximum(0, error), fmt="o", color=COLORS["ours"], capsize=3,
            label=f"{count} coalitions",
        )
        axes.scatter(places, order["exact"], marker="_", s=220, color="black", label="exact")
        axes.set_xticks(places, accounts, rotation=45, ha="right")
        axes.set_title(f"order {order['seed']}")
        axes.legend(frameon=False)
    panels[0][0].set_ylabel("share")
    return figure


def scatter(report, _) -> pyplot.Figure:
    figure, axes = pyplot.subplots(figsize=(4.2, 4))
    exact = {order["seed"]: order["exact"] for order in report.orders}
    shades = pyplot.get_cmap("viridis")(numpy.linspace(0.85, 0, len(report.counts)))
    for count, shade in zip(report.counts, shades):
        found = report.estimates_with(count)
        axes.scatter(
            [x for e in found for x in exact[e["order"]]], [y for e in found for y in e["share"]],
            s=12, color=shade, label=f"{count} coalitions",
        )
    top = max(max(values) for values in exact.values()) * 1.15
    axes.plot([0, top], [0, top], color="black", linewidth=0.7)
    axes.set_xlabel("exact share")
    axes.set_ylabel("estimated share")
    axes.legend(frameon=False)
    return figure
