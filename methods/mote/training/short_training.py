"""MOTE's short training of a reduced network: losses, seconds and loss landscape.

The estimators MOTE and TSE are computed from these measurements (`methods.mote.estimators`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bench.seeds import stream
from bench.training.images.image_set import ImageSet
from bench.training.networks.factory import check_images
from methods.mote.training.network import ReducedNetwork, ReducedSkeleton

__all__ = ["POINTS", "ShortRecipe", "ShortTraining", "short_training"]

POINTS = 11  # paper and released code: theta(g), g = 0..10


@dataclass(frozen=True)
class ShortRecipe:
    """Settings of a short training. The defaults are those of MOTE's released code.

    Attributes
    ----------
    channels, pool : int
        Of the reduced network.
    epochs : int
        Paper and released code: 50.
    batch : int
        Released code: 1024 (the paper's 256 does not reproduce the released losses). The last batch
        of an epoch has the remaining images.
    learning_rate : float
        Of Adam, constant. Paper and released code: 0.001.
    label_smoothing : float
        Released code: 0.01; the paper has none.
    landscape : {"fit", "evaluation"}
        The measurement at a point of the line. `fit` (released code): the mean loss of one training
        epoch that starts there; Adam's moments are carried over from the training and from point to
        point. `evaluation` (paper): the loss at the point itself, with batch statistics, because
        running statistics are wrong after so few steps.
    noise : float
        Standard deviation of the noise added to the images at every step, in standard deviations of
        their pixels. Ours: paper and released code have none.
    seed : int
        Of initial weights, batch order and noise.
    """

    channels: int = 32
    pool: int = 4
    epochs: int = 50
    batch: int = 1024
    learning_rate: float = 1e-3
    label_smoothing: float = 0.01
    landscape: Literal["fit", "evaluation"] = "fit"
    noise: float = 0.0
    seed: int = 0

    def skeleton(self, images: ImageSet) -> ReducedSkeleton:
        """Return the network around the cell for these images."""
        return ReducedSkeleton(
            images.image, images.channels, images.classes, self.channels, self.pool
        )


@dataclass(frozen=True)
class ShortTraining:
    """Measurements of a short training.

    Attributes
    ----------
    losses : array [epochs]
        Mean training loss of each epoch (nats), batches weighted by their images.
    landscape : array [11]
        Losses on the straight line from the trained (first) to the initial weights (last).
    seconds : float
        Of the training without the landscape: on a CPU, CPU seconds, because other work on the
        machine has less influence on them; on a GPU, wall-clock seconds until the device is idle.
    """

    losses: NDArray[np.float32]
    landscape: NDArray[np.float32]
    seconds: float

    @property
    def is_finite(self) -> bool:
        """Whether every loss is finite; MOTE ranks other architectures last."""
        return bool(np.isfinite(self.losses).all() and np.isfinite(self.landscape).all())


def short_training(
    cell: Sequence[int], images: ImageSet, recipe: ShortRecipe, *, device: str = "cpu"
) -> ShortTraining:
    """Train the reduced network of one cell and measure its loss landscape.

    The landscape is measured on the straight line from the trained to the initial weights. Each
    (cell, seed) has its own random stream, so the result does not depend on earlier trainings. If a
    loss is not finite, the training continues once for all epochs from the current weights, as in
    the released code; if a loss is not finite again, all losses are NaN.

    Parameters
    ----------
    cell : sequence of int
        The six operations, in the order of `bench.spaces.nasbench201.EDGES`.
    images : ImageSet
        The training split is used.
    recipe : ShortRecipe
        Settings of network and training.
    device : str
        A torch device.

    Raises
    ------
    TrainingError
        If the images are smaller than the pool, or `check_images` refuses them.

    Notes
    -----
    MOTE-NAS, section 3 and released code.
    """
    skeleton = recipe.skeleton(images)
    check_images(images, skeleton)
    seed = stream("short training", ",".join(str(int(o)) for o in cell), recipe.seed)
    draws = torch.Generator().manual_seed(int(seed.integers(2**63)))
    network = ReducedNetwork(cell, skeleton, draws)
    network = network.to(device, memory_format=torch.channels_last).train()
    fit = _Fit(network, images, recipe, draws, torch.device(device))
    initial = _weights(network)
    losses, seconds = fit.epochs(recipe.epochs)
    if not np.isfinite(losses).all():
        losses, more = fit.epochs(recipe.epochs)
        seconds += more
    if not np.isfinite(losses).all():
        missing = np.full(POINTS, np.nan, dtype=np.float32)
        return ShortTraining(np.full_like(losses, np.nan), missing, seconds)
    trained = _weights(network)
    landscape = np.empty(POINTS, dtype=np.float32)
    for g in reversed(range(POINTS)):  # from the initial weights on, as in the released code
        _set_weights(network, initial, trained, g / (POINTS - 1))
        landscape[g] = fit.one_epoch(learn=recipe.landscape == "fit").item()
    return ShortTraining(losses, landscape, seconds)


class _Fit:
    """The training loop: one optimiser and one random stream from the first epoch to the last."""

    def __init__(
        self,
        network: nn.Module,
        images: ImageSet,
        recipe: ShortRecipe,
        draws: torch.Generator,
        device: torch.device,
    ) -> None:
        self.network, self.recipe, self.draws, self.device = network, recipe, draws, device
        pictures, labels = (torch.from_numpy(a).to(device) for a in images.train)
        self.pictures = pictures.contiguous(memory_format=torch.channels_last)
        self.labels = labels
        self.optimiser = torch.optim.Adam(
            network.parameters(), lr=recipe.learning_rate, eps=1e-7, fused=True
        )  # Keras's eps

    def epochs(self, n: int) -> tuple[NDArray[np.float32], float]:
        """Train n epochs; return their mean losses [n] and the seconds they took."""
        began = self._clock()
        losses = torch.stack([self.one_epoch() for _ in range(n)]).cpu()
        return losses.numpy().astype(np.float32), self._clock() - began

    def one_epoch(self, *, learn: bool = True) -> Tensor:
        """Pass once over the images and return the mean loss; change the weights if `learn`."""
        n = len(self.labels)
        order = torch.randperm(n, generator=self.draws).to(self.device)
        total = torch.zeros((), device=self.device)
        with torch.set_grad_enabled(learn):
            for rows in order.split(self.recipe.batch):
                loss = nn.functional.cross_entropy(
                    self.network(self._shown(rows)),
                    self.labels[rows],
                    label_smoothing=self.recipe.label_smoothing,
                )
                if learn:
                    self.optimiser.zero_grad(set_to_none=True)
                    loss.backward()
                    self.optimiser.step()
                total += loss.detach() * (len(rows) / n)
        return total

    def _shown(self, rows: Tensor) -> Tensor:
        pictures = self.pictures[rows]
        if self.recipe.noise:
            noise = torch.randn(pictures.shape, generator=self.draws).to(self.device)
            pictures = pictures + self.recipe.noise * noise
        return pictures.contiguous(memory_format=torch.channels_last)

    def _clock(self) -> float:
        if self.device.type == "cpu":
            return time.process_time()
        torch.cuda.synchronize(self.device)
        return time.perf_counter()


def _weights(network: nn.Module) -> dict[str, Tensor]:
    """Return copies of the coordinates of the line: parameters and batch-norm statistics."""
    state = network.state_dict()
    return {name: value.clone() for name, value in state.items() if value.is_floating_point()}


@torch.no_grad()
def _set_weights(
    network: nn.Module, initial: dict[str, Tensor], trained: dict[str, Tensor], share: float
) -> None:
    """Set the weights to (1 - share) * trained + share * initial."""
    state = network.state_dict()
    for name, value in initial.items():
        state[name].copy_((1 - share) * trained[name] + share * value)
