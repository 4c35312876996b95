"""Rank correlations of scores and truth, where architectures without a score rank last.

An estimator that has no score for an architecture must not gain from it, and nobody would choose
an architecture without a score. With `missing="last"`, all values that are not finite are therefore
tied below every other value.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats, Indices, Mask
from bench.errors import IndicatorError
from bench.indicators._arrays import as_vector

__all__ = ["dense_ranks", "fractional_ranks", "kendall_tau", "spearman_rho", "top_members"]

Missing = Literal["refuse", "last"]


def kendall_tau(scores: ArrayLike, truth: ArrayLike, *, missing: Missing = "refuse") -> float:
    """Return Kendall's tau-b between two measurements of the same architectures.

    Parameters
    ----------
    scores, truth : array_like [n]
        In any units; only the order matters. The coefficient corrects for ties.
    missing : {"refuse", "last"}
        Whether scores that are not finite raise an error or are tied for the last rank. The truth
        is always finite.

    Returns
    -------
    float
        From -1 (reversed order) to 1 (same order); nan if either argument is constant (or n < 2),
        where tau-b is 0 / 0.

    Raises
    ------
    IndicatorError
        If the lengths differ, or a value is not finite and not accepted as missing.

    Notes
    -----
    Kendall, 1945, "The treatment of ties in ranking problems". Computed by
    `scipy.stats.kendalltau` (Knight, 1966): O(n log n).

    Examples
    --------
    >>> kendall_tau([1, 2, 3, 4], [1, 2, 4, 3]).__round__(3)
    0.667
    >>> kendall_tau([1.0, float("nan"), 3.0], [2, 1, 3], missing="last").__round__(3)
    1.0
    """
    from scipy import stats

    first, second = _paired(scores, truth, missing)
    if _orders_nothing(first) or _orders_nothing(second):
        return float("nan")
    return float(stats.kendalltau(first, second, variant="b").statistic)


def spearman_rho(scores: ArrayLike, truth: ArrayLike, *, missing: Missing = "refuse") -> float:
    """Return Spearman's rank correlation between two measurements of the same architectures.

    Parameters
    ----------
    scores, truth : array_like [n]
        In any units; only the order matters. Tied values share the mean of their ranks.
    missing : {"refuse", "last"}
        Whether scores that are not finite raise an error or are tied for the last rank. The truth
        is always finite.

    Returns
    -------
    float
        From -1 (reversed order) to 1 (same order); nan if either argument is constant (or n < 2).

    Raises
    ------
    IndicatorError
        If the lengths differ, or a value is not finite and not accepted as missing.

    Notes
    -----
    Spearman, 1904, "The proof and measurement of association between two things": the Pearson
    correlation of the fractional ranks.

    Examples
    --------
    >>> spearman_rho([1, 2, 3, 4], [1, 2, 4, 3]).__round__(3)
    0.8
    """
    first, second = (fractional_ranks(values) for values in _paired(scores, truth, missing))
    if _orders_nothing(first) or _orders_nothing(second):
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def dense_ranks(scores: ArrayLike) -> Indices:
    """Return the dense ranks [n] of scores [n]: 1 for the smallest, 0 for values not finite.

    Raises
    ------
    IndicatorError
        If the shape is wrong.

    Examples
    --------
    >>> dense_ranks([0.5, float("nan"), 2.0, 0.5]).tolist()
    [1, 0, 2, 1]
    """
    values = as_vector(scores, "scores", accept="any")
    known = np.isfinite(values)
    ranks = np.zeros(len(values), dtype=np.int64)
    ranks[known] = 1 + np.unique(values[known], return_inverse=True)[1]
    return ranks


def fractional_ranks(scores: ArrayLike) -> Floats:
    """Return the ranks [n] of scores [n] from 1 for the lowest; ties share the mean of their ranks.

    Values that are not finite are tied below every other value.

    Raises
    ------
    IndicatorError
        If the shape is wrong.

    Examples
    --------
    >>> fractional_ranks([0.5, float("nan"), 2.0, 0.5]).tolist()
    [2.5, 1.0, 4.0, 2.5]
    """
    from scipy import stats

    ranks: Floats = stats.rankdata(dense_ranks(scores))
    return ranks


def top_members(truth: ArrayLike, share: float) -> Mask:
    """Return which architectures are among the best `share` by their true value.

    Parameters
    ----------
    truth : array_like [n]
        Larger is better.
    share : float
        Share of the architectures, in (0, 1]; their number is rounded up and is at least 1.

    Returns
    -------
    array of bool [n]
        True for the best architectures, and for all that are tied with the last of them.

    Raises
    ------
    IndicatorError
        If the shape is wrong, a value is not finite, or the share is outside (0, 1].

    Examples
    --------
    >>> top_members([1.0, 4.0, 3.0, 3.0], 0.5).tolist()
    [False, True, True, True]
    """
    if not 0.0 < share <= 1.0:
        raise IndicatorError(f"share: expected a share of architectures in (0, 1], got {share}")
    values = as_vector(truth, "truth")
    count = max(int(np.ceil(share * len(values))), 1)
    threshold: float = np.sort(values)[-count] if len(values) else 0.0
    members: Mask = values >= threshold
    return members


def _paired(scores: ArrayLike, truth: ArrayLike, missing: Missing) -> tuple[Floats, Floats]:
    """Return the checked arguments of a correlation; scores as their ranks if some are missing."""
    if missing == "last":
        first = dense_ranks(scores).astype(np.float64)
    else:
        first = as_vector(scores, "scores")
    return first, as_vector(truth, "truth", length=first.size)


def _orders_nothing(values: Floats) -> bool:
    return values.size < 2 or bool((values == values[0]).all())
