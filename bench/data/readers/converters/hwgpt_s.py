"""HW-GPT-Bench, GPT-2 small space: 10,000 networks, their quality, speed, energy and memory.

Source: the raw observations in the history of the benchmark's repository (Sukthanker et al.,
"HW-GPT-Bench: Hardware-Aware Architecture Benchmark for Language Models", NeurIPS 2024). Rows have
the order of the file of perplexities; the other files are matched with it by architecture. Latency
is the median of the observed passes; energy on a GPU is the median of its tracker's list, in the
unit of the source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.data.readers.converters._files import source_path
from bench.data.readers.unpickle import safe_load
from bench.data.table import Columns
from bench.errors import DataError

__all__ = ["convert"]

GPUS = ("P100", "a100", "a40", "a6000", "h100", "rtx2080", "rtx3080", "v100")
# CPUs with energy from codecarbon; for cpu_p100 every value in the source is zero.
CPUS_WITH_ENERGY = ("cpu_a6000", "cpu_alldlc", "cpu_meta", "cpu_mlgpu", "helix_cpu")
CPUS = (*CPUS_WITH_ENERGY, "cpu_p100")
MEMORY = ("a100", "rtx2080")

_KEY = "hw-gpt-bench"
_LAYERS = 12
_SHARDS = ("0_2500", "2500_5000", "5000_7500", "7500_10000")
_MILLISECONDS = {"s": 1000.0, "ms": 1.0}

_Observation = dict[str, Any]


def convert(files: Mapping[str, Path]) -> Columns:
    """Return the table's columns.

    Raises
    ------
    DataError
        If a file lacks a network or has one twice, or GPUs disagree on FLOPs or parameters.
    """
    quality = _read(files, "ppl.pkl")
    rows = _Rows([network["arch"] for network in quality])
    columns = _architectures(rows.architectures)
    for name in ("perplexity", "accuracy"):
        columns[name] = np.asarray([network[name] for network in quality], dtype=np.float32)
    for device in (*GPUS, *CPUS):
        observed = rows.sort(_shards(files, device, "observations"), device)
        if device in GPUS:  # cpu_meta's profiler counted no FLOPs
            columns |= _sizes(observed, columns, device)
        kind = "gpu" if device in GPUS else "cpu"
        columns[f"{device}_latency_ms"] = _single(observed, partial(_latency, kind=kind))
        if device in CPUS_WITH_ENERGY:
            values = _single(observed, lambda o: o["mean_energy_cpu"])
            columns[f"{device}_energy_codecarbon_wh"] = values
    for device in GPUS:
        observed = rows.sort(_shards(files, device, "energy_observations_tracker"), device)
        columns[f"{device}_energy_src"] = _single(observed, lambda o: np.median(o["energy_gpu"]))
    for device in MEMORY:
        name = f"mem_{device}"
        observed = rows.sort(_read(files, f"{name}/efficiency_observations_0_10000.pkl"), name)
        columns[f"{name}_mb"] = _single(observed, lambda o: o["mean_mem"])
    return columns


class _Rows:
    """The table's architectures and their rows."""

    def __init__(self, architectures: list[dict[str, Any]]) -> None:
        self.architectures = architectures
        self._row_of = {_identity(a): row for row, a in enumerate(architectures)}
        if len(self._row_of) != len(architectures):
            raise DataError(f"{_KEY}/ppl.pkl: one architecture is there twice")

    def sort(self, observed: list[_Observation], origin: str) -> list[_Observation]:
        """Return the observations in the order of the table, exactly one for each row."""
        by_row = {self._row_of.get(_identity(o["arch"]), -1): o for o in observed}
        if len(observed) != len(self._row_of) or -1 in by_row or len(by_row) != len(observed):
            raise DataError(
                f"{_KEY}: {origin} does not have each architecture of ppl.pkl once: "
                f"{len(observed)} observations of {len(by_row.keys() - {-1})} of them, expected "
                f"{len(self._row_of)}"
            )
        return [by_row[row] for row in range(len(by_row))]


def _identity(architecture: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        architecture["sample_embed_dim"],
        architecture["sample_n_layer"],
        architecture["sample_bias"],
        tuple(architecture["sample_n_head"]),
        tuple(architecture["sample_mlp_ratio"]),
    )


def _architectures(found: list[dict[str, Any]]) -> Columns:
    columns: Columns = {
        "index": np.arange(len(found), dtype=np.int32),
        "embed_dim": np.asarray([a["sample_embed_dim"] for a in found], dtype=np.int16),
        "n_layer": np.asarray([a["sample_n_layer"] for a in found], dtype=np.int8),
        "bias": np.asarray([a["sample_bias"] for a in found], dtype=np.bool_),
    }
    for variable in ("n_head", "mlp_ratio"):
        chosen = np.asarray([a[f"sample_{variable}"] for a in found], dtype=np.int8)
        columns |= {f"{variable}_{layer}": chosen[:, layer].copy() for layer in range(_LAYERS)}
    return columns


def _sizes(observed: list[_Observation], so_far: Columns, device: str) -> Columns:
    """Return FLOPs and parameters, which must be equal on every GPU."""
    found = {
        size: np.asarray([o[size] for o in observed], dtype=np.int64)
        for size in ("flops", "params")
    }
    for size, values in found.items():
        if not np.array_equal(values, so_far.get(size, values)):
            raise DataError(f"{_KEY}: {device} has other {size} than {GPUS[0]}")
    return dict(found)


def _latency(observation: _Observation, *, kind: str) -> float:
    times = zip(observation[f"times_profiler_{kind}"], observation[f"unit_{kind}"], strict=True)
    return float(np.median([time * _MILLISECONDS[unit] for time, unit in times]))


def _single(
    observed: list[_Observation], get: Callable[[_Observation], Any]
) -> NDArray[np.float32]:
    return np.asarray([get(observation) for observation in observed], dtype=np.float32)


def _shards(files: Mapping[str, Path], device: str, kind: str) -> list[_Observation]:
    return [
        observation
        for shard in _SHARDS
        for observation in _read(files, f"latency_{device}/efficiency_{kind}_{shard}.pkl")
    ]


def _read(files: Mapping[str, Path], name: str) -> list[_Observation]:
    path = source_path(files, f"{_KEY}/{name}")
    content = safe_load(path)
    if not isinstance(content, list):
        raise DataError(f"{path}: expected a list of observations, got {type(content).__name__}")
    return content
