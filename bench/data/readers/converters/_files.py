"""What every converter does with its source files: find one, read its rows, put them in order."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike, NDArray

from bench.errors import DataError

__all__ = ["in_order", "read_csv", "source_path", "text_column"]


def source_path(files: Mapping[str, Path], reference: str) -> Path:
    """Return the file called `reference` (`<source key>/<name>`).

    Raises
    ------
    DataError
        If it was not given.
    """
    if reference not in files:
        raise DataError(f"the converter needs {reference}; given were {', '.join(sorted(files))}")
    return files[reference]


def read_csv(path: Path, columns: Sequence[str]) -> dict[str, list[str]]:
    """Return the named columns of a CSV file with a header, as text.

    Raises
    ------
    DataError
        If the header lacks one of them.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        missing = [name for name in columns if name not in (rows.fieldnames or ())]
        if missing:
            raise DataError(f"{path}: no column {missing[0]!r}: expected {', '.join(columns)}")
        content = list(rows)
    return {name: [row[name] for row in content] for name in columns}


def in_order(
    places: Sequence[int] | NDArray[np.integer], size: int, origin: str
) -> NDArray[np.int64]:
    """Return the order [size] that sorts rows by their place in the table.

    Parameters
    ----------
    places : sequence of int [rows]
        Which row of the table each row of the file is.
    size : int
        Rows of the table.

    Raises
    ------
    DataError
        If a row of the table is absent or twice in the file; the message names the first.
    """
    found = np.asarray(places, dtype=np.int64)
    times = np.bincount(found, minlength=size)
    wrong = np.flatnonzero(times != 1)
    if wrong.size:
        raise DataError(
            f"{origin}: row {wrong[0]} of {size} is there {times[wrong[0]]} times, expected once"
        )
    return np.argsort(found)


def numbers(values: Iterable[object], dtype: DTypeLike = np.float64) -> NDArray[np.generic]:
    """Return numbers or their text as an array; None becomes NaN."""
    plain = [np.nan if value is None else float(str(value)) for value in values]
    return np.asarray(plain, dtype=np.float64).astype(dtype)


def text_column(values: Iterable[str]) -> NDArray[np.object_]:
    """Return strings as the array of objects that text columns are."""
    return np.asarray(list(values), dtype=object)
