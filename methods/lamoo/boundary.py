"""The boundary that splits a region: a support vector machine between good and bad samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Boundary", "Kernel"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Kernel = Literal["poly", "rbf", "linear"]

_ROWS_AT_ONCE = 1024  # times some fifty support vectors: what stays in the cache


@dataclass(frozen=True, eq=False)
class Boundary:
    """A fitted support vector machine, kept as the numbers that its decision is made of.

    scikit-learn fits it; the decision is taken here, because `SVC.decision_function` needs several
    times as long for all 15,625 cells of NAS-Bench-201 (a test compares the two).

    Attributes
    ----------
    support : array [k, variables]
    weights : array [k]
        Dual coefficients.
    intercept, gamma : float
    kernel : {"poly", "rbf", "linear"}
    degree : int
        Of the polynomial.
    """

    support: Floats
    weights: Floats
    intercept: float
    gamma: float
    kernel: Kernel
    degree: int

    @classmethod
    def fit(
        cls, points: Floats, good: Flags, *, kernel: Kernel = "poly", degree: int = 4
    ) -> Boundary:
        """Separate the good from the other points [n, variables], which must not all be equal.

        There must be some of both kinds.

        C = 1, coef0 = 0 and gamma = 1 / (variables * variance of all coordinates), which are
        scikit-learn's defaults and those of the authors' code.
        """
        from sklearn.svm import SVC

        gamma = 1.0 / (points.shape[1] * float(points.var()))
        # A given state keeps libsvm from drawing a seed, of no use here, from the global generator.
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
        """Return the signed value [n] of each point; it is positive on the good side."""
        chunks = range(0, len(points), _ROWS_AT_ONCE)
        values = [self._kernel(points[i : i + _ROWS_AT_ONCE]) @ self.weights for i in chunks]
        return np.concatenate([np.empty(0), *values]) + self.intercept

    def says_good(self, points: Floats) -> Flags:
        """Say [n] which points [n, variables] lie on the good side."""
        flags: Flags = self.decision(points) > 0
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
