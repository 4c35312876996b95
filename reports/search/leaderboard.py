"""The leaderboard: what the repetitions say of each method at the full budget. Numbers only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

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
from reports.search.comparison import RANDOM, common_matrix, regret_column

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ALPHA",
    "AgainstRandom",
    "Leaderboard",
    "Measured",
    "Standing",
    "against_random",
    "make_leaderboard",
]

ALPHA = 0.05


@dataclass(frozen=True)
class AgainstRandom:
    """A method beside random search, repetition by repetition.

    Attributes
    ----------
    share_better : float
        Share of repetitions with a strictly higher value.
    median_difference : float
        Median of the paired differences.
    p : float
        Of `paired_wilcoxon`, two-sided, adjusted by `holm` over all methods but random search.
    """

    share_better: float
    median_difference: float
    p: float

    @property
    def is_better(self) -> bool:
        """Whether the method beats random search, significantly."""
        return self.median_difference > 0.0 and self.p < ALPHA

    @property
    def is_worse(self) -> bool:
        """Whether random search beats the method, significantly."""
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
    igd_plus, log10_regret : float
        Medians; for the second see `reports.search.comparison.regret_column`.
    against_random : AgainstRandom, optional
        None for random search itself, and where it has no runs.
    """

    hypervolume_ratio: float
    low: float
    high: float
    average_rank: float
    letters: str
    igd_plus: float
    log10_regret: float
    against_random: AgainstRandom | None


@dataclass(frozen=True)
class Standing:
    """One line of the leaderboard; `measured` is None where nothing can be compared."""

    method: str
    done: int
    failed: int
    measured: Measured | None


@dataclass(frozen=True)
class Leaderboard:
    """All methods, best median first, those without a finished run last.

    Attributes
    ----------
    repetitions : tuple of int
        The compared ones: those that every method with a finished run has finished.
    held_back : tuple of str
        Methods that finished fewer repetitions than others and so limit the comparison.
    not_run : tuple of str
        Methods of the roster without any run, not even a failed one.
    """

    standings: tuple[Standing, ...]
    repetitions: tuple[int, ...]
    held_back: tuple[str, ...]
    not_run: tuple[str, ...]

    @property
    def compared(self) -> tuple[str, ...]:
        """Names of the methods that are compared, best first."""
        return tuple(s.method for s in self.standings if s.measured)

    @property
    def not_better_than_random(self) -> tuple[Standing, ...]:
        """Methods that were compared with random search and do not beat it."""
        compared = [s for s in self.standings if s.measured and s.measured.against_random]
        return tuple(s for s in compared if not _beats_random(s))

    @property
    def better_than_random(self) -> tuple[Standing, ...]:
        """Methods that beat random search."""
        return tuple(s for s in self.standings if _beats_random(s))

    @property
    def least_p(self) -> float:
        """The smallest adjusted p-value against random search that this many pairs can give."""
        compared = len(self.better_than_random) + len(self.not_better_than_random)
        return float(min(1.0, compared * 2.0 ** (1 - len(self.repetitions))))


def make_leaderboard(
    results: SearchResults, frame: pd.DataFrame, rosters: Sequence[str] = (MAIN_ROSTER,)
) -> Leaderboard:
    """Return the leaderboard of one protocol from `reports.search.comparison.run_frame`.

    Only the common repetitions are compared; the interval is drawn from the stream
    (protocol id, "bootstrap", method), so it does not depend on the other methods' order.
    """
    methods, common = results.methods, results.common_repetitions()
    done = Counter(run.method for run in results.runs)
    failed = Counter(each.label for each in results.unfinished)
    measured = _measure(results, frame) if common else {}
    standings = [
        Standing(method, done[method], failed[method], measured.get(method))
        for method in sorted({*done, *failed})
    ]
    standings.sort(key=_place)
    most = max(done.values(), default=0)
    roster = results.protocol.entrants(*rosters)
    return Leaderboard(
        standings=tuple(standings),
        repetitions=tuple(common),
        held_back=tuple(m for m in methods if done[m] < most),
        not_run=tuple(m for m in roster if not done[m] and not failed[m]),
    )


def _measure(results: SearchResults, frame: pd.DataFrame) -> dict[str, Measured]:
    ratios = common_matrix(frame, results, "hypervolume_ratio")
    column, _ = regret_column(results.protocol)
    igd = np.median(common_matrix(frame, results, "igd_plus"), axis=1)
    regret = np.median(common_matrix(frame, results, column), axis=1)
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
            igd_plus=float(igd[i]),
            log10_regret=float(regret[i]),
            against_random=against.get(method),
        )
    return measured


def against_random(methods: Sequence[str], values: NDArray[np.float64]) -> dict[str, AgainstRandom]:
    """Return each method beside random search: nothing if that or every other has no runs.

    Parameters
    ----------
    values : array [methods, repetitions]
        The larger, the better.
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


def _beats_random(standing: Standing) -> bool:
    against = standing.measured.against_random if standing.measured else None
    return against is not None and against.is_better


def _place(standing: Standing) -> tuple[float, float, str]:
    if standing.measured is None:
        return np.inf, -standing.done, standing.method
    measured = standing.measured
    return -measured.hypervolume_ratio, measured.average_rank, standing.method
