"""Names beside points, each where it covers no other name and no point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["LINE_INCHES", "name_width", "place_labels"]

_SIZE = 7.0  # points
_LETTER_INCHES, _POINT_INCHES = 0.056, 0.045
LINE_INCHES = 0.12  # height of a line of such letters

Box = tuple[float, float, float, float]  # left, bottom, right, top


def place_labels(
    ax: Axes,
    points: list[tuple[float, float, str]],
    covered: list[Box],
    *,
    width: float,
    height: float,
) -> None:
    """Write a name beside each point (x, y, name) of an axis of this size in inches.

    The nearest free place of a few dozen around the point is taken, with a thin line to it if it
    does not touch the point; where none is free, the one that covers least. Sizes of letters are
    taken as known, so that the same points give the same places everywhere.

    Parameters
    ----------
    covered : list of (left, bottom, right, top)
        What is covered already, in units of the axis.
    """
    to_axes = ax.transData + ax.transAxes.inverted()
    at = [to_axes.transform((x, y)) * (width, height) for x, y, _ in points]
    r = _POINT_INCHES
    taken: list[Box] = [(x - r, y - r, x + r, y + r) for x, y in at]
    taken += [(a * width, b * height, c * width, d * height) for a, b, c, d in covered]
    for (x, y), (_, _, name) in zip(at, points, strict=True):
        size = (name_width(name), LINE_INCHES)
        boxes = [_box(x, y, dx, dy, size) for dx, dy in _offsets()]
        inside = [b for b in boxes if b[0] >= 0 and b[2] <= width and b[1] >= 0 and b[3] <= height]
        hidden = [sum(_overlap(box, other) for other in taken) for box in inside or boxes]
        best = (inside or boxes)[int(np.argmin(hidden))]
        taken.append(best)
        centre = ((best[0] + best[2]) / 2 / width, (best[1] + best[3]) / 2 / height)
        near = (min(max(x, best[0]), best[2]), min(max(y, best[1]), best[3]))
        if np.hypot(near[0] - x, near[1] - y) > 0.12:
            ax.plot(
                [x / width, near[0] / width],
                [y / height, near[1] / height],
                transform=ax.transAxes,
                color="#a0a0a0",
                linewidth=0.5,
                zorder=1.5,
            )
        ax.text(*centre, name, fontsize=_SIZE, ha="center", va="center", transform=ax.transAxes)


def name_width(name: str) -> float:
    """Return about how wide a name is, in inches."""
    return _LETTER_INCHES * len(name)


def _offsets() -> NDArray[np.float64]:
    """Return places [k, 2] to try around a point, in inches: right of it first, then around."""
    angles = np.deg2rad([0, 180, 30, -30, 150, -150, 60, -60, 120, -120, 90, -90])
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.concatenate([r * circle for r in (0.07, 0.16, 0.28, 0.42, 0.6, 0.8, 1.05)])


def _box(x: float, y: float, dx: float, dy: float, size: tuple[float, float]) -> Box:
    """Return the box of a name that begins, ends or stands at an offset from a point."""
    w, h = size
    left = x + dx if dx > 0.01 else x + dx - w if dx < -0.01 else x - w / 2
    bottom = y + dy - h / 2
    return left, bottom, left + w, bottom + h


def _overlap(a: Box, b: Box) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    tall = min(a[3], b[3]) - max(a[1], b[1])
    return wide * tall if wide > 0 and tall > 0 else 0.0
