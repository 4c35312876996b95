"""Every repetition's hypervolume ratio at the full budget, one row for each method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from bench.results import Results
from reports.common import common_runs
from reports.figures import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CAPTION", "draw"]

CAPTION = (
    "Hypervolume ratio at the full budget of every compared repetition (one mark each), with the "
    "quartiles and the median as a box and the attainable ratio as a dotted line: further right "
    "is better, and a short box means that a single run can be relied on."
)
_ROW_INCHES = 0.42


def draw(results: Results, order: Sequence[str]) -> Figure:
    """Return the figure, methods from top to bottom in this order."""
    left = 0.35 + 0.078 * max(len(style.short_name(method)) for method in order)
    height = _ROW_INCHES * len(order) + 0.15
    figure, (ax,) = style.new_figure((height,), left=left)
    looks = style.looks(results)
    attainable = results.protocol.rules.normalisation.attainable
    ax.axvline(attainable, color=style.REFERENCE, linewidth=1.0, linestyle=(0, (1, 2)))
    for row, method in enumerate(order):
        ratios = np.array([run.hypervolume_ratio for run in common_runs(results, method)])
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
        # Rows of marks instead of random jitter: the same results make the same picture.
        offsets = (np.arange(len(ratios)) % 5 - 2) * 0.1
        ax.plot(
            ratios,
            row + offsets - offsets.mean(),
            linestyle="none",
            marker=look.marker,
            markersize=4,
            color=look.colour,
            alpha=0.75,
            markeredgewidth=0,
        )
    ax.set_yticks(range(len(order)), [style.short_name(method) for method in order])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(order) - 0.5, -0.5)
    ax.grid(visible=True, axis="x")
    ax.set_xlabel("hypervolume ratio at the full budget")
    ax.annotate(
        f"attainable {attainable:.4f}",
        (attainable, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(0, 2),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=7.5,
        color=style.REFERENCE,
    )
    style.sign(figure, results)
    return figure
