"""Hypervolume ratio of every repetition at the full budget, one row for each method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from bench.arrays import Floats
from bench.results.search import SearchResults
from reports.rendering import style
from reports.search.figures.method_looks import method_looks, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["CAPTION", "draw"]

CAPTION = (
    "Hypervolume ratio of every repetition at the full budget (one mark each; a cross is a run "
    "that failed and kept the value it had reached), with the quartiles and the median as a box, "
    "and the attainable ratio as a dotted line, an arrow if it is far away: further "
    "right is better, and a short box means that a single run is reliable."
)
_ROW_INCHES = 0.42


def draw(results: SearchResults, order: Sequence[str]) -> Figure:
    """Return the figure.

    Parameters
    ----------
    results : SearchResults
    order : sequence of str
        Methods from top to bottom.
    """
    names = style.short_names(order)
    left = 0.35 + 0.078 * max(map(len, names.values()))
    height = _ROW_INCHES * len(order) + 0.15
    figure, (ax,) = style.new_figure((height,), left=left)
    looks = method_looks(results)
    finals = {
        method: np.array([run.hypervolume_ratio for run in results.of(method)]) for method in order
    }
    for row, (method, ratios) in enumerate(finals.items()):
        look = looks[method]
        ax.boxplot(
            [ratios],
            positions=[row],
            orientation="horizontal",
            widths=0.62,
            whis=(0, 100),
            showcaps=False,
            manage_ticks=False,
            patch_artist=True,
            boxprops={"facecolor": "#f1f1f1", "edgecolor": "#8a8a8a", "linewidth": 0.8},
            whiskerprops={"color": "#8a8a8a", "linewidth": 0.8},
            medianprops={"color": look.colour, "linewidth": 2.2},
        )
        # Rows of marks instead of random jitter: the same results give the same figure.
        offsets = (np.arange(len(ratios)) % 5 - 2) * 0.1
        heights = row + offsets - offsets.mean()
        failed = np.array([run.failed for run in results.of(method)])
        ax.plot(ratios[~failed], heights[~failed], alpha=0.75, **look.mark)
        crosses = look.mark | {"marker": "x", "markersize": 5.0, "markeredgewidth": 1.4}
        ax.plot(ratios[failed], heights[failed], **crosses)
    ax.set_yticks(range(len(order)), list(names.values()))
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(order) - 0.5, -0.5)
    ax.grid(visible=True, axis="x")
    ax.set_xlabel("hypervolume ratio at the full budget")
    _attainable(ax, results.protocol.rules.normalisation.attainable, finals)
    sign(figure, results)
    return figure


def _attainable(ax: Axes, value: float, finals: dict[str, Floats]) -> None:
    """Draw the attainable ratio as a line, or write it at the edge if it is beyond the axis."""
    shown = np.concatenate(list(finals.values()))
    low, high = float(shown.min()), float(shown.max())
    text, at, side = f"attainable {value:.4f}", value, "right"
    if style.near(value, low, high):
        ax.axvline(value, color=style.REFERENCE, linewidth=1.0, linestyle=(0, (1, 2)))
    elif value > high:
        text, at = f"{text} \N{RIGHTWARDS ARROW}", ax.get_xlim()[1]
    else:
        text, at, side = f"\N{LEFTWARDS ARROW} {text}", ax.get_xlim()[0], "left"
    ax.annotate(
        text,
        (at, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(0, 2),
        textcoords="offset points",
        ha=side,
        va="bottom",
        fontsize=7.5,
        color=style.REFERENCE,
    )
