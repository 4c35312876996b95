"""Columns of a pickled data frame, read without pandas, which reads pickles of its own version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.data.readers.unpickle import safe_load
from bench.errors import DataError

__all__ = ["read_frame"]


def read_frame(path: Path) -> dict[str, NDArray[np.generic]]:
    """Return the columns of a data frame that pandas 1 pickled.

    Raises
    ------
    UntrustedPickleError
        If the file holds anything but a frame of arrays.
    DataError
        If the file is damaged, or its frame has another layout.
    """
    frame = safe_load(path, stand_ins=_STAND_INS)
    try:
        manager = frame.state["_data"].state[3]["0.14.1"]
        names = manager["axes"][0].values
        columns: dict[str, NDArray[np.generic]] = {}
        for block in manager["blocks"]:
            for name, values in zip(names[block["mgr_locs"]], block["values"], strict=True):
                columns[name] = np.array(values)
        return {name: columns[name] for name in names}
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}: not a data frame as pandas 1 pickles it: {error!r}") from None


class _Stateful:
    """Stand-in of a frame or its block manager; it keeps its state."""

    state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _Index:
    """Stand-in of an index; it keeps its values."""

    def __init__(self, kind: Any = None, fields: Any = None) -> None:
        self.values = (fields or {}).get("data")


_STAND_INS = {
    ("builtins", "slice"): slice,
    ("pandas.core.frame", "DataFrame"): _Stateful,
    ("pandas.core.internals.managers", "BlockManager"): _Stateful,
    ("pandas.core.indexes.base", "_new_Index"): _Index,
    ("pandas.core.indexes.base", "Index"): _Index,
    ("pandas.core.indexes.range", "RangeIndex"): _Index,
}
