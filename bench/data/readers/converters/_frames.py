"""Columns of a pickled data frame, read without pandas, which reads pickles of its own version."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.data.readers.unpickle import safe_load, shorten
from bench.errors import DataError

__all__ = ["read_frame"]

_RECORDS = [
    ("pandas.core.frame", "DataFrame"),
    ("pandas.core.internals.managers", "BlockManager"),
    ("pandas.core.indexes.base", "_new_Index"),
    ("pandas.core.indexes.base", "Index"),
    ("pandas.core.indexes.range", "RangeIndex"),
]


def read_frame(path: Path) -> dict[str, NDArray[np.generic]]:
    """Return the columns of a data frame that pandas 1 pickled.

    Raises
    ------
    UntrustedPickleError
        If the file holds anything but a frame of arrays.
    DataError
        If the file is damaged, or its frame has another layout.
    """
    frame = safe_load(path, records=_RECORDS)
    try:
        manager = frame.state["_data"].state[3]["0.14.1"]
        names = manager["axes"][0].arguments[1]["data"]
        columns: dict[str, NDArray[np.generic]] = {}
        for block in manager["blocks"]:
            for name, values in zip(names[block["mgr_locs"]], block["values"], strict=True):
                columns[name] = np.array(values)
        return {name: columns[name] for name in names}
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{path}: not a data frame as pandas 1 pickles it: {shorten(repr(error))}"
        ) from None
