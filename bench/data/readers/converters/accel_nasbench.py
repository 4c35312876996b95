"""Accel-NASBench: networks of the MnasNet space, their ImageNet accuracy and accelerator speed.

Source: the archive, with one JSON file for each network, that Ahmad et al. publish with
"Accel-NASBench: Sustainable Benchmarking for Accelerator-Aware NAS" (DAC 2024). Measures that the
authors do not have are NaN.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bench.data.readers.converters._files import numbers, source_path
from bench.data.table import Columns
from bench.errors import DataError
from bench.schema import parse_json

__all__ = ["convert"]

_FILE = "accel-nasbench/anb_dataset_jsons.tar.gz"
_MEMBER = re.compile(r"(?:.*/)?result_(\d+)\.json")
_VARIABLES = tuple(f"block{block}_{v}" for block in range(7) for v in ("e", "k", "l", "se"))
_SPEED_WITH_STD = ("a100", "3090", "tpuv2", "tpuv3")
_FPGAS = ("zcu102", "vck190")


def convert(files: Mapping[str, Path]) -> Columns:
    """Return the table's columns, in the order of the result files' numbers.

    Raises
    ------
    DataError
        If the archive has no result, or has one number twice.
    """
    path = source_path(files, _FILE)
    results = _read(path)
    numbered = sorted(results)
    networks = [results[number] for number in numbered]

    def column(get: Callable[[dict[str, Any]], object]) -> Any:
        return numbers(get(network) for network in networks)

    def platform(kind: str, name: str, statistic: str) -> Any:
        return column(lambda n: n["platform_perf"][f"{kind}_{name}"][f"{kind}_{statistic}"])

    columns: Columns = {"result_id": np.asarray(numbered, dtype=np.int64)}
    for variable in _VARIABLES:
        chosen = [int(network["architecture"][variable]) for network in networks]
        columns[variable] = np.asarray(chosen, dtype=np.int8)
    columns["val_top1"] = column(lambda n: n["metrics"]["val_top1"])
    columns["val_top5"] = column(lambda n: n["metrics"]["val_top5"])
    columns["train_time_s"] = column(lambda n: n["metrics"]["train_time"])
    columns["macs_m"] = column(lambda n: n["model_info"]["macs"])
    columns["params_m"] = column(lambda n: n["model_info"]["params"])
    for name in _FPGAS:
        columns[f"{name}_latency_ms"] = platform("latency", name, "mean")
    for name in _SPEED_WITH_STD:
        columns[f"{name}_throughput_ips"] = platform("throughput", name, "mean")
        columns[f"{name}_throughput_std"] = platform("throughput", name, "std")
    for name in _FPGAS:
        columns[f"{name}_throughput_ips"] = platform("throughput", name, "mean")
    return columns


def _read(path: Path) -> dict[int, dict[str, Any]]:
    results: dict[int, dict[str, Any]] = {}
    with tarfile.open(path) as archive:
        for member in archive:
            match = _MEMBER.fullmatch(member.name)
            content = archive.extractfile(member) if match and member.isfile() else None
            if match is None or content is None:
                continue
            number = int(match[1])
            if number in results:
                raise DataError(f"{path}: result {number} is there twice")
            results[number] = parse_json(content.read(), f"{path}: {member.name}", DataError)
    if not results:
        raise DataError(f"{path}: no result_<number>.json in the archive")
    return results
