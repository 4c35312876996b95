"""CIFAR-10 and CIFAR-100 from the python batches that their authors publish; nothing is downloaded.

The batches are pickles of Python 2. `bench.data.readers.unpickle` reads them in a child process
with limits; it builds arrays and containers and runs no code of the files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bench.data import data_folder
from bench.data.readers.confined import confined
from bench.data.readers.unpickle import describe_all, safe_load
from bench.data.table import Columns
from bench.errors import DataError, DataMissingError
from bench.training.images.image_set import ImageSet, Labels, Split

__all__ = ["cifar", "require_cifar"]

_SITE = "https://www.cs.toronto.edu/~kriz"
_SHAPE = (3, 32, 32)


@dataclass(frozen=True)
class _Format:
    """Files of an image set, and its pixel statistics in NAS-Bench-201: of 0 to 255, by channel."""

    folder: str
    archive: str
    train: tuple[str, ...]
    test: str
    labels: str
    classes: int
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]


_FORMATS = {
    "cifar10": _Format(
        "cifar-10-batches-py",
        "cifar-10-python.tar.gz",
        tuple(f"data_batch_{b}" for b in range(1, 6)),
        "test_batch",
        "labels",
        10,
        (125.3, 123.0, 113.9),
        (63.0, 62.1, 66.7),
    ),
    "cifar100": _Format(
        "cifar-100-python",
        "cifar-100-python.tar.gz",
        ("train",),
        "test",
        "fine_labels",
        100,
        (129.3, 124.1, 112.4),
        (68.2, 65.4, 70.4),
    ),
}


def cifar(name: Literal["cifar10", "cifar100"], folder: Path | None = None) -> ImageSet:
    """Return CIFAR-10 or CIFAR-100, standardised by channel as in NAS-Bench-201.

    Splits follow that benchmark: CIFAR-10's training images are halved into training and
    validation, CIFAR-100's test images into validation and test. The assignment to halves is
    *ours*: images of even index are the first half. The benchmark's own list is a file of its code.

    Parameters
    ----------
    name : {"cifar10", "cifar100"}
    folder : path, optional
        The unpacked folder `cifar-10-batches-py` or `cifar-100-python`, or its parent; by default
        the folder of tables, `MONAS_DATA`.

    Raises
    ------
    DataMissingError
        If a file is missing; the message says where to download it.
    DataError
        If a file is damaged, its images are not 32 x 32 colour ones, or a label is out of range; or
        reading takes more than the limits (`bench.data.readers.confined`).
    bench.errors.UntrustedPickleError
        If a file holds anything but arrays and plain containers.
    """
    form = _FORMATS[name]
    batches = _find(form, data_folder() if folder is None else Path(folder))
    found = confined(_read, batches, options={"name": name})
    train, test = _standardised(form, found, "train"), _standardised(form, found, "test")
    if name == "cifar10":
        train, validation = _halves(train)
    else:
        validation, test = _halves(test)
    return ImageSet(train=train, validation=validation, test=test, classes=form.classes)


def require_cifar(name: Literal["cifar10", "cifar100"]) -> None:
    """Raise an error unless the batches of CIFAR-10 or CIFAR-100 are in the folder of tables.

    Raises
    ------
    DataMissingError
        If a file is missing; the message says where to download it.
    """
    _find(_FORMATS[name], data_folder())


def _find(form: _Format, folder: Path) -> Path:
    batches = folder if folder.name == form.folder else folder / form.folder
    for file in (*form.train, form.test):
        if not (batches / file).is_file():
            raise DataMissingError(
                f"{batches / file} is missing; expected the unpacked python batches: download "
                f"{_SITE}/{form.archive}, unpack it, and set MONAS_DATA to the folder that "
                f"contains {form.folder} (or give that path)"
            )
    return batches


def _read(folder: Path, *, name: str, finished: Callable[[int], None]) -> Columns:
    """Return images and labels of the training and of the test batches."""
    form = _FORMATS[name]
    columns: Columns = {}
    for split, files in (("train", form.train), ("test", (form.test,))):
        parts = [_read_batch(form, folder / file) for file in files]
        columns[f"{split}_images"] = np.concatenate([images for images, _ in parts])
        columns[f"{split}_labels"] = np.concatenate([labels for _, labels in parts])
        finished(len(columns))
    return columns


def _standardised(form: _Format, found: Columns, split: str) -> Split:
    mean, deviation = (
        np.asarray(v, dtype=np.float32)[:, None, None] for v in (form.mean, form.deviation)
    )
    pixels = np.asarray(found[f"{split}_images"], dtype=np.uint8)
    labels = np.asarray(found[f"{split}_labels"], dtype=np.int64)
    return (pixels - mean) / deviation, labels


def _read_batch(form: _Format, path: Path) -> tuple[NDArray[np.uint8], Labels]:
    content = safe_load(path, encoding="latin1")
    if not isinstance(content, dict):
        raise DataError(f"{path}: holds {type(content).__name__}, expected a dict of arrays")
    missing = [key for key in ("data", form.labels) if key not in content]
    if missing:
        raise DataError(
            f"{path}: has no {missing[0]!r}, only {describe_all(sorted(content, key=str))}; "
            f"expected the python version of {form.folder}"
        )
    data, labels = content["data"], _labels(content[form.labels])
    found = f"{list(data.shape)} {data.dtype}" if isinstance(data, np.ndarray) else type(data)
    size = int(np.prod(_SHAPE))
    if not isinstance(data, np.ndarray) or data.dtype != np.uint8 or data.shape[1:] != (size,):
        raise DataError(f"{path}: 'data' is {found}, expected [n, {size}] uint8")
    if labels is None or labels.shape != (len(data),):
        raise DataError(f"{path}: {form.labels!r} are not {len(data)} integers, one for each image")
    wrong = np.flatnonzero((labels < 0) | (labels >= form.classes))
    if len(wrong):
        raise DataError(
            f"{path}: label {labels[wrong[0]]} of image {wrong[0]}; expected 0 to "
            f"{form.classes - 1}"
        )
    return data.reshape(-1, *_SHAPE), labels


def _labels(found: Any) -> Labels | None:
    """Return the labels as an array, or None if they are not a list of integers."""
    if not isinstance(found, list) or not all(type(label) is int for label in found):
        return None
    return np.asarray(found, dtype=np.int64)


def _halves(split: Split) -> tuple[Split, Split]:
    images, labels = split
    return (images[0::2], labels[0::2]), (images[1::2], labels[1::2])
