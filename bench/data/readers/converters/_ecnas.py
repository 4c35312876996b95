"""EC-NAS records: a TFRecord file of JSON rows whose last field is a protocol buffer message.

The layout is that of the benchmark's own reader (Bakhtiarifard, Igel and Selvan, "EC-NAS: Energy
Consumption-Aware Tabular Benchmarks for Neural Architecture Search", ICASSP 2024), which extends
NAS-Bench-101's `ModelMetrics` by energy. Only the fields that the tables need are decoded.
"""

from __future__ import annotations

import base64
import json
import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.data.readers.converters._files import source_path, text_column
from bench.data.table import Columns
from bench.errors import DataError

__all__ = ["energy_columns"]

# Field numbers of ModelMetrics and of its repeated EvaluationData.
_EVALUATION, _PARAMS, _TOTAL_TIME, _TOTAL_ENERGY = 1, 2, 3, 4
_EPOCH, _TIME, _TRAIN, _VALIDATION, _TEST, _ENERGY, _CO2 = range(1, 8)

_HEADER = struct.Struct("<Q4x")  # length, and its checksum
_FOOTER = 4  # checksum of the content
_VARINT, _DOUBLE, _BYTES, _FLOAT = 0, 1, 2, 5

_Message = dict[int, list[float | int | bytes]]


@dataclass(frozen=True)
class _Row:
    network: str
    epochs: int
    adjacency: str
    operations: str
    params: int
    checkpoint: dict[int, float]
    last: dict[int, float]
    total_time: float
    total_energy: float


def energy_columns(files: Mapping[str, Path], reference: str, *, checkpoint_epoch: int) -> Columns:
    """Return the columns of an EC-NAS table, in the order of the file.

    Parameters
    ----------
    files : mapping of str to Path
        Source files by `key/name`.
    reference : str
        `key/name` of the TFRecord file.
    checkpoint_epoch : int
        Epoch of the evaluation in the middle of every training.

    Raises
    ------
    DataError
        If the file ends within a record, a record has no evaluation at that epoch, or networks
        differ in their number of trainings.
    """
    path = source_path(files, reference)
    rows = [_parse(content, path, checkpoint_epoch) for content in _records(path)]
    times = Counter((row.network, row.epochs) for row in rows)
    networks, budgets = {n for n, _ in times}, {e for _, e in times}
    if len(set(times.values())) != 1 or len(times) != len(networks) * len(budgets):
        raise DataError(f"{path}: networks differ in their budgets or numbers of repeats")
    columns: Columns = {
        "hash": text_column(row.network for row in rows),
        "epochs": np.asarray([row.epochs for row in rows], dtype=np.int64),
        "repeat": np.asarray(_repeats(rows), dtype=np.int64),
        "adjacency": text_column(row.adjacency for row in rows),
        "operations": text_column(row.operations for row in rows),
        "params": np.asarray([row.params for row in rows], dtype=np.int64),
    }
    for name, field in (
        ("train_acc", _TRAIN),
        ("val_acc", _VALIDATION),
        ("test_acc", _TEST),
        ("train_time_s", _TIME),
        ("energy_kwh", _ENERGY),
        ("co2eq_g", _CO2),
    ):
        columns[name] = np.asarray([row.last[field] for row in rows])
    for name, field in (("val_acc", _VALIDATION), ("train_time_s", _TIME), ("energy_kwh", _ENERGY)):
        values = np.asarray([row.checkpoint[field] for row in rows])
        columns[f"ckpt_ep{checkpoint_epoch}_{name}"] = values
    columns["total_time_s"] = np.asarray([row.total_time for row in rows])
    columns["total_energy_kwh"] = np.asarray([row.total_energy for row in rows])
    return columns


def _repeats(rows: list[_Row]) -> list[int]:
    """Return the number of each training among those of its network and budget, from 0."""
    seen: Counter[tuple[str, int]] = Counter()
    repeats = []
    for row in rows:
        repeats.append(seen[row.network, row.epochs])
        seen[row.network, row.epochs] += 1
    return repeats


def _records(path: Path) -> Iterator[bytes]:
    content = path.read_bytes()
    at = 0
    while at < len(content):
        start = at + _HEADER.size
        if start > len(content):
            raise DataError(f"{path}: ends within a record")
        (length,) = _HEADER.unpack_from(content, at)
        at = start + length + _FOOTER
        if at > len(content):
            raise DataError(f"{path}: ends within a record")
        yield content[start : start + length]


def _parse(content: bytes, path: Path, checkpoint_epoch: int) -> _Row:
    network, epochs, adjacency, operations, encoded = json.loads(content)
    metrics = _decode(base64.b64decode(encoded))
    evaluations = [
        {field: float(found[0]) for field, found in _decode(part).items() if _is_number(found[0])}
        for part in metrics[_EVALUATION]
        if isinstance(part, bytes)
    ]
    by_epoch = {int(evaluation[_EPOCH]): evaluation for evaluation in evaluations}
    if checkpoint_epoch not in by_epoch or epochs not in by_epoch:
        raise DataError(
            f"{path}: network {network} has evaluations at epochs {sorted(by_epoch)}, expected "
            f"{checkpoint_epoch} and {epochs}"
        )
    return _Row(
        network,
        epochs,
        adjacency,
        operations,
        int(metrics[_PARAMS][0]),
        by_epoch[checkpoint_epoch],
        by_epoch[epochs],
        float(metrics[_TOTAL_TIME][0]),
        float(metrics[_TOTAL_ENERGY][0]),
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _decode(message: bytes) -> _Message:
    """Return the fields of a protocol buffer message by number (wire format, proto2)."""
    fields: _Message = {}
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        value: float | int | bytes
        if kind == _VARINT:
            value, at = _varint(message, at)
        elif kind == _DOUBLE:
            (value,), at = struct.unpack_from("<d", message, at), at + 8
        elif kind == _FLOAT:
            (value,), at = struct.unpack_from("<f", message, at), at + 4
        elif kind == _BYTES:
            length, at = _varint(message, at)
            value, at = message[at : at + length], at + length
        else:
            raise DataError(f"a protocol buffer field of unknown wire type {kind}")
        fields.setdefault(tag >> 3, []).append(value)
    return fields


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
