"""Where in the space of the objectives one method attains points more often than another."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.arrays import Floats
from bench.indicators import attainment_difference, attainment_surface, non_dominated
from bench.results.search import SearchResults
from reports.rendering import display, style
from reports.rendering.panels import panels
from reports.search.comparison import front_name
from reports.search.figures.final_sets import axis_names, denormalise, draw_steps, limits
from reports.search.figures.method_looks import sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw", "possible"]

_CAPTION = (
    "Shaded where the final sets of {first} (left, blue) or of {second} (right, orange) attain a "
    "point in more of the {repetitions} shared repetitions than those of the other: the darker, "
    "the larger the difference, up to all repetitions. A line is the method's own median "
    "attainment surface, black is the {front}{projected}."
)
_PROJECTED = "; each row shows two of the objectives, in which both are projected"
_MOST_OBJECTIVES = 3  # more have too many pairs for a page
_COLOURS = ((0.0, 0.45, 0.70), (0.84, 0.37, 0.0))
_SIDE = 3.0


def possible(results: SearchResults) -> bool:
    """Return whether there are few enough objectives to draw all pairs of them."""
    return len(results.protocol.rules.task.objectives) <= _MOST_OBJECTIVES


def draw(results: SearchResults, first: str, second: str) -> tuple[str, str, Figure]:
    """Draw the difference of two methods on the repetitions that both have.

    Parameters
    ----------
    results : SearchResults
    first, second : str
        Methods that share a repetition.

    Returns
    -------
    title, caption : str
    figure : Figure
    """
    protocol, names = results.protocol, axis_names(results.protocol)
    by_number = [{run.repetition: run.incumbents for run in results.of(m)} for m in (first, second)]
    shared = sorted(by_number[0].keys() & by_number[1].keys())
    sets = [[known[number] for number in shared] for known in by_number]
    planes = list(combinations(range(len(names)), 2))
    figure, grid = panels(len(planes), 2, side=_SIDE, above=0.3, apart=0.3, between=0.75)
    titles = style.short_names((first, second))
    low, high = limits(protocol, results.front, [points for side in sets for points in side])
    for axes, plane in zip(grid, planes, strict=True):
        columns = list(plane)
        front = denormalise(protocol, results.front)[:, columns]
        front = front[non_dominated(front)]
        corners = low[columns], high[columns]
        projected = [
            [denormalise(protocol, points)[:, columns] for points in side] for side in sets
        ]
        difference = attainment_difference(*projected)
        for side, (ax, method, colour) in enumerate(
            zip(axes, titles.values(), _COLOURS, strict=True)
        ):
            sign_of = 1.0 if side == 0 else -1.0
            _shade(ax, difference * [1, 1, 1, 1, sign_of], corners[1], colour)
            surface = attainment_surface(projected[side], 0.5)
            draw_steps(ax, surface, corners[1], color=colour, linewidth=1.6)
            draw_steps(ax, front, corners[1], color="black", linewidth=0.9)
            ax.set_xlim(corners[0][0], corners[1][0])
            ax.set_ylim(corners[0][1], corners[1][1])
            most = max(0.0, float((sign_of * difference[:, 4]).max(initial=0.0)))
            by = f"more often, by up to {display.share(most)}" if most else "nowhere more often"
            ax.set_title(f"{method}: {by}", loc="left", fontsize=8)
            ax.locator_params(nbins=5)
            ax.set_xlabel(names[plane[0]], fontsize=8)
            ax.tick_params(labelleft=side == 0)
        axes[0].set_ylabel(names[plane[1]], fontsize=8)
    sign(figure, results)
    caption = _CAPTION.format(
        first=first,
        second=second,
        repetitions=len(shared),
        front=front_name(protocol),
        projected=_PROJECTED if len(planes) > 1 else "",
    )
    return f"Attainment: {first} against {second}", caption, figure


def _shade(ax: Axes, rectangles: Floats, far: Floats, colour: tuple[float, ...]) -> None:
    """Fill the rectangles with a positive difference, up to the corner `far`."""
    from matplotlib.collections import PolyCollection

    chosen = rectangles[rectangles[:, 4] > 0]
    x0, y0 = chosen[:, 0], chosen[:, 1]
    x1, y1 = np.minimum(chosen[:, 2], far[0]), np.minimum(chosen[:, 3], far[1])
    inside = (x1 > x0) & (y1 > y0)
    corners: Any = np.stack(
        [
            np.stack([x0, y0], 1),
            np.stack([x1, y0], 1),
            np.stack([x1, y1], 1),
            np.stack([x0, y1], 1),
        ],
        1,
    )[inside]
    white = 1.0 - chosen[inside, 4:5] * (1.0 - np.asarray(colour))
    ax.add_collection(PolyCollection(corners, facecolors=white, edgecolors=white, linewidths=0.3))
