"""The network factory of estimators: networks with initial weights, and batches of images."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Literal, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from bench.errors import TrainingError
from bench.seeds import stream
from bench.spaces import DARTSSkeleton, Skeleton
from bench.training.images.image_set import ImageSet
from bench.training.networks.darts import DARTSNetwork
from bench.training.networks.nasbench201 import Cell, CellNetwork

__all__ = ["Initial", "Size", "TorchNetworkFactory", "check_images"]

Initial = Literal["default", "kaiming-in", "kaiming-out", "normal"]
Size = Literal["full", "small", "thin"]


class TorchNetworkFactory:
    """The network factory of one architecture of NAS-Bench-201 or of the DARTS space.

    It implements `bench.estimator.NetworkFactory`. All random numbers come from streams named by
    space, seed, architecture and use, so that no result depends on the architectures measured
    before. Weights are drawn on the CPU and are therefore the same on every device.

    Parameters
    ----------
    architecture : sequence of int
        Its variables in the space of the skeleton.
    images : ImageSet
        Estimators get images of the training split.
    skeleton : Skeleton or DARTSSkeleton
        The network around the cells; its class decides the space.
    seed : int
        Of weights, order of images and generators.
    device : str
        A torch device: `cpu`, `cuda`, `cuda:1`.

    Attributes
    ----------
    architecture : tuple of int
        Its variables.
    classes : int
        Number of labels of the images.
    device : torch.device
        Of networks, images and generators.
    """

    def __init__(
        self,
        architecture: Sequence[int],
        images: ImageSet,
        skeleton: Skeleton | DARTSSkeleton,
        *,
        seed: int,
        device: str = "cpu",
    ) -> None:
        self.architecture = tuple(int(v) for v in architecture)
        self.classes = skeleton.classes
        self.device = torch.device(device)
        self._images, self._skeleton, self._seed = images, skeleton, seed
        self._networks = self._generators = 0

    def network(
        self, *, initial: Initial = "default", double: bool = False, size: Size = "full"
    ) -> nn.Module:
        """Return a new network in train mode; see `bench.estimator.NetworkFactory`.

        Parameters
        ----------
        initial : {"default", "kaiming-in", "kaiming-out", "normal"}
            Distribution of the initial weights: PyTorch's own; He's normal distribution by number
            of inputs or of outputs; the standard normal distribution. Biases are zero but for
            PyTorch's own. Batch norms always start with scale 1 and shift 0.
        double : bool
            Double instead of single precision.
        size : {"full", "small", "thin"}
            The skeleton's size, or one of TE-NAS's two smaller ones.
        """
        seed = self._torch_seed("weights", self._networks)
        self._networks += 1
        with torch.random.fork_rng(devices=[]):  # default weights come from the global generator
            torch.default_generator.manual_seed(seed)
            network = _build(self.architecture, self._skeleton, size)
        if initial != "default":
            _initialise(network, initial, torch.Generator().manual_seed(seed))
        return network.to(self.device, torch.float64 if double else torch.float32).train()

    def images(self, n: int, *, batches: int = 1) -> list[tuple[Tensor, Tensor]]:
        """Return batches of training images with their labels; each call returns the same ones.

        Parameters
        ----------
        n : int
            Images of a batch.
        batches : int
            Number of batches.

        Returns
        -------
        list of (images [n, channels, h, w], labels [n])
            In a random order of the architecture; when all images are used, a new order follows.
        """
        pictures, labels = self._images.train
        draw = stream("bed", *self._name, "images")
        needed, rows = n * batches, [np.empty(0, dtype=np.int64)]
        while sum(map(len, rows)) < needed:
            rows.append(draw.permutation(len(labels)))
        chosen = np.concatenate(rows)[:needed].reshape(batches, n)
        return [
            (
                torch.from_numpy(pictures[batch]).to(self.device),
                torch.from_numpy(labels[batch]).to(self.device),
            )
            for batch in chosen
        ]

    def generator(self) -> torch.Generator:
        """Return a new torch generator on the factory's device."""
        seed = self._torch_seed("generator", self._generators)
        self._generators += 1
        return torch.Generator(self.device).manual_seed(seed)

    @property
    def _name(self) -> tuple[str | int, ...]:
        space = "nasbench201" if isinstance(self._skeleton, Skeleton) else "darts"
        return space, self._seed, ",".join(map(str, self.architecture))

    def _torch_seed(self, use: str, count: int) -> int:
        return int(stream("bed", *self._name, use, count).integers(2**63))


class TakesImages(Protocol):
    """The properties of a network's skeleton that its images must agree with."""

    @property
    def image(self) -> int:
        """Height and width of the images."""

    @property
    def in_channels(self) -> int:
        """Channels of the images."""

    @property
    def classes(self) -> int:
        """Number of labels."""


def check_images(images: ImageSet, skeleton: TakesImages) -> None:
    """Raise an error unless a network can be trained on the training images.

    Parameters
    ----------
    images : ImageSet
        Its training split is checked.
    skeleton : TakesImages
        Sizes of the network.

    Raises
    ------
    TrainingError
        If shapes differ, a label is not a class of the network, or a pixel is not finite.
    """
    pictures, labels = images.train
    shape = (len(labels), skeleton.in_channels, skeleton.image, skeleton.image)
    if pictures.shape != shape or labels.ndim != 1 or not len(labels):
        raise TrainingError(
            f"image set: training images of shape {list(pictures.shape)} with labels of shape "
            f"{list(labels.shape)}; expected [n, {', '.join(map(str, shape[1:]))}] and [n], n > 0, "
            f"as the network's skeleton says; give a skeleton made for these images"
        )
    if labels.min() < 0 or labels.max() >= skeleton.classes:
        wrong = int(labels.min()) if labels.min() < 0 else int(labels.max())
        raise TrainingError(
            f"image set: label {wrong} in the training images; expected 0 to "
            f"{skeleton.classes - 1}, the network's classes"
        )
    if not np.isfinite(pictures).all():
        row = int(np.flatnonzero(~np.isfinite(pictures).all(axis=(1, 2, 3)))[0])
        raise TrainingError(
            f"image set: training image {row} has a pixel that is not finite; expected numbers"
        )


class _OneCellNetwork(CellNetwork):
    """A single network, without the axis of copies: logits [batch, classes]."""

    def __init__(self, cell: Sequence[int], skeleton: Skeleton) -> None:
        super().__init__(cell, skeleton)
        self.in_channels = skeleton.in_channels

    def forward(self, images: Tensor) -> Tensor:
        return super().forward(images)[:, 0]


class _ThinNetwork(nn.Module):
    """One cell of one channel, then BN, ReLU, pooling and classifier, as in TE-NAS."""

    in_channels = 1

    def __init__(self, cell: Sequence[int], classes: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            Cell(cell, 1), nn.BatchNorm2d(1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
        )
        self.classifier = nn.Linear(1, classes)

    def forward(self, images: Tensor) -> Tensor:
        return self.classifier(self.body(images))


def _build(
    architecture: Sequence[int], skeleton: Skeleton | DARTSSkeleton, size: Size
) -> nn.Module:
    if isinstance(skeleton, Skeleton):
        return _nasbench201(architecture, skeleton, size)
    return _darts(architecture, skeleton, size)


def _nasbench201(cell: Sequence[int], skeleton: Skeleton, size: Size) -> nn.Module:
    """Return a network; TE-NAS's small one has 3 channels and one cell for each stage."""
    if size == "thin":
        return _ThinNetwork(cell, skeleton.classes)
    small = replace(skeleton, channels=3, cells=1)
    return _OneCellNetwork(cell, small if size == "small" else skeleton)


def _darts(architecture: Sequence[int], skeleton: DARTSSkeleton, size: Size) -> nn.Module:
    """Return a network; small and thin ones have one channel and three cells.

    TE-NAS has two cells, one of each kind, after a stem of one channel. *Ours* follow the
    skeleton's rules: reduction cells at one and two thirds, a stem with three times the channels.
    """
    if size == "full":
        return DARTSNetwork(architecture, skeleton)
    small = replace(skeleton, channels=1, cells=3)
    return DARTSNetwork(architecture, small, stem=size == "small")


def _he(mode: str) -> Callable[[Tensor, torch.Generator], Any]:
    def draw(weights: Tensor, generator: torch.Generator) -> Tensor:
        return nn.init.kaiming_normal_(weights, mode=mode, nonlinearity="relu", generator=generator)

    return draw


_DRAWS: Mapping[str, Callable[[Tensor, torch.Generator], Any]] = MappingProxyType(
    {
        "kaiming-in": _he("fan_in"),
        "kaiming-out": _he("fan_out"),
        "normal": lambda weights, generator: nn.init.normal_(weights, generator=generator),
    }
)


def _initialise(network: nn.Module, initial: Initial, generator: torch.Generator) -> None:
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            _DRAWS[initial](module.weight, generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
