"""Short trainings of our own beside published ones: training losses and loss landscapes.

A figure of curves alone; it needs no results of a protocol.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.arrays import Floats
from bench.errors import ResultsError
from reports.rendering.panels import panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["CAPTION", "CellCurves", "draw"]

CAPTION = (
    "Above, the mean training loss of every epoch; below, the losses on the straight line from the "
    "trained (left) to the initial weights (right). Published values are black; our own trainings, "
    "one line for each seed, are coloured: the nearer, the better the recipe is reproduced."
)

_SIDE = 2.5
_OURS, _PUBLISHED = "#0072B2", "black"


@dataclass(frozen=True)
class CellCurves:
    """The curves of one cell, published and our own.

    Attributes
    ----------
    title : str
        Name of the cell.
    published_losses : array [epochs]
    published_landscape : array [points]
        From the trained to the initial weights.
    losses : array [seeds, epochs]
    landscape : array [seeds, points]
    """

    title: str
    published_losses: ArrayLike
    published_landscape: ArrayLike
    losses: ArrayLike
    landscape: ArrayLike


def draw(cells: Sequence[CellCurves]) -> Figure:
    """Return the figure, with a column for each cell.

    Raises
    ------
    bench.errors.ResultsError
        If there is no cell, or curves of one cell are not of one length.
    """
    if not cells:
        raise ResultsError("no training curves to draw; train a cell first")
    figure, grid = panels(2, len(cells), side=_SIDE, above=0.3, apart=0.45, below=0.55)
    for column, cell in enumerate(cells):
        above, below = grid[:, column]
        losses = _pair(cell, cell.published_losses, cell.losses, "losses")
        landscape = _pair(cell, cell.published_landscape, cell.landscape, "landscape")
        _draw(above, np.arange(1, len(losses[0]) + 1), losses)
        _draw(below, np.linspace(0, 1, len(landscape[0])), landscape, marker="o", markersize=3)
        above.set_title(cell.title, loc="left", fontsize=8.5)
        above.set_xlabel("epoch", labelpad=1)
        below.set_xlabel("share of the initial weights")
        for ax in (above, below):
            ax.set_ylim(bottom=0)
            ax.grid(visible=True)
    grid[0, 0].set_ylabel("training loss [nats]")
    grid[1, 0].set_ylabel("landscape loss [nats]")
    grid[0, 0].legend(frameon=False, fontsize=8, loc="upper right")
    return figure


def _pair(
    cell: CellCurves, published: ArrayLike, ours: ArrayLike, what: str
) -> tuple[Floats, Floats]:
    expected = np.asarray(published, dtype=np.float64)
    found = np.atleast_2d(np.asarray(ours, dtype=np.float64))
    if expected.ndim != 1 or found.shape[1:] != expected.shape:
        raise ResultsError(
            f"{cell.title}: {what} of our own have shape {list(found.shape)}, the published ones "
            f"{list(expected.shape)}; expected [seeds, k] and [k]"
        )
    return expected, found


def _draw(
    ax: Axes,
    x: NDArray[Any],
    curves: tuple[Floats, Floats],
    **options: Any,
) -> None:
    published, ours = curves
    for row, curve in enumerate(ours):
        label = "ours" if row == 0 else None
        ax.plot(x, curve, color=_OURS, linewidth=1.2, label=label, **options)
    ax.plot(
        x, published, color=_PUBLISHED, linewidth=1.4, linestyle=(0, (4, 1.5)), label="published"
    )
