"""Surrogates: models of all objectives, and the choice of candidates by them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats
from bench.method import Problem
from bench.spaces import Box, FiniteSpace, Space
from bench.spaces.space import Rows
from methods._gp.acquisition import decompose, ehvi
from methods._gp.monte_carlo import NormalSamples, choose_greedily, joint_samples, make_fronts
from methods._gp.process import GaussianProcess
from methods._gp.transforms import (
    Improvement,
    Transform,
    known_improvement,
    make_transform,
    transformed_improvement,
)

__all__ = ["ENUMERATED", "CandidateTable", "Candidates", "Describe", "Surrogate"]

ENUMERATED = 50_000  # architectures at most; a posterior of that many takes 0.1 s an objective

Describe = Callable[[Rows], tuple[Floats, Floats]]  # see `Surrogate.describe`


# -- candidates ------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Candidates:
    """Architectures, with what an acquisition function needs of them.

    Attributes
    ----------
    architectures : array [k, variables]
    inputs : array [k, d]
        Of the surrogate.
    known : array [k, m]
        Known objectives; the columns of others are not used.
    keys : sequence [k]
        Of the isomorphism classes.
    """

    architectures: Rows
    inputs: Floats
    known: Floats
    keys: Sequence[Hashable]

    def __len__(self) -> int:
        return len(self.architectures)


class CandidateTable:
    """Makes candidates of architectures; a space that is enumerated is described only once.

    Parameters
    ----------
    space : Space
        Enumerated if it has at most `ENUMERATED` architectures.
    describe : function
        `Surrogate.describe`.
    """

    def __init__(self, space: Space, describe: Describe) -> None:
        self._space, self._describe = space, describe
        self._listed: FiniteSpace | None = None
        if isinstance(space, FiniteSpace) and space.listable and space.size <= ENUMERATED:
            self._listed, self._members = space, self._make(space.enumerate())

    @property
    def enumerated(self) -> bool:
        """Whether all architectures of the space are in the table."""
        return self._listed is not None

    def look_up(self, rows: Rows) -> Candidates:
        """Return architectures [k, variables] as candidates."""
        if self._listed is None:
            return self._make(rows)
        indices, members = self._listed.index(rows), self._members
        keys = [members.keys[i] for i in indices.tolist()]
        return Candidates(rows, members.inputs[indices], members.known[indices], keys)

    def _make(self, rows: Rows) -> Candidates:
        return Candidates(rows, *self._describe(rows), keys=self._space.class_keys(rows))


# -- surrogates ------------------------------------------------------------------------------------


class Surrogate(ABC):
    """One Gaussian process for each objective that is not known; objectives are independent.

    Parameters
    ----------
    problem : Problem
    known : bool
        Whether the cheap objectives are known; otherwise they are modelled like the others.
    transform : str
        Scale on which objectives are modelled; see `transforms.make_transform`.
    samples : int
        Monte Carlo samples of a batch.
    pool : int, optional
        Number of isomorphism classes, best by `score`, that a batch is chosen from.
    """

    noisy = False  # whether a candidate's measurement noise counts in its expected improvement

    def __init__(
        self,
        problem: Problem,
        *,
        known: bool,
        transform: str,
        samples: int = 128,
        pool: int | None = None,
    ) -> None:
        self.problem, self.samples = problem, samples
        self._normal = NormalSamples(problem.rng, samples)
        self.known = problem.cheap_objectives if known else ()
        self.pool = pool or _default_pool(problem)
        self._processes: list[GaussianProcess | None] = [None] * len(problem.objectives)
        self._transform_name, self._transforms = transform, list[Transform]()

    def describe(self, architectures: ArrayLike) -> tuple[Floats, Floats]:
        """Return the inputs [k, d] and the known objectives [k, m] of architectures."""
        rows = self._represented(architectures)
        known = np.zeros((len(rows), len(self.problem.objectives)))
        if self.known:
            known[:, list(self.known)] = self.problem.cheap(rows)
        return self._inputs(rows, known), known

    def _represented(self, architectures: ArrayLike) -> Rows:
        """Return the architectures [k, variables] that represent the given ones."""
        return self.problem.space.check(architectures)

    @abstractmethod
    def _inputs(self, architectures: Rows, known: Floats) -> Floats:
        """Return the inputs [k, d] of the processes."""

    # -- fit -------------------------------------------------------------------------------------

    def fit(self, inputs: Floats, objectives: Floats) -> None:
        """Fit all processes to observations, each starting from its last fit.

        Parameters
        ----------
        inputs : array [n, d]
            As `describe` returns them.
        objectives : array [n, m]
            In the units of the task.
        """
        reference = np.asarray(self.problem.reference_point, dtype=np.float64)
        self._transforms = [
            make_transform(self._transform_name, column, reference[j])
            for j, column in enumerate(objectives.T)
        ]
        self._observed_inputs, self._objectives = inputs, self._scaled(objectives)
        self._reference = self._scaled(reference[None])[0]
        self._boxes = decompose(self._objectives, self._reference)
        for j in range(objectives.shape[1]):
            if j not in self.known:
                self._processes[j] = self._fit_one(j, inputs)

    @abstractmethod
    def _scaled(self, objectives: Floats) -> Floats:
        """Return objectives [n, m] on the scale on which hypervolume is computed."""

    @abstractmethod
    def _fit_one(self, j: int, inputs: Floats) -> GaussianProcess:
        """Return the process of objective j, fitted to the observations at inputs [n, d]."""

    @abstractmethod
    def _transform(self, j: int) -> Transform:
        """Return the transform from the scale of `_scaled` to that of process j."""

    # -- choice ----------------------------------------------------------------------------------

    def prepare(self, n: int, rng: np.random.Generator) -> None:  # noqa: B027 - mostly nothing
        """Draw the random numbers of scoring and choosing a batch of n candidates, if any."""

    def score(self, candidates: Candidates) -> Floats:
        """Return the expected hypervolume improvement [k] of each candidate alone."""
        return ehvi(self._improvements(candidates), self._boxes)

    def choose(self, candidates: Candidates, n: int, rng: np.random.Generator) -> list[int]:
        """Return the indices of up to n candidates of the largest expected improvement together.

        The first maximises `score`; the others are chosen one after the other by Monte Carlo among
        the best by it.

        Parameters
        ----------
        candidates : Candidates
        n : int
        rng : numpy.random.Generator
        """
        best = self._leading(self.score(candidates), candidates.keys)
        if n == 1:
            return best[:1]
        points = self._samples(candidates.inputs[best], self._scaled(candidates.known[best]), rng)
        fronts = make_fronts(self._objectives[None], self._reference)
        return [best[i] for i in choose_greedily(fronts, points, n, first=0)]

    def _leading(
        self, scores: Floats, keys: Sequence[Hashable], taken: Container[Hashable] = ()
    ) -> list[int]:
        """Return the indices of the pool: the best of each class, sorted by score.

        Parameters
        ----------
        scores : array [k]
        keys : sequence [k]
            Of the isomorphism classes.
        taken : container
            Keys of classes that are excluded.
        """
        leading: dict[Hashable, int] = {}
        for i in np.argsort(-scores, kind="stable").tolist():
            if keys[i] not in taken:
                leading.setdefault(keys[i], i)
            if len(leading) == self.pool:
                break
        return list(leading.values())

    def _improvements(self, candidates: Candidates) -> list[Improvement]:
        """Return the expected improvement of each of m objectives."""
        known, found = self._scaled(candidates.known), []
        for j, process in enumerate(self._processes):
            if process is None:
                found.append(known_improvement(known[:, j]))
            else:
                mean, deviation = process.posterior(candidates.inputs, noisy=self.noisy)
                found.append(transformed_improvement(self._transform(j), mean, deviation))
        return found

    def _samples(self, inputs: Floats, known: Floats, rng: np.random.Generator) -> Floats:
        """Return joint samples [samples, k, m] at inputs [k, d], with known objectives [k, m]."""
        drawn = np.repeat(known[None], self.samples, axis=0)
        modelled = [(j, p) for j, p in enumerate(self._processes) if p is not None]
        if not modelled:
            return drawn
        # One sequence for all objectives: two scramblings of the same points share their signs.
        normal = self._normal.draw(rng, len(modelled) * len(inputs))
        parts = np.split(normal, len(modelled), axis=1)
        for (j, process), own in zip(modelled, parts, strict=True):
            mean, covariance = process.joint(inputs, noisy=self.noisy)
            drawn[:, :, j] = self._transform(j).back(joint_samples(mean, covariance, own))
        return drawn


def _default_pool(problem: Problem) -> int:
    """Return 256 classes for two objectives; 32 for more, and 128 in a box.

    Hypervolumes of more objectives cost more. In a box the batch itself is optimised: on
    VehicleSafety qEHVI ends at a log10 hypervolume difference of 0.65 with a pool of 32, and of
    0.45 with 128 (means of three repetitions).
    """
    if len(problem.objectives) == 2:
        return 256
    return 128 if isinstance(problem.space, Box) else 32
