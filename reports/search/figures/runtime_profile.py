"""Runtime profile: share of targets and repetitions reached, over evaluations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.indicators import runtime_profile
from bench.results.search import SearchResults
from reports.rendering import style
from reports.search.figures.method_looks import method_looks, sign

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw"]


def draw(results: SearchResults) -> tuple[str, Figure]:
    """Return the caption and the figure."""
    rules = results.protocol.rules
    height, right = style.panel_height(len(results.methods)), style.label_width(results.methods)
    figure, (ax,) = style.new_figure((height,), right=right)
    looks, ends = method_looks(results), {}
    for position, method in enumerate(results.methods):
        shares = runtime_profile(results.traces(method), rules.targets).mean(axis=0)
        x = np.arange(1, len(shares) + 1)
        step = max(1, len(x) // 6)
        first = rules.budget.first + position * step // len(results.methods)
        ax.plot(x, shares, drawstyle="steps-post", markevery=(first, step), **looks[method].line)
        ends[method] = float(shares[-1])
    style.mark_initial(ax, rules.budget.initial)
    style.count_evaluations(ax, rules.budget.evaluations)
    ax.set_ylim(0.0, min(1.0, max(0.1, 1.1 * max(ends.values()))) + 0.02)
    ax.set_xlabel("evaluations")
    ax.set_ylabel("share of targets reached")
    ax.grid(visible=True, axis="y")
    style.label_lines(ax, ends, looks, panel=height)
    sign(figure, results)
    return _caption(rules.targets, rules.normalisation.attainable), figure


def _caption(targets: tuple[float, ...], attainable: float) -> str:
    beyond = sum(target > attainable for target in targets)
    listed = ", ".join(f"{target:g}" for target in targets)
    return (
        f"Share of all pairs of a repetition and a target hypervolume ratio ({listed}) that are "
        f"reached, over evaluations; {beyond} of the {len(targets)} targets are above the "
        f"attainable ratio. A line further up and to the left needs fewer evaluations."
    )
