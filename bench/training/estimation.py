"""Running a network estimator over architectures: its scores, and what each of them costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from bench.entrants.estimator import CombinedEstimator, NetworkEstimator
from bench.errors import TrainingError
from bench.spaces import DARTSSkeleton, Skeleton, get_space
from bench.training.images.noisy_digits import ImageSet
from bench.training.networks.factory import TorchNetworkFactory, check_images

__all__ = ["measure"]

Floats = NDArray[np.float64]

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
    """Return the scores [n] of architectures and the seconds [n] that each took.

    A score that is not finite is NaN; whoever ranks puts it last.

    Seconds are of the wall clock, and of everything the estimator does: making the network and
    bringing the images to the device count. A CUDA device works on its own after the calls have
    returned, so the clock is read when it has nothing left to do; `time.process_time` would
    count the waiting alone.

    Parameters
    ----------
    estimator : NetworkEstimator or CombinedEstimator
        Of a combined one, the seconds are those of its parts together.
    space : {"nasbench201", "darts"}
    architectures : array [n, variables]
    images : ImageSet
        The training split is shown.
    skeleton : Skeleton or DARTSSkeleton
        The network around the cells, of that space and for those images.
    seed : int
        Of initial weights, order of images and whatever the estimator draws.
    device : str
        A torch device.
    finished : callable
        Called with the number of architectures done, after each.

    Raises
    ------
    TrainingError
        If space and skeleton do not belong together, the images do not fit the skeleton, or the
        device is not there.
    bench.errors.SpaceError
        If the space does not contain an architecture.
    """
    if not isinstance(skeleton, _SKELETONS.get(space, ())):
        raise TrainingError(
            f"no network for space {space!r} in a {type(skeleton).__name__}; expected one of "
            + ", ".join(f"{name} in a {kind.__name__}" for name, kind in _SKELETONS.items())
        )
    if torch.device(device).type == "cuda" and not torch.cuda.is_available():
        raise TrainingError(f"no CUDA device here, asked for {device!r}; use cpu")
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
    """Wait until the device has done all it was given."""
    if torch.device(device).type == "cuda":
        torch.cuda.synchronize(device)
