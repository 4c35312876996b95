"""NAS-Bench-Macro: every network of eight layers with three choices each, trained on CIFAR-10.

Source: the benchmark's own JSON file (Su et al., "Prioritized Architecture Sampling with
Monto-Carlo Tree Search", CVPR 2021). Rows are in the order of the architectures' digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bench.data.readers.converters._files import numbers, source_path, text_column
from bench.data.table import Columns
from bench.errors import DataError
from bench.schema import read_json

__all__ = ["convert"]

_FILE = "nas-bench-macro/nas-bench-macro_cifar10.json"
_LAYERS = 8
_RUNS = 3


def convert(files: Mapping[str, Path]) -> Columns:
    """Return the table's columns.

    Raises
    ------
    DataError
        If a key is not eight digits from 0 to 2, or a network does not have three accuracies.
    """
    path = source_path(files, _FILE)
    content = read_json(path, DataError)
    names = sorted(content)
    for name in names:
        if len(name) != _LAYERS or not set(name) <= set("012"):
            raise DataError(f"{path}: not an architecture: {name!r}; expected 8 digits from 0 to 2")
        if len(content[name]["test_acc"]) != _RUNS:
            raise DataError(f"{path}: {name} does not have {_RUNS} test accuracies")
    found = [content[name] for name in names]
    columns: Columns = {"arch": text_column(names)}
    for layer in range(_LAYERS):
        columns[f"op{layer}"] = np.asarray([int(name[layer]) for name in names], dtype=np.int8)
    columns["c10_test_acc_mean"] = numbers(network["mean_acc"] for network in found)
    columns["c10_test_acc_std"] = numbers(network["std"] for network in found)
    for run in range(_RUNS):
        columns[f"c10_test_acc_r{run}"] = numbers(network["test_acc"][run] for network in found)
    for size in ("params", "flops"):
        columns[size] = np.asarray([network[size] for network in found], dtype=np.int64)
    return columns
