"""Dominance numbers, and the good and the bad half of a set by them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["dominance_numbers", "good_half"]

Floats = NDArray[np.float64]


def dominance_numbers(objectives: Floats) -> NDArray[np.int64]:
    """Count, for each row of objectives [n, m], the rows that dominate it: [n].

    A row dominates another if it is no worse in every objective and better in one; objectives are
    minimised. Equal rows do not dominate each other, so duplicates share a number, and the rows
    of number 0 are the non-dominated ones.

    Source: Zhao et al., JMLR 25(177), 2024, Algorithm 1 (o(x), there of maximised objectives).

    Notes
    -----
    O(n^2 m) time, O(n^2) memory.

    Examples
    --------
    >>> dominance_numbers(np.array([[1.0, 3.0], [2.0, 2.0], [2.0, 2.0], [3.0, 3.0]])).tolist()
    [0, 0, 0, 3]
    """
    n = len(objectives)
    no_worse = np.ones((n, n), dtype=np.bool_)  # [i, j]: row i is nowhere worse than row j
    for column in objectives.T:
        no_worse &= column[:, None] <= column[None]
    numbers: NDArray[np.int64] = (no_worse & ~no_worse.T).sum(axis=0)
    return numbers


def good_half(numbers: NDArray[np.int64], *, with_median: bool = True) -> NDArray[np.bool_]:
    """Say [n] which rows are good: the first half when sorted by dominance number, ascending.

    Equal numbers keep the order of the rows, so that an older evaluation comes first.

    Parameters
    ----------
    numbers : array of int [n]
    with_median : bool
        Whether floor(n / 2) + 1 rows are good (the authors' code) or floor(n / 2) (their later
        code for CE-NAS).

    Examples
    --------
    >>> good_half(np.array([3, 0, 1, 0])).tolist()
    [False, True, True, True]
    >>> good_half(np.array([3, 0, 1, 0]), with_median=False).tolist()
    [False, True, False, True]
    """
    good = np.zeros(len(numbers), dtype=np.bool_)
    good[np.argsort(numbers, kind="stable")[: len(numbers) // 2 + with_median]] = True
    return good
