"""A task: a space, the objectives measured on it, and how it answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.spaces.finite import Architectures, FiniteSpace

__all__ = ["Answer", "Candidate", "Task"]


@dataclass(frozen=True)
class Candidate:
    """What a method asks for: an architecture, and where it came from if that matters.

    Attributes
    ----------
    architecture : tuple of int
        One category for each variable of the space.
    parent : int, optional
        Number of the evaluation whose weights a trained task may inherit. A table ignores it.
    operators : tuple of str
        The edits that made it from the parent.
    """

    architecture: tuple[int, ...]
    parent: int | None = None
    operators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """Objectives [n, m], minimised, in their units; cost [n] in simulated seconds."""

    objectives: NDArray[np.float64]
    cost_seconds: NDArray[np.float64]


class Task(ABC):
    """A space with m objectives, all minimised.

    Attributes
    ----------
    space : FiniteSpace
    objectives, units, titles : tuple of str
        One name, unit and display title for each objective.
    cheap_objectives : tuple of int
        Places of the objectives that are known without any training.
    """

    space: FiniteSpace
    objectives: tuple[str, ...]
    units: tuple[str, ...]
    titles: tuple[str, ...]
    cheap_objectives: tuple[int, ...]

    @abstractmethod
    def evaluate(self, candidates: Sequence[Candidate]) -> Answer:
        """Return what a search is told of these candidates."""

    @abstractmethod
    def cheap(self, architectures: Architectures) -> NDArray[np.float64]:
        """Return the cheap objectives [n, k] of architectures [n, variables], free of charge."""

    @abstractmethod
    def score(self, architectures: Architectures) -> NDArray[np.float64]:
        """Return the held-back objectives [n, m] that no method ever sees."""
