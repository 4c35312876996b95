"""Panels of published curves beside ours, one for each, all with random search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.arrays import Floats
from reports.rendering import style
from reports.rendering.display import counted
from reports.rendering.panels import panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["OURS", "PUBLISHED", "CurvePanel", "MeanCurve", "draw_curves"]

OURS, PUBLISHED, RANDOM = "#0072B2", "#D55E00", "#3a3a3a"
_COLUMNS = 3
_SIDE_INCHES = 2.45


@dataclass(frozen=True)
class MeanCurve:
    """A mean curve of our own.

    Attributes
    ----------
    value, low, high : array [n]
        The mean and the ends of its band, after each evaluation.
    repetitions : int
    """

    value: Floats
    low: Floats
    high: Floats
    repetitions: int


@dataclass(frozen=True)
class CurvePanel:
    """One panel.

    Attributes
    ----------
    method, label : str
        Names of the method here, and in the paper.
    evaluations, values : array [k]
        The published curve.
    spread : float, optional
        Half-width of its band at the end.
    ours, random : MeanCurve, optional
        Of the method, and of random search; None if there are no runs.
    sign : float
        Of the indicator; see `reports.claims.measure.CurveIndicator`.
    """

    method: str
    label: str
    evaluations: Floats
    values: Floats
    spread: float | None
    ours: MeanCurve | None
    random: MeanCurve | None
    sign: float

    @property
    def passes(self) -> int | None:
        """Evaluations after which random search's mean passes the last published value."""
        if self.random is None:
            return None
        passed = self.sign * self.random.value > self.sign * self.values[-1]
        return int(passed.argmax()) + 1 if passed.any() else None


def draw_curves(shown: list[CurvePanel], *, title: str, initial: int, foot: str) -> Figure:
    """Return the figure.

    Parameters
    ----------
    shown : list of CurvePanel
    title : str
        Of the indicator, for the axes.
    initial : int
        Number of initial designs.
    foot : str
        Text in the lower left corner.
    """
    columns = min(_COLUMNS, len(shown))
    rows = -(-len(shown) // columns)
    figure, grid = panels(rows, columns, side=_SIDE_INCHES, above=0.75, below=0.85)
    low, high = _limits(shown, initial)
    names = style.short_names(each.method for each in shown)
    last = max(_last(each) for each in shown)
    for position, ax in enumerate(grid.ravel()):
        if position >= len(shown):
            ax.set_axis_off()
            continue
        _panel(ax, shown[position], names[shown[position].method], initial)
        ax.set_xlim(0, last * 1.02)
        ax.set_ylim(low, high)
        if position % columns:
            ax.tick_params(labelleft=False)
        if position + columns < len(shown):
            ax.tick_params(bottom=False, labelbottom=False)
        else:
            ax.set_xlabel("evaluations")
    figure.text(
        0.16 / figure.get_figwidth(), 0.5, title, rotation=90, ha="center", va="center", fontsize=9
    )
    _legend(figure, shown)
    style.foot_line(figure, foot)
    return figure


def _panel(ax: Axes, each: CurvePanel, name: str, initial: int) -> None:
    if each.random is not None and each.method != "random":
        _mean(ax, each.random, RANDOM, initial, dashes=(0, (1.2, 1.2)))
    if each.ours is not None:
        _mean(ax, each.ours, OURS, initial, dashes="-")
    ax.plot(each.evaluations, each.values, color=PUBLISHED, marker="o", markersize=3, linewidth=1.3)
    if each.spread is not None:
        ax.errorbar(
            each.evaluations[-1],
            each.values[-1],
            yerr=each.spread,
            color=PUBLISHED,
            capsize=2.5,
            linewidth=1.0,
        )
    style.mark_initial(ax, initial)
    ax.grid(visible=True, axis="y")
    here = counted(each.ours.repetitions, "repetition") if each.ours else "not run"
    ax.set_title(f"{each.label}\n{name}, {here}", loc="left", fontsize=8)
    if each.passes is not None:
        text = f"mean of random passes the\npublished end after {each.passes}"
    else:
        text = "" if each.random is None else "mean of random does not\nreach the published end"
    ax.text(0.97, 0.97, text, transform=ax.transAxes, fontsize=7.5, ha="right", va="top")


def _mean(ax: Axes, mean: MeanCurve, colour: str, initial: int, *, dashes: object) -> None:
    x = np.arange(initial, len(mean.value) + 1)
    ax.fill_between(
        x,
        mean.low[initial - 1 :],
        mean.high[initial - 1 :],
        color=colour,
        alpha=0.16,
        linewidth=0,
    )
    ax.plot(x, mean.value[initial - 1 :], color=colour, linewidth=1.5, linestyle=dashes)


def _last(each: CurvePanel) -> float:
    ends = [float(each.evaluations[-1])]
    ends += [float(len(mean.value)) for mean in (each.ours, each.random) if mean]
    return max(ends)


def _limits(shown: list[CurvePanel], initial: int) -> tuple[float, float]:
    found = [each.values for each in shown]
    for each in shown:
        for mean in (each.ours, each.random):
            if mean is not None:
                found += [mean.low[initial - 1 :], mean.high[initial - 1 :]]
    joined = np.concatenate(found)
    margin = 0.06 * float(np.ptp(joined))
    return float(joined.min()) - margin, float(joined.max()) + margin


def _legend(figure: Figure, shown: list[CurvePanel]) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color=PUBLISHED, marker="o", markersize=3, label="published")]
    if any(each.ours for each in shown):
        handles.append(Line2D([], [], color=OURS, linewidth=1.5, label="measured here"))
    if any(each.random for each in shown):
        dotted = Line2D([], [], color=RANDOM, linestyle=(0, (1.2, 1.2)), label="random search here")
        handles.append(dotted)
    top = 1.0 - 0.06 / figure.get_figheight()
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.0, top),
        ncols=3,
        frameon=False,
        fontsize=8.5,
    )
