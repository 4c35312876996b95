"""`ImageSet`: labelled images in three splits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["ImageSet", "Images", "Labels", "Split"]

Images = NDArray[np.float32]
Labels = NDArray[np.int64]
Split = tuple[Images, Labels]


@dataclass(frozen=True)
class ImageSet:
    """Square images of one size, with labels.

    Attributes
    ----------
    train, validation, test : (array [n, channels, height, width], array [n])
        Images (float32) and labels (int64, from 0) of each split; a split may be empty.
    classes : int
        Number of labels.
    """

    train: Split
    validation: Split
    test: Split
    classes: int

    @property
    def image(self) -> int:
        """Height and width, in pixels."""
        return int(self.train[0].shape[2])

    @property
    def channels(self) -> int:
        """Channels of an image."""
        return int(self.train[0].shape[1])
