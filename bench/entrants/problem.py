"""All that a method sees of a task: the problem, its candidates and what was measured of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.errors import MethodError
from bench.spaces.finite import FiniteSpace
from bench.spaces.space import Rows, Space

__all__ = ["Candidate", "Estimated", "Evaluation", "Problem", "Spent", "candidates"]


@dataclass(frozen=True)
class Candidate:
    """What a method asks for: an architecture, and where it came from if that matters.

    Attributes
    ----------
    architecture : tuple of int or float
        One category of a finite space, or one number of a box, for each variable.
    parent : int, optional
        Number of the evaluation whose weights a trained task may inherit. A table ignores it.
    operators : tuple of str
        The edits that made it from the parent.
    """

    architecture: tuple[float, ...]
    parent: int | None = None
    operators: tuple[str, ...] = ()


def candidates(architectures: Any) -> list[Candidate]:
    """Return a candidate without lineage for each row of architectures [n, variables]."""
    return [Candidate(tuple(row)) for row in np.asarray(architectures).tolist()]


@dataclass(frozen=True)
class Estimated:
    """Stored estimates [n], larger is better, NaN where there is none; the seconds [n] they took.

    An estimate that there is none of costs nothing.
    """

    scores: NDArray[np.float64]
    seconds: NDArray[np.float64]


@dataclass(frozen=True)
class Evaluation:
    """A candidate and what was measured of it.

    Attributes
    ----------
    number : int
        Place among the run's evaluations, from 0; the initial designs come first.
    objectives : array [m]
        Minimised, in the units of the task.
    cost_seconds : float
        Simulated seconds that the measurement took.
    """

    number: int
    candidate: Candidate
    objectives: NDArray[np.float64]
    cost_seconds: float


@dataclass
class Spent:
    """What a method spent beside evaluations: kept by the runner, and by copies of a problem."""

    cheap_queries: int = 0
    estimate_seconds: float = 0.0
    paid: set[tuple[str, bytes]] = field(default_factory=set)

    def pay(self, what: tuple[str, bytes], seconds: float) -> None:
        """Charge an estimate of an architecture, once."""
        if what not in self.paid:
            self.paid.add(what)
            self.estimate_seconds += seconds


@dataclass
class Problem:
    """All that a method may see.

    Attributes
    ----------
    space : Space
        What can be asked for.
    objectives : tuple of str
        Names of the m objectives; all are minimised.
    cheap_objectives : tuple of int
        Places of those that `cheap` answers free of charge.
    reference_point : array [m]
        In the units of the objectives; what lies beyond it in any of them counts for nothing.
    evaluations : int
        Budget of the whole run, the initial designs included.
    batch : int
        Most candidates that are asked for at once.
    initial : array [n, variables]
        The shared initial designs. The runner evaluates and tells them before the first ask.
    rng : numpy.random.Generator
        The method's own stream; the only randomness it may use.
    estimates : tuple of str
        Names of the stored estimates that `estimate` answers.
    evaluations_left : int
        How much of the budget is left; the runner counts for itself.
    """

    space: Space
    objectives: tuple[str, ...]
    cheap_objectives: tuple[int, ...]
    reference_point: NDArray[np.float64]
    evaluations: int
    batch: int
    initial: Rows
    rng: np.random.Generator
    _cheap: Callable[[Rows], NDArray[np.float64]] = field(repr=False)
    estimates: tuple[str, ...] = ()
    _estimate: Callable[[str, Rows], Estimated] | None = field(default=None, repr=False)
    evaluations_left: int = 0
    _spent: Spent = field(default_factory=Spent, repr=False)

    @property
    def cheap_queries(self) -> int:
        """How many architectures were looked up free of charge so far."""
        return self._spent.cheap_queries

    @property
    def estimate_seconds(self) -> float:
        """Simulated seconds that estimates have cost so far."""
        return self._spent.estimate_seconds

    @property
    def finite_space(self) -> FiniteSpace:
        """The space, for what is made of categories.

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

    def cheap(self, architectures: Any) -> NDArray[np.float64]:
        """Return the cheap objectives [n, k] of architectures [n, variables].

        Not charged, but counted: the journal keeps how many were looked up.
        """
        checked = self.space.check(architectures)
        self._spent.cheap_queries += len(checked)
        return self._cheap(checked)

    def estimate(self, name: str, architectures: Any) -> NDArray[np.float64]:
        """Return the stored estimates [n] of architectures [n, variables]: larger is better.

        NaN where there is none. The seconds that each took to make are charged, once for an
        architecture in a run; they count as simulated seconds, not as evaluations.

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
