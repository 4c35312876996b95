"""Selected architectures: of each run the best one by the first search objective, as numbers.

Only protocols that name the indicator `selected` have them; it is how papers with a single
objective are judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.indicators import bootstrap_interval
from bench.results.search import SearchResults
from bench.seeds import stream
from reports.search.comparison import present, value_matrix
from reports.search.leaderboard import AgainstRandom, against_random

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Selected", "make_selected", "selected_column"]


@dataclass(frozen=True)
class Selected:
    """The architectures that one method selects, over its repetitions.

    Attributes
    ----------
    method : str
    repetitions : int
        Number of them.
    objective, low, high : float
        Median of the first test objective in its own unit, and the 95 % bootstrap interval of the
        median.
    seconds : float
        Median of the simulated seconds of a run, estimates included.
    against_random : AgainstRandom, optional
        Of the objective's reduction; None for random search itself, and if they share no
        repetition.
    """

    method: str
    repetitions: int
    objective: float
    low: float
    high: float
    seconds: float
    against_random: AgainstRandom | None


def selected_column(results: SearchResults) -> str:
    """Return the column of `run_frame` with the first test objective of selected architectures."""
    return f"selected_{results.protocol.rules.task.objectives[0].name}"


def make_selected(results: SearchResults, frame: pd.DataFrame) -> tuple[Selected, ...]:
    """Return the selection of each method, the best first.

    Parameters
    ----------
    results : SearchResults
    frame : DataFrame
        Of `reports.search.comparison.run_frame`.

    Returns
    -------
    tuple of Selected
        Empty if the protocol does not name the indicator `selected`.

    Notes
    -----
    Each interval is drawn from the stream (protocol id, "bootstrap selected", method).
    """
    if "selected" not in results.protocol.rules.indicators:
        return ()
    values = value_matrix(frame, results, selected_column(results))
    seconds = value_matrix(frame, results, "simulated_seconds")
    against = against_random(results.methods, -values)
    found = []
    for i, method in enumerate(results.methods):
        rng, mine = stream(results.protocol.id, "bootstrap selected", method), present(values[i])
        low, high = bootstrap_interval(mine, rng=rng)
        found.append(
            Selected(
                method=method,
                repetitions=len(mine),
                objective=float(np.median(mine)),
                low=low,
                high=high,
                seconds=float(np.median(present(seconds[i]))),
                against_random=against.get(method),
            )
        )
    return tuple(sorted(found, key=lambda each: (each.objective, each.method)))
