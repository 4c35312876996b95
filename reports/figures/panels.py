"""Grids of equal panels, laid out in inches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["panels"]


def panels(
    rows: int,
    columns: int,
    *,
    side: float,
    above: float,
    apart: float = 0.22,
    below: float = 0.8,
) -> tuple[Figure, NDArray[Any]]:
    """Return a figure of panels with sides in inches, and its axes [rows, columns]."""
    from matplotlib.figure import Figure

    left, right, between = 0.75, 0.15, 0.38
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
