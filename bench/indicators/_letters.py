"""The compact letter display of pairwise comparisons: one short string per method."""

from __future__ import annotations

import string

from bench.arrays import Mask
from bench.errors import IndicatorError


def compact_letters(differ: Mask) -> list[str]:
    """Assign letters such that two methods share a letter exactly if they do not differ.

    Parameters
    ----------
    differ : array of bool [k, k]
        Symmetric; True where methods i and j differ significantly. Methods are ordered best first;
        the first has the letter 'a'.

    Returns
    -------
    list of str, k
        The letters of each method, in alphabetical order.

    Raises
    ------
    IndicatorError
        If more than 52 letters would be needed.

    Notes
    -----
    The insert-and-absorb algorithm of Piepho, 2004, "An algorithm for a letter-based representation
    of all-pairwise comparisons". Each letter is a maximal set of methods without a significant
    difference between any two of them.
    """
    methods = len(differ)
    columns = [frozenset(range(methods))]
    for i in range(methods):
        for j in range(i + 1, methods):
            if differ[i, j]:
                columns = _absorb(_insert(columns, i, j))
    ordered = sorted(columns, key=sorted)
    if len(ordered) > len(string.ascii_letters):
        raise IndicatorError(
            f"significance groups: {len(ordered)} letters needed for {methods} methods; "
            f"expected at most {len(string.ascii_letters)}: compare fewer methods"
        )
    named = list(zip(string.ascii_letters, ordered, strict=False))
    return ["".join(letter for letter, column in named if m in column) for m in range(methods)]


def _insert(columns: list[frozenset[int]], i: int, j: int) -> list[frozenset[int]]:
    """Split each column that contains both i and j into one without i and one without j."""
    split: list[frozenset[int]] = []
    for column in columns:
        split += [column - {i}, column - {j}] if {i, j} <= column else [column]
    return split


def _absorb(columns: list[frozenset[int]]) -> list[frozenset[int]]:
    """Remove each column that is a proper subset of another one."""
    distinct = list(dict.fromkeys(columns))
    return [column for column in distinct if not any(column < other for other in distinct)]
