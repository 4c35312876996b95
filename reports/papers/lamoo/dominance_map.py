"""Figure 1 of the paper on LaMOO: dominance numbers over the space of Branin-Currin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.tasks import Task
from methods.lamoo.labels import dominance_numbers, good_half
from reports.rendering.panels import panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CAPTION", "draw"]

SIDE = 60

CAPTION = (
    f"Figure 1 of the paper: Branin-Currin over its unit square, at {SIDE} x {SIDE} points. Left: "
    "the number of other points that dominate each (logarithm; dark is good), with the "
    "non-dominated ones as dots. Right: the half that LaMOO's first boundary separates from the "
    "other."
)


def draw(task: Task) -> Figure:
    """Return the figure of a task with two variables."""
    axis = (np.arange(SIDE) + 0.5) / SIDE
    points = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    numbers = dominance_numbers(task.score(points))
    figure, grid = panels(1, 2, side=3.1, above=0.35, apart=1.2, below=0.7)
    left, right = grid[0]
    box = {"origin": "lower", "extent": (0, 1, 0, 1), "aspect": "auto"}
    picture = left.imshow(
        np.log10(1 + numbers).reshape(SIDE, SIDE).T, cmap="viridis", interpolation="nearest", **box
    )
    best = points[numbers == 0]
    left.plot(*best.T, "o", markersize=2.5, color="#D55E00")
    bar = figure.colorbar(picture, ax=left, fraction=0.05, pad=0.03)
    bar.set_label("log10(1 + dominance number)")
    right.imshow(
        good_half(numbers).reshape(SIDE, SIDE).T.astype(float),
        cmap="Blues",
        vmin=-0.4,
        vmax=1.4,
        interpolation="nearest",
        **box,
    )
    left.set_title("dominance numbers", loc="left")
    right.set_title("good half (dark)", loc="left")
    for ax in grid[0]:
        ax.set_xlabel("x1")
        ax.set_ylabel("x2")
    return figure
