"""The surrogate of the papers, a Matern process for each objective, with three acquisitions."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np

from bench.arrays import Floats
from bench.method import Problem, Setting
from bench.spaces.space import Rows
from methods._gp.matern import MaternProcess, encode, fit_matern
from methods._gp.monte_carlo import (
    Scalarisation,
    choose_greedily,
    make_fronts,
    scalarised_improvement,
)
from methods._gp.surrogate import Candidates, Surrogate
from methods._gp.transforms import RAW, Transform

__all__ = ["MATERN_SETTINGS", "MaternSurrogate", "NoisySurrogate", "ScalarisedSurrogate"]

MATERN_SETTINGS: Mapping[str, Setting] = {
    "encoding": Setting(
        "ordinal", "paper", "a coordinate for each edge, operations ordered by capacity"
    ),
    "transform": Setting(
        "raw", "paper", "the other scales are ours: failed designs spoil a fit of raw values"
    ),
    "known": Setting(
        False, "paper", "all objectives are modelled; with True the cheap ones are known (ours)"
    ),
    "samples": Setting(128, "released code", "Monte Carlo samples, from a Sobol sequence"),
    "pool": Setting(
        None,
        "ours",
        "classes that a batch is chosen from; None: 256, for 3 objectives 32 (in a box 128)",
    ),
    "maxiter": Setting(75, "ours", "steps of L-BFGS-B; released: 200; a fit ends after some 20"),
}


class MaternSurrogate(Surrogate):
    """Matern processes on an encoding; chooses by qEHVI.

    Hypervolume is computed on the scale that is modelled.

    Parameters
    ----------
    problem : Problem
    encoding : str
        See `matern.encode`.
    transform, known, samples, pool
        See `Surrogate`.
    maxiter : int
        Of a fit.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        encoding: str,
        transform: str,
        known: bool,
        samples: int,
        pool: int | None,
        maxiter: int,
    ) -> None:
        super().__init__(problem, known=known, transform=transform, samples=samples, pool=pool)
        self._encoding, self._maxiter = encoding, maxiter

    def _inputs(self, architectures: Rows, known: Floats) -> Floats:
        return encode(self.problem.space, architectures, self._encoding)

    def _scaled(self, objectives: Floats) -> Floats:
        return np.stack(
            [t.forward(objectives[:, j]) for j, t in enumerate(self._transforms)], axis=1
        )

    def _fit_one(self, j: int, inputs: Floats) -> MaternProcess:
        last = self._processes[j]
        assert last is None or isinstance(last, MaternProcess)
        return fit_matern(inputs, self._objectives[:, j], last=last, maxiter=self._maxiter)

    def _transform(self, j: int) -> Transform:
        return RAW


class NoisySurrogate(MaternSurrogate):
    """Chooses by qNEHVI: on the front of each joint sample of the observed objectives."""

    def choose(self, candidates: Candidates, n: int, rng: np.random.Generator) -> list[int]:
        """Return the indices of up to n candidates, chosen among the best by `score`.

        Parameters
        ----------
        candidates : Candidates
        n : int
        rng : numpy.random.Generator
        """
        best = self._leading(self.score(candidates), candidates.keys)
        observed = len(self._objectives)
        inputs = np.concatenate([self._observed_inputs, candidates.inputs[best]])
        known = np.concatenate([self._objectives, self._scaled(candidates.known[best])])
        points = self._samples(inputs, known, rng)
        fronts = make_fronts(points[:, :observed], self._reference)
        return [best[i] for i in choose_greedily(fronts, points[:, observed:], n)]


class ScalarisedSurrogate(MaternSurrogate):
    """Chooses by qParEGO: each candidate of a batch by a random scalarisation of its own."""

    def prepare(self, n: int, rng: np.random.Generator) -> None:
        """Draw n scalarisations, and the samples of the expectation of each.

        Parameters
        ----------
        n : int
        rng : numpy.random.Generator
        """
        objectives = len(self.problem.objectives)
        self._drawn = [
            (Scalarisation.draw(rng, self._objectives), self._normal.draw(rng, objectives))
            for _ in range(n)
        ]

    def score(self, candidates: Candidates) -> Floats:
        """Return the largest over scalarisations of improvement [k] / best improvement."""
        gains = self._gains(candidates, len(self._drawn))
        best = gains.max(axis=1, keepdims=True)
        score: Floats = (gains / np.where(best > 0.0, best, 1.0)).max(axis=0)
        return score

    def choose(self, candidates: Candidates, n: int, rng: np.random.Generator) -> list[int]:
        """Return the indices of up to n candidates, each best together with those chosen before.

        Parameters
        ----------
        candidates : Candidates
        n : int
        rng : numpy.random.Generator
        """
        known = self._scaled(candidates.known)
        chosen: list[int] = []
        taken: set[Hashable] = set()
        gains_of_each = self._gains(candidates, n)
        for (scalar, _), gains in zip(self._drawn[:n], gains_of_each, strict=True):
            best = self._leading(gains, candidates.keys, taken)
            if not best:
                break
            if chosen:
                both = [*chosen, *best]
                points = self._samples(candidates.inputs[both], known[both], rng)
                joint = scalar.joint_improvement(points[:, : len(chosen)], points[:, len(chosen) :])
                best = [best[int(joint.argmax())]]
            chosen.append(best[0])
            taken.add(candidates.keys[best[0]])
        return chosen

    def _gains(self, candidates: Candidates, n: int) -> Floats:
        """Return the expected improvement [n, k] of the first n scalarisations."""
        known = self._scaled(candidates.known)
        posteriors = [
            None if process is None else process.posterior(candidates.inputs)
            for process in self._processes
        ]
        return np.stack(
            [
                scalarised_improvement(scalar, posteriors, known, normal)
                for scalar, normal in self._drawn[:n]
            ]
        )
