"""The looks of a protocol's methods, and the line in the corner of its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.results.search import SearchResults
from reports.rendering import style
from reports.search.comparison import RANDOM, method_order, repetition_range

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["method_looks", "sign"]


def method_looks(results: SearchResults) -> dict[str, style.Look]:
    """Return the look of every method of the rosters and of the results, by name."""
    return style.looks(method_order(results), RANDOM)


def sign(figure: Figure, results: SearchResults) -> None:
    """Write the protocol's label and the number of repetitions into a figure's lower left corner.

    Parameters
    ----------
    figure : Figure
        Changed in place.
    results : SearchResults
        The results that the figure shows.
    """
    repetitions = repetition_range(results)
    noun = "repetition" if repetitions == "1" else "repetitions"
    style.foot_line(figure, f"{results.protocol.label}, {repetitions} {noun}")
