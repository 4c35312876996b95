"""Panels of the sample efficiency of pairs of methods at every level, one for each pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.arrays import Floats
from reports.claims.figures.curve_panels import OURS, PUBLISHED
from reports.rendering import style
from reports.rendering.display import counted
from reports.rendering.panels import panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["RatioPanel", "draw_ratios"]

_COLUMNS, _MANY_COLUMNS, _MANY = 3, 4, 9  # four columns for more than nine panels
_SIDE_INCHES, _ALONE_INCHES = 2.45, 3.6  # a single panel is as wide as the text below it

# Ticks within a power of ten, coarse to fine: the first with enough ticks is taken.
_TICKS = (
    (1.0, 2.0, 5.0),
    (1.0, 1.4, 2.0, 3.0, 5.0, 7.0),
    (1.0, 1.2, 1.4, 1.7, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0),
    (1.0, 1.1, 1.2, 1.3, 1.4, 1.6, 1.8, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0),
)
_LEAST_TICKS = 6


@dataclass(frozen=True)
class RatioPanel:
    """One panel: the baseline's evaluations divided by the method's, at each level.

    Attributes
    ----------
    method, baseline : str
    repetitions : int
        Paired repetitions.
    levels : array [k]
        In the unit of the indicator.
    ratio, low, high : array [k]
        The ratio at each level, and the ends of its interval.
    claimed : tuple of float
        Ratios that claims on this pair name.
    """

    method: str
    baseline: str
    repetitions: int
    levels: Floats
    ratio: Floats
    low: Floats
    high: Floats
    claimed: tuple[float, ...]


def draw_ratios(shown: list[RatioPanel], *, title: str, lower: bool, foot: str) -> Figure:
    """Return the figure.

    Parameters
    ----------
    shown : list of RatioPanel
    title : str
        Of the indicator.
    lower : bool
        Whether a lower level is better; the axis is turned so that further right is better.
    foot : str
        Text in the lower left corner.
    """
    columns = min(_MANY_COLUMNS if len(shown) > _MANY else _COLUMNS, len(shown))
    rows = -(-len(shown) // columns)
    side = _SIDE_INCHES if len(shown) > 1 else _ALONE_INCHES
    figure, grid = panels(rows, columns, side=side, above=0.25, below=0.85)
    names = style.short_names(name for each in shown for name in (each.method, each.baseline))
    low = min(0.8, *(float(each.low.min()) for each in shown)) / 1.08
    high = max(1.25, *(max(float(each.high.max()), *each.claimed, 1.0) for each in shown))
    high *= (high / low) ** 0.25  # room for the text above the curves
    ticks = _ticks(low, high)
    for position, ax in enumerate(grid.ravel()):
        if position >= len(shown):
            ax.set_axis_off()
            continue
        _panel(ax, shown[position], names)
        ax.set_yscale("log")
        ax.set_ylim(low, high)
        ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.minorticks_off()
        if lower:
            ax.invert_xaxis()
        if position % columns:
            ax.tick_params(labelleft=False)
    figure.text(
        0.5, 0.36 / figure.get_figheight(), f"level: {title}, better to the right", ha="center"
    )
    figure.text(
        0.16 / figure.get_figwidth(),
        0.5,
        "baseline's evaluations / method's",
        rotation=90,
        ha="center",
        va="center",
        fontsize=9,
    )
    style.foot_line(figure, foot)
    return figure


def _ticks(low: float, high: float) -> list[float]:
    """Return the ticks of a logarithmic axis of ratios."""
    found: list[float] = []
    for within in _TICKS:
        ticks = [tick * 10.0**power for power in range(-2, 4) for tick in within]
        found = [tick for tick in ticks if low <= tick <= high]
        if len(found) >= _LEAST_TICKS:
            break
    return found


def _panel(ax: Axes, each: RatioPanel, names: dict[str, str]) -> None:
    ax.axhline(1.0, color=style.REFERENCE, linewidth=0.9)
    for claimed in each.claimed:
        ax.axhline(claimed, color=PUBLISHED, linewidth=1.1, linestyle=(0, (5, 2)))
        ax.annotate(
            f"claimed {claimed:g}",
            (0.0, claimed),
            xycoords=("axes fraction", "data"),
            xytext=(3, 2),
            textcoords="offset points",
            fontsize=7.5,
            color=PUBLISHED,
        )
    ax.fill_between(each.levels, each.low, each.high, color=OURS, alpha=0.18, linewidth=0)
    ax.plot(each.levels, each.ratio, color=OURS, linewidth=1.5)
    ax.grid(visible=True, axis="y")
    ax.text(
        0.03,
        0.98,
        f"{names[each.method]}\nagainst {names[each.baseline]}\n"
        f"{counted(each.repetitions, 'repetition')}",
        transform=ax.transAxes,
        fontsize=8,
        va="top",
    )
