"""MOTE's reduced network of a NAS-Bench-201 cell: two cells of equal width, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from bench.arrays import Floats
from bench.errors import TrainingError
from bench.spaces import NASBench201
from bench.spaces.nasbench201 import CONV1, CONV3
from bench.training.networks.nasbench201 import Cell

__all__ = ["ReducedNetwork", "ReducedSkeleton"]


@dataclass(frozen=True)
class ReducedSkeleton:
    """The network around the cell: stem, cell, average pool, the same cell again, classifier.

    The counts are closed forms over all operations of the cell, whether or not they reach the
    output.

    Attributes
    ----------
    image, in_channels, classes : int
        Height and width of the input in pixels, its channels, number of classes.
    channels : int
        Of both cells. Released code: 32.
    pool : int
        Side and stride of the average pool between the cells. Released code: 4.

    Raises
    ------
    TrainingError
        If the pool is larger than the image.

    Notes
    -----
    MOTE-NAS, supplement: with 32x32 colour images and ten classes, the mean over all NAS-Bench-201
    cells is 26.1 K parameters and 14.25 MFLOPs.

    Examples
    --------
    >>> skeleton = ReducedSkeleton(image=32, in_channels=3, classes=10)
    >>> every = NASBench201().enumerate()
    >>> float(round(skeleton.params(every).mean() / 1e3, 1))
    26.1
    >>> float(round(skeleton.flops(every).mean() / 1e6, 2))
    14.25
    """

    image: int
    in_channels: int
    classes: int
    channels: int = 32
    pool: int = 4

    def __post_init__(self) -> None:
        if not 1 <= self.pool <= self.image:
            raise TrainingError(
                f"reduced network: a pool of {self.pool}x{self.pool} on images of {self.image}x"
                f"{self.image} pixels; expected 1 to {self.image}"
            )

    def flops(self, architectures: ArrayLike) -> Floats:
        """Return the multiply-adds [n] of one image for cells [n, 6]."""
        pixels = self.image**2 + (self.image // self.pool) ** 2
        fixed = 9 * self.in_channels * self.channels * self.image**2
        fixed += self.channels * self.classes + self.classes
        conv1, conv3 = _convolutions(architectures)
        return fixed + self.channels**2 * pixels * (conv1 + 9 * conv3)

    def params(self, architectures: ArrayLike) -> Floats:
        """Return the numbers of trainable parameters [n] for cells [n, 6]."""
        c = self.channels
        fixed = 9 * self.in_channels * c + 2 * c + c * self.classes + self.classes
        conv1, conv3 = _convolutions(architectures)
        return fixed + 2 * ((c * c + 2 * c) * conv1 + (9 * c * c + 2 * c) * conv3)


class ReducedNetwork(nn.Module):
    """A network from images [batch, channels, h, w] to logits [batch, classes].

    Parameters
    ----------
    cell : sequence of int
        The six operations, in the order of `bench.spaces.nasbench201.EDGES`.
    skeleton : ReducedSkeleton
        Sizes of the network around the cell.
    draws : torch.Generator
        Source of the initial weights: Glorot's uniform distribution, biases zero, which are Keras's
        defaults.
    """

    def __init__(
        self, cell: Sequence[int], skeleton: ReducedSkeleton, draws: torch.Generator
    ) -> None:
        super().__init__()
        c = skeleton.channels
        self.body = nn.Sequential(
            nn.Conv2d(skeleton.in_channels, c, 3, 1, 1, bias=False),
            nn.BatchNorm2d(c),
            Cell(cell, c),
            nn.AvgPool2d(skeleton.pool),
            Cell(cell, c),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )
        self.classifier = nn.Linear(c, skeleton.classes)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):  # released code: Keras momentum 0.997
                module.eps, module.momentum = 1e-4, 0.003
            elif isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.xavier_uniform_(module.weight, generator=draws)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, images: Tensor) -> Tensor:
        """Return logits [batch, classes] of images [batch, channels, h, w]."""
        return self.classifier(self.body(images))


def _convolutions(architectures: ArrayLike) -> tuple[Floats, Floats]:
    cells = NASBench201().check(architectures)
    return (cells == CONV1).sum(axis=1).astype(float), (cells == CONV3).sum(axis=1).astype(float)
