"""NAS-Bench-Graph: graph neural networks on nine datasets, from the benchmark's light files.

Qin et al., "NAS-Bench-Graph: Benchmarking Graph Neural Architecture Search" (NeurIPS 2022). A
network's key is the number whose decimal digits are the structure and four operations. The dataset
proteins covers some of the networks; the others are NaN there.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bench.data.readers.converters._files import numbers, source_path
from bench.data.readers.unpickle import safe_load
from bench.data.table import Columns
from bench.errors import DataError

__all__ = ["convert"]

_COMPLETE = ("cora", "citeseer", "pubmed", "cs", "physics", "photo", "computers", "arxiv")
_PARTIAL = "proteins"
_MEASURES = {
    "valid_perf": "valid_perf",
    "test_perf": "perf",
    "latency_s": "latency",
    "params_m": "para",
}


def convert(files: Mapping[str, Path]) -> Columns:
    """Return the table's columns, in the order of the keys.

    Raises
    ------
    DataError
        If the complete datasets do not have the same networks, or proteins has others.
    """
    found = {dataset: _read(files, dataset) for dataset in (*_COMPLETE, _PARTIAL)}
    keys = sorted(found[_COMPLETE[0]])
    for dataset in _COMPLETE:
        if sorted(found[dataset]) != keys:
            raise DataError(f"{_file(dataset)}: other networks than in {_file(_COMPLETE[0])}")
    if not found[_PARTIAL].keys() <= set(keys):
        raise DataError(f"{_file(_PARTIAL)}: networks that {_file(_COMPLETE[0])} does not have")
    key = np.asarray(keys, dtype=np.int64)
    columns: Columns = {"hash": key}
    for digit, name in enumerate(("link", "op0", "op1", "op2", "op3")):
        columns[name] = (key // 10 ** (4 - digit) % 10).astype(np.int8)
    for dataset, networks in found.items():
        rows = [networks.get(k, {}) for k in keys]
        for column, measure in _MEASURES.items():
            values = numbers((row.get(measure) for row in rows), np.float32)
            columns[f"{dataset}_{column}"] = values
    return columns


def _file(dataset: str) -> str:
    return f"nas-bench-graph_light/{dataset}.bench"


def _read(files: Mapping[str, Path], dataset: str) -> dict[int, dict[str, Any]]:
    path = source_path(files, _file(dataset))
    content = safe_load(path)
    if not isinstance(content, dict) or not all(isinstance(key, int) for key in content):
        raise DataError(f"{path}: expected measures by the key of a network")
    return content
