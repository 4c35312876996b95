"""A batch by sequential greedy choice: each next candidate adds most to those chosen before.

Daulton, Balandat and Bakshy, "Differentiable Expected Hypervolume Improvement" (NeurIPS 2020),
section 3.4, on a set of candidates instead of a box: joint posterior samples of the candidates are
drawn once, and chosen candidates join the front of every sample. So what the paper computes by
inclusion and exclusion is computed without, for a batch of any size.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from methods._gp.acquisition import front_within
from methods._gp.posterior import jittered_cholesky

__all__ = ["Fronts", "normal_samples", "pick_greedily", "sampled"]

Floats = NDArray[np.float64]

_AT_ONCE = 4  # candidates looked at again, of those that may add most


def normal_samples(rng: np.random.Generator, samples: int, dimensions: int) -> Floats:
    """Return standard normal numbers [samples, dimensions]: scrambled Sobol points, transformed."""
    from scipy.special import ndtri
    from scipy.stats import qmc

    power = int(np.ceil(np.log2(max(samples, 2))))
    sobol = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(rng.integers(2**63)))
    points = sobol.random_base2(power)[:samples]
    normal: Floats = ndtri(np.clip(points, 1e-12, 1 - 1e-12))
    return normal


def sampled(mean: Floats, covariance: Floats, normal: Floats) -> Floats:
    """Return joint samples [samples, k] from standard normal numbers [samples, k]."""
    joint: Floats = mean + normal @ jittered_cholesky(covariance).T
    return joint


class Fronts:
    """The front of each posterior sample, to which what is chosen is added.

    Parameters
    ----------
    fronts : sequence of arrays [p, m]
        One for each sample: the same for all if the observations are taken at their word.
    reference_point : array [m]
    """

    def __init__(self, fronts: Sequence[Floats], reference_point: Floats) -> None:
        self._reference = reference_point
        within = {id(front): front_within(front, reference_point) for front in fronts}
        self._fronts = [within[id(front)] for front in fronts]
        self._steps: tuple[Floats, Floats] | None = None

    def gains(self, points: Floats) -> Floats:
        """Return the mean hypervolume [k] that points [samples, k, m] add to their fronts."""
        if points.shape[2] == 2:
            return self._gains_of_two(points)
        return self._gains_of_many(points)

    def add(self, points: Floats) -> None:
        """Add a point [samples, m] to every front."""
        self._fronts = [
            front_within(np.concatenate([front, point[None]]), self._reference)
            for front, point in zip(self._fronts, points, strict=True)
        ]
        self._steps = None

    def _gains_of_two(self, points: Floats) -> Floats:
        if self._steps is None:
            self._steps = self._staircases()
        ends, heights = self._steps  # [samples, steps + 1], [samples, steps]
        first, second = points[:, :, 0], points[:, :, 1]
        total = np.zeros(first.shape)
        for k in range(heights.shape[1]):  # the strip between two ends
            wide = ends[:, k + 1, None] - np.maximum(ends[:, k, None], second)
            total += np.maximum(wide, 0.0) * np.maximum(heights[:, k, None] - first, 0.0)
        gains: Floats = total.mean(axis=0)
        return gains

    def _staircases(self) -> tuple[Floats, Floats]:
        """Return the strips of every front, those with fewer steps filled up with empty ones."""
        most = max(len(front) for front in self._fronts) + 1
        ends = np.full((len(self._fronts), most + 1), self._reference[1])
        heights = np.full((len(self._fronts), most), self._reference[0])
        ends[:, 0] = -np.inf
        for s, front in enumerate(self._fronts):
            order = np.argsort(front[:, 1])
            ends[s, 1 : len(front) + 1] = front[order, 1]
            heights[s, 1 : len(front) + 1] = front[order, 0]
        return ends, heights

    def _gains_of_many(self, points: Floats) -> Floats:
        import moocore

        gains = np.zeros(points.shape[1])
        for front, own in zip(self._fronts, points, strict=True):
            for k in np.flatnonzero((own < self._reference).all(axis=1)):
                gain = np.prod(self._reference - own[k])
                if len(front):  # less what the front holds of it already
                    gain -= moocore.hypervolume(np.maximum(front, own[k]), ref=self._reference)
                gains[k] += max(gain, 0.0)
        return gains / len(self._fronts)


def pick_greedily(fronts: Fronts, points: Floats, n: int, *, first: int | None = None) -> list[int]:
    """Return the places of up to n candidates, each the one that adds most to those before.

    Parameters
    ----------
    points : array [samples, k, m]
        Joint samples of the objectives of k candidates.
    first : int, optional
        The first choice, where an exact value is known.
    """
    gains = np.full(points.shape[1], np.inf)
    chosen: list[int] = []
    best = first
    while len(chosen) < min(n, len(gains)):
        best = _most(fronts, points, gains) if best is None else best
        chosen.append(best)
        gains[best] = -np.inf
        if len(chosen) < n:
            fronts.add(points[:, best])
        best = None
    return chosen


def _most(fronts: Fronts, points: Floats, gains: Floats) -> int:
    """Return the candidate that adds most, given and keeping what each added to earlier fronts.

    What a point adds only falls as a front grows, so those that added little need no second look
    (Minoux, "Accelerated greedy algorithms for maximizing submodular set functions", 1978).
    """
    stale = gains > -np.inf  # all but those that are chosen
    while True:
        best = int(gains.argmax())
        if not stale[best]:
            return best
        new = np.flatnonzero(np.isinf(gains) & (gains > 0))
        looked_at = new if len(new) else np.argsort(-gains, kind="stable")[:_AT_ONCE]
        looked_at = looked_at[stale[looked_at]]
        gains[looked_at] = fronts.gains(points[:, looked_at])
        stale[looked_at] = False
