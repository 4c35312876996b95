"""What an estimator is: it scores architectures without the search's measurement of them.

Two kinds. A *network estimator* looks at a network of random weights and a few images. A *curve
estimator* looks at what a short training left behind: its losses and its seconds, which are
measured once (or come with a published table) and read by many estimators. A *combined estimator*
ranks a set by the scores of several network estimators. None knows the truth that it is ranked
against.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

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
    "find_estimator",
    "registered_estimators",
]

ENTRY_POINTS = "monas.estimators"

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TrainingCurves:
    """What short trainings of n architectures left behind.

    Attributes
    ----------
    losses : array [n, epochs]
        Mean training loss of each epoch (nats).
    landscape : array [n, points]
        Losses on the straight line from the trained (first) to the initial weights (last); no
        points if the trainings were not measured so.
    seconds : array [n]
        Of the training, the landscape left out.
    """

    losses: Floats
    landscape: Floats
    seconds: Floats

    def __post_init__(self) -> None:
        n = len(self.seconds)
        for name, array, axes in (
            ("losses", self.losses, 2),
            ("landscape", self.landscape, 2),
            ("seconds", self.seconds, 1),
        ):
            if array.ndim != axes or len(array) != n:
                raise MethodError(
                    f"training curves: {name} has shape {list(array.shape)}; expected "
                    f"{'[n, k]' if axes == 2 else '[n]'} with n = {n}, the number of seconds"
                )

    def __len__(self) -> int:
        return len(self.seconds)


class NetworkFactory(Protocol):
    """Where a network estimator finds networks and images; torch objects, on one device.

    The same architecture gets the same weights and images from a factory of the same seed. Each
    call gives the next network or generator of a series; images are the same at every call.
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
        """Return a new network (torch.nn.Module, images to logits [n, classes]) in train mode.

        Its classifier is called `classifier`; global average pooling is a module of its own, and so
        is every ReLU. The other sizes are those of TE-NAS: `small` has few channels and one cell
        where the full one has several; `thin` has hardly more than one cell, and no
        stem: it takes images of `network.in_channels` channels and of any height and width.
        """

    def images(self, n: int, *, batches: int = 1) -> list[tuple[Any, Any]]:
        """Return batches of n images [n, channels, h, w] with labels [n], in a fixed order."""

    def generator(self) -> Any:
        """Return a torch generator for what an estimator draws by itself."""


class Estimator(Configured, ABC):
    """Scores of architectures: the larger, the better; NaN, where there is none, ranks last."""

    kind = "estimator"
    needs: ClassVar[Literal["networks", "curves", "scores"]]


class NetworkEstimator(Estimator):
    """An estimator that looks at one network at a time."""

    needs = "networks"
    requires: ClassVar[Mapping[str, str]] = {"torch": "monas-bench[train]"}

    @abstractmethod
    def score(self, factory: NetworkFactory) -> float:
        """Return the score of the architecture that the factory is made for."""


class CurveEstimator(Estimator):
    """An estimator that reads training curves."""

    needs = "curves"

    @abstractmethod
    def score(self, curves: TrainingCurves) -> Floats:
        """Return the scores [n] of the architectures that were trained."""


class CombinedEstimator(Estimator):
    """An estimator that ranks a set of architectures by scores of network estimators.

    The score of an architecture depends on the set, so scores of two sets are not comparable.
    """

    needs = "scores"
    requires = NetworkEstimator.requires
    parts: ClassVar[tuple[type[NetworkEstimator], ...]]

    @abstractmethod
    def combine(self, scores: Floats) -> Floats:
        """Return the scores [n] of a set from those of its parts [n, parts], NaN included."""


@contextmanager
def calling(estimator: str) -> Iterator[None]:
    """Around a call of an estimator: blame it for what it raises, a wish to leave included.

    Raises
    ------
    MethodError
        For whatever is no error of the suite.
    """
    try:
        yield
    except MonasError:
        raise
    except (Exception, SystemExit) as error:
        raise MethodError(
            f"estimator {estimator!r} raised: {type(error).__name__}: {error}"
        ) from error


def registered_estimators() -> dict[str, str]:
    """Return `module:Class` of every estimator registered under `monas.estimators`."""
    return registered(ENTRY_POINTS)


def find_estimator(spec: str) -> Found[Estimator]:
    """Return the estimator that `spec` names: a registered name, or `path/to/file.py:ClassName`.

    Raises
    ------
    bench.errors.CallError
        If there is none, or what is there is not an estimator.
    """
    return find(spec, Estimator, ENTRY_POINTS)
