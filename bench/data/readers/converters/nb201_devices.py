"""Latency of every NAS-Bench-201 cell on HELP's 23 further devices.

Each file is a list of milliseconds in official index order. HELP's folder also holds four devices
of HW-NAS-Bench; their values are in the table `nb201-hw` and not repeated here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bench.data.readers.converters._files import source_path
from bench.data.readers.converters._nb201 import official_order
from bench.data.readers.unpickle import load_torch_zip
from bench.data.table import Columns
from bench.errors import DataError

__all__ = ["convert"]

_BATCHED = ("1080ti", "2080ti", "titan_rtx", "titanx", "titanxp")
DEVICES = (
    *(f"{gpu}_{batch}" for gpu in _BATCHED for batch in (1, 32, 256)),
    *("gold_6226", "gold_6240", "silver_4114", "silver_4210r"),
    *("essential_ph_1", "pixel2", "samsung_a50", "samsung_s7"),
)


def convert(files: Mapping[str, Path]) -> Columns:
    """Return the table's columns, in official index order.

    Raises
    ------
    DataError
        If a file does not hold one latency for each cell.
    """
    order = official_order(files)
    columns: Columns = {"index": order.index}
    for device in DEVICES:
        path = source_path(files, f"help_nasbench201/latency/{device}.pt")
        latencies = load_torch_zip(path)
        if not isinstance(latencies, list) or len(latencies) != order.size:
            raise DataError(f"{path}: expected a list of {order.size} latencies")
        columns[f"{device}_ms"] = np.asarray(latencies, dtype=np.float64)
    return columns
