"""MOTE's reduced CIFAR-100: the images of ten labels that its authors publish."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from bench.data import load_table
from bench.errors import TrainingError
from bench.training.images.image_set import ImageSet, Split

__all__ = ["PUBLISHED_LABELS", "reduced_cifar100"]

# Released code, the list for r = 10, spelled as in the names of the image files. It is a constant
# because the released codes do not reproduce it (`methods.mote.training.labels`).
PUBLISHED_LABELS = (
    "sea",
    "seal",
    "willowtree",
    "tractor",
    "orange",
    "caterpillar",
    "pear",
    "mapletree",
    "beaver",
    "poppy",
)

_SIDE = 32


@lru_cache(maxsize=1)
def reduced_cifar100() -> ImageSet:
    """Return the reduced CIFAR-100 as MOTE trains on it: blue green red, pixel / 255.

    The validation split is empty, because the released code has none.

    Raises
    ------
    bench.errors.DataError
        If the image set `cifar100-r10` is not on this machine, or is damaged.
    TrainingError
        If its images or labels have another shape or range.

    Notes
    -----
    Zhang et al., "MOTE-NAS: Multi-Objective Training-based Estimate for Efficient Neural
    Architecture Search" (NeurIPS 2024), section 3.2 and released code.
    """
    arrays = load_table("cifar100-r10").columns
    names = [str(name) for name in arrays["label_names"]]
    if sorted(names) != sorted(PUBLISHED_LABELS):
        raise TrainingError(
            f"image set 'cifar100-r10': labels {', '.join(names)}; expected "
            f"{', '.join(sorted(PUBLISHED_LABELS))}"
        )
    train, test = (
        _split(arrays[f"{part}_images"], arrays[f"{part}_labels"], classes=len(names), name=part)
        for part in ("train", "test")
    )
    empty = (np.empty((0, 3, _SIDE, _SIDE), dtype=np.float32), np.empty(0, dtype=np.int64))
    return ImageSet(train=train, validation=empty, test=test, classes=len(names))


def _split(pixels: ArrayLike, labels: ArrayLike, *, classes: int, name: str) -> Split:
    """Return images [n, 3, 32, 32] (blue green red, 0 to 1) and labels [n] of bytes in RGB.

    Parameters
    ----------
    pixels : array [n, 32, 32, 3] of uint8
        Red green blue.
    labels : array [n] of int
        From 0 to `classes` - 1.
    classes : int
        Number of labels.
    name : str
        Of the split, for messages.

    Raises
    ------
    TrainingError
        If an array has another shape or type, or a label is out of range.
    """
    images, numbers = np.asarray(pixels), np.asarray(labels)
    if images.shape[1:] != (_SIDE, _SIDE, 3) or images.dtype != np.uint8:
        raise TrainingError(
            f"{name} images: found {images.dtype} of shape {list(images.shape)}, expected uint8 of "
            f"shape [n, {_SIDE}, {_SIDE}, 3]"
        )
    if numbers.shape != (len(images),) or numbers.dtype.kind not in "iu":
        raise TrainingError(
            f"{name} labels: found {numbers.dtype} of shape {list(numbers.shape)}, expected "
            f"integers of shape [{len(images)}], one for each image"
        )
    wrong = np.flatnonzero((numbers < 0) | (numbers >= classes))
    if len(wrong):
        raise TrainingError(
            f"{name} labels: {numbers[wrong[0]]} at index {wrong[0]}, expected 0 to {classes - 1}"
        )
    blue_first = images[..., ::-1].transpose(0, 3, 1, 2)
    scaled = np.ascontiguousarray(blue_first, dtype=np.float32) / np.float32(255)
    return scaled, numbers.astype(np.int64)
