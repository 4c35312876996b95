"""Expected improvement of a random scalarisation: qParEGO."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Scalarisation", "expected_improvement"]

Floats = NDArray[np.float64]

_AUGMENTATION = 0.05  # Knowles, IEEE TEVC 10(1), 2006, equation 2: rho; BoTorch has the same


@dataclass(frozen=True, eq=False)
class Scalarisation:
    """max_j w_j y_j + 0.05 sum_j w_j y_j of objectives scaled to [0, 1] by what was observed.

    Attributes
    ----------
    weights, least, width : array [m]
    incumbent : float
        The least scalarised value that was observed.
    """

    weights: Floats
    least: Floats
    width: Floats
    incumbent: float

    @classmethod
    def draw(cls, rng: np.random.Generator, objectives: Floats) -> Scalarisation:
        """Draw weights uniformly from the simplex, for observed objectives [n, m]."""
        weights = rng.dirichlet(np.ones(objectives.shape[1]))
        least, width = objectives.min(axis=0), np.ptp(objectives, axis=0)
        scalar = cls(weights, least, np.where(width > 0, width, 1.0), np.inf)
        return cls(scalar.weights, scalar.least, scalar.width, float(scalar(objectives).min()))

    def __call__(self, objectives: Floats) -> Floats:
        """Return the scalarised value [...] of objectives [..., m], minimised."""
        weighted = self.weights * (objectives - self.least) / self.width
        scalar: Floats = weighted.max(axis=-1) + _AUGMENTATION * weighted.sum(axis=-1)
        return scalar

    def joint_improvement(self, chosen: Floats, points: Floats) -> Floats:
        """Return the expected improvement [k] by each of points, together with those chosen.

        Joint samples [samples, c, m] and [samples, k, m].
        """
        before = self(chosen).min(axis=1)
        together = np.minimum(before[:, None], self(points))
        improvement: Floats = np.maximum(self.incumbent - together, 0.0).mean(axis=0)
        return improvement


def expected_improvement(
    scalar: Scalarisation,
    posteriors: Sequence[tuple[Floats, Floats] | None],
    known: Floats,
    normal: Floats,
) -> Floats:
    """Return the expected improvement [k] of each candidate by itself.

    Parameters
    ----------
    posteriors : sequence of m
        Mean [k] and standard deviation [k]; None for an objective of `known` [k, m].
    normal : array [samples, m]
        Standard normal numbers, the same for every candidate.
    """
    unit = scalar.weights / scalar.width  # of an objective, weighted
    centres, spreads = [], []
    for j, posterior in enumerate(posteriors):
        mean, spread = (known[:, j], None) if posterior is None else posterior
        centres.append(unit[j] * (mean - scalar.least[j]))
        spreads.append(None if spread is None else unit[j] * spread)
    total = np.zeros(len(known))
    for row in normal:
        worst, everything = np.full(len(known), -np.inf), np.zeros(len(known))
        for z, centre, spread in zip(row, centres, spreads, strict=True):
            weighted = centre if spread is None else centre + z * spread
            np.maximum(worst, weighted, out=worst)
            everything += weighted
        worst += _AUGMENTATION * everything
        np.subtract(scalar.incumbent, worst, out=worst)
        total += np.maximum(worst, 0.0, out=worst)
    improvement: Floats = total / len(normal)
    return improvement
