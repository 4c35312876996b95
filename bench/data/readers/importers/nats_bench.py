"""Reader of a NATS-Bench topology folder, as unpacked from `NATS-tss-v1_0-3ffb9-simple.tar`.

Tested on small folders that the package nats_bench reads; not on a full original (15,626 files).
"""

from __future__ import annotations

import re
from pathlib import Path

from bench.data.readers.importers._nb201 import (
    Finished,
    check_complete,
    check_order,
    measurements,
    stack,
)
from bench.data.readers.unpickle import load_compressed
from bench.data.table import Columns
from bench.errors import DataError

__all__ = ["read"]

_META = "meta.pickle.pbz2"
_ARCHITECTURE = re.compile(r"(\d{6})\.pickle\.pbz2")


def read(path: Path, *, partial: bool = False, finished: Finished | None = None) -> Columns:
    """Return the columns of the table `nb201`, a row for each architecture of the folder.

    One architecture is in memory at a time. Files are counted before any is read.

    Parameters
    ----------
    path : Path
        The folder, with `meta.pickle.pbz2` and `000000.pickle.pbz2` to `015624.pickle.pbz2`.
    partial : bool
        Accept a folder that holds only some of the architectures.
    finished : callable, optional
        Called with the number of architectures done, after each.

    Raises
    ------
    UntrustedPickleError
        If a pickle names anything but arrays, numbers and containers.
    DataError
        If a file cannot be read, lacks a key, or numbers the cells in another way; or files are
        missing.
    """
    if not path.is_dir() or not (path / _META).is_file():
        raise DataError(
            f"{path}: not a NATS-Bench folder: expected {_META} and 000000.pickle.pbz2 to "
            f"015624.pickle.pbz2 in it (unpack the tar file of the topology space, fast mode)"
        )
    meta = load_compressed(path / _META, "bz2")
    if not isinstance(meta, dict) or "meta_archs" not in meta:
        raise DataError(f"{path / _META}: no key 'meta_archs', expected a dictionary that has it")
    check_order(path / _META, meta["meta_archs"], "meta_archs")
    names = sorted(file.name for file in path.iterdir() if _ARCHITECTURE.fullmatch(file.name))
    check_complete(path, len(names), partial=partial)
    rows, indices = [], []
    for name in names:
        indices.append(int(name[:6]))
        rows.append(_row(path / name, indices[-1], len(meta["meta_archs"])))
        if finished is not None:
            finished(len(rows))
    return stack(indices, rows)


def _row(path: Path, index: int, architectures: int) -> dict[str, float]:
    if index >= architectures:
        raise DataError(f"{path}: index {index}, expected 0 to {architectures - 1}")
    results = load_compressed(path, "bz2")
    missing = [hp for hp in ("200", "12") if not isinstance(results, dict) or hp not in results]
    if missing:
        raise DataError(
            f"{path}: no key {missing[0]!r}, expected results after '12' and '200' epochs"
        )
    return measurements(str(path), index, {"full": results["200"], "less": results["12"]})
