"""Training of several seeds of one cell at once: losses, accuracies, seconds and latency."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bench.errors import TrainingError
from bench.spaces import Skeleton
from bench.training.images.image_set import ImageSet, Split
from bench.training.networks.nasbench201 import CellNetwork

__all__ = ["Recipe", "Training", "inference_latency", "train_cell"]


@dataclass(frozen=True)
class Recipe:
    """Settings of the training of a cell. The defaults are those of the embedded table.

    All defaults are *ours*. Optimiser and schedule follow NAS-Bench-201 (SGD with Nesterov momentum
    0.9, learning rate to 0 along a cosine), with ten times its weight decay of 5e-4. The card of
    the embedded table describes how reduction, epochs, learning rate and weight decay were chosen.

    Attributes
    ----------
    channels, cells, reduction
        Of the skeleton: channels of the first stage, cells of each stage, blocks between stages.
    epochs : int
        Passes over the training images.
    batch : int
        Images of a step; an incomplete last batch is dropped.
    learning_rate : float
        At the first step.
    momentum, weight_decay : float
        Of SGD.
    noise : float
        Standard deviation of the noise that is added to the images at every step, in standard
        deviations of their pixels.
    seeds : tuple of int
        One training for each.
    """

    channels: int = 4
    cells: int = 1
    reduction: Literal["residual", "pooling"] = "pooling"
    epochs: int = 12
    batch: int = 64
    learning_rate: float = 0.2
    momentum: float = 0.9
    weight_decay: float = 5e-3
    noise: float = 1.0
    seeds: tuple[int, ...] = (0, 1, 2)

    def skeleton(self, images: ImageSet) -> Skeleton:
        """Return the network around the cell for these images."""
        return Skeleton(
            images.image,
            images.channels,
            images.classes,
            self.channels,
            self.cells,
            self.reduction,
        )


@dataclass(frozen=True)
class Training:
    """Measurements of one training with k seeds.

    Attributes
    ----------
    train_loss : array [k, epochs]
        Mean cross-entropy (nats) of each epoch's batches during training.
    validation_accuracy, test_accuracy : array [k]
        In per cent, after the last epoch.
    seconds : float
        CPU seconds of the training loop for all k seeds together, without evaluation. Other work on
        the machine has less influence on CPU seconds than on wall-clock seconds.
    """

    train_loss: NDArray[np.float32]
    validation_accuracy: NDArray[np.float32]
    test_accuracy: NDArray[np.float32]
    seconds: float


def train_cell(cell: Sequence[int], images: ImageSet, recipe: Recipe) -> Training:
    """Train one cell once for each of `recipe.seeds` and measure it.

    Each (cell, seed) has its own random stream for initial weights and batch order. Except for
    rounding, the result does not depend on the other seeds or on cells trained before.

    Parameters
    ----------
    cell : sequence of int
        The six operations, in the order of `bench.spaces.nasbench201.EDGES`.
    images : ImageSet
        All three splits are used.
    recipe : Recipe
        Settings of network and training.

    Raises
    ------
    TrainingError
        If a loss is not finite.
    """
    k = len(recipe.seeds)
    network = CellNetwork(cell, recipe.skeleton(images), copies=k)
    streams = [_stream(cell, seed) for seed in recipe.seeds]
    _initialise(network, streams)
    network = network.to(memory_format=torch.channels_last)
    optimiser = torch.optim.SGD(
        network.parameters(),
        lr=recipe.learning_rate,
        momentum=recipe.momentum,
        nesterov=True,
        weight_decay=recipe.weight_decay,
        fused=True,
    )
    pictures, labels = (torch.from_numpy(a) for a in images.train)
    batches = len(labels) // recipe.batch
    shape = (recipe.batch, *pictures.shape[1:])
    steps = recipe.epochs * batches
    losses = torch.zeros(recipe.epochs, k)

    network.train()
    began = time.process_time()
    for epoch in range(recipe.epochs):
        orders = torch.stack([torch.randperm(len(labels), generator=s) for s in streams], dim=1)
        for b in range(batches):
            step = epoch * batches + b
            rate = recipe.learning_rate * (1 + np.cos(np.pi * step / steps)) / 2
            for group in optimiser.param_groups:
                group["lr"] = rate
            rows = orders[b * recipe.batch : (b + 1) * recipe.batch]
            noisy = torch.stack(
                [
                    pictures[rows[:, j]] + recipe.noise * torch.randn(shape, generator=stream)
                    for j, stream in enumerate(streams)
                ],
                dim=1,
            )
            each = _losses(network(_side_by_side(noisy)), labels[rows])
            optimiser.zero_grad(set_to_none=True)
            each.sum().backward()
            optimiser.step()
            losses[epoch] += each.detach() / batches
    seconds = time.process_time() - began
    if not torch.isfinite(losses).all():
        raise TrainingError(f"training of cell {list(cell)} diverged: its loss is not finite")
    return Training(
        train_loss=losses.T.numpy().astype(np.float32),
        validation_accuracy=_accuracy(network, images.validation),
        test_accuracy=_accuracy(network, images.test),
        seconds=seconds,
    )


def inference_latency(
    cell: Sequence[int], images: ImageSet, recipe: Recipe, *, repeats: int = 20
) -> float:
    """Return the latency of a network in milliseconds: the median time of one forward pass.

    Parameters
    ----------
    cell : sequence of int
        The six operations.
    images : ImageSet
        The first test image is the input.
    recipe : Recipe
        Settings of the network.
    repeats : int
        Passes that are timed, after three that are not.
    """
    network = CellNetwork(cell, recipe.skeleton(images)).eval()
    picture = torch.from_numpy(images.test[0][:1])
    seconds = []
    with torch.inference_mode():
        for _ in range(3):
            network(picture)
        for _ in range(repeats):
            began = time.perf_counter()
            network(picture)
            seconds.append(time.perf_counter() - began)
    return 1000 * float(np.median(seconds))


def _stream(cell: Sequence[int], seed: int) -> torch.Generator:
    digest = sha256(f"{','.join(str(int(o)) for o in cell)}:{seed}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)


def _initialise(network: CellNetwork, streams: Sequence[torch.Generator]) -> None:
    """Draw every copy's weights from its own stream: He initialisation, as in NAS-Bench-201."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            fan_in = module.weight[0].numel()
            for weights, stream in zip(module.weight.chunk(len(streams)), streams, strict=True):
                with torch.no_grad():
                    weights.normal_(0.0, (2.0 / fan_in) ** 0.5, generator=stream)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def _side_by_side(pictures: Tensor) -> Tensor:
    """Turn [batch, copies, channels, height, width] into [batch, copies * channels, ...]."""
    return pictures.flatten(1, 2).contiguous(memory_format=torch.channels_last)


def _losses(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the mean cross-entropy [copies] of logits [batch, copies, classes]."""
    flat = nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")
    return flat.unflatten(0, labels.shape).mean(dim=0)


@torch.inference_mode()
def _accuracy(network: CellNetwork, split: Split) -> NDArray[np.float32]:
    network.eval()
    right = torch.zeros(network.copies)
    for pictures, labels in zip(
        torch.from_numpy(split[0]).split(512), torch.from_numpy(split[1]).split(512), strict=True
    ):
        copies = pictures[:, None].expand(-1, network.copies, -1, -1, -1)
        guess = network(_side_by_side(copies)).argmax(dim=2)
        right += (guess == labels[:, None]).sum(dim=0)
    return (100 * right / len(split[1])).numpy().astype(np.float32)
