"""The architectures that were estimated, and which lie near others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.errors import MethodError
from bench.method import Method, Problem
from bench.spaces.finite import Architectures

__all__ = ["EstimatedPool", "near", "require_estimate"]

Floats = NDArray[np.float64]


def near(
    architectures: Architectures, parents: Architectures, distance: float
) -> NDArray[np.bool_]:
    """Say [n] which architectures [n, v] lie within a distance of one of the parents [p, v].

    The authors' distance is the mean of two Frobenius norms, of the difference of adjacency
    matrices (which is 0 between cells of one topology) and of one-hot operation matrices. With h
    operations different it is sqrt(2 h) / 2.
    """
    different = np.full(len(architectures), architectures.shape[1])
    for parent in parents:
        different = np.minimum(different, (architectures != parent).sum(axis=1))
    flags: NDArray[np.bool_] = np.sqrt(2.0 * different) / 2.0 <= distance
    return flags


def require_estimate(method: Method) -> None:
    """Do nothing if the method's problem has the estimate that its settings name.

    Raises
    ------
    MethodError
        If it does not.
    """
    wanted, known = method.settings.estimate, method.problem.estimates
    if wanted not in known:
        raise MethodError(
            f"method {method.name!r}: this protocol has no estimate {wanted!r}; it has "
            f"{', '.join(known) or 'none'}"
        )


class EstimatedPool:
    """Distinct architectures and their estimates, in the order in which they came.

    Parameters
    ----------
    problem : Problem
        Which answers estimates and charges for them.
    estimate : str
    """

    def __init__(self, problem: Problem, estimate: str) -> None:
        self._problem, self._estimate = problem, estimate
        self._known: set[bytes] = set()
        self.architectures = np.empty((0, problem.space.variables), dtype=np.int8)
        self.scores: Floats = np.empty(0)

    def __len__(self) -> int:
        return len(self.scores)

    def new(self, architectures: Architectures) -> Architectures:
        """Return the distinct rows [k, v] that are not in the pool, in their order."""
        seen = set(self._known)
        flags = []
        for key in map(np.ndarray.tobytes, architectures):
            flags.append(key not in seen)
            seen.add(key)
        return architectures[np.array(flags, dtype=np.bool_)]

    def add(self, architectures: Architectures) -> None:
        """Estimate architectures [n, v] and take those in that are new."""
        fresh = self.new(architectures)
        if len(fresh) == 0:
            return
        self._known.update(map(np.ndarray.tobytes, fresh))
        scores = self._problem.estimate(self._estimate, fresh)
        self.architectures = np.concatenate([self.architectures, fresh])
        self.scores = np.concatenate([self.scores, scores])

    def best(self, n: int) -> Architectures:
        """Return the n architectures of the largest estimates; NaN ranks last, then the older."""
        return self.architectures[np.argsort(-self.scores, kind="stable")[:n]]
