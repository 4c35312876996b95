"""The pool of estimated architectures, and distances between architectures."""

from __future__ import annotations

import numpy as np

from bench.arrays import Floats, Mask
from bench.errors import MethodError
from bench.method import Method, Problem
from bench.spaces.finite import Architectures

__all__ = ["EstimatedPool", "near", "require_estimate"]


def near(architectures: Architectures, parents: Architectures, distance: float) -> Mask:
    """Say [n] which architectures are within a distance of one of the parents.

    The authors' distance is the mean of two Frobenius norms, of the difference of adjacency
    matrices (which is 0 between cells of the same topology) and of one-hot operation matrices. With
    h operations different it is sqrt(2 h) / 2.

    Parameters
    ----------
    architectures : array [n, variables]
    parents : array [p, variables]
    distance : float
    """
    different = np.full(len(architectures), architectures.shape[1])
    for parent in parents:
        different = np.minimum(different, (architectures != parent).sum(axis=1))
    flags: Mask = np.sqrt(2.0 * different) / 2.0 <= distance
    return flags


def require_estimate(method: Method) -> None:
    """Raise an error unless the protocol has the estimate that the method's settings name.

    Raises
    ------
    MethodError
        The message names the estimates that the protocol has.
    """
    wanted, known = method.settings.estimate, method.problem.estimates
    if wanted not in known:
        raise MethodError(
            f"method {method.name!r}: this protocol has no estimate {wanted!r}; it has "
            f"{', '.join(known) or 'none'}"
        )


class EstimatedPool:
    """Distinct architectures and their estimates, in the order in which they were added.

    Parameters
    ----------
    problem : Problem
        It answers estimates and charges for them.
    estimate : str
        Name of the estimate.

    Attributes
    ----------
    architectures : array [n, variables]
    scores : array [n]
        Their estimates, larger is better; NaN where there is none.
    """

    def __init__(self, problem: Problem, estimate: str) -> None:
        self._problem, self._estimate = problem, estimate
        self._known: set[bytes] = set()
        self.architectures = np.empty((0, problem.space.variables), dtype=np.int8)
        self.scores: Floats = np.empty(0)

    def __len__(self) -> int:
        return len(self.scores)

    def new(self, architectures: Architectures) -> Architectures:
        """Return the distinct architectures [k, variables] that are not in the pool, in order."""
        seen = set(self._known)
        flags = []
        for key in map(np.ndarray.tobytes, architectures):
            flags.append(key not in seen)
            seen.add(key)
        return architectures[np.array(flags, dtype=np.bool_)]

    def add(self, architectures: Architectures) -> None:
        """Estimate the new ones of architectures [n, variables], and add them."""
        new = self.new(architectures)
        if len(new) == 0:
            return
        self._known.update(map(np.ndarray.tobytes, new))
        scores = self._problem.estimate(self._estimate, new)
        self.architectures = np.concatenate([self.architectures, new])
        self.scores = np.concatenate([self.scores, scores])

    def best(self, n: int) -> Architectures:
        """Return the n architectures [n, variables] of the largest estimates.

        NaN ranks last; of equal estimates, the one added first comes first.
        """
        return self.architectures[np.argsort(-self.scores, kind="stable")[:n]]
