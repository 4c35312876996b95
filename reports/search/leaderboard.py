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
    least_repetitions,
    mean_ranks,
    paired_wilcoxon,
    pairs_told_apart,
    significance_groups,
)
from bench.protocol import MAIN_ROSTER
from bench.results.search import SearchResults
from bench.seeds import stream
from reports.search.comparison import RANDOM, further_columns, present, value_matrix

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ALPHA",
    "AgainstRandom",
    "BoardRow",
    "Leaderboard",
    "Measured",
    "Resolution",
    "against_random",
    "make_leaderboard",
]

ALPHA = 0.05
PROJECTED = (50, 100, 200)  # numbers of repetitions for which the resolution is projected


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
        Two-sided p-value of `paired_wilcoxon`, adjusted by `holm` over all methods that share
        enough repetitions with random search for a significant difference
        (`bench.indicators.least_repetitions`); not adjusted for the others.
    repetitions : int
        Number of repetitions that both have, on which they are compared.
    """

    share_better: float
    median_difference: float
    p: float
    repetitions: int

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
    """Indicators of one method, over its own repetitions.

    Attributes
    ----------
    repetitions : int
        Number of them.
    hypervolume_ratio, low, high : float
        Median, and the 95 % bootstrap interval of the median.
    average_rank : float, optional
        1 is best. Of each pair on the repetitions that both have (`bench.indicators.mean_ranks`);
        None if it shares none with any other method.
    letters : str
        Methods that share a letter are not significantly different.
    further : dict of str to float
        Medians of `reports.search.comparison.further_columns`.
    against_random : AgainstRandom, optional
        None for random search itself, and if the two share no repetition.
    """

    repetitions: int
    hypervolume_ratio: float
    low: float
    high: float
    average_rank: float | None
    letters: str
    further: dict[str, float]
    against_random: AgainstRandom | None


@dataclass(frozen=True)
class BoardRow:
    """One row of the leaderboard.

    Attributes
    ----------
    method : str
    done, failed, kept : int
        Runs that are done, other runs, and those of the other runs that count with the value that
        they had reached.
    measured : Measured, optional
        None if the method has no run with a value.
    tier : str
        How far its runs were checked (`bench.results.verdicts`).
    """

    method: str
    done: int
    failed: int
    kept: int
    measured: Measured | None
    tier: str


@dataclass(frozen=True)
class Resolution:
    """How many pairs of methods a board tells apart.

    Attributes
    ----------
    pairs : int
        All pairs of methods with a value.
    now : int
        Pairs that differ significantly.
    projected : dict of int to float
        By a number of repetitions: the pairs that would differ significantly if the measured
        differences are the true ones (`bench.indicators.pairs_told_apart`).
    """

    pairs: int
    now: int
    projected: dict[int, float]


@dataclass(frozen=True)
class Leaderboard:
    """All methods, the best median first, those without a value last.

    Attributes
    ----------
    rows : tuple of BoardRow
    resolution : Resolution
    not_run : tuple of str
        Methods of the roster without any run, not even a failed one.
    """

    rows: tuple[BoardRow, ...]
    resolution: Resolution
    not_run: tuple[str, ...]

    @property
    def repetitions(self) -> tuple[int, int]:
        """The smallest and the largest number of repetitions that a compared method has."""
        counts = [row.measured.repetitions for row in self.rows if row.measured]
        return min(counts), max(counts)

    @property
    def fewer(self) -> tuple[BoardRow, ...]:
        """Rows of compared methods that have fewer repetitions than another."""
        _, most = self.repetitions
        return tuple(r for r in self.rows if r.measured and r.measured.repetitions < most)

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
        """The smallest p-value against random search that the shared repetitions can give."""
        compared = [*self.better_than_random, *self.not_better_than_random]
        shared = [r.measured.against_random for r in compared if r.measured]
        counts = [against.repetitions for against in shared if against]
        tested = sum(count >= least_repetitions(ALPHA) for count in counts)
        return float(min(1.0, max(1, tested) * 2.0 ** (1 - max(counts, default=0))))


def make_leaderboard(
    results: SearchResults, frame: pd.DataFrame, rosters: Sequence[str] = (MAIN_ROSTER,)
) -> Leaderboard:
    """Return the leaderboard of one protocol.

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
    depend on the other methods or their order; projections from (protocol id, "resolution", number
    of repetitions).
    """
    done = Counter(run.method for run in results.runs if not run.failed)
    kept = Counter(run.method for run in results.runs if run.failed)
    failed = kept + Counter(each.label for each in results.unfinished)
    ratios = value_matrix(frame, results, "hypervolume_ratio")
    measured = _measure(results, frame, ratios)
    rows = [
        BoardRow(
            method,
            done[method],
            failed[method],
            kept[method],
            measured.get(method),
            results.tiers.get(method, ""),
        )
        for method in sorted({*done, *failed})
    ]
    rows.sort(key=_board_order)
    roster = results.protocol.entrants(*rosters)
    return Leaderboard(
        rows=tuple(rows),
        resolution=_resolution(results, ratios),
        not_run=tuple(m for m in roster if not done[m] and not failed[m]),
    )


def _measure(results: SearchResults, frame: pd.DataFrame, ratios: Floats) -> dict[str, Measured]:
    columns = further_columns(results.protocol)
    further = {column: value_matrix(frame, results, column) for column in columns}
    ranks, letters = mean_ranks(ratios), significance_groups(ratios, alpha=ALPHA)
    against = against_random(results.methods, ratios)
    measured = {}
    for i, method in enumerate(results.methods):
        rng, mine = stream(results.protocol.id, "bootstrap", method), present(ratios[i])
        low, high = bootstrap_interval(mine, rng=rng)
        measured[method] = Measured(
            repetitions=len(mine),
            hypervolume_ratio=float(np.median(mine)),
            low=low,
            high=high,
            average_rank=None if np.isnan(ranks[i]) else float(ranks[i]),
            letters=letters[i],
            further={name: float(np.median(present(v[i]))) for name, v in further.items()},
            against_random=against.get(method),
        )
    return measured


def _resolution(results: SearchResults, ratios: Floats) -> Resolution:
    methods = len(ratios)
    return Resolution(
        pairs=methods * (methods - 1) // 2,
        now=round(pairs_told_apart(ratios, alpha=ALPHA)),
        projected={
            number: pairs_told_apart(
                ratios, number, alpha=ALPHA, rng=stream(results.protocol.id, "resolution", number)
            )
            for number in PROJECTED
        },
    )


def against_random(methods: Sequence[str], values: Floats) -> dict[str, AgainstRandom]:
    """Return the comparison of each method with random search, by method.

    Parameters
    ----------
    methods : sequence of str
        Names of the methods.
    values : array [methods, repetitions]
        Values to compare; the larger, the better; NaN for no run.

    Returns
    -------
    dict of str to AgainstRandom
        Without random search itself and methods that share no repetition with it.
    """
    if RANDOM not in methods:
        return {}
    random = values[methods.index(RANDOM)]
    shared = {
        method: ~np.isnan(mine) & ~np.isnan(random)
        for method, mine in zip(methods, values, strict=True)
        if method != RANDOM
    }
    shared = {method: both for method, both in shared.items() if both.any()}
    mine = {method: values[methods.index(method)][both] for method, both in shared.items()}
    p = {m: paired_wilcoxon(mine[m], random[both]) for m, both in shared.items()}
    tested = [m for m, both in shared.items() if both.sum() >= least_repetitions(ALPHA)]
    p |= dict(zip(tested, holm([p[method] for method in tested]).tolist(), strict=True))
    return {
        method: AgainstRandom(
            share_better=float(np.mean(mine[method] > random[both])),
            median_difference=float(np.median(mine[method] - random[both])),
            p=p[method],
            repetitions=int(both.sum()),
        )
        for method, both in shared.items()
    }


def _beats_random(row: BoardRow) -> bool:
    against = row.measured.against_random if row.measured else None
    return against is not None and against.is_better


def _board_order(row: BoardRow) -> tuple[float, float, str]:
    if row.measured is None:
        return np.inf, -row.done, row.method
    rank = row.measured.average_rank
    return -row.measured.hypervolume_ratio, np.inf if rank is None else rank, row.method
