"""A task: a space, the objectives measured on it, and how it answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bench.entrants.problem import Candidate, Estimated
from bench.spaces.space import Rows, Space

__all__ = ["Answer", "Task"]


@dataclass(frozen=True)
class Answer:
    """Objectives [n, m], minimised, in their units; cost [n] in simulated seconds."""

    objectives: NDArray[np.float64]
    cost_seconds: NDArray[np.float64]


class Task(ABC):
    """A space with m objectives, all minimised.

    Attributes
    ----------
    space : Space
    objectives, units, titles : tuple of str
        One name, unit and display title for each objective.
    cheap_objectives : tuple of int
        Places of the objectives that are known without any training.
    tolerance : float
        Relative difference that another machine may make of the same answer: 0 for what is looked
        up, more for what is computed with rounding.
    estimates : tuple of str
        Names of stored estimates that a search can ask for, at their cost in seconds.
    """

    space: Space
    objectives: tuple[str, ...]
    units: tuple[str, ...]
    titles: tuple[str, ...]
    cheap_objectives: tuple[int, ...]
    tolerance: float = 0.0
    estimates: tuple[str, ...] = ()

    @abstractmethod
    def evaluate(self, candidates: Sequence[Candidate]) -> Answer:
        """Return what a search is told of these candidates."""

    @abstractmethod
    def cheap(self, architectures: Rows) -> NDArray[np.float64]:
        """Return the cheap objectives [n, k] of architectures [n, variables], free of charge."""

    def estimate(self, name: str, architectures: Rows) -> Estimated:
        """Look the stored estimates [n] called `name` up; only if it is in `estimates`."""
        raise KeyError(name)

    @abstractmethod
    def front(self, measurement: Literal["search", "score"]) -> NDArray[np.float64]:
        """Return the distinct points [p, m], sorted, of the best front there is, in scores.

        With `search`, the score of what is non-dominated in the search objectives: the best that
        a method could hand in if it knew all it may ever see.
        """

    def same(self, answered: NDArray[np.float64], recorded: NDArray[np.float64]) -> bool:
        """Tell whether recorded objectives [n, m] are those that this task answers."""
        return answered.shape == recorded.shape and bool(
            np.allclose(answered, recorded, rtol=self.tolerance, atol=0.0)
        )

    @abstractmethod
    def score(self, architectures: Rows) -> NDArray[np.float64]:
        """Return the held-back objectives [n, m] that no method ever sees."""
