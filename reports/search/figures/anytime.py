"""Anytime curves: hypervolume ratio and regret over evaluations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bench.arrays import Floats
from bench.results.search import SearchResults
from reports.rendering import style
from reports.search.comparison import RANDOM
from reports.search.figures.method_looks import method_looks, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw"]

_CAPTION = (
    "Hypervolume ratio of each method's final set over the number of evaluations, and below it the "
    "regret, 1 less the ratio, on a logarithmic scale: median (line) and quartiles (band; of more "
    "than six methods only those of the first, the last and random search) over its "
    "repetitions. Higher above and lower below is better{shared}; the dotted line is "
    "the attainable ratio, an arrow if it is far away."
)
_SHARED = "; the shaded evaluations are the initial designs that all methods share"
# Smallest regret that is drawn: the exact front itself has regret 0.
_LEAST_REGRET = 1e-4
_MOST_BANDS = 6  # more bands hide each other
# Ticks in a decade, by the largest ratio of the limits for which they are used.
_STEPS = (
    (4.0, (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)),
    (12.0, (1.0, 2.0, 3.0, 5.0, 7.0)),
    (300.0, (1.0, 2.0, 5.0)),
)


def draw(results: SearchResults) -> tuple[str, Figure]:
    """Return the caption and the figure: ratio above, regret below."""
    height = style.panel_height(len(results.methods))
    right = style.label_width(results.methods)
    figure, (above, below) = style.new_figure((height, height), right=right)
    budget, looks = results.protocol.rules.budget, method_looks(results)
    quartiles = {
        method: np.quantile(results.traces(method), (0.25, 0.5, 0.75), axis=0)
        for method in results.methods
    }
    attainable = results.protocol.rules.normalisation.attainable
    _ratio_panel(above, quartiles, attainable, budget.first)
    regret = {m: np.maximum(1.0 - q, _LEAST_REGRET) for m, q in quartiles.items()}
    _regret_panel(below, regret, attainable, budget.first)
    for ax, curves in ((above, quartiles), (below, regret)):
        _curves(ax, curves, looks, budget.first)
        style.mark_initial(ax, budget.initial)
        style.count_evaluations(ax, budget.evaluations)
        ax.grid(visible=True, axis="y")
        ends = {method: float(curve[1, -1]) for method, curve in curves.items()}
        style.label_lines(ax, ends, looks, panel=height)
    below.set_xlabel("evaluations")
    sign(figure, results)
    return _CAPTION.format(shared=_SHARED if budget.initial else ""), figure


def _ratio_panel(ax: Axes, quartiles: dict[str, Floats], attainable: float, first: int) -> None:
    low, high = _range(quartiles, first)
    if style.near(attainable, low, high):
        low, high = min(low, attainable), max(high, attainable)
    margin = 0.05 * max(high - low, 0.02)
    ax.set_ylim(low - margin, high + margin)
    ax.set_ylabel("hypervolume ratio")
    _attainable(ax, attainable, first)


def _regret_panel(ax: Axes, regret: dict[str, Floats], attainable: float, first: int) -> None:
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


def _range(curves: dict[str, Floats], first: int) -> tuple[float, float]:
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
    """Draw the attainable value as a line, or write it at the edge if it is beyond the axis."""
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


def _banded(curves: dict[str, Floats]) -> set[str]:
    """Return the methods whose quartiles are drawn: all, or the best, the worst and random."""
    if len(curves) <= _MOST_BANDS:
        return set(curves)
    order = sorted(curves, key=lambda method: float(curves[method][1, -1]))
    return {order[0], order[-1], RANDOM} & set(curves)


def _curves(ax: Axes, curves: dict[str, Floats], looks: dict[str, style.Look], first: int) -> None:
    banded = _banded(curves)
    opacity = min(0.2, 0.6 / len(banded))
    for position, (method, curve) in enumerate(curves.items()):
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
        ax.plot(x, median, markevery=(position * step // len(curves), step), **look.line)
