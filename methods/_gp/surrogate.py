"""What is believed of the objectives, and which candidates are chosen by it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Container, Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.method import Problem
from bench.spaces import Box
from bench.spaces.finite import Architectures
from methods._gp.acquisition import Shortfall, boxes, ehvi, known_shortfall
from methods._gp.batch import Fronts, normal_samples, pick_greedily, sampled
from methods._gp.candidates import Candidates
from methods._gp.posterior import Process
from methods._gp.transforms import Transform, make_transform, transformed_shortfall

__all__ = ["Surrogate"]

Floats = NDArray[np.float64]


def _default_pool(problem: Problem) -> int:
    """Return 256; of more objectives, whose hypervolumes cost more, 32, and 128 in a box.

    There the batch itself is climbed to: on VehicleSafety, from 32 points, qEHVI ends at a log10
    hypervolume difference of 0.65, from 128 at 0.45 (mean of three repetitions each).
    """
    if len(problem.objectives) == 2:
        return 256
    return 128 if isinstance(problem.space, Box) else 32


class Surrogate(ABC):
    """One process for each objective that is not known; objectives are independent.

    Parameters
    ----------
    problem : Problem
    known : bool
        Whether the cheap objectives are known; otherwise they are modelled like the others.
    transform : str
        Scale on which objectives are modelled: see `_gp_transforms.make_transform`.
    samples : int
        Monte Carlo samples of a batch.
    pool : int, optional
        From how many isomorphism classes, best by `score`, a batch is chosen.
    """

    noisy = False  # whether the noise of a measurement is part of what a candidate may gain

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
        self.known = problem.cheap_objectives if known else ()
        self.pool = pool or _default_pool(problem)
        self._processes: list[Process | None] = [None] * len(problem.objectives)
        self._transform_name, self._transforms = transform, list[Transform]()

    # -- candidates ------------------------------------------------------------------------------

    def describe(self, architectures: ArrayLike) -> tuple[Floats, Floats]:
        """Return the inputs [k, d] and the known objectives [k, m] of architectures."""
        rows = self._represented(architectures)
        known = np.zeros((len(rows), len(self.problem.objectives)))
        if self.known:
            known[:, list(self.known)] = self.problem.cheap(rows)
        return self._inputs(rows, known), known

    def _represented(self, architectures: ArrayLike) -> Architectures:
        """Return the architectures [k, variables] that are described in place of these."""
        return self.problem.space.check(architectures)

    @abstractmethod
    def _inputs(self, architectures: Architectures, known: Floats) -> Floats:
        """Return what processes are fitted on, [k, d]."""

    # -- fit -------------------------------------------------------------------------------------

    def fit(self, inputs: Floats, objectives: Floats) -> None:
        """Fit all processes to inputs [n, d] and objectives [n, m], each from its last fit."""
        reference = np.asarray(self.problem.reference_point, dtype=np.float64)
        self._transforms = [
            make_transform(self._transform_name, column, reference[j])
            for j, column in enumerate(objectives.T)
        ]
        self._observed_inputs, self._objectives = inputs, self._scaled(objectives)
        self._reference = self._scaled(reference[None])[0]
        self._boxes = boxes(self._objectives, self._reference)
        for j in range(objectives.shape[1]):
            if j not in self.known:
                self._processes[j] = self._fit_one(j, inputs)

    @abstractmethod
    def _scaled(self, objectives: Floats) -> Floats:
        """Return objectives [n, m] on the scale on which hypervolume is taken."""

    @abstractmethod
    def _fit_one(self, j: int, inputs: Floats) -> Process:
        """Return the process of objective j, fitted to what was observed."""

    @abstractmethod
    def _transform(self, j: int) -> Transform:
        """Return the scale of the process of objective j, seen from that of `_scaled`."""

    # -- choice ----------------------------------------------------------------------------------

    def prepare(self, n: int, rng: np.random.Generator) -> None:  # noqa: B027 - mostly nothing
        """Draw what a batch of n candidates is scored and chosen by, where that is random."""

    def score(self, candidates: Candidates) -> Floats:
        """Return the expected hypervolume improvement [k] of each candidate by itself."""
        return ehvi(self._shortfalls(candidates), self._boxes)

    def choose(self, candidates: Candidates, n: int, rng: np.random.Generator) -> list[int]:
        """Return the places of up to n candidates that together promise most hypervolume.

        The first maximises `score`; the others are chosen one after the other by Monte Carlo from
        the best by it.
        """
        best = self._leading(self.score(candidates), candidates.keys)
        if n == 1:
            return best[:1]
        points = self._samples(candidates.inputs[best], self._scaled(candidates.known[best]), rng)
        fronts = Fronts([self._objectives] * self.samples, self._reference)
        return [best[i] for i in pick_greedily(fronts, points, n, first=0)]

    def _leading(
        self, scores: Floats, keys: Sequence[Hashable], taken: Container[Hashable] = ()
    ) -> list[int]:
        """Return the places of the pool: the best first, the best one of each key, none taken."""
        leading: dict[Hashable, int] = {}
        for i in np.argsort(-scores, kind="stable").tolist():
            if keys[i] not in taken:
                leading.setdefault(keys[i], i)
            if len(leading) == self.pool:
                break
        return list(leading.values())

    def _shortfalls(self, candidates: Candidates) -> list[Shortfall]:
        known, found = self._scaled(candidates.known), []
        for j, process in enumerate(self._processes):
            if process is None:
                found.append(known_shortfall(known[:, j]))
            else:
                mean, deviation = process.posterior(candidates.inputs, noisy=self.noisy)
                found.append(transformed_shortfall(self._transform(j), mean, deviation))
        return found

    def _samples(self, inputs: Floats, known: Floats, rng: np.random.Generator) -> Floats:
        """Return joint samples [samples, k, m] at inputs [k, d]."""
        drawn = np.repeat(known[None], self.samples, axis=0)
        modelled = [(j, p) for j, p in enumerate(self._processes) if p is not None]
        if not modelled:
            return drawn
        # One sequence for all objectives: two scramblings of the same points share their signs.
        normal = normal_samples(rng, self.samples, len(modelled) * len(inputs))
        parts = np.split(normal, len(modelled), axis=1)
        for (j, process), own in zip(modelled, parts, strict=True):
            mean, covariance = process.joint(inputs, noisy=self.noisy)
            drawn[:, :, j] = self._transform(j).back(sampled(mean, covariance, own))
        return drawn
