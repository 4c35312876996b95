"""Dominance numbers, and the good half of a set by them."""

from __future__ import annotations

import numpy as np

from bench.arrays import Floats, Indices, Mask

__all__ = ["dominance_numbers", "good_half"]


def dominance_numbers(objectives: Floats) -> Indices:
    """Return the number [n] of rows that dominate each row of objectives [n, m].

    A row dominates another if it is no worse in every objective and better in one; objectives are
    minimised. Equal rows do not dominate each other, so duplicates share a number, and the rows
    of number 0 are the non-dominated ones.

    Notes
    -----
    Zhao et al., JMLR 25(177), 2024, Algorithm 1 (o(x), there of maximised objectives). O(n^2 m)
    time, O(n^2) memory.

    Examples
    --------
    >>> dominance_numbers(np.array([[1.0, 3.0], [2.0, 2.0], [2.0, 2.0], [3.0, 3.0]])).tolist()
    [0, 0, 0, 3]
    """
    n = len(objectives)
    no_worse = np.ones((n, n), dtype=np.bool_)  # [i, j]: row i is nowhere worse than row j
    for column in objectives.T:
        no_worse &= column[:, None] <= column[None]
    numbers: Indices = (no_worse & ~no_worse.T).sum(axis=0)
    return numbers


def good_half(numbers: Indices, *, with_median: bool = True) -> Mask:
    """Say [n] which rows are good: the first half when sorted by dominance number, ascending.

    Equal numbers keep the order of the rows, so that an older evaluation comes first.

    Parameters
    ----------
    numbers : array of int [n]
        Dominance numbers.
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
