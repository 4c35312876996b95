"""Anytime curves: hypervolume ratio and regret over evaluations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bench.results import Results
from reports.common import RANDOM, common_traces
from reports.figures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["CAPTION", "draw"]

CAPTION = (
    "Median (line) and quartiles (band; of more than six methods those of the first, the last and "
    "random search) over the compared repetitions of the hypervolume ratio of "
    "the set each method would hand in after so many evaluations, and below it what is missing "
    "to 1 on a logarithmic scale: higher above and lower below is better, the shaded evaluations "
    "are the initial designs that all methods share, and the dotted line is the attainable ratio."
)
# Regret is drawn no lower: a set that is the exact front itself has none.
_LEAST_REGRET = 1e-4
_MOST_BANDS = 6  # more of them hide each other


def draw(results: Results) -> Figure:
    """Return the figure: ratio above, regret below."""
    height = style.panel_height(len(results.methods))
    right = style.label_width(results)
    figure, (above, below) = style.new_figure((height, height), right=right)
    first = results.protocol.rules.budget.first
    quartiles = {
        method: np.quantile(common_traces(results, method), (0.25, 0.5, 0.75), axis=0)
        for method in results.methods
    }
    attainable = results.protocol.rules.normalisation.attainable
    _ratio_panel(above, quartiles, attainable, first)
    regret = {m: np.maximum(1.0 - q, _LEAST_REGRET) for m, q in quartiles.items()}
    _regret_panel(below, regret, attainable, first)
    for ax, curves in ((above, quartiles), (below, regret)):
        _curves(ax, curves, style.looks(results), first)
        style.mark_initial(ax, first)
        ax.grid(visible=True, axis="y")
        ends = {method: float(curve[1, -1]) for method, curve in curves.items()}
        style.label_lines(ax, ends, style.looks(results), panel=height)
    below.set_xlabel("evaluations")
    style.sign(figure, results)
    return figure


def _ratio_panel(
    ax: Axes, quartiles: dict[str, NDArray[np.float64]], attainable: float, first: int
) -> None:
    shown = np.concatenate([curve[:, first - 1 :].ravel() for curve in quartiles.values()])
    low, high = float(shown.min()), max(float(shown.max()), attainable)
    margin = 0.05 * max(high - low, 0.02)
    ax.set_ylim(low - margin, high + margin)
    ax.set_ylabel("hypervolume ratio")
    _attainable(ax, attainable, f"attainable {attainable:.4f}", first)


def _regret_panel(
    ax: Axes, regret: dict[str, NDArray[np.float64]], attainable: float, first: int
) -> None:
    shown = np.concatenate([curve[:, first - 1 :].ravel() for curve in regret.values()])
    low, high = float(shown.min()), float(shown.max())
    if attainable < 1.0 - _LEAST_REGRET:
        low = min(low, 1.0 - attainable)
        _attainable(ax, 1.0 - attainable, f"attainable {1.0 - attainable:.4f}", first)
    ax.set_yscale("log")
    ax.set_ylim(low / 1.15, high * 1.15)
    ax.set_ylabel("regret: 1 \N{MINUS SIGN} hypervolume ratio")
    _plain_ticks(ax)


def _plain_ticks(ax: Axes) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

    low, high = ax.get_ylim()
    steps = (1.0, 2.0, 5.0) if high / low < 300 else (1.0,)
    ax.yaxis.set_major_locator(LogLocator(base=10.0, subs=steps))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_minor_formatter(NullFormatter())


def _attainable(ax: Axes, value: float, text: str, first: int) -> None:
    ax.axhline(value, color=style.REFERENCE, linewidth=1.0, linestyle=(0, (1, 2)), zorder=1)
    ax.annotate(
        text,
        (first, value),
        xytext=(4, 2),
        textcoords="offset points",
        fontsize=7.5,
        color=style.REFERENCE,
        va="bottom",
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
            ax.fill_between(x, low, high, color=look.colour, alpha=opacity, linewidth=0)
        ax.plot(
            x,
            median,
            color=look.colour,
            linestyle=look.dashes,
            linewidth=1.5,
            marker=look.marker,
            markersize=4,
            markevery=(place * step // len(curves), step),
        )
    evaluations = max(curve.shape[1] for curve in curves.values())
    ax.set_xlim(0, evaluations)
