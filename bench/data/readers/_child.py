"""The child process of `confined`: it sets its limits, reads a file and writes columns."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import numpy as np

from bench.data.readers.confined import LIMITS_VARIABLE, Columns
from bench.data.readers.unpickle.describe import shorten
from bench.errors import DataError, MonasError
from bench.limits import Limits

_MESSAGE = 4000
# Processor time after the wall clock has ended, for a child whose parent is gone.
_GRACE = 60


def serve(request: dict[str, Any]) -> None:
    """Answer one request of the parent on the standard output, and return.

    Whatever else writes to the standard output is dropped.
    """
    out = os.fdopen(os.dup(1), "w", encoding="ascii")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    read = getattr(import_module(request["module"]), request["function"])
    path = request["file"]
    limits = Limits(**request["limits"])
    limits.apply(processor_seconds=int(limits.seconds or 0) + _GRACE)
    try:
        columns = attempt(
            read,
            Path(path),
            finished=lambda number: _send(out, finished=number),
            **request["options"],
        )
        _write(columns, Path(request["folder"]), path)
        _send(out, columns=list(columns))
    except MonasError as error:
        _send(out, error=type(error).__name__, message=str(error)[:_MESSAGE])
    # Without the destructors of libraries, which may be in any state.
    os._exit(0)


def attempt(read: Callable[..., Columns], path: Path, **options: Any) -> Columns:
    """Return `read(path, **options)`; whatever else it raises becomes a DataError.

    Parameters
    ----------
    read : callable
        A reader of a file or folder.
    path : Path
        The file or folder.
    **options
        Arguments of the reader.

    Raises
    ------
    MonasError
        The reader's own error.
    DataError
        If memory ran out, or the reader failed in a way that it did not foresee, which is a fault
        of the file.
    """
    try:
        return read(path, **options)
    except MonasError:
        raise
    except MemoryError:
        raise DataError(
            f"{path}: needs more memory to be read than the limit; compare its sha256 with the "
            f"published one, or multiply the limits with {LIMITS_VARIABLE}=4"
        ) from None
    except Exception as error:
        what = f"{type(error).__name__}{_place(error)}: {shorten(error)}"
        raise DataError(
            f"{path}: not of the format: {what}; compare its sha256 with the published one"
        ) from None


def _write(columns: Columns, folder: Path, origin: str) -> None:
    """Write each column to a file of its own: text as JSON, numbers as an array."""
    for number, (name, values) in enumerate(columns.items()):
        text = values.tolist() if values.dtype.hasobject else None
        if text is not None and not (values.ndim == 1 and all(type(v) is str for v in text)):
            raise DataError(f"{origin}: {name} has other values than text or numbers")
        try:
            if text is not None:
                (folder / f"{number}.json").write_text(json.dumps(text), encoding="ascii")
                continue
            with (folder / f"{number}.npy").open("wb") as file:
                np.lib.format.write_array(file, values, allow_pickle=False)
        except OSError as error:
            reason = error.strerror or error
            raise DataError(
                f"{origin}: {name} cannot be written to {folder}: {reason}; the content is larger "
                f"than expected, or the disk is full"
            ) from None


def _send(out: IO[str], **message: Any) -> None:
    out.write(json.dumps(message) + "\n")
    out.flush()


def _place(error: Exception) -> str:
    """Return the reader's own line at which an error was raised."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if f"{os.sep}readers{os.sep}" in file and not file.endswith("_child.py"):
            place = f" in {Path(file).name}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return place
