"""The interface of search tasks: a space, its objectives, and their evaluation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import Field

from bench.arrays import Floats
from bench.entrants.problem import Candidate, Estimated
from bench.schema import StrictModel
from bench.spaces.space import Rows, Space

__all__ = ["Answer", "Measurement", "ObjectiveSpec", "Task"]

Measurement = Literal["search", "score"]


class ObjectiveSpec(StrictModel):
    """The name, title and unit of an objective, which is minimised."""

    name: str = Field(description="Name of the objective in results and in `Problem.objectives`.")
    title: str = Field(description="Name of the objective in tables and figures.")
    unit: str = Field(description="Unit of the objective's values, for tables and figures.")


@dataclass(frozen=True)
class Answer:
    """The objectives of n candidates, and the costs of their evaluations.

    Attributes
    ----------
    objectives : array of float [n, m]
        Minimised, in their units.
    cost_seconds : array of float [n]
        Simulated seconds.
    """

    objectives: Floats
    cost_seconds: Floats


class Task(ABC):
    """A space with m objectives, all minimised.

    Objectives have two measurements: *search*, which methods see, and *score*, the test objectives,
    which they never see.

    Attributes
    ----------
    space : Space
        The architectures that can be evaluated.
    objectives, units, titles : tuple of str
        Name, unit and display title of each objective.
    cheap_objectives : tuple of int
        Indices of the k objectives that are known without training.
    tolerance : float
        Largest relative difference between the answers of two machines: 0 for tables, more for
        objectives that are computed with rounding.
    estimates : tuple of str
        Names of the stored estimates that a search can request, at their cost in seconds.
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
        """Return the search objectives [n, m] and costs [n] of these candidates."""

    @abstractmethod
    def cheap(self, architectures: Rows) -> Floats:
        """Return the cheap objectives [n, k] of architectures [n, variables], free of charge."""

    def estimate(self, name: str, architectures: Rows) -> Estimated:
        """Return stored estimates, and the seconds that they took.

        Parameters
        ----------
        name : str
            One of `estimates`.
        architectures : array [n, variables]
            Architectures of the space.

        Returns
        -------
        Estimated
            Scores [n] and seconds [n].

        Raises
        ------
        KeyError
            If the task has no estimate of that name.
        """
        raise KeyError(name)

    @abstractmethod
    def front(self, measurement: Measurement) -> Floats:
        """Return the best possible front in test objectives: distinct points [p, m], sorted.

        With measurement `score`, this is the Pareto front. With `search`, it is the front of the
        architectures that are non-dominated in the search objectives: the best final set of a
        method that knows the search objectives of every architecture.
        """

    def same(self, answered: Floats, recorded: Floats) -> bool:
        """Return whether recorded objectives equal this task's answer, within `tolerance`.

        Parameters
        ----------
        answered : array of float [n, m]
            Objectives as this task returns them now.
        recorded : array of float
            Objectives from a journal; another shape is never equal.
        """
        return answered.shape == recorded.shape and bool(
            np.allclose(answered, recorded, rtol=self.tolerance, atol=0.0)
        )

    @abstractmethod
    def score(self, architectures: Rows) -> Floats:
        """Return the test objectives [n, m], which methods never see."""
