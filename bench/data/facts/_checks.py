"""`Fact`, and the counts and extremes that most facts are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Floats
from bench.indicators import non_dominated

__all__ = [
    "Fact",
    "Named",
    "at_most_zero",
    "count",
    "distinct",
    "floats",
    "front",
    "largest",
    "missing",
    "missing_elsewhere",
    "rows",
    "values_of_row",
]

# Columns by name; those of a second table are called `<table>/<column>`.
Named = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Fact:
    """A statement about a table that can be checked on its values.

    Attributes
    ----------
    statement : str
        The quantity, in words.
    check : callable
        Computes the quantity from columns by name; those of the table `needs` are included as
        `<table>/<column>`.
    expected : object
        Its value according to the table's paper or source.
    needs : str, optional
        Another table that the quantity depends on.
    """

    statement: str
    check: Callable[[Named], object]
    expected: object
    needs: str | None = None


def rows(columns: Named) -> int:
    """Return the number of rows."""
    return len(next(iter(columns.values())))


def distinct(columns: Named, *, names: tuple[str, ...]) -> int:
    """Count the different combinations of values in these columns."""
    return len(set(zip(*(columns[name].tolist() for name in names), strict=True)))


def floats(columns: Named, name: str) -> Floats:
    """Return a column as float64."""
    return np.asarray(columns[name], dtype=np.float64)


def missing(columns: Named, *, name: str) -> int:
    """Count the rows without a value."""
    return int(np.isnan(floats(columns, name)).sum())


def missing_elsewhere(columns: Named, *, besides: tuple[str, ...]) -> int:
    """Count missing values, except in columns whose names end with one of `besides`."""
    return sum(
        int(np.isnan(np.asarray(values, dtype=np.float64)).sum())
        for name, values in columns.items()
        if values.dtype.kind == "f" and "/" not in name and not name.endswith(besides)
    )


def largest(columns: Named, *, name: str) -> tuple[float, int]:
    """Return the largest value, rounded to four digits, and its row."""
    values = floats(columns, name)
    return round(float(values.max()), 4), int(values.argmax())


def count(columns: Named, *, name: str, value: float) -> int:
    """Count the rows with exactly this value."""
    return int((columns[name] == value).sum())


def at_most_zero(columns: Named, *, besides: tuple[str, ...] = ()) -> int:
    """Count values of zero or less, except in the index and in columns ending with `besides`."""
    return sum(
        int((np.asarray(values, dtype=np.float64) <= 0).sum())
        for name, values in columns.items()
        if name != "index" and "/" not in name and not name.endswith(besides)
    )


def values_of_row(columns: Named, *, row: int, names: tuple[str, ...]) -> tuple[float, ...]:
    """Return the values of one row."""
    return tuple(float(columns[name][row]) for name in names)


def front(columns: Named, *, errors: str, costs: tuple[str, ...]) -> int:
    """Count the non-dominated rows in (100 - accuracy, costs)."""
    points = [100 - floats(columns, errors), *(floats(columns, cost) for cost in costs)]
    return int(non_dominated(np.stack(points, axis=1)).sum())
