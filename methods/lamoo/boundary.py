"""Boundaries between good and bad samples: fitted support vector machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from bench.arrays import Floats, Mask

__all__ = ["Boundary", "Kernel"]

Kernel = Literal["poly", "rbf", "linear"]

_ROWS_AT_ONCE = 1024  # times some fifty support vectors stay in the processor's cache


@dataclass(frozen=True, eq=False)
class Boundary:
    """A fitted support vector machine, kept as the numbers of its decision function.

    scikit-learn fits it; the decision is computed here, because `SVC.decision_function` takes
    several times as long for all 15,625 cells of NAS-Bench-201 (a test compares the two).

    Attributes
    ----------
    support : array [k, variables]
        Support vectors.
    weights : array [k]
        Dual coefficients.
    intercept, gamma : float
    kernel : {"poly", "rbf", "linear"}
    degree : int
        Of the polynomial kernel.
    """

    support: Floats
    weights: Floats
    intercept: float
    gamma: float
    kernel: Kernel
    degree: int

    @classmethod
    def fit(
        cls, points: Floats, good: Mask, *, kernel: Kernel = "poly", degree: int = 4
    ) -> Boundary:
        """Fit a boundary between good and bad points.

        C = 1, coef0 = 0 and gamma = 1 / (variables * variance of all coordinates), which are the
        defaults of scikit-learn and of the authors' code.

        Parameters
        ----------
        points : array [n, variables]
            Not all equal.
        good : array of bool [n]
            There must be both good and bad points.
        kernel : {"poly", "rbf", "linear"}
        degree : int
            Of the polynomial kernel.
        """
        from sklearn.svm import SVC

        gamma = 1.0 / (points.shape[1] * float(points.var()))
        # With a given state libsvm does not draw a seed, which it never uses, from the global one.
        machine = SVC(C=1.0, kernel=kernel, degree=degree, gamma=gamma, coef0=0.0, random_state=0)
        machine.fit(points, good)
        return cls(
            support=machine.support_vectors_,
            weights=machine.dual_coef_[0],
            intercept=float(machine.intercept_[0]),
            gamma=gamma,
            kernel=kernel,
            degree=degree,
        )

    def decision(self, points: Floats) -> Floats:
        """Return the decision value [n] of points [n, variables]; positive on the good side."""
        chunks = range(0, len(points), _ROWS_AT_ONCE)
        values = [self._kernel(points[i : i + _ROWS_AT_ONCE]) @ self.weights for i in chunks]
        return np.concatenate([np.empty(0), *values]) + self.intercept

    def on_good_side(self, points: Floats) -> Mask:
        """Say [n] which points [n, variables] are on the good side."""
        flags: Mask = self.decision(points) > 0
        return flags

    def _kernel(self, points: Floats) -> Floats:
        products: Floats = points @ self.support.T
        if self.kernel == "linear":
            return products
        if self.kernel == "rbf":
            squares = (points**2).sum(axis=1)[:, None] + (self.support**2).sum(axis=1)[None]
            close: Floats = np.exp(-self.gamma * np.maximum(squares - 2.0 * products, 0.0))
            return close
        products *= self.gamma
        return _power(products, self.degree)


def _power(base: Floats, degree: int) -> Floats:
    """Return `base**degree` for degree >= 1, by squaring, which is faster than `**`."""
    if degree == 1:
        return base
    half = _power(base * base, degree // 2)
    return half * base if degree % 2 else half
