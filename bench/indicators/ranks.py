"""How well scores order architectures, where a score may be missing: the rank-last rule."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.indicators import kendall_tau

__all__ = ["as_ranks", "average_ranks", "kendall", "spearman", "top_members"]


def as_ranks(scores: ArrayLike) -> NDArray[np.int64]:
    """Return dense ranks [n] of scores [n], from 1 for the smallest; no score has rank 0.

    NaN and infinities are no scores. All that have none rank last together: an estimator that
    cannot say anything of an architecture must not be rewarded for leaving it out, and nobody
    would choose what it has no score for.

    Examples
    --------
    >>> as_ranks([0.5, float("nan"), 2.0, 0.5]).tolist()
    [1, 0, 2, 1]
    """
    values = np.asarray(scores, dtype=np.float64)
    known = np.isfinite(values)
    ranks = np.zeros(len(values), dtype=np.int64)
    ranks[known] = 1 + np.unique(values[known], return_inverse=True)[1]
    return ranks


def average_ranks(scores: ArrayLike) -> NDArray[np.float64]:
    """Return ranks [n] of scores [n], from 1, of which ties share the mean; no score ranks last.

    Examples
    --------
    >>> average_ranks([0.5, float("nan"), 2.0, 0.5]).tolist()
    [2.5, 1.0, 4.0, 2.5]
    """
    from scipy import stats

    ranks: NDArray[np.float64] = stats.rankdata(as_ranks(scores))
    return ranks


def kendall(scores: ArrayLike, truth: ArrayLike) -> float:
    """Return Kendall tau-b of scores [n] and truth [n]; what has no score ranks last.

    NaN where scores or truth are all alike: they order nothing.
    """
    return kendall_tau(as_ranks(scores), truth)


def spearman(scores: ArrayLike, truth: ArrayLike) -> float:
    """Return Spearman's rank correlation of scores [n] and truth [n]; no score ranks last.

    The correlation of average ranks; NaN where scores or truth are all alike.
    """
    first, second = average_ranks(scores), average_ranks(truth)
    if first.size < 2 or (first == first[0]).all() or (second == second[0]).all():
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def top_members(truth: ArrayLike, share: float) -> NDArray[np.bool_]:
    """Tell [n] which architectures are the true best `share`; what ties with the last is one too.

    Examples
    --------
    >>> top_members([1.0, 4.0, 3.0, 3.0], 0.5).tolist()
    [False, True, True, True]
    """
    values = np.asarray(truth, dtype=np.float64)
    count = max(int(np.ceil(share * len(values))), 1)
    worst: float = np.sort(values)[-count] if len(values) else 0.0
    members: NDArray[np.bool_] = values >= worst
    return members
