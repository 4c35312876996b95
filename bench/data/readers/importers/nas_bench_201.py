"""Reader of the NAS-Bench-201 files `NAS-Bench-201-v1_0-e61699.pth` and `-v1_1-096897.pth`.

Tested on small files made with the package nas-bench-201; not on a full original (4.7 GB).
"""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

from bench.data.readers.importers._nb201 import (
    Finished,
    check_complete,
    check_order,
    measurements,
    stack,
)
from bench.data.readers.unpickle import Budget, require_tree, shorten
from bench.data.readers.unpickle.arrays import DType, new_dtype, new_scalar
from bench.data.readers.unpickle.budget import Spending
from bench.data.table import Columns
from bench.errors import DataError, DataMissingError, UntrustedPickleError

__all__ = ["read"]

_KEYS = ("meta_archs", "arch2infos", "evaluated_indexes")


def read(path: Path, *, partial: bool = False, finished: Finished | None = None) -> Columns:
    """Return the columns of the table `nb201`, a row for each architecture of the file.

    torch reads the whole file at once, which takes several times its size of memory; the files of a
    NATS-Bench folder are read one by one (`bench.data.readers.importers.nats_bench`).
    Some networks of version 1.1 were trained again: their accuracies differ from NATS-Bench's by
    percentage points. Version 1.0 has 12-epoch results of CIFAR-10's validation only; the others
    are NaN.

    Parameters
    ----------
    path : Path
        The `.pth` file.
    partial : bool
        Accept a file that holds only some of the architectures.
    finished : callable, optional
        Called with the number of architectures done, after each.

    Raises
    ------
    DataMissingError
        If torch is not installed.
    UntrustedPickleError
        If the file names anything but tensors, numbers and containers.
    DataError
        If it cannot be read, lacks a key, is incomplete, or numbers the cells in another way.
    """
    content = _load(path)
    missing = [key for key in _KEYS if not isinstance(content, dict) or key not in content]
    if missing:
        raise DataError(
            f"{path}: no key {missing[0]!r}, expected a dictionary with {', '.join(_KEYS)}"
        )
    check_order(path, content["meta_archs"], "meta_archs")
    indices = sorted(content["evaluated_indexes"])
    check_complete(path, len(indices), partial=partial)
    rows = []
    for done, index in enumerate(indices, start=1):
        results = content["arch2infos"].get(index)
        if not isinstance(results, dict) or not {"full", "less"} <= results.keys():
            raise DataError(f"{path}: arch2infos[{index}] has no 'full' and 'less'")
        states = {"full": results["full"], "less": results["less"]}
        rows.append(measurements(f"{path}: arch2infos[{index}]", index, states))
        if finished is not None:
            finished(done)
    return stack(indices, rows)


def _load(path: Path) -> Any:
    """Return the content, read in torch's safe mode; numpy's scalars are built by the suite."""
    try:
        import torch
    except ModuleNotFoundError:
        raise DataMissingError(
            f"{path}: only torch can read this format; install it with "
            f"`pip install 'monas-bench[train]'`"
        ) from None

    # torch has no budget of its own; the content grows with the file
    size = path.stat().st_size if path.is_file() else 0
    budget = Budget(
        payload_bytes=Budget.payload_bytes + size, tree=Budget.tree + size, seconds=600.0
    )
    try:
        with torch.serialization.safe_globals(_numpy_scalars(Spending(budget))):
            content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    except pickle.UnpicklingError as error:
        # torch's own message is hidden because it recommends the unsafe mode
        refused = re.search(r"GLOBAL\s+([\w.]+)", str(error))
        if refused is None:
            raise DataError(
                f"{path}: not a file of torch.save, or damaged: torch's safe mode cannot read it"
            ) from None
        raise UntrustedPickleError(
            f"{path}: the file refers to {refused[1]}, expected tensors, numbers and containers "
            f"only; it was not read and none of its code was run"
        ) from None
    except MemoryError:
        raise
    except Exception as error:  # a damaged file can fail in any way
        raise DataError(
            f"{path}: not a file of torch.save, or damaged: {type(error).__name__}: "
            f"{shorten(error)}"
        ) from None
    require_tree(content, str(path), budget=budget, others=[torch.Tensor, torch.Size])
    return content


def _numpy_scalars(spending: Spending) -> list[Any]:
    """Return the suite's own functions under the names that pickled numpy scalars have."""

    def scalar(*arguments: Any) -> Any:
        return new_scalar(arguments, spending)

    def dtype(*arguments: Any) -> DType:
        return new_dtype(arguments, spending)

    return [
        (scalar, "numpy.core.multiarray.scalar"),
        (scalar, "numpy._core.multiarray.scalar"),
        (dtype, "numpy.dtype"),
        (DType, "the state of numpy.dtype"),  # torch gives it to objects of known classes only
    ]
