"""The papers' surrogate, a Matern process for each objective, and their three acquisitions."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np
from numpy.typing import NDArray

from bench.method import Problem, Setting
from bench.spaces.finite import Architectures
from methods._gp import fit as gaussian_process
from methods._gp.batch import Fronts, normal_samples, pick_greedily
from methods._gp.candidates import Candidates
from methods._gp.parego import Scalarisation, expected_improvement
from methods._gp.posterior import Process
from methods._gp.surrogate import Surrogate
from methods._gp.transforms import RAW, Transform

__all__ = ["MATERN_SETTINGS", "MaternSurrogate", "NoisySurrogate", "ScalarisedSurrogate"]

Floats = NDArray[np.float64]

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
        None,
        "ours",
        "classes that a batch is chosen from; None: 256, of 3 objectives 32 (in a box 128)",
    ),
    "maxiter": Setting(75, "ours", "200 as released; a fit is to take under half a second"),
}


class MaternSurrogate(Surrogate):
    """BoTorch's processes on an encoding, hypervolume where they model; chooses by qEHVI.

    Parameters
    ----------
    encoding : str
        See `gaussian_process.encode`.
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

    def _inputs(self, architectures: Architectures, known: Floats) -> Floats:
        return gaussian_process.encode(self.problem.space, architectures, self._encoding)

    def _scaled(self, objectives: Floats) -> Floats:
        return np.stack(
            [t.forward(objectives[:, j]) for j, t in enumerate(self._transforms)], axis=1
        )

    def _fit_one(self, j: int, inputs: Floats) -> Process:
        last = self._processes[j]
        assert last is None or isinstance(last, gaussian_process.GaussianProcess)
        return gaussian_process.fit(
            inputs, self._objectives[:, j], last=last, maxiter=self._maxiter
        )

    def _transform(self, j: int) -> Transform:
        return RAW


class NoisySurrogate(MaternSurrogate):
    """Chooses by qNEHVI: the front is that of each joint sample of what was observed."""

    def choose(self, candidates: Candidates, n: int, rng: np.random.Generator) -> list[int]:
        """Return the places of up to n candidates, the best of the leading ones by `score`."""
        best = self._leading(self.score(candidates), candidates.keys)
        observed = len(self._objectives)
        inputs = np.concatenate([self._observed_inputs, candidates.inputs[best]])
        known = np.concatenate([self._objectives, self._scaled(candidates.known[best])])
        points = self._samples(inputs, known, rng)
        fronts = Fronts(list(points[:, :observed]), self._reference)
        return [best[i] for i in pick_greedily(fronts, points[:, observed:], n)]


class ScalarisedSurrogate(MaternSurrogate):
    """Chooses by qParEGO: each of a batch by a random scalarisation of its own."""

    def prepare(self, n: int, rng: np.random.Generator) -> None:
        """Draw n scalarisations, and the samples that the expectation of each is taken over."""
        objectives = len(self.problem.objectives)
        self._drawn = [
            (
                Scalarisation.draw(rng, self._objectives),
                normal_samples(rng, self.samples, objectives),
            )
            for _ in range(n)
        ]

    def score(self, candidates: Candidates) -> Floats:
        """Return, of the improvements [k] by each scalarisation, the largest share of its best."""
        gains = self._improvements(candidates, len(self._drawn))
        best = gains.max(axis=1, keepdims=True)
        score: Floats = (gains / np.where(best > 0.0, best, 1.0)).max(axis=0)
        return score

    def choose(self, candidates: Candidates, n: int, rng: np.random.Generator) -> list[int]:
        """Return the places of up to n candidates, each with those chosen before it."""
        known = self._scaled(candidates.known)
        chosen: list[int] = []
        taken: set[Hashable] = set()
        improvements = self._improvements(candidates, n)
        for (scalar, _), gains in zip(self._drawn[:n], improvements, strict=True):
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

    def _improvements(self, candidates: Candidates, n: int) -> Floats:
        """Return the expected improvement [n, k] of each candidate by each scalarisation."""
        known = self._scaled(candidates.known)
        posteriors = [
            None if process is None else process.posterior(candidates.inputs)
            for process in self._processes
        ]
        return np.stack(
            [
                expected_improvement(scalar, posteriors, known, normal)
                for scalar, normal in self._drawn[:n]
            ]
        )
