"""Reader of the losses of proxy networks in a clone of MOTE-NAS's repository.

Tested on 11 original architectures of D0352276/MOTE-NAS in all three folders, not on a whole clone.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.data.readers.importers._nb201 import Finished, check_complete, official_strings
from bench.data.readers.unpickle import shorten
from bench.data.table import Columns
from bench.errors import DataError
from bench.spaces.nasbench201 import EDGES

__all__ = ["read"]

_FOLDERS = ("nasbench201_cifar10-10", "nasbench201_cifar100-10", "nasbench201_img16-10")
_PUBLISHED = 15_614  # the repository lacks the indices 3989 to 3999
# Column: key in the file, and how many numbers it has.
_COLUMNS = {
    "proxy_train_loss": ("proxy_losses", 50),
    "landscape_loss": ("landscape_losses", 11),
    "proxy_train_time_s": ("proxy_train_time", 1),
    "landscape_term": ("landscape_term", 1),
    "speed_term": ("speed_term", 1),
    "mote": ("mote", 1),
}


def read(path: Path, *, partial: bool = False, finished: Finished | None = None) -> Columns:
    """Return the columns of the table `nb201-mote`, a row for each architecture of the clone.

    The three folders repeat the same proxy losses together with the results of three image sets;
    they must be equal.

    Parameters
    ----------
    path : Path
        The clone, or its folder `data`.
    partial : bool
        Accept a clone that holds only some of the 15,614 architectures.
    finished : callable, optional
        Called with the number of architectures done, after each.

    Raises
    ------
    DataError
        If a folder is missing; a file cannot be read, lacks a key, is of another architecture or
        differs between folders; or architectures are missing.
    """
    data = path / "data" if (path / "data").is_dir() else path
    missing = [folder for folder in _FOLDERS if not (data / folder).is_dir()]
    if missing:
        raise DataError(
            f"{path}: no folder data/{missing[0]}, expected a clone of the repository "
            f"D0352276/MOTE-NAS with {', '.join(_FOLDERS)}"
        )
    first = data / _FOLDERS[0]
    indices = sorted(int(file.stem) for file in first.glob("*.json") if file.stem.isdecimal())
    check_complete(first, len(indices), partial=partial, expected=_PUBLISHED)
    columns: Columns = {"index": np.asarray(indices, dtype=np.int32)}
    for name, (_, numbers) in _COLUMNS.items():
        shape = (len(indices), numbers) if numbers > 1 else (len(indices),)
        columns[name] = np.full(shape, np.nan, dtype=np.float32)
    for row, index in enumerate(indices):
        found = [_architecture(data / folder / f"{index}.json", index) for folder in _FOLDERS]
        for name, value in found[0].items():
            if not all(np.array_equal(value, other[name]) for other in found[1:]):
                raise DataError(
                    f"{data}: {index}.json has different values of {name} in the folders"
                )
            columns[name][row] = value
        if finished is not None:
            finished(row + 1)
    return columns


def _architecture(path: Path, index: int) -> dict[str, NDArray[np.float32]]:
    """Return the values of one file by column."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        _check_cell(path, content["operations"], index)
        values = {
            name: np.asarray(content[key], dtype=np.float32) for name, (key, _) in _COLUMNS.items()
        }
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    except KeyError as error:
        raise DataError(f"{path}: no key {error.args[0]!r}, which the format has") from None
    except (ArithmeticError, AttributeError, RecursionError, TypeError, ValueError) as error:
        raise DataError(f"{path}: not a result of MOTE-NAS: {shorten(error)}") from None
    for name, (key, numbers) in _COLUMNS.items():
        if values[name].shape != ((numbers,) if numbers > 1 else ()):
            raise DataError(
                f"{path}: {key} has shape {list(values[name].shape)}, expected {numbers} numbers"
            )
    return values


def _check_cell(path: Path, operations: list[str], index: int) -> None:
    if not 0 <= index < len(official_strings()):
        raise DataError(f"{path}: index {index}, expected 0 to {len(official_strings()) - 1}")
    edges = [
        edge for node in official_strings()[index].split("+") for edge in node[1:-1].split("|")
    ]
    expected = [
        edge.removesuffix(f"~{source}") for edge, (source, _) in zip(edges, EDGES, strict=True)
    ]
    if [("none" if name == "zeros" else name) for name in operations] != expected:
        raise DataError(f"{path}: operations {operations}, expected {expected} at index {index}")
