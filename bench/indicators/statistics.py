"""Statistics over repetitions: intervals, the paired test, and its correction for many tests.

Scores are higher-is-better (hypervolumes, for example), unlike objectives.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats
from bench.errors import IndicatorError
from bench.indicators._arrays import as_vector

__all__ = [
    "bootstrap_interval",
    "holm",
    "paired_wilcoxon",
]


def bootstrap_interval(
    values: ArrayLike,
    statistic: Callable[..., Any] = np.median,
    *,
    rng: np.random.Generator,
    level: float = 0.95,
    resamples: int = 2000,
) -> tuple[float, float]:
    """Return a percentile bootstrap confidence interval of a statistic of the repetitions.

    Parameters
    ----------
    values : array_like [r]
        One number per repetition; inf is allowed (a target that was never reached), NaN is not.
    statistic : callable
        Maps an array to a number. Called once, with `axis=1`, if it accepts `axis` as numpy's
        functions do; otherwise called once per resample.
    rng : numpy.random.Generator
        The only source of randomness: one draw of shape [resamples, r].
    level : float
        Confidence level, in (0, 1).
    resamples : int
        Number of bootstrap samples.

    Returns
    -------
    low, high : float
        Values of the statistic that occurred: quantiles are rounded outwards, not interpolated.

    Raises
    ------
    IndicatorError
        If there are no values or one is NaN, or an option is out of range.

    Notes
    -----
    Efron and Tibshirani, 1993, "An introduction to the bootstrap", chapter 13.

    Examples
    --------
    >>> bootstrap_interval([3.0, 3.0, 3.0], rng=np.random.default_rng(0))
    (3.0, 3.0)
    """
    checked = as_vector(values, "values", accept="infinite")
    if checked.size == 0:
        raise IndicatorError("values: expected at least one repetition, got none")
    if not 0.0 < level < 1.0:
        raise IndicatorError(f"level: expected a confidence in (0, 1), got {level}")
    if resamples < 1:
        raise IndicatorError(f"resamples: expected at least 1, got {resamples}")
    samples = checked[rng.integers(0, checked.size, size=(resamples, checked.size))]
    try:
        statistics = statistic(samples, axis=1)
    except TypeError:
        statistics = [statistic(sample) for sample in samples]
    ordered = np.sort(np.asarray(statistics, dtype=np.float64))
    tail = (1.0 - level) / 2.0 * (resamples - 1)
    return float(ordered[math.floor(tail)]), float(ordered[math.ceil(resamples - 1 - tail)])


def paired_wilcoxon(a: ArrayLike, b: ArrayLike) -> float:
    """Return the two-sided p-value of the Wilcoxon signed-rank test of paired repetitions.

    Repetitions are paired because all methods start each repetition from the same initial designs.

    Parameters
    ----------
    a, b : array_like [r]
        One score per repetition of each of two methods, in the same order.

    Returns
    -------
    float
        In [0, 1]; 1.0 if all pairs are equal, for which the test itself is undefined.

    Raises
    ------
    IndicatorError
        If the lengths differ, there are no pairs or a value is not finite.

    Notes
    -----
    Wilcoxon, 1945, "Individual comparisons by ranking methods": zero differences are dropped.
    Computed by `scipy.stats.wilcoxon`: exactly if possible, otherwise by normal approximation.

    Examples
    --------
    >>> paired_wilcoxon([1, 2, 3, 4, 5], [0, 0, 0, 0, 0])
    0.0625
    """
    from scipy import stats

    first = as_vector(a, "a")
    second = as_vector(b, "b", length=first.size)
    if first.size == 0:
        raise IndicatorError("a: expected at least one pair of repetitions, got none")
    if (first == second).all():
        return 1.0
    return float(stats.wilcoxon(first, second, alternative="two-sided").pvalue)


def holm(p: ArrayLike) -> Floats:
    """Return p-values adjusted for testing k hypotheses by Holm's step-down method.

    Parameters
    ----------
    p : array_like [k]
        Raw p-values, in [0, 1].

    Returns
    -------
    array of float [k]
        In the order of `p`, at most 1; a smaller `p` never has a larger adjusted value. Rejecting
        the hypotheses with adjusted values up to alpha keeps the probability of any false
        rejection at most alpha.

    Raises
    ------
    IndicatorError
        If the shape is wrong or a value is outside [0, 1].

    Notes
    -----
    Holm, 1979, "A simple sequentially rejective multiple test procedure".

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    raw = as_vector(p, "p")
    outside = (raw < 0.0) | (raw > 1.0)
    if outside.any():
        k = int(outside.argmax())
        raise IndicatorError(f"p: position {k} is {raw[k]}; expected a probability in [0, 1]")
    order = np.argsort(raw, kind="stable")
    steps = np.arange(raw.size, 0, -1) * raw[order]
    adjusted = np.empty_like(raw)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted
