"""What methods hand in where there are too many objectives for planes: parallel coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from bench.results.search import SearchResults
from reports.rendering import style
from reports.rendering.panels import panels
from reports.search.comparison import common_runs, median_run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CAPTION", "draw"]

CAPTION = (
    "Each line is one architecture and each upright an objective, normalised: 0 is the best value "
    "on the {front}, 1 the worst. In colour all that one method's median repetition handed in, in "
    "grey the whole {front}: the more of the grey is under a coloured line, and the lower the "
    "coloured lines reach everywhere, the better. What lies beyond the reference point is left "
    "out, the numbers above a panel count what is not."
)
_SIDE, _COLUMNS = 2.6, 3
_LETTER_INCHES = 0.044  # how far down a letter of a slanted name reaches


def draw(results: SearchResults, order: Sequence[str]) -> Figure:
    """Return the figure, a panel for each method in this order."""
    rules, looks = results.protocol.rules, style.looks(results)
    reference = np.asarray(rules.normalisation.reference_point)
    uprights = np.arange(len(reference))
    columns = min(_COLUMNS, len(order))
    rows = -(-len(order) // columns)
    names = [objective.name for objective in rules.task.objectives]
    below = 0.55 + _LETTER_INCHES * max(len(name) for name in names)
    figure, grid = panels(rows, columns, side=_SIDE, above=0.3, apart=0.4, below=below)
    for place, ax in enumerate(grid.flat):
        if place >= len(order):
            ax.set_axis_off()
            continue
        method = order[place]
        handed_in = median_run(common_runs(results, method)).incumbents
        ax.plot(uprights, results.front.T, color="#d9d9d9", linewidth=0.5)
        inside = handed_in[(handed_in <= reference).all(axis=1)]
        if len(inside):
            ax.plot(uprights, inside.T, color=looks[method].colour, linewidth=0.7, alpha=0.6)
        ax.set_title(
            f"{style.short_name(method)} ({len(inside)} of {len(handed_in)})",
            loc="left",
            fontsize=8.5,
        )
        ax.set_xlim(uprights[0], uprights[-1])
        ax.set_ylim(0.0, float(reference.max()))
        ax.set_xticks(uprights)
        ax.grid(visible=True, axis="x")
        ax.tick_params(labelleft=place % columns == 0)
        if place % columns == 0:
            ax.set_ylabel("normalised objective")
        if place + columns >= len(order):
            ax.set_xticklabels(names, rotation=40, ha="right", rotation_mode="anchor")
        else:
            ax.tick_params(labelbottom=False)
    style.sign(figure, results)
    return figure
