"""Anytime curves: hypervolume ratio and regret over evaluations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.results.search import SearchResults
from reports.rendering import style
from reports.search.comparison import RANDOM, common_traces

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw"]

_CAPTION = (
    "Median (line) and quartiles (band; of more than six methods those of the first, the last and "
    "random search) over the compared repetitions of the hypervolume ratio of "
    "the set each method would hand in after so many evaluations, and below it what is missing "
    "to 1 on a logarithmic scale: higher above and lower below is better{shared}, and the "
    "dotted line is the attainable ratio, an arrow where it lies far off."
)
_SHARED = ", the shaded evaluations are the initial designs that all methods share"
# Regret is drawn no lower: a set that is the exact front itself has none.
_LEAST_REGRET = 1e-4
_MOST_BANDS = 6  # more of them hide each other
# Ticks in a decade, by the ratio of the limits that they are for.
_STEPS = (
    (4.0, (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)),
    (12.0, (1.0, 2.0, 3.0, 5.0, 7.0)),
    (300.0, (1.0, 2.0, 5.0)),
)


def draw(results: SearchResults) -> tuple[str, Figure]:
    """Return the caption and the figure: ratio above, regret below."""
    height = style.panel_height(len(results.methods))
    right = style.label_width(results)
    figure, (above, below) = style.new_figure((height, height), right=right)
    budget = results.protocol.rules.budget
    quartiles = {
        method: np.quantile(common_traces(results, method), (0.25, 0.5, 0.75), axis=0)
        for method in results.methods
    }
    attainable = results.protocol.rules.normalisation.attainable
    _ratio_panel(above, quartiles, attainable, budget.first)
    regret = {m: np.maximum(1.0 - q, _LEAST_REGRET) for m, q in quartiles.items()}
    _regret_panel(below, regret, attainable, budget.first)
    for ax, curves in ((above, quartiles), (below, regret)):
        _curves(ax, curves, style.looks(results), budget.first)
        style.mark_initial(ax, budget.initial)
        style.count_evaluations(ax, budget.evaluations)
        ax.grid(visible=True, axis="y")
        ends = {method: float(curve[1, -1]) for method, curve in curves.items()}
        style.label_lines(ax, ends, style.looks(results), panel=height)
    below.set_xlabel("evaluations")
    style.sign(figure, results)
    return _CAPTION.format(shared=_SHARED if budget.initial else ""), figure


def _ratio_panel(
    ax: Axes, quartiles: dict[str, NDArray[np.float64]], attainable: float, first: int
) -> None:
    low, high = _range(quartiles, first)
    if style.near(attainable, low, high):
        low, high = min(low, attainable), max(high, attainable)
    margin = 0.05 * max(high - low, 0.02)
    ax.set_ylim(low - margin, high + margin)
    ax.set_ylabel("hypervolume ratio")
    _attainable(ax, attainable, first)


def _regret_panel(
    ax: Axes, regret: dict[str, NDArray[np.float64]], attainable: float, first: int
) -> None:
    low, high = _range(regret, first)
    missing = 1.0 - attainable
    drawn = missing > _LEAST_REGRET
    if drawn and style.near(*np.log([missing, low, high])):
        low, high = min(low, missing), max(high, missing)
    ax.set_yscale("log")
    margin = max(high / low, 1.2) ** 0.05
    ax.set_ylim(low / margin, high * margin)
    ax.set_ylabel("regret: 1 \N{MINUS SIGN} hypervolume ratio")
    if drawn:
        _attainable(ax, missing, first)
    _plain_ticks(ax)


def _range(curves: dict[str, NDArray[np.float64]], first: int) -> tuple[float, float]:
    shown = np.concatenate([curve[:, first - 1 :].ravel() for curve in curves.values()])
    return float(shown.min()), float(shown.max())


def _plain_ticks(ax: Axes) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

    low, high = ax.get_ylim()
    steps = next((steps for most, steps in _STEPS if high / low < most), (1.0,))
    ax.yaxis.set_major_locator(LogLocator(base=10.0, subs=steps))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_minor_formatter(NullFormatter())


def _attainable(ax: Axes, value: float, first: int) -> None:
    """Draw the attainable value as a line, or write it at the edge beyond which it lies."""
    low, high = ax.get_ylim()
    text = f"attainable {value:.4f}"
    common: dict[str, Any] = {
        "textcoords": "offset points",
        "fontsize": 7.5,
        "color": style.REFERENCE,
    }
    if low <= value <= high:
        ax.axhline(value, color=style.REFERENCE, linewidth=1.0, linestyle=(0, (1, 2)), zorder=1)
        ax.annotate(text, (first, value), xytext=(4, 2), va="bottom", **common)
        return
    above = value > high
    ax.annotate(
        ("\N{UPWARDS ARROW} " if above else "\N{DOWNWARDS ARROW} ") + text,
        (first, float(above)),
        xycoords=("data", "axes fraction"),
        xytext=(4, -2 if above else 2),
        va="top" if above else "bottom",
        **common,
    )


def _banded(curves: dict[str, NDArray[np.float64]]) -> set[str]:
    """Return the methods whose quartiles are drawn: all, or random search and the extremes."""
    if len(curves) <= _MOST_BANDS:
        return set(curves)
    order = sorted(curves, key=lambda method: float(curves[method][1, -1]))
    return {order[0], order[-1], RANDOM} & set(curves)


def _curves(
    ax: Axes, curves: dict[str, NDArray[np.float64]], looks: dict[str, style.Look], first: int
) -> None:
    banded = _banded(curves)
    opacity = min(0.2, 0.6 / len(banded))
    for place, (method, curve) in enumerate(curves.items()):
        look = looks[method]
        x = np.arange(first, curve.shape[1] + 1)
        low, median, high = curve[:, first - 1 :]
        step = max(1, len(x) // 6)
        if method in banded:
            ax.fill_between(
                x,
                low,
                high,
                facecolor=(look.colour, opacity),
                edgecolor=(look.colour, 0.6),
                linewidth=0.6,
                linestyle=look.dashes,
            )
        ax.plot(x, median, markevery=(place * step // len(curves), step), **look.line)
