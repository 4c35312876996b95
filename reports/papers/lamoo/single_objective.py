"""Figure 2 of the paper on LaMOO: CMA-ES on one objective and on dominance numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.arrays import Floats
from bench.indicators import non_dominated
from bench.results.search import SearchResults
from reports.rendering.panels import panels
from reports.rendering.style import REFERENCE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["CAPTION", "METHODS", "draw"]

SAMPLES = 500  # *paper*
METHODS = {
    "cma-es-error": "error alone",
    "cma-es-flops": "FLOPs alone",
    "cma-es": "dominance number",
}
_COLOURS = ("#E69F00", "#56B4E9", "#0072B2")

CAPTION = (
    "Figure 2 of the paper: the first 500 architectures that CMA-ES asks for (repetition 0; dots), "
    "the non-dominated ones among them (circles), and the exact front (line), with one objective "
    "(a, b) or the dominance number (c) as fitness. (d) Contours of the sum of both z-scores, the "
    "fitness of a scalarised search, behind the non-dominated ones of (a) to (c): its minimum is "
    "one point of the front for every budget."
)


def draw(results: SearchResults) -> Figure:
    """Return the figure of the methods of `METHODS`; their repetition 0 must be finished."""
    figure, grid = panels(2, 2, side=3.1, above=0.35, apart=0.6, below=0.7)
    axes = grid.ravel()
    fronts = []
    for ax, letter, (method, title), colour in zip(
        axes, "abc", METHODS.items(), _COLOURS, strict=False
    ):
        points = results.of(method)[0].score[:SAMPLES]
        best = points[non_dominated(points)]
        fronts.append(best)
        ax.plot(*points.T[::-1], ".", markersize=3, color=colour, alpha=0.6)
        ax.plot(*best.T[::-1], "o", markersize=5, markerfacecolor="none", color=colour)
        ax.set_title(f"({letter}) {title}: {len(best)} non-dominated", loc="left")
        _frame(ax, results)
    _contours(axes[3], fronts, results)
    for ax in grid[1]:
        ax.set_xlabel("FLOPs (z-score)")
    for ax in grid[:, 0]:
        ax.set_ylabel("error (z-score)")
    return figure


def _contours(ax: Axes, fronts: list[Floats], results: SearchResults) -> None:
    flops, error = np.meshgrid(np.linspace(-2, 4, 61), np.linspace(-1, 2, 61))
    ax.contour(flops, error, flops + error, levels=12, cmap="Greys", linewidths=0.7)
    for points, colour, marker in zip(fronts, _COLOURS, "s^o", strict=True):
        ax.plot(*points.T[::-1], marker, markersize=4, color=colour, linestyle="none")
    ax.set_title("(d) sum of both z-scores", loc="left")
    _frame(ax, results)


def _frame(ax: Axes, results: SearchResults) -> None:
    front = results.front[np.argsort(results.front[:, 1])]
    ax.step(front[:, 1], front[:, 0], where="post", color=REFERENCE, linewidth=1.0)
    ax.set_xlim(-2.0, 4.0)
    ax.set_ylim(-0.8, 2.0)
    ax.grid(visible=True)
