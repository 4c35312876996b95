"""Steps that converters share: finding a source file, reading its rows, ordering them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike, NDArray

from bench.arrays import Indices
from bench.errors import DataError
from bench.schema import read_text

__all__ = ["numbers", "read_csv", "row_order", "source_path", "text_column"]


def source_path(files: Mapping[str, Path], reference: str) -> Path:
    """Return the path of one source file.

    Parameters
    ----------
    files : mapping of str to Path
        The files given to the converter, by `key/name`.
    reference : str
        `key/name` of the wanted one.

    Raises
    ------
    DataError
        If it is not among them.
    """
    if reference not in files:
        raise DataError(f"the converter needs {reference}, got {', '.join(sorted(files))}")
    return files[reference]


def read_csv(path: Path, columns: Sequence[str]) -> dict[str, list[str]]:
    """Return columns of a CSV file with a header, as text.

    Parameters
    ----------
    path : Path
        The file, in UTF-8.
    columns : sequence of str
        Names of the wanted columns.

    Raises
    ------
    DataError
        If the file is not UTF-8 or not CSV, the header lacks one of them, or a line has more or
        fewer values than the header; the message names the line.
    """
    rows = csv.reader(StringIO(read_text(path, DataError), newline=""), strict=True)
    content = []
    try:
        names = next(rows, [])
        for row in rows:
            if row and len(row) != len(names):
                raise DataError(
                    f"{path} line {rows.line_num}: {len(row)} values; expected {len(names)}, as "
                    f"the header has"
                )
            content += [row] if row else []
    except csv.Error as error:
        raise DataError(f"{path} line {rows.line_num} is not CSV: {error}") from None
    missing = [name for name in columns if name not in names]
    if missing:
        raise DataError(f"{path}: no column {missing[0]!r}: expected {', '.join(columns)}")
    return {name: [row[names.index(name)] for row in content] for name in columns}


def row_order(indices: Sequence[int] | NDArray[np.integer], size: int, origin: str) -> Indices:
    """Return the order [size] that sorts the rows of a file like the table.

    Parameters
    ----------
    indices : sequence of int [rows]
        The table's row for each row of the file.
    size : int
        Rows of the table.
    origin : str
        Name of the file, for messages.

    Raises
    ------
    DataError
        If the file lacks a row of the table or has one twice; the message names the first.

    Examples
    --------
    >>> row_order([2, 0, 1], 3, "small.csv").tolist()
    [1, 2, 0]
    """
    found = np.asarray(indices, dtype=np.int64)
    times = np.bincount(found, minlength=size)
    wrong = np.flatnonzero(times != 1)
    if wrong.size:
        raise DataError(
            f"{origin}: row {wrong[0]} of {size} is there {times[wrong[0]]} times, expected once"
        )
    return np.argsort(found)


def numbers(values: Iterable[object], dtype: DTypeLike = np.float64) -> NDArray[np.generic]:
    """Return numbers, or text of numbers, as an array of `dtype`; None becomes NaN."""
    plain = [np.nan if value is None else float(str(value)) for value in values]
    return np.asarray(plain, dtype=np.float64).astype(dtype)


def text_column(values: Iterable[str]) -> NDArray[np.object_]:
    """Return strings as an array of objects, the type of text columns."""
    return np.asarray(list(values), dtype=object)
