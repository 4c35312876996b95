"""Placement of names beside points, so that no name covers another name or a point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.arrays import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["LINE_INCHES", "name_width", "place_labels"]

_SIZE = 7.0  # points
_LETTER_INCHES, _POINT_INCHES = 0.056, 0.045
LINE_INCHES = 0.12  # height of a line of such letters

Rectangle = tuple[float, float, float, float]  # left, bottom, right, top


def place_labels(
    ax: Axes,
    points: list[tuple[float, float, str]],
    covered: list[Rectangle],
    *,
    width: float,
    height: float,
) -> None:
    """Write a name beside each point.

    Of a few dozen positions around the point the nearest free one is taken, with a thin line to it
    if it does not touch the point; if none is free, the one that covers least. Letters have a
    fixed size here, so that the same points give the same positions on every machine.

    Parameters
    ----------
    ax : Axes
        Its limits must be set before.
    points : list of (x, y, name)
        In data units.
    covered : list of (left, bottom, right, top)
        Rectangles that are already covered, in units of the axis.
    width, height : float
        Of the axis, in inches.
    """
    to_axes = ax.transData + ax.transAxes.inverted()
    at = [to_axes.transform((x, y)) * (width, height) for x, y, _ in points]
    r = _POINT_INCHES
    taken: list[Rectangle] = [(x - r, y - r, x + r, y + r) for x, y in at]
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
    """Return the approximate width of a name in inches."""
    return _LETTER_INCHES * len(name)


def _offsets() -> Floats:
    """Return offsets [k, 2] from a point in inches, in the order in which they are tried."""
    angles = np.deg2rad([0, 180, 30, -30, 150, -150, 60, -60, 120, -120, 90, -90])
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.concatenate([r * circle for r in (0.07, 0.16, 0.28, 0.42, 0.6, 0.8, 1.05)])


def _box(x: float, y: float, dx: float, dy: float, size: tuple[float, float]) -> Rectangle:
    """Return the rectangle of a name at an offset from a point."""
    w, h = size
    left = x + dx if dx > 0.01 else x + dx - w if dx < -0.01 else x - w / 2
    bottom = y + dy - h / 2
    return left, bottom, left + w, bottom + h


def _overlap(a: Rectangle, b: Rectangle) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    tall = min(a[3], b[3]) - max(a[1], b[1])
    return wide * tall if wide > 0 and tall > 0 else 0.0
