"""Final sets in parallel coordinates, for more objectives than planes can show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from bench.results.search import SearchResults
from reports.rendering import style
from reports.rendering.panels import panels
from reports.search.comparison import median_run
from reports.search.figures.method_looks import method_looks, sign

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CAPTION", "draw"]

CAPTION = (
    "Each line is one architecture and each vertical axis an objective, normalised: 0 is the best "
    "value on the {front}, 1 the worst. In colour the final set of one method's median repetition, "
    "in grey the whole {front}: the more grey lines are covered, and the lower the coloured lines "
    "reach everywhere, the better. Architectures beyond the reference point are not shown; the "
    "numbers above a panel count those that are."
)
_SIDE, _COLUMNS = 2.6, 3
_LETTER_INCHES = 0.044  # height of a letter of a slanted name


def draw(results: SearchResults, order: Sequence[str]) -> Figure:
    """Return the figure, with a panel for each method.

    Parameters
    ----------
    results : SearchResults
    order : sequence of str
        Methods in the order of the panels.
    """
    rules, looks = results.protocol.rules, method_looks(results)
    reference = np.asarray(rules.normalisation.reference_point)
    axes = np.arange(len(reference))
    columns = min(_COLUMNS, len(order))
    rows = -(-len(order) // columns)
    names = [objective.name for objective in rules.task.objectives]
    below = 0.55 + _LETTER_INCHES * max(len(name) for name in names)
    titles = style.short_names(order)
    figure, grid = panels(rows, columns, side=_SIDE, above=0.3, apart=0.4, below=below)
    for position, ax in enumerate(grid.flat):
        if position >= len(order):
            ax.set_axis_off()
            continue
        method = order[position]
        points = median_run(results.of(method)).incumbents
        ax.plot(axes, results.front.T, color="#d9d9d9", linewidth=0.5)
        inside = points[(points <= reference).all(axis=1)]
        if len(inside):
            ax.plot(axes, inside.T, color=looks[method].colour, linewidth=0.7, alpha=0.6)
        ax.set_title(
            f"{titles[method]} ({len(inside)} of {len(points)})",
            loc="left",
            fontsize=8.5,
        )
        ax.set_xlim(axes[0], axes[-1])
        ax.set_ylim(0.0, float(reference.max()))
        ax.set_xticks(axes)
        ax.grid(visible=True, axis="x")
        ax.tick_params(labelleft=position % columns == 0)
        if position % columns == 0:
            ax.set_ylabel("normalised objective")
        if position + columns >= len(order):
            ax.set_xticklabels(names, rotation=40, ha="right", rotation_mode="anchor")
        else:
            ax.tick_params(labelbottom=False)
    sign(figure, results)
    return figure
