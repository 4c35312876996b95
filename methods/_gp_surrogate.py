"""What is believed of the objectives, and which candidates are chosen by it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.method import Problem, Setting
from bench.spaces.finite import Architectures
from methods import _gp
from methods._gp_candidates import Candidates
from methods._gp_ehvi import Shortfall, boxes, ehvi, known_shortfall
from methods._gp_greedy import Fronts, normal_samples, pick_greedily, sampled
from methods._gp_posterior import Process
from methods._gp_transforms import RAW, Transform, make_transform, transformed_shortfall

__all__ = ["MATERN_SETTINGS", "MaternSurrogate", "Surrogate"]

Floats = NDArray[np.float64]
Acquisition = Literal["qehvi", "qnehvi", "qparego"]

MATERN_SETTINGS: Mapping[str, Setting] = {
    "encoding": Setting("ordinal", "paper", "a coordinate for each edge, operations by capacity"),
    "transform": Setting(
        "raw", "paper", "log and clipped are ours: failed designs ruin a fit of raw values"
    ),
    "known": Setting(
        False, "paper", "all objectives are modelled; True takes the cheap ones as known (ours)"
    ),
    "samples": Setting(128, "released code", "Monte Carlo samples, from a Sobol sequence"),
    "pool": Setting(
        None, "ours", "a batch is chosen from the best by EHVI; None: 256, of 3 objectives 32"
    ),
    "maxiter": Setting(75, "ours", "200 as released; a fit is to take under half a second"),
}

_POOL = {2: 256}  # candidates; of more than two objectives 32, whose hypervolumes cost more


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
        From how many candidates, best by expected hypervolume improvement, a batch is chosen.
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
        self.pool = pool or _POOL.get(len(problem.objectives), 32)
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

    def score(self, candidates: Candidates) -> Floats:
        """Return the expected hypervolume improvement [k] of each candidate by itself."""
        return ehvi(self._shortfalls(candidates), boxes(self._objectives, self._reference))

    def choose(self, candidates: Candidates, n: int, rng: np.random.Generator) -> list[int]:
        """Return the places of up to n candidates that together promise most hypervolume.

        The first maximises `score`; the others are chosen one after the other by Monte Carlo from
        the best by it.
        """
        best = np.argsort(-self.score(candidates), kind="stable")
        if n == 1:
            return [int(best[0])]
        best = best[: self.pool]
        points = self._samples(candidates.inputs[best], self._scaled(candidates.known[best]), rng)
        fronts = Fronts([self._objectives] * self.samples, self._reference)
        keys = [candidates.keys[i] for i in best]
        chosen = pick_greedily(fronts, points, n, keys=keys, first=0)
        return [int(best[i]) for i in chosen]

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


class MaternSurrogate(Surrogate):
    """As the papers have it: BoTorch's processes on an encoding, hypervolume where they model.

    Parameters
    ----------
    encoding : str
        See `_gp.encode`.
    acquisition : {"qehvi", "qnehvi", "qparego"}
    maxiter : int
        Of a fit.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        encoding: str,
        transform: str,
        acquisition: Acquisition,
        known: bool,
        samples: int,
        pool: int | None,
        maxiter: int,
    ) -> None:
        super().__init__(problem, known=known, transform=transform, samples=samples, pool=pool)
        self._encoding, self._acquisition, self._maxiter = encoding, acquisition, maxiter

    def choose(self, candidates: Candidates, n: int, rng: np.random.Generator) -> list[int]:
        """Return the places of up to n candidates, by the acquisition function."""
        if self._acquisition == "qnehvi":
            return self._choose_noisy(candidates, n, rng)
        if self._acquisition == "qparego":
            return self._choose_scalarised(candidates, n, rng)
        return super().choose(candidates, n, rng)

    def _choose_noisy(self, candidates: Candidates, n: int, rng: np.random.Generator) -> list[int]:
        best = np.argsort(-self.score(candidates), kind="stable")[: self.pool]
        observed = len(self._objectives)
        inputs = np.concatenate([self._observed_inputs, candidates.inputs[best]])
        known = np.concatenate([self._objectives, self._scaled(candidates.known[best])])
        points = self._samples(inputs, known, rng)
        fronts = Fronts(list(points[:, :observed]), self._reference)
        keys = [candidates.keys[i] for i in best]
        chosen = pick_greedily(fronts, points[:, observed:], n, keys=keys)
        return [int(best[i]) for i in chosen]

    def _choose_scalarised(
        self, candidates: Candidates, n: int, rng: np.random.Generator
    ) -> list[int]:
        from methods._gp_parego import Scalarisation, expected_improvement

        chosen: list[int] = []
        free = np.ones(len(candidates), dtype=np.bool_)
        known = self._scaled(candidates.known)
        posteriors = [
            None if process is None else process.posterior(candidates.inputs)
            for process in self._processes
        ]
        taken: set[object] = set()
        for _ in range(n):
            if not free.any():
                break
            scalar = Scalarisation.draw(rng, self._objectives)
            normal = normal_samples(rng, self.samples, known.shape[1])
            gains = expected_improvement(scalar, posteriors, known, normal)
            gains[~free] = -1.0
            best = np.argsort(-gains, kind="stable")
            if chosen:
                best = best[: min(self.pool, int(free.sum()))]
                both = np.concatenate([chosen, best])
                points = self._samples(candidates.inputs[both], known[both], rng)
                joint = scalar.joint_improvement(points[:, : len(chosen)], points[:, len(chosen) :])
                best = best[np.argsort(-joint, kind="stable")]
            chosen.append(int(best[0]))
            taken.add(candidates.keys[chosen[-1]])
            free[[i for i in np.flatnonzero(free).tolist() if candidates.keys[i] in taken]] = False
        return chosen

    def _inputs(self, architectures: Architectures, known: Floats) -> Floats:
        return _gp.encode(self.problem.space, architectures, self._encoding)

    def _scaled(self, objectives: Floats) -> Floats:
        return np.stack(
            [t.forward(objectives[:, j]) for j, t in enumerate(self._transforms)], axis=1
        )

    def _fit_one(self, j: int, inputs: Floats) -> Process:
        last = self._processes[j]
        assert last is None or isinstance(last, _gp.GaussianProcess)
        return _gp.fit(inputs, self._objectives[:, j], last=last, maxiter=self._maxiter)

    def _transform(self, j: int) -> Transform:
        return RAW
