"""Hypervolume ratio over simulated seconds, which differ between methods at equal evaluations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.arrays import Floats
from bench.results.search import RunResult, SearchResults
from reports.rendering import style
from reports.search.figures.method_looks import method_looks, sign

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw", "known", "median_over_seconds", "seconds_of"]

_CAPTION = (
    "Median hypervolume ratio of each method's final set over simulated seconds: what the "
    "evaluations so far take one after the other, and what the method asked of stored estimates. A "
    "curve begins when half of the runs have their initial designs, and ends when half have spent "
    "the budget; a method whose curve ends early prefers cheap architectures. Seconds of the "
    "method itself are not counted."
)
_POINTS = 400


def known(results: SearchResults) -> bool:
    """Return whether evaluations cost seconds."""
    return any(run.cost_seconds.sum() > 0.0 for run in results.runs)


def seconds_of(run: RunResult) -> Floats:
    """Return the simulated seconds [n] from the start of a run to the end of each evaluation."""
    seconds: Floats = np.cumsum(run.cost_seconds)
    if run.estimate_seconds:
        batches = run.journal.batches
        spent = [batch.estimate_seconds for batch in batches]
        seconds = seconds + np.repeat(spent, [len(batch.architectures) for batch in batches])
    return seconds


def median_over_seconds(runs: list[RunResult], first: int) -> tuple[Floats, Floats]:
    """Return seconds [p], and the median hypervolume ratio [p] of some runs at them.

    Parameters
    ----------
    runs : list of RunResult
        At least one.
    first : int
        Number of the evaluation after which the curve begins.

    Notes
    -----
    The ratio of a run is that after its last evaluation that has ended; it stays after the last
    one of all. A run without an evaluation has the ratio 0.
    """
    clocks = [seconds_of(run) for run in runs]
    starts = [float(clock[min(first, len(clock)) - 1]) if len(clock) else 0.0 for clock in clocks]
    ends = [float(clock[-1]) if len(clock) else 0.0 for clock in clocks]
    grid = np.linspace(float(np.median(starts)), float(np.median(ends)), _POINTS)
    ratios = []
    for run, clock in zip(runs, clocks, strict=True):
        values = np.concatenate([[0.0], run.trace[: len(clock)]])
        ratios.append(values[np.searchsorted(clock, grid, side="right")])
    return grid, np.median(ratios, axis=0)


def draw(results: SearchResults) -> tuple[str, Figure]:
    """Return the caption and the figure."""
    height, right = style.panel_height(len(results.methods)), style.label_width(results.methods)
    figure, (ax,) = style.new_figure((height,), right=right)
    looks, first = method_looks(results), results.protocol.rules.budget.first
    curves = {m: median_over_seconds(results.of(m), first) for m in results.methods}
    unit, name = _unit(max(float(seconds[-1]) for seconds, _ in curves.values()))
    for position, (method, (seconds, ratios)) in enumerate(curves.items()):
        step = _POINTS // 6
        mark = (position * step // len(curves), step)
        ax.plot(
            seconds / unit, ratios, drawstyle="steps-post", markevery=mark, **looks[method].line
        )
    shown = np.concatenate([ratios for _, ratios in curves.values()])
    margin = 0.05 * max(float(np.ptp(shown)), 0.02)
    ax.set_ylim(float(shown.min()) - margin, float(shown.max()) + margin)
    ax.set_xlim(0.0, max(float(seconds[-1]) for seconds, _ in curves.values()) / unit)
    ax.grid(visible=True, axis="y")
    ax.set_xlabel(f"simulated {name}")
    ax.set_ylabel("hypervolume ratio")
    style.label_lines(
        ax, {m: float(ratios[-1]) for m, (_, ratios) in curves.items()}, looks, panel=height
    )
    sign(figure, results)
    return _CAPTION, figure


def _unit(longest: float) -> tuple[float, str]:
    """Return the seconds of the unit in which an axis up to `longest` seconds is read."""
    units = ((86400.0, "days"), (3600.0, "hours"), (60.0, "minutes"))
    return next(((unit, name) for unit, name in units if longest >= 3 * unit), (1.0, "seconds"))
