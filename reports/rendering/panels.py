"""Grids of equal panels, laid out in inches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["corners", "panels"]


def panels(
    rows: int,
    columns: int,
    *,
    side: float,
    above: float,
    apart: float = 0.22,
    between: float = 0.38,
    below: float = 0.8,
) -> tuple[Figure, NDArray[Any]]:
    """Return a figure with a grid of panels.

    Parameters
    ----------
    rows, columns : int
        Of the grid.
    side : float
        Width of a panel in inches; its height is 0.9 of that.
    above, below : float
        Inches above the first and below the last row.
    apart, between : float
        Inches between two columns, and between two rows.

    Returns
    -------
    figure : Figure
    axes : array [rows, columns]
    """
    from matplotlib.figure import Figure

    left, right = 0.75, 0.15
    width = left + columns * side + (columns - 1) * apart + right
    height = above + rows * side * 0.9 + (rows - 1) * between + below
    figure = Figure(figsize=(width, height))
    grid = np.empty((rows, columns), dtype=object)
    for row in range(rows):
        for column in range(columns):
            x = left + column * (side + apart)
            y = height - above - (row + 1) * side * 0.9 - row * between
            box = (x / width, y / height, side / width, side * 0.9 / height)
            grid[row, column] = figure.add_axes(box)
    return figure, grid


def corners(
    blocks: int, objectives: int, *, columns: int
) -> tuple[Figure, list[dict[tuple[int, int], Axes]]]:
    """Return a figure with blocks of panels, each with a panel for each pair of objectives.

    A block is a triangle: the panels of a column share their x, those of a row their y.

    Parameters
    ----------
    blocks : int
        Number of blocks.
    objectives : int
        Number of objectives.
    columns : int
        Number of blocks in a row.

    Returns
    -------
    figure : Figure
    axes : list of dict
        For each block, its axes by the indices (x, y) of two objectives, x < y.
    """
    from matplotlib.figure import Figure

    side, between, left, above, below = 1.4, 0.1, 0.72, 0.3, 0.55
    wide = left + (objectives - 1) * (side + between)
    tall = above + (objectives - 1) * (0.9 * side + between) - between + below
    rows = -(-blocks // columns)
    width, height = columns * wide + 0.05, rows * tall + 0.25
    figure = Figure(figsize=(width, height))
    made = []
    for block in range(blocks):
        row, column = divmod(block, columns)
        corner = {}
        for y in range(1, objectives):
            for x in range(y):
                at_x = column * wide + left + x * (side + between)
                at_y = height - row * tall - above - y * 0.9 * side - (y - 1) * between
                box = (at_x / width, at_y / height, side / width, 0.9 * side / height)
                corner[x, y] = figure.add_axes(box)
        made.append(corner)
    return figure, made
