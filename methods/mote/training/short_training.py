"""MOTE's short training of a reduced network: losses, seconds, and losses on the way back.

What the MOTE and TSE estimates read. Nothing here knows how they are combined.
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
from bench.training.images.noisy_digits import ImageSet
from bench.training.networks.factory import check_images
from methods.mote.training.network import ReducedNetwork, ReducedSkeleton

__all__ = ["POINTS", "ShortRecipe", "ShortTraining", "short_training"]

POINTS = 11  # paper and released code: theta(g), g = 0..10


@dataclass(frozen=True)
class ShortRecipe:
    """How a reduced network is trained. The defaults are those of MOTE's released code.

    Attributes
    ----------
    channels, pool : int
        Of the reduced network.
    epochs : int
        Paper and released code: 50.
    batch : int
        Released code: 1024 (the paper says 256, which does not give the released losses). The
        last batch of an epoch is what is left of the images.
    learning_rate : float
        Of Adam, constant. Paper and released code: 0.001.
    label_smoothing : float
        Released code: 0.01; the paper has none.
    landscape : {"fit", "evaluation"}
        What is measured at a point of the line. `fit` (released code): the mean loss of one
        training epoch that starts there, Adam's moments carried over from the training and from
        point to point. `evaluation` (paper): the loss at the point itself, with statistics of the
        batch, because running ones are wrong after so few steps.
    noise : float
        Standard deviation of noise added to the images at every step, in that of their pixels.
        Ours: paper and released code have none.
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
    """What a short training left behind.

    Attributes
    ----------
    losses : array [epochs]
        Mean training loss of each epoch (nats), batches weighted by their images.
    landscape : array [11]
        Losses on the straight line from the trained (first) to the initial weights (last).
    seconds : float
        Of the training, the landscape left out: CPU seconds on a CPU, so that what else the
        machine does counts less; wall seconds up to a synchronised device on a GPU.
    """

    losses: NDArray[np.float32]
    landscape: NDArray[np.float32]
    seconds: float

    @property
    def is_finite(self) -> bool:
        """Whether every loss is a number; MOTE ranks the others last."""
        return bool(np.isfinite(self.losses).all() and np.isfinite(self.landscape).all())


def short_training(
    cell: Sequence[int], images: ImageSet, recipe: ShortRecipe, *, device: str = "cpu"
) -> ShortTraining:
    """Train the reduced network of one cell and walk back to its initial weights.

    Each (cell, seed) has a random stream of its own, so the result does not depend on what is
    trained before it. A training with a loss that is not a number goes on once for all epochs from
    the weights it has, as in the released code; if that has one too, the losses are NaN.

    Raises
    ------
    TrainingError
        If the images are smaller than the pool, or not what `check_images` demands.
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
        nothing = np.full(POINTS, np.nan, dtype=np.float32)
        return ShortTraining(np.full_like(losses, np.nan), nothing, seconds)
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
        """Go once over the images, learning or only looking; return the mean loss."""
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
    """Return copies of what the line is drawn in: parameters and BN statistics."""
    state = network.state_dict()
    return {name: value.clone() for name, value in state.items() if value.is_floating_point()}


@torch.no_grad()
def _set_weights(
    network: nn.Module, initial: dict[str, Tensor], trained: dict[str, Tensor], share: float
) -> None:
    """Put the network at (1 - share) of the trained weights and `share` of the initial ones."""
    state = network.state_dict()
    for name, value in initial.items():
        state[name].copy_((1 - share) * trained[name] + share * value)
