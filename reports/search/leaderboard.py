"""The leaderboard: indicators of each method at the full budget, as numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.arrays import Floats
from bench.indicators import (
    bootstrap_interval,
    holm,
    mean_ranks,
    paired_wilcoxon,
    significance_groups,
)
from bench.protocol import MAIN_ROSTER
from bench.results.search import SearchResults
from bench.seeds import stream
from reports.search.comparison import RANDOM, common_matrix, further_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ALPHA",
    "AgainstRandom",
    "BoardRow",
    "Leaderboard",
    "Measured",
    "against_random",
    "make_leaderboard",
]

ALPHA = 0.05


@dataclass(frozen=True)
class AgainstRandom:
    """A method compared with random search, repetition by repetition.

    Attributes
    ----------
    share_better : float
        Share of repetitions with a strictly higher value.
    median_difference : float
        Median of the paired differences.
    p : float
        Two-sided p-value of `paired_wilcoxon`, adjusted by `holm` over all methods but random
        search.
    """

    share_better: float
    median_difference: float
    p: float

    @property
    def is_better(self) -> bool:
        """Whether the method is significantly better than random search."""
        return self.median_difference > 0.0 and self.p < ALPHA

    @property
    def is_worse(self) -> bool:
        """Whether the method is significantly worse than random search."""
        return self.median_difference < 0.0 and self.p < ALPHA


@dataclass(frozen=True)
class Measured:
    """Indicators of one method over the common repetitions.

    Attributes
    ----------
    hypervolume_ratio, low, high : float
        Median, and the 95 % bootstrap interval of the median.
    average_rank : float
        1 is best.
    letters : str
        Methods that share a letter are not significantly different.
    further : dict of str to float
        Medians of `reports.search.comparison.further_columns`.
    against_random : AgainstRandom, optional
        None for random search itself, and if random search has no runs.
    """

    hypervolume_ratio: float
    low: float
    high: float
    average_rank: float
    letters: str
    further: dict[str, float]
    against_random: AgainstRandom | None


@dataclass(frozen=True)
class BoardRow:
    """One row of the leaderboard.

    Attributes
    ----------
    method : str
    done, failed : int
        Runs that are finished, and runs without a result.
    measured : Measured, optional
        None if the method has no finished run, or no repetition is common to all methods.
    tier : str
        How far its runs were checked (`bench.results.verdicts`).
    """

    method: str
    done: int
    failed: int
    measured: Measured | None
    tier: str


@dataclass(frozen=True)
class Leaderboard:
    """All methods, the best median first, those without a finished run last.

    Attributes
    ----------
    rows : tuple of BoardRow
    repetitions : tuple of int
        The compared ones: those that every method with a finished run has finished.
    incomplete : tuple of str
        Methods that finished fewer repetitions than others and so limit the comparison.
    not_run : tuple of str
        Methods of the roster without any run, not even a failed one.
    """

    rows: tuple[BoardRow, ...]
    repetitions: tuple[int, ...]
    incomplete: tuple[str, ...]
    not_run: tuple[str, ...]

    @property
    def compared(self) -> tuple[str, ...]:
        """Names of the methods that are compared, best first."""
        return tuple(row.method for row in self.rows if row.measured)

    @property
    def not_better_than_random(self) -> tuple[BoardRow, ...]:
        """Rows of methods that were compared with random search and are not better."""
        compared = [row for row in self.rows if row.measured and row.measured.against_random]
        return tuple(row for row in compared if not _beats_random(row))

    @property
    def better_than_random(self) -> tuple[BoardRow, ...]:
        """Rows of methods that are significantly better than random search."""
        return tuple(row for row in self.rows if _beats_random(row))

    @property
    def least_p(self) -> float:
        """The smallest p-value, adjusted over all methods, that the repetitions can give."""
        compared = len(self.better_than_random) + len(self.not_better_than_random)
        return float(min(1.0, compared * 2.0 ** (1 - len(self.repetitions))))


def make_leaderboard(
    results: SearchResults, frame: pd.DataFrame, rosters: Sequence[str] = (MAIN_ROSTER,)
) -> Leaderboard:
    """Return the leaderboard of one protocol over the common repetitions.

    Parameters
    ----------
    results : SearchResults
    frame : DataFrame
        Of `reports.search.comparison.run_frame`.
    rosters : sequence of str
        Rosters whose entrants are expected to have runs; all rosters if empty.

    Notes
    -----
    Each interval is drawn from the stream (protocol id, "bootstrap", method), so that it does not
    depend on the other methods or their order.
    """
    methods, common = results.methods, results.common_repetitions()
    done = Counter(run.method for run in results.runs)
    failed = Counter(each.label for each in results.unfinished)
    measured = _measure(results, frame) if common else {}
    rows = [
        BoardRow(
            method,
            done[method],
            failed[method],
            measured.get(method),
            results.tiers.get(method, ""),
        )
        for method in sorted({*done, *failed})
    ]
    rows.sort(key=_board_order)
    most = max(done.values(), default=0)
    roster = results.protocol.entrants(*rosters)
    return Leaderboard(
        rows=tuple(rows),
        repetitions=tuple(common),
        incomplete=tuple(m for m in methods if done[m] < most),
        not_run=tuple(m for m in roster if not done[m] and not failed[m]),
    )


def _measure(results: SearchResults, frame: pd.DataFrame) -> dict[str, Measured]:
    ratios = common_matrix(frame, results, "hypervolume_ratio")
    further = {
        column: np.median(common_matrix(frame, results, column), axis=1)
        for column in further_columns(results.protocol)
    }
    ranks, letters = mean_ranks(ratios), significance_groups(ratios, alpha=ALPHA)
    against = against_random(results.methods, ratios)
    measured = {}
    for i, method in enumerate(results.methods):
        rng = stream(results.protocol.id, "bootstrap", method)
        low, high = bootstrap_interval(ratios[i], rng=rng)
        measured[method] = Measured(
            hypervolume_ratio=float(np.median(ratios[i])),
            low=low,
            high=high,
            average_rank=float(ranks[i]),
            letters=letters[i],
            further={column: float(medians[i]) for column, medians in further.items()},
            against_random=against.get(method),
        )
    return measured


def against_random(methods: Sequence[str], values: Floats) -> dict[str, AgainstRandom]:
    """Return the comparison of each method with random search, by method.

    Parameters
    ----------
    methods : sequence of str
        Names of the methods.
    values : array [methods, repetitions]
        Values to compare; the larger, the better.

    Returns
    -------
    dict of str to AgainstRandom
        Empty if random search is not among the methods, or is the only one.
    """
    others = [method for method in methods if method != RANDOM]
    if RANDOM not in methods or not others:
        return {}
    random = values[methods.index(RANDOM)]
    mine = [values[methods.index(method)] for method in others]
    adjusted = holm([paired_wilcoxon(each, random) for each in mine])
    return {
        method: AgainstRandom(
            share_better=float(np.mean(each > random)),
            median_difference=float(np.median(each - random)),
            p=float(p),
        )
        for method, each, p in zip(others, mine, adjusted, strict=True)
    }


def _beats_random(row: BoardRow) -> bool:
    against = row.measured.against_random if row.measured else None
    return against is not None and against.is_better


def _board_order(row: BoardRow) -> tuple[float, float, str]:
    if row.measured is None:
        return np.inf, -row.done, row.method
    return -row.measured.hypervolume_ratio, row.measured.average_rank, row.method
