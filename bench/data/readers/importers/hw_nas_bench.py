"""Reader of the NAS-Bench-201 part of the HW-NAS-Bench file `HW-NAS-Bench-v1_0.pickle`.

Not tested on the original, but on a file of the same structure with all 15,625 architectures, which
was rebuilt from the published values without the FBNet part.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Floats
from bench.data.readers.importers._nb201 import Finished, check_complete, official_strings
from bench.data.readers.unpickle import describe, describe_all, load_compressed, safe_load, shorten
from bench.data.table import Columns
from bench.errors import DataError

__all__ = ["read"]

_PREFIXES = {"cifar10": "c10", "cifar100": "c100", "ImageNet16-120": "in16"}
_UNITS = {
    "edgegpu_latency": "_ms",
    "edgegpu_energy": "_mj",
    "raspi4_latency": "_ms",
    "edgetpu_latency": "_ms",
    "pixel3_latency": "_ms",
    "eyeriss_latency": "_ms",
    "eyeriss_energy": "_mj",
    "eyeriss_arithmetic_intensity": "",
    "fpga_latency": "_ms",
    "fpga_energy": "_mj",
}


def read(path: Path, *, partial: bool = False, finished: Finished | None = None) -> Columns:
    """Return the columns of the table `nb201-hw`: ten measures on each of three image sets.

    Latency is in milliseconds, energy in millijoules. As in the file, an edgetpu_latency of -1
    means that the device does not support the architecture.

    Parameters
    ----------
    path : Path
        The pickle, or the pickle compressed with xz (`.xz`).
    partial : bool
        Accept a file that holds only some of the architectures.
    finished : callable, optional
        Called with the number of architectures at the end.

    Raises
    ------
    UntrustedPickleError
        If the pickle names anything but arrays, numbers and containers.
    DataError
        If it cannot be read, lacks a key, is incomplete, or lists the cells in another order.
    """
    content = _load(path)
    tables = _value(path, content, "nasbench201")
    columns: Columns = {}
    for dataset, prefix in _PREFIXES.items():
        table = _value(path, tables, "nasbench201", dataset)
        where = f"nasbench201/{dataset}"
        index = _indices(path, _value(path, table, where, "config"), where, partial=partial)
        if "index" in columns and not np.array_equal(columns["index"], index):
            raise DataError(
                f"{path}: {where}/config lists other cells than the image sets before it"
            )
        columns["index"] = index
        for metric, unit in _UNITS.items():
            values = _numbers(path, _value(path, table, where, metric), f"{where}/{metric}")
            if len(values) != len(index):
                raise DataError(
                    f"{path}: {where}/{metric} has {len(values):,} values, expected {len(index):,}"
                )
            columns[f"{prefix}_{metric}{unit}"] = values
    if finished is not None:
        finished(len(columns["index"]))
    return columns


def _load(path: Path) -> Any:
    if path.suffix != ".xz":
        return safe_load(path)
    return load_compressed(path, "xz")


def _value(path: Path, holder: Any, *keys: str) -> Any:
    """Return `holder[keys[-1]]`; the other keys are the path to the holder, for messages."""
    if not isinstance(holder, dict) or keys[-1] not in holder:
        found = describe_all(holder) if isinstance(holder, dict) else type(holder).__name__
        raise DataError(f"{path}: no key {'/'.join(keys)!r}, found {found or 'nothing'}")
    return holder[keys[-1]]


def _indices(path: Path, configs: Any, where: str, *, partial: bool) -> NDArray[np.int32]:
    """Return the benchmark's index of each cell; unless `partial`, all of them in order."""
    if not isinstance(configs, (list, tuple, np.ndarray)):
        raise DataError(f"{path}: {where}/config is {type(configs).__name__}, expected a list")
    check_complete(path, len(configs), partial=partial)
    known = {cell: index for index, cell in enumerate(official_strings())}
    indices = []
    for position, config in enumerate(configs):
        cell = _value(path, config, f"{where}/config/{position}", "arch_str")
        if type(cell) is not str or cell not in known or not (partial or known[cell] == position):
            expected = "a cell of NAS-Bench-201" if partial else repr(official_strings()[position])
            raise DataError(
                f"{path}: {where}/config[{position}] is {describe(cell)}, expected {expected}"
            )
        indices.append(known[cell])
    return np.asarray(indices, dtype=np.int32)


def _numbers(path: Path, values: Any, where: str) -> Floats:
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (ArithmeticError, TypeError, ValueError) as error:
        raise DataError(f"{path}: {where} is not a list of numbers: {shorten(error)}") from None
    return numbers.reshape(-1)
