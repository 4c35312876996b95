"""How well an estimate orders architectures."""

from __future__ import annotations

from numpy.typing import ArrayLike

from bench.indicators._arrays import as_vector

__all__ = ["kendall_tau"]


def kendall_tau(x: ArrayLike, y: ArrayLike) -> float:
    """Return Kendall's tau-b between two measurements of the same architectures.

    Parameters
    ----------
    x, y : array_like [n]
        Any units; only the order counts. Ties are corrected for.

    Returns
    -------
    float
        From -1 (reversed order) to 1 (same order); nan when x or y is constant (or n < 2): such
        an estimate orders nothing, and tau-b is 0 / 0.

    Raises
    ------
    IndicatorError
        If the lengths differ or a value is not finite.

    Notes
    -----
    Kendall, 1945, "The treatment of ties in ranking problems". Computed by
    `scipy.stats.kendalltau` (Knight, 1966): O(n log n).

    Examples
    --------
    >>> kendall_tau([1, 2, 3, 4], [1, 2, 4, 3]).__round__(3)
    0.667
    """
    from scipy import stats

    first = as_vector(x, "x")
    second = as_vector(y, "y", length=first.size)
    if first.size < 2 or (first == first[0]).all() or (second == second[0]).all():
        return float("nan")
    return float(stats.kendalltau(first, second, variant="b").statistic)
