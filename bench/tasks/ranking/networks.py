"""Scores of estimators that look at networks: measured, architecture by architecture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.entrants.estimator import CombinedEstimator, Estimator, NetworkEstimator, calling
from bench.errors import MethodError
from bench.spaces import Skeleton
from bench.spaces.finite import Architectures
from bench.tasks.ranking.spec import NetworksSource

if TYPE_CHECKING:
    from bench.training.images.image_set import ImageSet

__all__ = ["DEVICE", "combined", "measure_cells", "parts_of"]

Floats = NDArray[np.float64]

DEVICE = "cpu"


def parts_of(
    estimator: type[Estimator], settings: Mapping[str, Any]
) -> tuple[NetworkEstimator, ...]:
    """Return the estimators that are measured: itself, or the parts of a combined one.

    Raises
    ------
    MethodError
        If it looks at no networks, has no such setting, or raises.
    """
    with calling(estimator.name):
        made = estimator(**settings)
    if isinstance(made, CombinedEstimator):
        return tuple(part() for part in made.parts)
    if isinstance(made, NetworkEstimator):
        return (made,)
    raise MethodError(f"estimator {estimator.name!r} needs {estimator.needs}, not networks")


def combined(estimator: type[Estimator], settings: Mapping[str, Any], scores: Floats) -> Floats:
    """Return the scores [n] of an estimator from those of its parts [n, parts].

    Raises
    ------
    MethodError
        If it raises, or does not return one number for each architecture.
    """
    with calling(estimator.name):
        made = estimator(**settings)
        if not isinstance(made, CombinedEstimator):
            return scores[:, 0]
        found = np.asarray(made.combine(scores), dtype=np.float64)
    if found.shape != (len(scores),):
        raise MethodError(
            f"estimator {estimator.name!r} returned an array of shape {list(found.shape)}; "
            f"expected [{len(scores)}], a score for each architecture"
        )
    return found


def measure_cells(
    parts: Sequence[NetworkEstimator],
    space: str,
    architectures: Architectures,
    source: NetworksSource,
) -> tuple[Floats, Floats]:
    """Return the scores [n, parts] of architectures [n, variables], and the seconds [n] in all.

    Raises
    ------
    MethodError
        If an estimator raises.
    CallError
        If a package that one requires, torch above all, is not installed.
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
