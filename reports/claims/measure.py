"""Indicators after every evaluation, paired repetitions, and bootstrap intervals of their means."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bench.indicators import log_regret
from bench.results.search import RunResult, SearchResults
from reports.claims.outcome import Missing

__all__ = [
    "FEWEST",
    "INDICATORS",
    "LEAST",
    "RESAMPLES",
    "Indicator",
    "IndicatorName",
    "at_evaluation",
    "paired_curves",
    "percentiles",
    "require_runs",
    "resampled_means",
    "student",
]

Floats = NDArray[np.float64]
IndicatorName = Literal["hypervolume_ratio", "log10_hypervolume_difference"]

# *ours*: fewer pairs cannot give p < 0.05 in a two-sided sign test, so they settle nothing.
LEAST = 6
FEWEST = 2  # one run has no spread, and its mean no interval
RESAMPLES = 2000

# *ours*: what is missing to the whole front counts as no less, lest one run that found the front
# decide a mean of logarithms.
_LEAST_DIFFERENCE = 1e-6


@dataclass(frozen=True)
class Indicator:
    """A number after each evaluation of a run, and in which direction it is better."""

    title: str
    lower_is_better: bool
    curve: Callable[[SearchResults, RunResult], Floats]

    @property
    def sign(self) -> float:
        """What values are multiplied by to be the better the higher; and back again."""
        return -1.0 if self.lower_is_better else 1.0


def _ratio(_: SearchResults, run: RunResult) -> Floats:
    return run.trace


def _log_difference(results: SearchResults, run: RunResult) -> Floats:
    whole = results.front_hypervolume
    return log_regret(run.trace * whole, whole, floor=_LEAST_DIFFERENCE)


INDICATORS: dict[IndicatorName, Indicator] = {
    "hypervolume_ratio": Indicator("hypervolume ratio", False, _ratio),
    "log10_hypervolume_difference": Indicator(
        "log10 hypervolume difference", True, _log_difference
    ),
}


def paired_curves(
    results: SearchResults, methods: Sequence[str], indicator: Indicator, *, least: int = FEWEST
) -> list[Floats]:
    """Return an indicator's curves [repetitions, evaluations] of each method, paired.

    The repetitions are those that all the named methods have finished, in their order; what other
    methods have finished does not matter.

    Raises
    ------
    Missing
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
    """Do nothing if there are so many runs.

    Parameters
    ----------
    which : str
        What was counted, in the singular.

    Raises
    ------
    Missing
        If they are fewer than `least`.
    """
    if count < least:
        found = f"only {count} {which}; an interval takes {least}"
        raise Missing(found if count else f"no {which}")


def at_evaluation(results: SearchResults, evaluations: int | None) -> int:
    """Return how many evaluations a claim is about: all of the budget unless it says.

    Raises
    ------
    Missing
        If they are more than the protocol's budget.
    """
    budget = results.protocol.rules.budget.evaluations
    if evaluations is not None and evaluations > budget:
        raise Missing(
            f"the claim is about {evaluations} evaluations, {results.protocol.label} ends at "
            f"{budget}"
        )
    return evaluations or budget


def resampled_means(
    curves: Sequence[Floats], rng: np.random.Generator, *, resamples: int = RESAMPLES
) -> list[Floats]:
    """Return means [resamples, n] of each method's curves [r, n] over resampled repetitions.

    The same repetitions are drawn for all methods, so pairs stay pairs.
    """
    count = len(curves[0])
    drawn = rng.integers(0, count, size=(resamples, count))
    weights = np.zeros((resamples, count))
    np.add.at(weights, (np.arange(resamples)[:, None], drawn), 1.0 / count)
    return [weights @ each for each in curves]


def percentiles(statistics: Floats, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Return the percentile interval of bootstrap statistics [resamples, ...] over the first axis.

    Both ends are values that occurred, rounded outwards, as in `bench.indicators`.
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
        Standard deviation of a run, measured on `runs` of them.
    """
    from scipy import stats

    quantile = float(stats.t.ppf(1.0 - (1.0 - level) / 2.0, runs - 1))
    return quantile * spread / math.sqrt(mean_of)
