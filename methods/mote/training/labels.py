"""MOTE's choice of labels for a reduced image set.

One embedding is computed for each image and averaged for each label; k-means groups the labels, and
of every cluster the label farthest from the other clusters is chosen. The published lists come from
embeddings by VGG-16, and the list of ten labels that all published losses are trained on
(`bench.training.images.reduced_cifar100.PUBLISHED_LABELS`) is not reproduced by the released codes
and this selection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats
from bench.errors import TrainingError
from bench.training.images.image_set import Images, ImageSet, Labels, Split

__all__ = ["choose_labels", "keep_labels", "mean_embeddings"]

_EMBEDDED_AT_ONCE = 256


def mean_embeddings(
    images: Images, labels: Labels, embed: Callable[[Images], ArrayLike], *, classes: int
) -> Floats:
    """Return the mean embedding [classes, d] of the images of each label.

    Parameters
    ----------
    images : array [n, channels, height, width]
    labels : array [n] of int
        From 0 to `classes` - 1.
    embed : callable
        Maps k images to their embeddings [k, d].
    classes : int
        Number of labels.

    Raises
    ------
    TrainingError
        If `embed` returns another number of embeddings or one that is not finite, or if a label has
        no image.

    Notes
    -----
    MOTE-NAS, section 3.2.
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

    The farthest label has the largest sum of distances to the centres of all other clusters. If
    there is only one cluster, its first label is chosen.

    Parameters
    ----------
    embeddings : array [labels, d]
        One embedding for each label.
    r : int
        Number of labels to choose.
    seed : int
        Of k-means: scikit-learn's, the best of ten starts, which was its default at the time.

    Raises
    ------
    TrainingError
        If there are fewer labels than r, or an embedding is not finite.

    Notes
    -----
    MOTE-NAS, section 3.2 and released code.
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
    """Return the image set restricted to some labels.

    Parameters
    ----------
    images : ImageSet
        The whole set.
    labels : sequence of int
        The labels to keep, without repetition; they are renumbered from 0 in this order.

    Raises
    ------
    TrainingError
        If a label is repeated or is not one of the image set.
    """
    if len(set(labels)) != len(labels) or not set(labels) <= set(range(images.classes)):
        raise TrainingError(
            f"labels to keep: {list(labels)}; expected different ones of 0 to {images.classes - 1}"
        )
    number = np.full(images.classes, -1, dtype=np.int64)
    number[list(labels)] = np.arange(len(labels))

    def kept(split: Split) -> Split:
        pixels, old = split
        new = number[old]
        return pixels[new >= 0], new[new >= 0]

    return ImageSet(kept(images.train), kept(images.validation), kept(images.test), len(labels))
