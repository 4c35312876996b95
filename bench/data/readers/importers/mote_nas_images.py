"""Reader of the reduced CIFAR-100 in a clone of MOTE-NAS's repository.

Tested on the whole original of D0352276/MOTE-NAS: 6,000 JPEG files.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.data.readers.importers._nb201 import Finished
from bench.data.readers.unpickle import shorten
from bench.data.table import Columns
from bench.errors import DataError

__all__ = ["read"]

_FOLDER = Path("reduced_data") / "proxy_cifar100-10"
_LABELS = 10
_PER_LABEL = {"train": 500, "test": 100}
_SHAPE = (32, 32, 3)


def read(path: Path, *, finished: Finished | None = None) -> Columns:
    """Return images [n, 32, 32, 3] (RGB) and labels [n] of both splits, and the labels' names.

    Images are in the order of their file names, which begin with the label; labels are numbered in
    the order of their names.

    Parameters
    ----------
    path : Path
        The clone, or its folder `reduced_data/proxy_cifar100-10`.
    finished : callable, optional
        Called with the number of arrays read, after each split.

    Raises
    ------
    DataError
        If a folder is missing, a file is not an image of 32x32 pixels, or a label has another
        number of images than published.
    """
    folder = path / _FOLDER if (path / _FOLDER).is_dir() else path
    columns: Columns = {}
    names: list[str] = []
    for split, expected in _PER_LABEL.items():
        found = sorted((folder / split).glob("*.jpg"))
        counts = _by_label(found)
        if len(counts) != _LABELS or set(counts.values()) != {expected}:
            raise DataError(
                f"{folder / split}: found {len(found)} images of {len(counts)} labels, expected "
                f"{expected} of each of {_LABELS} in a clone of the repository D0352276/MOTE-NAS"
            )
        names = names or sorted(counts)
        if names != sorted(counts):
            raise DataError(f"{folder / split}: its labels differ from those of {folder / 'train'}")
        images = np.empty((len(found), *_SHAPE), dtype=np.uint8)
        for row, file in enumerate(found):
            images[row] = _image(file)
        columns[f"{split}_images"] = images
        labels = [names.index(_label(file)) for file in found]
        columns[f"{split}_labels"] = np.asarray(labels, dtype=np.uint8)
        if finished is not None:
            finished(len(columns))
    columns["label_names"] = np.asarray(names)
    return columns


def _label(file: Path) -> str:
    return file.name.partition("_")[0]


def _by_label(files: list[Path]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for file in files:
        counts[_label(file)] = counts.get(_label(file), 0) + 1
    return counts


def _image(file: Path) -> NDArray[np.uint8]:
    from PIL import Image

    height, width, _ = _SHAPE
    try:
        with Image.open(file, formats=["JPEG"]) as opened:
            if opened.size != (width, height):  # before the pixels are decompressed
                raise DataError(
                    f"{file}: an image of {opened.width}x{opened.height} pixels, expected "
                    f"{width}x{height}"
                )
            return np.asarray(opened.convert("RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{file}: cannot be read as an image: {shorten(error)}") from None
