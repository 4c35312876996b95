"""The compact letter display: which of many pairs differ, as one short string per method."""

from __future__ import annotations

import string

from bench.errors import IndicatorError
from bench.indicators._arrays import Flags


def compact_letters(differ: Flags) -> list[str]:
    """Give methods a common letter exactly where they do not differ significantly.

    Parameters
    ----------
    differ : array of bool [k, k]
        Symmetric; True where methods i and j differ. Methods are ordered best first, and 'a' goes
        to the first.

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
    Insert and absorb, of Piepho, 2004, "An algorithm for a letter-based representation of
    all-pairwise comparisons". What remains are the maximal sets without a significant pair.
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
    """Split every column that wrongly joins i and j into one without i and one without j."""
    split: list[frozenset[int]] = []
    for column in columns:
        split += [column - {i}, column - {j}] if {i, j} <= column else [column]
    return split


def _absorb(columns: list[frozenset[int]]) -> list[frozenset[int]]:
    """Drop every column that another one contains."""
    distinct = list(dict.fromkeys(columns))
    return [column for column in distinct if not any(column < other for other in distinct)]
