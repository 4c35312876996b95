"""Measurement of network estimators: scores of architectures, and their cost in seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike

from bench.arrays import Floats
from bench.entrants.estimator import CombinedEstimator, NetworkEstimator
from bench.errors import TrainingError
from bench.spaces import DARTSSkeleton, Skeleton, get_space
from bench.training.images.image_set import ImageSet
from bench.training.networks.factory import TorchNetworkFactory, check_images

__all__ = ["measure"]

_SKELETONS: dict[str, type] = {"nasbench201": Skeleton, "darts": DARTSSkeleton}


def measure(
    estimator: NetworkEstimator | CombinedEstimator,
    space: str,
    architectures: ArrayLike,
    images: ImageSet,
    skeleton: Skeleton | DARTSSkeleton,
    *,
    seed: int,
    device: str = "cpu",
    finished: Callable[[int], None] = lambda _: None,
) -> tuple[Floats, Floats]:
    """Score architectures with an estimator and measure the seconds that it takes.

    Parameters
    ----------
    estimator : NetworkEstimator or CombinedEstimator
        The seconds of a combined one are the sum over its parts.
    space : {"nasbench201", "darts"}
        Space of the architectures.
    architectures : array [n, variables]
        Architectures of that space.
    images : ImageSet
        The estimator gets images of the training split.
    skeleton : Skeleton or DARTSSkeleton
        The network around the cells, of that space and for those images.
    seed : int
        Of initial weights, order of images and the estimator's own random numbers.
    device : str
        A torch device.
    finished : callable
        Called with the number of architectures done, after each.

    Returns
    -------
    scores : array [n]
        NaN where the estimator's score is not finite; NaN ranks last.
    seconds : array [n]
        Wall-clock seconds for each architecture.

    Raises
    ------
    TrainingError
        If space and skeleton do not agree, the images do not fit the skeleton, or the device is
        not available.
    bench.errors.SpaceError
        If the space does not contain an architecture.

    Notes
    -----
    The seconds include the creation of the network and the transfer of the images to the device. A
    CUDA device works on after a call has returned, so the clock is read once the device is idle.
    `time.process_time` would count only the waiting for it.
    """
    if not isinstance(skeleton, _SKELETONS.get(space, ())):
        raise TrainingError(
            f"no network for space {space!r} in a {type(skeleton).__name__}; expected one of "
            + ", ".join(f"{name} in a {kind.__name__}" for name, kind in _SKELETONS.items())
        )
    if torch.device(device).type == "cuda" and not torch.cuda.is_available():
        raise TrainingError(f"no CUDA device on this machine, got device {device!r}; use 'cpu'")
    check_images(images, skeleton)
    cells = get_space(space).check(architectures)
    parts = _parts(estimator)
    scores = np.full((len(cells), len(parts)), np.nan)
    seconds = np.zeros(len(cells))
    _synchronise(device)
    for row, cell in enumerate(cells):
        for column, part in enumerate(parts):
            factory = TorchNetworkFactory(cell, images, skeleton, seed=seed, device=device)
            began = time.perf_counter()
            score = float(part.score(factory))
            _synchronise(device)
            seconds[row] += time.perf_counter() - began
            scores[row, column] = score if np.isfinite(score) else np.nan
        finished(row + 1)
    if isinstance(estimator, CombinedEstimator):
        return estimator.combine(scores), seconds
    return scores[:, 0], seconds


def _parts(estimator: NetworkEstimator | CombinedEstimator) -> tuple[NetworkEstimator, ...]:
    if isinstance(estimator, CombinedEstimator):
        return tuple(part() for part in estimator.parts)
    return (estimator,)


def _synchronise(device: Any) -> None:
    """Wait until the device is idle."""
    if torch.device(device).type == "cuda":
        torch.cuda.synchronize(device)
