"""NAS-Bench-201's official order, and the official indices of the rows of other files."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Indices
from bench.data.readers.converters._files import source_path
from bench.data.readers.unpickle import load_torch_zip
from bench.errors import DataError
from bench.spaces import NASBench201

__all__ = ["DATASETS", "INDEX", "OfficialOrder", "official_order"]

# Column prefix of each dataset.
DATASETS = ("c10", "c100", "in16")

# Map from string form to official index; NATS-Bench and HW-NAS-Bench have the same order.
INDEX = "help_nasbench201/str_arch2idx.pt"

# NASLib lists the edges (0,1) (0,2) (0,3) (1,2) (1,3) (2,3) and numbers the operations skip 0,
# none 1, 3x3 2, 1x1 3, pool 4. NASLib's edge for each edge, and the code for each NASLib code:
_NASLIB_EDGE = (0, 1, 3, 2, 4, 5)
_NASLIB_CODE = (1, 0, 3, 2, 4)


@dataclass(frozen=True)
class OfficialOrder:
    """The cells of NAS-Bench-201 by official index.

    Attributes
    ----------
    strings : list of str [n]
        Cells in their string form.
    cells : array of int8 [n, 6]
        Operation codes of the same cells.

    Notes
    -----
    The methods `rows_of_...` raise a DataError if a cell is not in the official index; it names
    `origin`, the file that the cells come from.
    """

    strings: list[str]
    cells: NDArray[np.int8]

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.strings)

    @property
    def index(self) -> NDArray[np.int32]:
        """The column `index` [n]."""
        return np.arange(self.size, dtype=np.int32)

    def rows_of_strings(self, strings: Sequence[str], origin: str) -> Indices:
        """Return the official indices [k] of cells in their string form."""
        return _look_up(self.strings, strings, origin)

    def rows_of_codes(self, codes: Sequence[str], origin: str) -> Indices:
        """Return the official indices [k] of cells written as six digits, as `421211`."""
        return _look_up(["".join(map(str, cell)) for cell in self.cells.tolist()], codes, origin)

    def rows_of_naslib(self, nets: Sequence[str], origin: str) -> Indices:
        """Return the official indices [k] of cells in NASLib's form, as `(4, 0, 3, 1, 4, 3)`."""
        return self.rows_of_codes([_from_naslib(net, origin) for net in nets], origin)


def official_order(files: Mapping[str, Path]) -> OfficialOrder:
    """Return the official order, read from HELP's map among the source files.

    Raises
    ------
    DataError
        If the map is not from cells to 0, 1, 2, ...
    """
    path = source_path(files, INDEX)
    index = load_torch_zip(path)
    if not isinstance(index, dict):
        raise DataError(f"{path}: expected a map from cells to indices, got {type(index).__name__}")
    strings = sorted(index, key=index.__getitem__)
    if [index[string] for string in strings] != list(range(len(strings))):
        raise DataError(f"{path}: expected the indices 0 to {len(strings) - 1}, each once")
    return OfficialOrder(strings, NASBench201().from_strings(strings))


def _from_naslib(net: str, origin: str) -> str:
    codes = ast.literal_eval(net)
    if not (isinstance(codes, tuple) and len(codes) == 6 and set(codes) <= set(range(5))):
        raise DataError(f"{origin}: not a cell: {net!r}; expected six codes from 0 to 4")
    return "".join(str(_NASLIB_CODE[codes[edge]]) for edge in _NASLIB_EDGE)


def _look_up(known: Sequence[str], wanted: Sequence[str], origin: str) -> Indices:
    indices = {name: index for index, name in enumerate(known)}
    unknown = [name for name in wanted if name not in indices]
    if unknown:
        raise DataError(f"{origin}: {unknown[0]!r} is not in the official index ({INDEX})")
    return np.asarray([indices[name] for name in wanted], dtype=np.int64)
