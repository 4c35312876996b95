"""Figures of a ranking protocol: Kendall tau against cost, and groups of entries."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.arrays import Floats
from bench.results.ranking import EntryResult, RankingResults
from reports.provenance import entry_code
from reports.ranking.agreement import draw_agreement
from reports.ranking.label_placement import LINE_INCHES, name_width, place_labels
from reports.rendering import style
from reports.rendering.saving import Plot

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_ranking_plots"]

# Okabe and Ito, 2008, "Color universal design"; a colour and a marker for each source or set.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#595959", "#56B4E9")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_ROW_INCHES = 0.34
_WIDTH, _HEIGHT = 5.0, 4.6
_COLUMN = 3  # entries of the same cost from which on their names form a column
_BOX_INCHES = 0.04  # width that names keep free around a line
_ASIDE = 0.3  # inches between the entries and such a column


def draw_ranking_plots(results: RankingResults) -> Iterator[Plot]:
    """Draw tau against cost and agreement for every set, then groups of entries over all sets."""
    variants = _variants(results)
    for chosen in results.protocol.rules.sets:
        entries = [e for e in results.of(chosen.name) if math.isfinite(e.sets[chosen.name].tau)]
        if entries:
            with style.settings():
                yield Plot(
                    f"cost-{chosen.name}",
                    f"Kendall tau against cost: {chosen.title}",
                    "Kendall tau against the mean seconds of an architecture, each entry with "
                    "its interval over random subsets: higher is better, further left is "
                    "cheaper. Lines join an estimator that sees more and more epochs. Scores "
                    "whose seconds were not measured are to the right of the axis. Variants with "
                    "a figure of their own are not shown.",
                    _cost(results, entries, chosen.name),
                )
        apart = [e.label for e in entries if e.label not in variants]
        if len(apart) > 1:
            with style.settings():
                figure = draw_agreement(results, chosen.name, apart)
                style.foot_line(figure, results.protocol.label)
                yield Plot(
                    f"agreement-{chosen.name}",
                    f"Agreement of entries: {chosen.title}",
                    "A hundred times Spearman's correlation of the scores of two entries, without "
                    "regard to the truth; the entry with the highest Kendall tau is first. All "
                    "pairs are in agreement.csv.",
                    figure,
                )
    groups = dict.fromkeys(entry.group for entry in results.entries if entry.group)
    for number, group in enumerate(groups):
        members = [entry for entry in results.entries if entry.group == group]
        with style.settings():
            yield Plot(
                f"group-{number + 1}",
                group,
                "Kendall tau of each entry, one mark for each set of cells for which it has "
                "scores, with its interval over random subsets.",
                _group(results, members),
            )


def _cost(results: RankingResults, entries: list[EntryResult], chosen: str) -> Figure:
    figure, (ax,) = style.new_figure((_HEIGHT,), right=1.9)
    colours, markers = _looks(list(results.protocol.rules.sources))
    variants = _variants(results)
    shown = [entry for entry in entries if entry.label not in variants]
    timed = [entry for entry in shown if math.isfinite(entry.seconds) and entry.seconds > 0]
    untimed = [entry for entry in shown if entry not in timed]
    ax.set_xscale("log")
    ax.grid(visible=True)
    joined = _by_epochs(timed, chosen)
    for line in joined:
        ax.plot(*line.T, color="#a0a0a0", linewidth=1.0, zorder=1)
    for entry in timed:
        _mark(ax, entry, chosen, entry.seconds, colours, markers)
    _set_limits(ax, timed, shown, chosen)
    names = style.short_names(entry.label for entry in shown)
    _label(ax, timed, chosen, joined, names)
    _beside(ax, untimed, chosen, colours, markers, names)
    for source in dict.fromkeys(entry_code(entry).source for entry in shown):
        ax.plot([], [], markers[source], color=colours[source], markersize=5, label=source)
    _legend(ax)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.set_xlabel("Seconds per architecture")
    ax.set_ylabel("Kendall tau")
    style.foot_line(figure, results.protocol.label)
    return figure


def _by_epochs(entries: list[EntryResult], chosen: str) -> list[Floats]:
    """Return seconds and tau [k, 2] of each group that differs in epochs, the cheapest first."""
    lines = []
    for group in dict.fromkeys(e.group for e in entries if entry_code(e).epochs):
        line = [(e.seconds, e.sets[chosen].tau) for e in entries if e.group == group]
        lines.append(np.array(sorted(line)))
    return lines


def _variants(results: RankingResults) -> set[str]:
    """Return the labels of the variants that have a figure of their own."""
    return {
        e.label
        for e in results.protocol.rules.roster
        if e.group and e.settings and e.label != e.estimator
    }


def _mark(
    ax: Axes,
    entry: EntryResult,
    chosen: str,
    x: float,
    colours: dict[str, str],
    markers: dict[str, str],
) -> None:
    found, source = entry.sets[chosen], entry_code(entry).source
    ax.plot([x, x], [found.low, found.high], color=colours[source], linewidth=0.8, alpha=0.45)
    ax.plot([x], [found.tau], markers[source], color=colours[source], markersize=4.5, clip_on=False)


def _set_limits(ax: Axes, timed: list[EntryResult], shown: list[EntryResult], chosen: str) -> None:
    lows = [value for e in shown for value in (e.sets[chosen].low, e.sets[chosen].tau)]
    highs = [value for e in shown for value in (e.sets[chosen].high, e.sets[chosen].tau)]
    low, high = np.nanmin(lows), np.nanmax(highs)
    ax.set_ylim(low - 0.06 * (high - low) - 0.01, high + 0.06 * (high - low) + 0.01)
    seconds = [e.seconds for e in timed] or [1.0]
    decades = math.log10(max(seconds) / min(seconds)) + 0.5
    ax.set_xlim(min(seconds) / 10 ** (0.1 * decades), max(seconds) * 10 ** (0.35 * decades))


def _label(
    ax: Axes,
    entries: list[EntryResult],
    chosen: str,
    joined: list[Floats],
    names: dict[str, str],
) -> None:
    """Write names: of entries of the same cost in a column beside them, of others around them.

    Names of the others do not cover intervals or the lines that join entries.
    """
    columns: dict[str, list[EntryResult]] = {}
    for entry in entries:
        columns.setdefault(f"{entry.seconds:.2g}", []).append(entry)
    to_axes = ax.transData + ax.transAxes.inverted()
    bars = [
        np.array([(e.seconds, e.sets[chosen].low), (e.seconds, e.sets[chosen].high)])
        for e in entries
    ]
    covered = [box for line in [*joined, *bars] for box in _along(to_axes.transform(line))]
    alone = []
    for column in columns.values():
        at = [to_axes.transform((e.seconds, e.sets[chosen].tau)) for e in column]
        if len(column) < _COLUMN:
            alone += column
            continue
        positions = style.spread(
            np.array([y for _, y in at]), gap=LINE_INCHES / _HEIGHT, low=0.0, high=1.0
        )
        for entry, (x, y), position in zip(column, at, positions, strict=True):
            name, left = names[entry.label], x + _ASIDE / _WIDTH
            common: dict[str, Any] = {"transform": ax.transAxes, "zorder": 1.5}
            ax.plot([x, left], [y, position], color="#a0a0a0", linewidth=0.5, **common)
            ax.text(left, position, name, fontsize=7, va="center_baseline", transform=ax.transAxes)
            right, top = left + name_width(name) / _WIDTH, position + LINE_INCHES / 2 / _HEIGHT
            covered.append((x, 2 * position - top, right, top))
    points = [(e.seconds, e.sets[chosen].tau, names[e.label]) for e in alone]
    place_labels(ax, points, covered, width=_WIDTH, height=_HEIGHT)


def _along(line: Floats) -> list[tuple[float, float, float, float]]:
    """Return small rectangles (left, bottom, right, top) along a line [k, 2], in axis units."""
    r = _BOX_INCHES / 2 / np.array([_WIDTH, _HEIGHT])
    boxes = []
    for start, end in pairwise(line):
        steps = 1 + math.ceil(np.abs((end - start) / r).max() / 2)
        for at in np.linspace(start, end, steps):
            (left, bottom), (right, top) = at - r, at + r
            boxes.append((float(left), float(bottom), float(right), float(top)))
    return boxes


def _beside(
    ax: Axes,
    entries: list[EntryResult],
    chosen: str,
    colours: dict[str, str],
    markers: dict[str, str],
    names: dict[str, str],
) -> None:
    """Write entries without seconds to the right of the axis, moved apart where they overlap."""
    if not entries:
        return
    low, high = ax.get_ylim()
    wanted = np.array([(e.sets[chosen].tau - low) / (high - low) for e in entries])
    positions = style.spread(wanted, gap=0.125 / _HEIGHT, low=0.0, high=1.0)
    common: dict[str, Any] = {"transform": ax.transAxes, "clip_on": False}
    for entry, at, position in zip(entries, wanted, positions, strict=True):
        source = entry_code(entry).source
        interval = [entry.sets[chosen].low, entry.sets[chosen].high]
        ax.plot(
            [1.02] * 2,
            interval,
            color=colours[source],
            linewidth=0.8,
            alpha=0.45,
            transform=ax.get_yaxis_transform(),
            clip_on=False,
        )
        ax.plot([1.02, 1.05], [at, position], color="#a0a0a0", linewidth=0.5, **common)
        ax.plot([1.02], [at], markers[source], color=colours[source], markersize=3.5, **common)
        ax.text(
            1.06,
            position,
            names[entry.label],
            fontsize=7,
            va="center_baseline",
            transform=ax.transAxes,
        )


def _group(results: RankingResults, members: list[EntryResult]) -> Figure:
    sets = [
        each for each in results.protocol.rules.sets if any(each.name in m.sets for m in members)
    ]
    names = style.short_names(member.label for member in members)
    left = 0.35 + 0.078 * max(map(len, names.values()))
    figure, (ax,) = style.new_figure((_ROW_INCHES * len(members) + 0.2,), left=left)
    colours, markers = _looks([each.name for each in sets])
    offsets = (np.arange(len(sets)) - (len(sets) - 1) / 2) * 0.22
    ax.grid(visible=True, axis="x")
    for row, member in enumerate(members):
        for offset, each in zip(offsets, sets, strict=True):
            found = member.sets.get(each.name)
            if found is None or not math.isfinite(found.tau):
                continue
            y, colour = row + offset, colours[each.name]
            ax.plot([found.low, found.high], [y, y], color=colour, linewidth=1.0, alpha=0.5)
            ax.plot([found.tau], [y], markers[each.name], color=colour, markersize=5)
    for each in sets:
        ax.plot(
            [], [], markers[each.name], color=colours[each.name], markersize=5, label=each.title
        )
    ax.set_yticks(range(len(members)), [names[member.label] for member in members])
    ax.set_ylim(len(members) - 0.4, -0.6)
    ax.set_xlabel("Kendall tau")
    _legend(ax)
    style.foot_line(figure, results.protocol.label)
    return figure


def _legend(ax: Axes) -> None:
    """Draw the legend above the axis, where it covers no mark."""
    handles, labels = ax.get_legend_handles_labels()
    ax.legend(
        handles,
        labels,
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=len(labels),
        fontsize=7,
        frameon=False,
        handlelength=1.2,
        handletextpad=0.4,
        columnspacing=1.4,
    )


def _looks(names: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    colours = {name: _COLOURS[i % len(_COLOURS)] for i, name in enumerate(names)}
    return colours, {name: _MARKERS[i % len(_MARKERS)] for i, name in enumerate(names)}
