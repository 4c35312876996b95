"""The problem that a method is given, its candidates, and their evaluations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bench.arrays import Floats
from bench.errors import MethodError
from bench.spaces.finite import FiniteSpace
from bench.spaces.space import Rows, Space

__all__ = ["Candidate", "Estimated", "Evaluation", "Problem", "Spent", "candidates"]


@dataclass(frozen=True)
class Candidate:
    """An architecture that a method asks for, optionally with its lineage.

    Attributes
    ----------
    architecture : tuple of int or float
        One category of a finite space, or one number of a box, for each variable.
    parent : int, optional
        Number of the evaluation whose weights a trained task may inherit. A table ignores it.
    operators : tuple of str
        The operators that made it from the parent.
    """

    architecture: tuple[float, ...]
    parent: int | None = None
    operators: tuple[str, ...] = ()


def candidates(architectures: Any) -> list[Candidate]:
    """Return a candidate without lineage for each row of architectures [n, variables].

    Examples
    --------
    >>> candidates([[0, 1, 2], [3, 4, 0]])[1].architecture
    (3, 4, 0)
    """
    return [Candidate(tuple(row)) for row in np.asarray(architectures).tolist()]


@dataclass(frozen=True)
class Estimated:
    """Stored estimates of n architectures, and the seconds that they took.

    Attributes
    ----------
    scores : array of float [n]
        Larger is better; NaN where there is no estimate.
    seconds : array of float [n]
        0 where there is no estimate.
    """

    scores: Floats
    seconds: Floats


@dataclass(frozen=True)
class Evaluation:
    """A candidate and its objectives.

    Attributes
    ----------
    number : int
        Position among the run's evaluations, from 0; the initial designs come first.
    candidate : Candidate
        The candidate.
    objectives : array of float [m]
        Minimised, in the units of the task.
    cost_seconds : float
        Simulated seconds of the evaluation.
    """

    number: int
    candidate: Candidate
    objectives: Floats
    cost_seconds: float


@dataclass
class Spent:
    """The use of cheap objectives and estimates in a run; all copies of a problem share it.

    Attributes
    ----------
    cheap_queries : int
        Architectures whose cheap objectives were looked up.
    estimate_seconds : float
        Simulated seconds of all estimates.
    paid : set of (str, bytes)
        Name and architecture of each estimate that was charged.
    """

    cheap_queries: int = 0
    estimate_seconds: float = 0.0
    paid: set[tuple[str, bytes]] = field(default_factory=set)

    def pay(self, estimate: tuple[str, bytes], seconds: float) -> None:
        """Charge an estimate of an architecture unless it was charged before.

        Parameters
        ----------
        estimate : (str, bytes)
            Name of the estimate, and the architecture.
        seconds : float
            Simulated seconds that it took.
        """
        if estimate not in self.paid:
            self.paid.add(estimate)
            self.estimate_seconds += seconds


@dataclass
class Problem:
    """All that a method may see.

    Attributes
    ----------
    space : Space
        The architectures that can be asked for.
    objectives : tuple of str
        Names of the m objectives; all are minimised.
    cheap_objectives : tuple of int
        Indices of the k objectives that `cheap` returns free of charge.
    reference_point : array of float [m]
        In the units of the objectives; a point that is not below it in every objective adds no
        hypervolume.
    evaluations : int
        Budget of the whole run, including the initial designs.
    batch : int
        Maximal number of candidates that are asked for at once.
    initial : array [n, variables]
        The shared initial designs. The runner evaluates and tells them before the first ask.
    rng : numpy.random.Generator
        The method's own random stream, and its only source of randomness.
    estimates : tuple of str
        Names of the stored estimates that `estimate` returns.
    evaluations_left : int
        The rest of the budget; the runner keeps its own count.
    """

    space: Space
    objectives: tuple[str, ...]
    cheap_objectives: tuple[int, ...]
    reference_point: Floats
    evaluations: int
    batch: int
    initial: Rows
    rng: np.random.Generator
    _cheap: Callable[[Rows], Floats] = field(repr=False)
    estimates: tuple[str, ...] = ()
    _estimate: Callable[[str, Rows], Estimated] | None = field(default=None, repr=False)
    evaluations_left: int = 0
    _spent: Spent = field(default_factory=Spent, repr=False)

    @property
    def cheap_queries(self) -> int:
        """Number of architectures whose cheap objectives were looked up so far."""
        return self._spent.cheap_queries

    @property
    def estimate_seconds(self) -> float:
        """Simulated seconds of the estimates so far."""
        return self._spent.estimate_seconds

    @property
    def finite_space(self) -> FiniteSpace:
        """The space, which must be finite.

        Raises
        ------
        MethodError
            If it is a box.
        """
        if not isinstance(self.space, FiniteSpace):
            raise MethodError(
                f"the space {self.space.name!r} is a {self.space.kind}; expected a finite space"
            )
        return self.space

    def cheap(self, architectures: Any) -> Floats:
        """Return the cheap objectives [n, k] of architectures [n, variables].

        They are free of charge; the journal records how many were looked up.
        """
        checked = self.space.check(architectures)
        self._spent.cheap_queries += len(checked)
        return self._cheap(checked)

    def estimate(self, name: str, architectures: Any) -> Floats:
        """Return stored estimates, and charge their seconds.

        Each architecture is charged once in a run: simulated seconds, no evaluations.

        Parameters
        ----------
        name : str
            One of `estimates`.
        architectures : array_like [n, variables]
            Architectures of the space.

        Returns
        -------
        array of float [n]
            Larger is better; NaN where there is no estimate.

        Raises
        ------
        MethodError
            If the protocol has no estimate of that name.
        """
        if self._estimate is None or name not in self.estimates:
            raise MethodError(
                f"this protocol has no estimate {name!r}; it has "
                f"{', '.join(self.estimates) or 'none'}"
            )
        checked = self.space.check(architectures)
        answer = self._estimate(name, checked)
        for row, seconds in zip(checked, answer.seconds.tolist(), strict=True):
            self._spent.pay((name, row.tobytes()), seconds)
        return answer.scores
