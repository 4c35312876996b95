"""Measured scores of estimators that look at networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.arrays import Floats
from bench.entrants.estimator import (
    CombinedEstimator,
    Estimator,
    NetworkEstimator,
    calling,
    checked_scores,
)
from bench.errors import MethodError
from bench.spaces import Skeleton
from bench.spaces.finite import Architectures
from bench.tasks.ranking.spec import NetworksSource

if TYPE_CHECKING:
    from bench.training.images.image_set import ImageSet

__all__ = ["DEVICE", "combined", "measure_architectures", "parts_of"]

DEVICE = "cpu"


def parts_of(
    estimator: type[Estimator], settings: Mapping[str, Any]
) -> tuple[NetworkEstimator, ...]:
    """Return the network estimators that are measured: one, or the parts of a combined estimator.

    Parameters
    ----------
    estimator : type
        A subclass of `NetworkEstimator` or `CombinedEstimator`.
    settings : mapping of str to value
        Settings of the estimator.

    Raises
    ------
    MethodError
        If the estimator looks at no networks, does not know a setting, or raises.
    """
    with calling(estimator.name):
        made = estimator(**settings)
    if isinstance(made, CombinedEstimator):
        return tuple(part() for part in made.parts)
    if isinstance(made, NetworkEstimator):
        return (made,)
    raise MethodError(f"estimator {estimator.name!r} needs {estimator.needs}, not networks")


def combined(estimator: type[Estimator], settings: Mapping[str, Any], scores: Floats) -> Floats:
    """Return the scores [n] of an estimator from the scores of its parts.

    Parameters
    ----------
    estimator : type
        A subclass of `NetworkEstimator` or `CombinedEstimator`.
    settings : mapping of str to value
        Settings of the estimator.
    scores : array of float [n, parts]
        Scores of the estimators that `parts_of` returns.

    Raises
    ------
    MethodError
        If the estimator raises, or does not return one number per architecture.
    """
    if not issubclass(estimator, CombinedEstimator):
        return scores[:, 0]
    return checked_scores(
        estimator.name, lambda: estimator(**settings).combine(scores), len(scores)
    )


def measure_architectures(
    parts: Sequence[NetworkEstimator],
    space: str,
    architectures: Architectures,
    source: NetworksSource,
) -> tuple[Floats, Floats]:
    """Return the scores of network estimators, and the seconds that they took.

    Parameters
    ----------
    parts : sequence of NetworkEstimator
        The estimators.
    space : str
        Name of the space of the architectures.
    architectures : array of int8 [n, variables]
        The architectures whose networks are made.
    source : NetworksSource
        Sizes of the networks, images and seed.

    Returns
    -------
    scores : array of float [n, parts]
        Larger is better.
    seconds : array of float [n]
        Seconds of all estimators together.

    Raises
    ------
    MethodError
        If an estimator raises.
    CallError
        If a package that an estimator requires, such as torch, is not installed.
    """
    for part in parts:
        part.require_installed()
    from bench.training.estimation import measure

    images = _images(source.images)
    skeleton = Skeleton(
        images.image,
        images.channels,
        images.classes,
        source.channels,
        source.cells,
        source.reduction,
    )
    scores, seconds = [], np.zeros(len(architectures))
    for part in parts:
        with calling(part.name):
            found, took = measure(
                part, space, architectures, images, skeleton, seed=source.seed, device=DEVICE
            )
        scores.append(found)
        seconds = seconds + took
    return np.stack(scores, axis=1), seconds


@lru_cache(maxsize=2)
def _images(name: str) -> ImageSet:
    from bench.training.images.cifar import cifar
    from bench.training.images.noisy_digits import noisy_digits
    from bench.training.images.reduced_cifar100 import reduced_cifar100

    sets: dict[str, Callable[[], ImageSet]] = {
        "noisy-digits": noisy_digits,
        "cifar100-r10": reduced_cifar100,
        "cifar10": lambda: cifar("cifar10"),
        "cifar100": lambda: cifar("cifar100"),
    }
    return sets[name]()
