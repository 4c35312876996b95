"""The tuned surrogate (*ours*): categories, known costs, good values spread out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.method import Problem
from bench.spaces.finite import Architectures
from methods._gp_categorical import CategoricalProcess, Layout, Priors, fit_categorical
from methods._gp_features import path_features
from methods._gp_posterior import Process
from methods._gp_surrogate import Surrogate
from methods._gp_transforms import Transform

__all__ = ["TunedSurrogate"]

Floats = NDArray[np.float64]


class TunedSurrogate(Surrogate):
    """Categorical processes on canonical architectures, with a trend in the known objectives.

    Hypervolume is taken in the units of the task, whatever the scale that is modelled: the expected
    improvement is that of the measurement, noise included.

    Parameters
    ----------
    trend : bool
        Whether the mean is linear in the (logarithms of the) known objectives.
    canonical : bool
        Whether isomorphic architectures are the same input.
    features : bool
        Whether the kernel compares what `_gp_features` says of a cell, too.
    priors : Priors
    """

    noisy = True

    def __init__(
        self,
        problem: Problem,
        *,
        known: bool,
        transform: str,
        trend: bool,
        canonical: bool,
        features: bool,
        samples: int,
        pool: int | None,
        maxiter: int,
        priors: Priors | None = None,
    ) -> None:
        super().__init__(problem, known=known, transform=transform, samples=samples, pool=pool)
        self._trend, self._canonical, self._features = trend, canonical, features
        none = np.empty((0, problem.space.variables), dtype=np.int8)
        columns = path_features(problem.space, none).shape[1] if features else 0
        self._layout = Layout(problem.space.variables, columns)
        self._maxiter, self._priors = maxiter, priors or Priors()

    def _represented(self, architectures: ArrayLike) -> Architectures:
        space = self.problem.space
        return space.canonical(architectures) if self._canonical else space.check(architectures)

    def _inputs(self, architectures: Architectures, known: Floats) -> Floats:
        parts = [architectures.astype(np.float64)]
        if self._features:
            parts.append(path_features(self.problem.space, architectures))
        if not (self._trend and self.known):
            return np.concatenate(parts, axis=1)
        costs = known[:, list(self.known)]
        costs = np.where(costs > 0, np.log(np.maximum(costs, 1e-300)), -700.0)
        return np.concatenate([*parts, costs], axis=1)

    def _scaled(self, objectives: Floats) -> Floats:
        return objectives

    def _fit_one(self, j: int, inputs: Floats) -> Process:
        last = self._processes[j]
        assert last is None or isinstance(last, CategoricalProcess)
        outcomes = self._transforms[j].forward(self._objectives[:, j])
        return fit_categorical(
            inputs,
            outcomes,
            self._layout,
            priors=self._priors,
            last=last,
            maxiter=self._maxiter,
        )

    def _transform(self, j: int) -> Transform:
        return self._transforms[j]
