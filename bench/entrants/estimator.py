"""Estimators: scores of architectures without the evaluation of a search.

A *network estimator* looks at a network with random weights and a few images. A *curve estimator*
reads the losses and seconds of a short training, which is done once, or comes with a published
table, and is read by many estimators. A *combined estimator* ranks a set of architectures by the
scores of several network estimators. None is given the true values that it is compared with.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

import numpy as np

from bench.arrays import Floats
from bench.entrants.registry import Found, find, registered
from bench.entrants.settings import Configured
from bench.errors import MethodError, MonasError

__all__ = [
    "CombinedEstimator",
    "CurveEstimator",
    "Estimator",
    "NetworkEstimator",
    "NetworkFactory",
    "TrainingCurves",
    "calling",
    "checked_scores",
    "find_estimator",
    "registered_estimators",
]


@dataclass(frozen=True, eq=False)
class TrainingCurves:
    """Losses and durations of short trainings of n architectures.

    Attributes
    ----------
    losses : array of float [n, epochs]
        Mean training loss of each epoch, in nats.
    landscape : array of float [n, points]
        Losses, in nats, on the straight line from the trained (first) to the initial weights
        (last); [n, 0] if they were not measured.
    seconds : array of float [n]
        Duration of each training, without the measurement of the landscape.

    Raises
    ------
    MethodError
        If the shapes do not agree.
    """

    losses: Floats
    landscape: Floats
    seconds: Floats

    def __post_init__(self) -> None:
        n = len(self.seconds)
        for name, axes in (("losses", 2), ("landscape", 2), ("seconds", 1)):
            shape = getattr(self, name).shape
            if len(shape) != axes or shape[0] != n:
                raise MethodError(
                    f"training curves: {name} has shape {list(shape)}; expected "
                    f"{'[n, k]' if axes == 2 else '[n]'} with n = {n}, the number of seconds"
                )

    def __len__(self) -> int:
        return len(self.seconds)


class NetworkFactory(Protocol):
    """Networks and images for a network estimator, as torch objects on one device.

    A factory is made for one architecture and one seed, which determine the weights and the
    images. Every call of `network` and `generator` gives the next one of a series; the images are
    the same at every call.

    Attributes
    ----------
    classes : int
        Number of classes of the images.
    device : torch.device
        Device of the networks and images.
    """

    classes: int
    device: Any

    def network(
        self,
        *,
        initial: Literal["default", "kaiming-in", "kaiming-out", "normal"] = "default",
        double: bool = False,
        size: Literal["full", "small", "thin"] = "full",
    ) -> Any:
        """Return a new network in training mode.

        Parameters
        ----------
        initial : str
            Distribution of the initial weights: PyTorch's own; He's normal distribution by the
            number of inputs, or of outputs; the standard normal distribution. Biases are 0 except
            with PyTorch's own.
        double : bool
            Whether weights are float64 instead of float32.
        size : str
            `full`, or one of the sizes of TE-NAS: `small` has few channels, and one cell where
            the full network has several; `thin` has little more than one cell and no stem, and
            takes images of `network.in_channels` channels and of any height and width.

        Returns
        -------
        torch.nn.Module
            Maps images to logits [n, classes]. The classifier is its attribute `classifier`;
            global average pooling and every ReLU are modules.
        """

    def images(self, n: int, *, batches: int = 1) -> list[tuple[Any, Any]]:
        """Return batches of images [n, channels, height, width] with labels [n], in a fixed order.

        Parameters
        ----------
        n : int
            Images of each batch.
        batches : int
            Number of batches.
        """

    def generator(self) -> Any:
        """Return a torch generator for random numbers that the estimator draws itself."""


class Estimator(Configured, ABC):
    """An estimator of architectures; larger scores are better, and NaN, for no score, is last."""

    kind, article = "estimator", "an"
    needs: ClassVar[Literal["networks", "curves", "scores"]]


class NetworkEstimator(Estimator):
    """An estimator that looks at one network at a time."""

    needs = "networks"
    requires: ClassVar[Mapping[str, str]] = {"torch": "monas-bench[train]"}

    @abstractmethod
    def score(self, factory: NetworkFactory) -> float:
        """Return the score of the factory's architecture."""


class CurveEstimator(Estimator):
    """An estimator that reads training curves."""

    needs = "curves"

    @abstractmethod
    def score(self, curves: TrainingCurves) -> Floats:
        """Return the scores [n] of the n trained architectures."""


class CombinedEstimator(Estimator):
    """An estimator that ranks a set of architectures by the scores of network estimators.

    The score of an architecture depends on the set, so scores from two sets are not comparable.
    `parts` has the classes of the network estimators.
    """

    needs = "scores"
    requires = NetworkEstimator.requires
    parts: ClassVar[tuple[type[NetworkEstimator], ...]]

    @abstractmethod
    def combine(self, scores: Floats) -> Floats:
        """Return the scores [n] of a set from those of its parts [n, parts], which may be NaN."""


@contextmanager
def calling(estimator: str) -> Iterator[None]:
    """Attribute errors within the context to an estimator.

    Raises
    ------
    MethodError
        For an exception, or an exit, that is not an error of the suite.
    """
    try:
        yield
    except MonasError:
        raise
    except (Exception, SystemExit) as error:
        raise MethodError(
            f"estimator {estimator!r} raised: {type(error).__name__}: {error}"
        ) from error


def checked_scores(estimator: str, score: Callable[[], Any], n: int) -> Floats:
    """Return the scores [n] that an estimator computes.

    Parameters
    ----------
    estimator : str
        Name of the estimator, for messages.
    score : callable
        Calls the estimator.
    n : int
        Number of architectures.

    Raises
    ------
    MethodError
        If the estimator raises, or does not return one number per architecture.
    """
    with calling(estimator):
        scores = np.asarray(score(), dtype=np.float64)
    if scores.shape != (n,):
        raise MethodError(
            f"estimator {estimator!r} returned an array of shape {list(scores.shape)}; "
            f"expected [{n}], a score for each architecture"
        )
    return scores


def registered_estimators() -> dict[str, str]:
    """Return `module:Class` of every estimator registered under `monas.estimators`, by name."""
    return registered(Estimator)


def find_estimator(spec: str) -> Found[Estimator]:
    """Return the estimator with this name: a registered one, or `path/to/file.py:ClassName`.

    Raises
    ------
    CallError
        If there is none, or the class is not an estimator.
    """
    return find(spec, Estimator)
