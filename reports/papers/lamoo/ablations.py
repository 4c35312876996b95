"""Effects of the choices within LaMOO: paired differences to the default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.indicators import bootstrap_interval
from bench.results.search import SearchResults
from bench.seeds import stream
from reports.claims.measure import LEAST
from reports.rendering import style
from reports.search.comparison import regret_column

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CAPTION", "PairedDifference", "draw", "paired_differences"]

CAPTION = (
    "Each variant less its method with the default settings, on the same initial designs: mean "
    "difference of the log10 hypervolume difference at the full budget, its 95 % bootstrap "
    "interval, and in brackets the number of pairs. Left of 0 the variant is better; an interval "
    "that contains 0 settles nothing. Below them: LaMOO around a sampler less the sampler."
)


@dataclass(frozen=True)
class PairedDifference:
    """Paired difference of a method to another.

    Attributes
    ----------
    name, base : str
        Names of the two methods.
    mean, low, high : float
        Mean difference, and its 95 % bootstrap interval.
    pairs : int
        Number of paired repetitions.
    """

    name: str
    base: str
    mean: float
    low: float
    high: float
    pairs: int


def paired_differences(results: SearchResults, pairs: dict[str, str]) -> list[PairedDifference]:
    """Return the difference of each method to another, if they have six common repetitions.

    Parameters
    ----------
    results : SearchResults
    pairs : dict of str to str
        A method, and the method with which it is compared.
    """
    column, _ = regret_column(results.protocol)
    table = results.frame().pivot_table(index="repetition", columns="method", values=column)
    found = []
    for name, base in pairs.items():
        if not {name, base} <= set(table.columns):
            continue
        differences = (table[name] - table[base]).dropna().to_numpy()
        if len(differences) < LEAST:
            continue
        rng = stream(results.protocol.id, "bootstrap", name, base)
        low, high = bootstrap_interval(differences, rng=rng, statistic=np.mean)
        mean = float(differences.mean())
        found.append(PairedDifference(name, base, mean, low, high, len(differences)))
    return found


def draw(differences: list[PairedDifference]) -> Figure:
    """Return the figure, with a row for each difference."""
    left = 0.35 + 0.078 * max(len(_label(d)) for d in differences)
    figure, (ax,) = style.new_figure((0.32 * len(differences) + 0.3,), left=left)
    for row, each in enumerate(differences):
        settled = each.low > 0 or each.high < 0
        colour = "#0072B2" if settled else "#8a8a8a"
        ax.plot([each.low, each.high], [row, row], color=colour, linewidth=1.6)
        ax.plot([each.mean], [row], "o", color=colour, markersize=5)
    ax.axvline(0.0, color=style.REFERENCE, linewidth=1.0, linestyle=(0, (1, 2)))
    ax.set_yticks(range(len(differences)), [_label(d) for d in differences])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(differences) - 0.5, -0.5)
    ax.grid(visible=True, axis="x")
    ax.set_xlabel("difference of log10 hypervolume difference (left is better)")
    return figure


def _label(difference: PairedDifference) -> str:
    return f"{difference.name} less {difference.base} ({difference.pairs})"
