"""Common parts of the files of NAS-Bench-201 and NATS-Bench: index order, results, columns.

For each architecture and number of epochs, both hold the state of the class `ArchResults` of the
packages nas-bench-201 and nats_bench: plain dictionaries, which are read here without the packages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from bench.data.readers.unpickle import describe, shorten
from bench.data.table import Columns
from bench.errors import DataError
from bench.spaces import NASBench201

__all__ = [
    "ARCHITECTURES",
    "Finished",
    "check_complete",
    "check_order",
    "identity_columns",
    "measurements",
    "official_strings",
    "stack",
]

ARCHITECTURES = 15_625
Finished = Callable[[int], None]
Row = dict[str, float]

_SEEDS = (777, 888, 999)
# Column prefix: training set with a validation part, its name for that part, training set of the
# test, its name for the test part, name of both parts together.
_DATASETS = {
    "c10": ("cifar10-valid", "x-valid", "cifar10", "ori-test", None),
    "c100": ("cifar100", "x-valid", "cifar100", "x-test", "ori-test"),
    "in16": ("ImageNet16-120", "x-valid", "ImageNet16-120", "x-test", "ori-test"),
}


@lru_cache(maxsize=1)
def official_strings() -> tuple[str, ...]:
    """Return the 15,625 cells in the order of the benchmark's own index.

    The authors list all cells, the last edge changing fastest, and shuffle the list with Python's
    generator at seed 88 (`generate_meta_info` in exps/NAS-Bench-201/main.py of AutoDL-Projects).
    """
    space = NASBench201()
    order = list(range(space.size))
    Random(88).shuffle(order)  # noqa: S311 - the benchmark's own order, not cryptography
    return tuple(space.to_strings(space.from_index(order)))


def check_order(path: Path, found: Sequence[str], what: str) -> None:
    """Raise an error unless `found` is the benchmark's list of cells, in its order.

    Parameters
    ----------
    path : Path
        The file, for messages.
    found : sequence of str
        Cells in their string form.
    what : str
        Key of the list in the file, for messages.

    Raises
    ------
    DataError
        If it has another length or order; the message names the first difference.
    """
    if not isinstance(found, list | tuple):
        raise DataError(f"{path}: {what} is {type(found).__name__}, expected a list of cells")
    if len(found) != ARCHITECTURES:
        raise DataError(f"{path}: {what} has {len(found):,} cells, expected {ARCHITECTURES:,}")
    for index, (cell, expected) in enumerate(zip(found, official_strings(), strict=True)):
        if type(cell) is not str or cell != expected:
            raise DataError(f"{path}: {what}[{index}] is {describe(cell)}, expected {expected!r}")


def check_complete(path: Path, found: int, *, partial: bool, expected: int = ARCHITECTURES) -> None:
    """Raise an error unless a file has all architectures or, if `partial`, at least one.

    Parameters
    ----------
    path : Path
        The file or folder, for messages.
    found, expected : int
        Numbers of architectures.
    partial : bool
        Whether fewer are accepted.

    Raises
    ------
    DataError
        If some are missing; the message gives both numbers.
    """
    if found == 0 or (found != expected and not partial):
        raise DataError(f"{path}: found {found:,} architectures, expected {expected:,}")


def identity_columns(indices: Sequence[int]) -> Columns:
    """Return the columns `index`, `arch_str`, `op0` to `op5` and `rep_index` of these indices.

    `rep_index` is the smallest index of the architecture's isomorphism class.
    """
    space = NASBench201()
    strings = official_strings()
    everything = space.from_strings(strings)
    _, first, members = np.unique(
        space.index(space.canonical(everything)), return_index=True, return_inverse=True
    )
    chosen = np.asarray(indices, dtype=np.int32)
    columns: Columns = {
        "index": chosen,
        "arch_str": np.asarray([strings[index] for index in chosen], dtype=object),
    }
    for edge in range(6):
        columns[f"op{edge}"] = np.ascontiguousarray(everything[chosen, edge])
    columns["rep_index"] = first[members][chosen].astype(np.int32)
    return columns


def stack(indices: Sequence[int], rows: Sequence[Row]) -> Columns:
    """Return the columns of the table `nb201`.

    Parameters
    ----------
    indices : sequence of int [rows]
        Official indices.
    rows : sequence of dict [rows]
        Of each, the numbers that `measurements` returns.
    """
    columns = identity_columns(indices)
    for name in rows[0]:
        columns[name] = np.asarray([row[name] for row in rows], dtype=np.float64)
    return columns


def measurements(where: str, index: int, results: Mapping[str, Any]) -> Row:
    """Return the numbers of one architecture by column.

    Accuracies are those after the last epoch, in per cent. Means are over the seeds in the file: up
    to three at 200 epochs; at 12 epochs two for CIFAR-10's validation, else one. Values without a
    training are NaN. `flops_m` is in millions of multiply-adds, `params_m` in millions of
    parameters, `train_time_epoch_s` in seconds.

    Parameters
    ----------
    where : str
        File and key, for messages.
    index : int
        Official index of the architecture.
    results : mapping
        State of `ArchResults` after 200 epochs (`full`) and after 12 (`less`).

    Raises
    ------
    DataError
        If a key of the format is missing, or the state is that of another architecture.
    """
    try:
        for state in results.values():
            _check_cell(where, index, state)
        row: Row = {}
        for prefix, dataset in _DATASETS.items():
            row |= {f"{prefix}_{name}": value for name, value in _numbers(results, *dataset)}
    except KeyError as error:
        raise DataError(
            f"{where}: no key {describe(error.args[0])}, which the format has"
        ) from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise DataError(f"{where}: not the results of an architecture: {shorten(error)}") from None
    return row


def _check_cell(where: str, index: int, state: Mapping[str, Any]) -> None:
    found, expected = state["arch_str"], official_strings()[index]
    if type(found) is not str or found != expected:
        raise DataError(f"{where}: results of {describe(found)}, expected those of {expected!r}")


def _numbers(
    results: Mapping[str, Any],
    validated: str,
    validation: str,
    tested: str,
    test: str,
    both: str | None,
) -> list[tuple[str, float]]:
    full, tests = _trials(results["full"], validated), _trials(results["full"], tested)
    short, short_tests = _trials(results["less"], validated), _trials(results["less"], tested)
    unknown = set(full) - set(_SEEDS)
    if unknown:
        raise ValueError(f"seed {describe(min(unknown))} of {validated}, expected {_SEEDS}")
    numbers = [
        ("val_acc_200", _mean(_accuracy(trial, validation) for trial in full.values())),
        ("test_acc_200", _mean(_accuracy(trial, test) for trial in tests.values())),
    ]
    for name, part in (("val", validation), ("valtest", both)):
        if part is not None:
            for seed in _SEEDS:
                one = _accuracy(full[seed], part) if seed in full else np.nan
                numbers.append((f"{name}_acc_200_s{seed}", one))
    return [
        *numbers,
        ("val_acc_12", _mean(_accuracy(trial, validation) for trial in short.values())),
        ("test_acc_12", _mean(_accuracy(trial, test) for trial in short_tests.values())),
        ("flops_m", _size({seed: float(trial["flop"]) for seed, trial in full.items()})),
        ("params_m", _size({seed: float(trial["params"]) for seed, trial in full.items()})),
        ("train_time_epoch_s", _mean(_epoch_seconds(trial) for trial in full.values())),
    ]


def _trials(state: Mapping[str, Any], dataset: str) -> dict[int, Mapping[str, Any]]:
    """Return the trainings on `dataset`, by seed."""
    seeds = state["dataset_seed"].get(dataset, ())
    return {int(seed): state["all_results"][dataset, seed] for seed in seeds}


def _accuracy(trial: Mapping[str, Any], part: str) -> float:
    """Return the accuracy in per cent on `part` after the last epoch."""
    return float(trial["eval_acc1es"][f"{part}@{trial['epochs'] - 1}"])


def _size(by_seed: Mapping[int, float]) -> float:
    """Return the size of the network; if the seeds disagree, that of seed 888.

    Some trials in the files have a wrong size; then the authors' reader (`get_cost_info` of
    nats_bench) takes that seed.
    """
    differ = len({f"{value:.5f}" for value in by_seed.values()}) > 1
    return by_seed[888] if differ else _mean(by_seed.values())


def _epoch_seconds(trial: Mapping[str, Any]) -> float:
    """Return the mean seconds of a training epoch; NaN if the file lacks them (old versions)."""
    seconds = trial["train_times"]
    return _mean(float(value) for value in seconds.values()) if seconds else np.nan


def _mean(values: Any) -> float:
    found = list(values)
    return sum(found) / len(found) if found else np.nan
