"""MOTE's reduced data: its ten labels of CIFAR-100 as published, and how labels are chosen.

The choice of labels (MOTE-NAS, section 3.2): one embedding for each image, their mean for each
label, k-means over the labels, of every cluster the label farthest from the other clusters. What
embeds is the caller's: the published lists come from VGG-16. The list of ten labels that all
published losses rest on is a constant, because the released codes and selection do not give it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.data import load_table
from bench.errors import TrainingError
from bench.training.images.noisy_digits import ImageSet

__all__ = [
    "PUBLISHED_LABELS",
    "choose_labels",
    "keep_labels",
    "mean_embeddings",
    "reduced_cifar100",
    "split",
]

# Released code, the list for r = 10, as its image files spell the names.
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
_EMBEDDED_AT_ONCE = 256

Images = NDArray[np.float32]
Labels = NDArray[np.int64]
Split = tuple[Images, Labels]
Floats = NDArray[np.float64]


@lru_cache(maxsize=1)
def reduced_cifar100() -> ImageSet:
    """Return the reduced CIFAR-100 as MOTE trains on it: blue green red, pixel / 255.

    There is no validation split: the released code has none.

    Raises
    ------
    bench.errors.DataError
        If the image set `cifar100-r10` is not on this machine, or not what it should be.
    TrainingError
        If its images or labels are not of the shape or range they should have.
    """
    arrays = load_table("cifar100-r10").columns
    names = [str(name) for name in arrays["label_names"]]
    if sorted(names) != sorted(PUBLISHED_LABELS):
        raise TrainingError(
            f"image set 'cifar100-r10': labels {', '.join(names)}; expected "
            f"{', '.join(sorted(PUBLISHED_LABELS))}"
        )
    train, test = (
        split(arrays[f"{part}_images"], arrays[f"{part}_labels"], classes=len(names), name=part)
        for part in ("train", "test")
    )
    nothing = (np.empty((0, 3, _SIDE, _SIDE), dtype=np.float32), np.empty(0, dtype=np.int64))
    return ImageSet(train=train, validation=nothing, test=test, classes=len(names))


def split(pictures: ArrayLike, labels: ArrayLike, *, classes: int, name: str) -> Split:
    """Return images [n, 3, 32, 32] (blue green red, 0 to 1) and labels [n] of bytes in RGB.

    Parameters
    ----------
    pictures : array [n, 32, 32, 3] of uint8
        Red green blue.
    labels : array [n] of whole numbers
        From 0 to `classes` - 1.
    name : str
        Of the split, for messages.

    Raises
    ------
    TrainingError
        If a shape, a type or a label is another.
    """
    images, numbers = np.asarray(pictures), np.asarray(labels)
    if images.shape[1:] != (_SIDE, _SIDE, 3) or images.dtype != np.uint8:
        raise TrainingError(
            f"{name} images: found {images.dtype} of shape {list(images.shape)}, expected uint8 of "
            f"shape [n, {_SIDE}, {_SIDE}, 3]"
        )
    if numbers.shape != (len(images),) or numbers.dtype.kind not in "iu":
        raise TrainingError(
            f"{name} labels: found {numbers.dtype} of shape {list(numbers.shape)}, expected whole "
            f"numbers of shape [{len(images)}], one for each image"
        )
    wrong = np.flatnonzero((numbers < 0) | (numbers >= classes))
    if len(wrong):
        raise TrainingError(
            f"{name} labels: {numbers[wrong[0]]} at place {wrong[0]}, expected 0 to {classes - 1}"
        )
    blue_first = images[..., ::-1].transpose(0, 3, 1, 2)
    return np.ascontiguousarray(blue_first, dtype=np.float32) / np.float32(255), numbers.astype(
        np.int64
    )


def mean_embeddings(
    images: Images, labels: Labels, embed: Callable[[Images], ArrayLike], *, classes: int
) -> Floats:
    """Return the mean embedding [classes, d] of the images of each label.

    Parameters
    ----------
    images : array [n, channels, height, width]
    embed : callable
        Of some images, their embeddings [k, d].

    Raises
    ------
    TrainingError
        If it gives another number of embeddings, one that is not finite, or a label has no image.
    """
    sums: Floats | None = None
    for start in range(0, len(images), _EMBEDDED_AT_ONCE):
        shown = images[start : start + _EMBEDDED_AT_ONCE]
        codes = np.asarray(embed(shown), dtype=np.float64)
        if codes.ndim != 2 or len(codes) != len(shown):
            raise TrainingError(
                f"embedding of {len(shown)} images has shape {list(codes.shape)}, expected "
                f"[{len(shown)}, d]"
            )
        if not np.isfinite(codes).all():
            raise TrainingError(f"embedding of images {start} and on is not finite")
        if sums is None:
            sums = np.zeros((classes, codes.shape[1]))
        np.add.at(sums, labels[start : start + len(shown)], codes)
    counts = np.bincount(labels, minlength=classes)
    if sums is None or not counts.all():
        raise TrainingError(f"label {int(np.argmin(counts))} has no image to embed")
    return sums / counts[:, None]


def choose_labels(embeddings: ArrayLike, r: int, *, seed: int) -> list[int]:
    """Return r labels, one of each k-means cluster: the farthest from the other clusters.

    Farthest is the label with the largest sum of distances to the centres of all other clusters
    (released code). Where a cluster is the only one, its first label stands for it.

    Parameters
    ----------
    embeddings : array [labels, d]
        One for each label.
    seed : int
        Of k-means: scikit-learn's, the best of ten starts, which was its default then.

    Raises
    ------
    TrainingError
        If there are fewer labels than r, or an embedding is not finite.
    """
    from sklearn.cluster import KMeans

    codes = np.asarray(embeddings, dtype=np.float64)
    if codes.ndim != 2 or not np.isfinite(codes).all():
        raise TrainingError(
            f"embeddings of labels: shape {list(codes.shape)}, expected [labels, d] and every "
            "number finite"
        )
    if not 1 <= r <= len(codes):
        raise TrainingError(f"r = {r} labels of {len(codes)}: expected 1 to {len(codes)}")
    found = KMeans(n_clusters=r, n_init=10, random_state=seed).fit(codes)
    distance = np.linalg.norm(codes[:, None] - found.cluster_centers_, axis=2)
    own = np.arange(r) == found.labels_[:, None]
    far = np.where(own, 0.0, distance).sum(axis=1)
    return [int(np.argmax(np.where(found.labels_ == cluster, far, -1.0))) for cluster in range(r)]


def keep_labels(images: ImageSet, labels: Sequence[int]) -> ImageSet:
    """Return the images of these labels alone, numbered in the order given.

    Raises
    ------
    TrainingError
        If a label is given twice or is not the image set's.
    """
    if len(set(labels)) != len(labels) or not set(labels) <= set(range(images.classes)):
        raise TrainingError(
            f"labels to keep: {list(labels)}; expected different ones of 0 to {images.classes - 1}"
        )
    number = np.full(images.classes, -1, dtype=np.int64)
    number[list(labels)] = np.arange(len(labels))

    def kept(part: Split) -> Split:
        pictures, old = part
        new = number[old]
        return pictures[new >= 0], new[new >= 0]

    return ImageSet(kept(images.train), kept(images.validation), kept(images.test), len(labels))
