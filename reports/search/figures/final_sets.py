"""Final sets in the space of the objectives, in their own units.

Two objectives: the median attainment surface of each method. Three: the final set of the median
repetition, on every pair of objectives. More: see `parallel_coordinates`.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Floats
from bench.indicators import attainment_surface
from bench.protocol import SearchProtocol
from bench.results.search import SearchResults
from reports.rendering import style
from reports.rendering.panels import corners, panels
from reports.search.comparison import front_name, median_run
from reports.search.figures import parallel_coordinates
from reports.search.figures.method_looks import method_looks, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["axis_names", "denormalise", "draw", "draw_steps", "limits"]

_SURFACE = (
    "Each panel shows in colour the median attainment surface of one method, which the final sets "
    "of at least half of its repetitions weakly dominate, in grey the surfaces of the "
    "other methods, and in black the {front}: nearer to black is better. Panels end at the "
    "reference point, beyond which nothing counts, or before it if all points are far from it."
)
_PAIRS = (
    "Each triangle of panels, which share their axes, shows on every pair of objectives the final "
    "set of one method's median repetition (filled) over the whole {front} (open): the more open "
    "marks are filled the better. Points that look dominated are good in the objective that a "
    "panel does not show; points beyond the reference point are not shown."
)
_FINAL_SET = "Final set of the median repetition"
_MOST_PAIRED = 3  # objectives; more have too many pairs for a page
_FRONT = "#8a8a8a"
_SIDE, _COLUMNS = 1.95, 4
_BLOCKS = 3  # methods side by side, each with a triangle of panels
_LINE_LETTERS = 24  # in a line of an axis' name beside such a panel
_SMALLER = 0.8  # factor of marks in such a panel


def denormalise(protocol: SearchProtocol, points: Floats) -> Floats:
    """Return points in the units of the task.

    Parameters
    ----------
    protocol : SearchProtocol
        Has the ideal and the nadir.
    points : array [n, m]
        Normalised points.
    """
    rules = protocol.rules.normalisation
    ideal, nadir = np.asarray(rules.ideal), np.asarray(rules.nadir)
    return np.asarray(ideal + points * (nadir - ideal))


def draw(results: SearchResults, order: Sequence[str]) -> tuple[str, str, Figure]:
    """Draw the figure that fits the number of objectives.

    Parameters
    ----------
    results : SearchResults
    order : sequence of str
        Methods in the order of the panels.

    Returns
    -------
    title, caption : str
    figure : Figure
    """
    m, name = len(results.protocol.rules.task.objectives), front_name(results.protocol)
    if m == 2:
        caption = _SURFACE.format(front=name)
        return "Median attainment surfaces", caption, _surfaces(results, order)
    if m <= _MOST_PAIRED:
        return _FINAL_SET, _PAIRS.format(front=name), _pairs(results, order)
    return (
        _FINAL_SET,
        parallel_coordinates.CAPTION.format(front=name),
        (parallel_coordinates.draw(results, order)),
    )


def _surfaces(results: SearchResults, order: Sequence[str]) -> Figure:
    protocol, looks, names = results.protocol, method_looks(results), style.short_names(order)
    normalised = [
        attainment_surface([run.incumbents for run in results.of(method)], 0.5) for method in order
    ]
    surfaces = {m: denormalise(protocol, s) for m, s in zip(order, normalised, strict=True)}
    front = denormalise(protocol, results.front)
    columns = min(_COLUMNS, len(order))
    rows = -(-len(order) // columns)
    figure, grid = panels(rows, columns, side=_SIDE if columns > 1 else 3.2, above=0.3)
    low, high = limits(protocol, results.front, normalised)
    for position, ax in enumerate(grid.flat):
        if position >= len(order):
            ax.set_axis_off()
            continue
        method = order[position]
        for other in order:
            if other != method:
                draw_steps(ax, surfaces[other], high, color="#c4c4c4", linewidth=0.9)
        draw_steps(ax, front, high, color="black", linewidth=0.8)
        ax.plot(*front.T, linestyle="none", marker="o", markersize=2, color="black")
        draw_steps(ax, surfaces[method], high, color=looks[method].colour, linewidth=2.0)
        ax.set_title(names[method], loc="left", fontsize=8.5)
        ax.set_xlim(low[0], high[0])
        ax.set_ylim(low[1], high[1])
        ax.grid(visible=True)
        _outer_labels(ax, grid, position, below=position + columns >= len(order))
    _name_axes(figure, *axis_names(protocol))
    sign(figure, results)
    return figure


def _pairs(results: SearchResults, order: Sequence[str]) -> Figure:
    protocol, looks = results.protocol, method_looks(results)
    names = [fill(name, _LINE_LETTERS) for name in axis_names(protocol)]
    titles = style.short_names(order)
    figure, blocks = corners(len(order), len(names), columns=min(_BLOCKS, len(order)))
    runs = [median_run(results.of(method)) for method in order]
    low, high = limits(protocol, results.front, [run.incumbents for run in runs])
    front = denormalise(protocol, results.front)
    for method, run, block in zip(order, runs, blocks, strict=True):
        points = denormalise(protocol, run.incumbents)
        mark = looks[method].mark
        mark["markersize"] *= _SMALLER
        for (x, y), ax in block.items():
            ax.plot(
                front[:, x],
                front[:, y],
                linestyle="none",
                marker="o",
                markersize=4.5,
                markerfacecolor="none",
                markeredgecolor=_FRONT,
                markeredgewidth=0.7,
            )
            ax.plot(points[:, x], points[:, y], **mark)
            ax.set_xlim(low[x], high[x])
            ax.set_ylim(low[y], high[y])
            ax.locator_params(nbins=4)
            ax.grid(visible=True)
            ax.tick_params(labelsize=7, labelleft=x == 0, labelbottom=y == len(names) - 1)
            if x == 0:
                ax.set_ylabel(names[y], fontsize=7)
            if y == len(names) - 1:
                ax.set_xlabel(names[x], fontsize=7)
        title = f"{titles[method]} (repetition {run.repetition})"
        block[0, 1].set_title(title, loc="left", fontsize=8.5)
    sign(figure, results)
    return figure


def limits(
    protocol: SearchProtocol, front: Floats, shown: Sequence[Floats]
) -> tuple[Floats, Floats]:
    """Return the corners of a panel: a little below the front, and the reference point.

    If all points are far from the reference point, the panel ends before it.

    Parameters
    ----------
    protocol : SearchProtocol
    front : array [p, m]
        Normalised.
    shown : sequence of array [n, m]
        Other points of the panel, normalised.

    Returns
    -------
    low, high : array [m]
        In the units of the task.
    """
    reference = np.asarray(protocol.rules.normalisation.reference_point)
    least, most = front.min(axis=0), np.concatenate([front, *shown]).max(axis=0)
    high = np.array(
        [
            end if style.near(end, low, high) else high + 0.05 * (high - low)
            for end, low, high in zip(reference, least, most, strict=True)
        ]
    )
    low, high = denormalise(protocol, np.stack([least - 0.05 * (high - least), high]))
    return low, high


def draw_steps(ax: Axes, points: Floats, high: Floats, **options: Any) -> None:
    """Draw the border of the area that points dominate.

    Parameters
    ----------
    ax : Axes
    points : array [n, 2]
    high : array [2]
        Corner at which the border ends.
    **options
        Of the line.
    """
    if len(points) == 0:
        return
    x, y = points[np.lexsort(points.T[::-1])].T
    far = np.maximum(high, points.max(axis=0))
    ax.plot(
        np.concatenate([x[:1], x, far[:1]]),
        np.concatenate([far[1:], y, y[-1:]]),
        drawstyle="steps-post",
        solid_joinstyle="miter",
        **options,
    )


def axis_names(protocol: SearchProtocol) -> list[str]:
    """Return the name and the unit of each objective."""
    return [f"{each.title} [{each.unit}]" for each in protocol.rules.task.objectives]


def _name_axes(figure: Figure, x: str, y: str) -> None:
    width, height = figure.get_figwidth(), figure.get_figheight()
    middle = (0.75 + (width - 0.15)) / 2 / width
    figure.text(middle, 0.38 / height, x, ha="center", va="center")
    figure.text(0.18 / width, 0.5, y, ha="center", va="center", rotation=90)


def _outer_labels(ax: Axes, grid: NDArray[Any], position: int, *, below: bool) -> None:
    ax.tick_params(labelleft=position % grid.shape[1] == 0, labelbottom=below)
