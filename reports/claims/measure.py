"""Indicators after every evaluation, paired repetitions, and bootstrap intervals of their means."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bench.arrays import Floats
from bench.indicators import log_regret
from bench.results.search import RunResult, SearchResults
from reports.claims.judgement import MissingEvidence

__all__ = [
    "FEWEST",
    "INDICATORS",
    "LEAST",
    "RESAMPLES",
    "CurveIndicator",
    "IndicatorName",
    "at_evaluation",
    "paired_curves",
    "percentiles",
    "require_runs",
    "resampled_means",
    "student",
]

IndicatorName = Literal["hypervolume_ratio", "log10_hypervolume_difference"]

# *ours*: fewer pairs cannot give p < 0.05 in a two-sided sign test, so they settle nothing.
LEAST = 6
FEWEST = 2  # one run has no spread, and its mean no interval
RESAMPLES = 2000


@dataclass(frozen=True)
class CurveIndicator:
    """An indicator after each evaluation of a run.

    Attributes
    ----------
    title : str
    lower_is_better : bool
    curve : callable
        Called as (results, run); returns the indicator [n] after each evaluation.
    """

    title: str
    lower_is_better: bool
    curve: Callable[[SearchResults, RunResult], Floats]

    @property
    def sign(self) -> float:
        """The factor with which values become the better the higher, and back."""
        return -1.0 if self.lower_is_better else 1.0


def _ratio(_: SearchResults, run: RunResult) -> Floats:
    return run.trace


def _log_difference(results: SearchResults, run: RunResult) -> Floats:
    whole = results.front_hypervolume
    return log_regret(run.trace * whole, whole)


INDICATORS: dict[IndicatorName, CurveIndicator] = {
    "hypervolume_ratio": CurveIndicator("hypervolume ratio", False, _ratio),
    "log10_hypervolume_difference": CurveIndicator(
        "log10 hypervolume difference", True, _log_difference
    ),
}


def paired_curves(
    results: SearchResults,
    methods: Sequence[str],
    indicator: CurveIndicator,
    *,
    least: int = FEWEST,
) -> list[Floats]:
    """Return the paired curves [repetitions, evaluations] of each method.

    The repetitions are those that all the named methods have, in order; other methods do not
    matter. A run that failed keeps what it had reached.

    Parameters
    ----------
    results : SearchResults
    methods : sequence of str
        Names of the methods.
    indicator : CurveIndicator
        The curves are its values.
    least : int
        Number of repetitions that are required.

    Raises
    ------
    MissingEvidence
        If there are fewer than `least` such repetitions.
    """
    runs = {method: {run.repetition: run for run in results.of(method)} for method in methods}
    common = sorted(set.intersection(*(set(each) for each in runs.values())))
    require_runs(len(common), f"repetition finished by {' and '.join(methods)}", least)
    return [
        np.stack([indicator.curve(results, runs[method][number]) for number in common])
        for method in methods
    ]


def require_runs(count: int, which: str, least: int = FEWEST) -> None:
    """Raise an error unless there are enough runs for an interval.

    Parameters
    ----------
    count : int
        Number of runs.
    which : str
        Names the runs, in the singular.
    least : int
        Number of runs that are required.

    Raises
    ------
    MissingEvidence
        If there are fewer than `least` runs.
    """
    if count < least:
        found = f"only {count} {which}; an interval needs {least}"
        raise MissingEvidence(found if count else f"no {which}")


def at_evaluation(results: SearchResults, evaluations: int | None) -> int:
    """Return the number of evaluations after which a claim is judged.

    Parameters
    ----------
    results : SearchResults
    evaluations : int, optional
        Number that the claim names; the whole budget if None.

    Raises
    ------
    MissingEvidence
        If they are more than the protocol's budget.
    """
    budget = results.protocol.rules.budget.evaluations
    if evaluations is not None and evaluations > budget:
        raise MissingEvidence(
            f"the claim is about {evaluations} evaluations, {results.protocol.label} ends at "
            f"{budget}"
        )
    return evaluations or budget


def resampled_means(
    curves: Sequence[Floats], rng: np.random.Generator, *, resamples: int = RESAMPLES
) -> list[Floats]:
    """Return means [resamples, n] of each method's curves over resampled repetitions.

    Parameters
    ----------
    curves : sequence of array [r, n]
        Paired curves; the same repetitions are drawn for all methods, so that pairs stay pairs.
    rng : Generator
        Draws the repetitions.
    resamples : int
        Number of bootstrap resamples.
    """
    count = len(curves[0])
    drawn = rng.integers(0, count, size=(resamples, count))
    weights = np.zeros((resamples, count))
    np.add.at(weights, (np.arange(resamples)[:, None], drawn), 1.0 / count)
    return [weights @ each for each in curves]


def percentiles(statistics: Floats, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Return the ends [...] of the percentile interval of bootstrap statistics.

    Both ends are values that occurred, rounded outwards, as in `bench.indicators`.

    Parameters
    ----------
    statistics : array [resamples, ...]
    level : float
        Confidence level.
    """
    tail = (1.0 - level) / 2.0
    low = np.quantile(statistics, tail, axis=0, method="lower")
    high = np.quantile(statistics, 1.0 - tail, axis=0, method="higher")
    return np.asarray(low), np.asarray(high)


def student(spread: float, runs: int, *, mean_of: int = 1, level: float = 0.95) -> float:
    """Return the half-width of Student's interval of a mean of `mean_of` runs.

    Parameters
    ----------
    spread : float
        Standard deviation of a run.
    runs : int
        Number of runs from which `spread` was computed.
    mean_of : int
        Number of runs of the mean.
    level : float
        Confidence level.
    """
    from scipy import stats

    quantile = float(stats.t.ppf(1.0 - (1.0 - level) / 2.0, runs - 1))
    return quantile * spread / math.sqrt(mean_of)
