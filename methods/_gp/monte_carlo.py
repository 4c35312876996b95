"""Monte Carlo acquisition functions: hypervolume improvement of batches, and scalarisations.

Sequential greedy choice of a batch, each candidate the one that adds most to those before it:
Daulton, Balandat and Bakshy, NeurIPS 2020, section 3.4 (qEHVI), on a set of candidates instead of a
box. Joint posterior samples of the candidates are drawn once, and chosen candidates join the front
of every sample; this replaces the paper's inclusion-exclusion, for a batch of any size.

Expected improvement of a random scalarisation: Knowles, IEEE TEVC 10(1), 2006 (ParEGO), and
Daulton, Balandat and Bakshy 2020 (qParEGO).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.arrays import Floats
from methods._gp.acquisition import front_within
from methods._gp.process import jittered_cholesky

__all__ = [
    "Fronts",
    "Scalarisation",
    "choose_greedily",
    "joint_samples",
    "normal_samples",
    "scalarised_improvement",
]

_AT_ONCE = 4  # candidates of the largest earlier gains that are evaluated again together
_AUGMENTATION = 0.05  # rho of Knowles 2006, equation 2; BoTorch has the same


def normal_samples(rng: np.random.Generator, samples: int, dimensions: int) -> Floats:
    """Return standard normal samples [samples, dimensions] from a scrambled Sobol sequence.

    Parameters
    ----------
    rng : numpy.random.Generator
    samples : int
    dimensions : int
    """
    from scipy.special import ndtri
    from scipy.stats import qmc

    power = int(np.ceil(np.log2(max(samples, 2))))
    sobol = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(rng.integers(2**63)))
    points = sobol.random_base2(power)[:samples]
    normal: Floats = ndtri(np.clip(points, 1e-12, 1 - 1e-12))
    return normal


def joint_samples(mean: Floats, covariance: Floats, normal: Floats) -> Floats:
    """Return joint samples [samples, k] of a Gaussian.

    Parameters
    ----------
    mean : array [k]
    covariance : array [k, k]
    normal : array [samples, k]
        Standard normal samples.
    """
    joint: Floats = mean + normal @ jittered_cholesky(covariance).T
    return joint


class Fronts:
    """The front of each posterior sample, to which chosen candidates are added.

    Parameters
    ----------
    fronts : sequence of arrays [p, m]
        One for each sample; the same for all if the observations count as exact.
    reference_point : array [m]
    """

    def __init__(self, fronts: Sequence[Floats], reference_point: Floats) -> None:
        self._reference = reference_point
        within = {id(front): front_within(front, reference_point) for front in fronts}
        self._fronts = [within[id(front)] for front in fronts]
        self._steps: tuple[Floats, Floats] | None = None

    def gains(self, points: Floats) -> Floats:
        """Return the mean hypervolume [k] that candidates [samples, k, m] add to the fronts."""
        if points.shape[2] == 2:
            return self._gains_of_two(points)
        return self._gains_of_many(points)

    def add(self, points: Floats) -> None:
        """Add one candidate, a point [samples, m], to the fronts."""
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
        """Return ends [samples, s + 1] and heights [samples, s] of the strips above every front.

        A front of fewer steps than the largest has empty strips at its end.
        """
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
                if len(front):  # less the part that the front dominates already
                    gain -= moocore.hypervolume(np.maximum(front, own[k]), ref=self._reference)
                gains[k] += max(gain, 0.0)
        return gains / len(self._fronts)


def choose_greedily(
    fronts: Fronts, points: Floats, n: int, *, first: int | None = None
) -> list[int]:
    """Return the indices of up to n candidates, each the one that adds most to those before.

    Parameters
    ----------
    fronts : Fronts
        Changed: chosen candidates are added.
    points : array [samples, k, m]
        Joint samples of the objectives of k candidates.
    n : int
    first : int, optional
        Index of the first choice, if it is known from exact values.
    """
    gains = np.full(points.shape[1], np.inf)
    chosen: list[int] = []
    best = first
    while len(chosen) < min(n, len(gains)):
        best = _best(fronts, points, gains) if best is None else best
        chosen.append(best)
        gains[best] = -np.inf
        if len(chosen) < n:
            fronts.add(points[:, best])
        best = None
    return chosen


def _best(fronts: Fronts, points: Floats, gains: Floats) -> int:
    """Return the index of the candidate that adds most.

    The gain of a candidate only decreases as a front grows, so those of small earlier gains are not
    evaluated again (Minoux, "Accelerated greedy algorithms for maximizing submodular set
    functions", 1978).

    Parameters
    ----------
    fronts : Fronts
    points : array [samples, k, m]
    gains : array [k]
        Gains for earlier fronts, updated here; inf before the first, -inf once chosen.
    """
    outdated = gains > -np.inf
    while True:
        best = int(gains.argmax())
        if not outdated[best]:
            return best
        new = np.flatnonzero(np.isinf(gains) & (gains > 0))
        again = new if len(new) else np.argsort(-gains, kind="stable")[:_AT_ONCE]
        again = again[outdated[again]]
        gains[again] = fronts.gains(points[:, again])
        outdated[again] = False


@dataclass(frozen=True, eq=False)
class Scalarisation:
    """The augmented Chebyshev scalarisation max_j w_j y_j + 0.05 sum_j w_j y_j.

    Objectives y are scaled to [0, 1] by the observed ones.

    Attributes
    ----------
    weights : array [m]
        w, on the unit simplex.
    least, width : array [m]
        Least observed value and observed range of each objective.
    incumbent : float
        The least scalarised value of the observed objectives.
    """

    weights: Floats
    least: Floats
    width: Floats
    incumbent: float

    @classmethod
    def draw(cls, rng: np.random.Generator, objectives: Floats) -> Scalarisation:
        """Draw weights uniformly from the simplex.

        Parameters
        ----------
        rng : numpy.random.Generator
        objectives : array [n, m]
            Observed.
        """
        weights = rng.dirichlet(np.ones(objectives.shape[1]))
        least, width = objectives.min(axis=0), np.ptp(objectives, axis=0)
        width = np.where(width > 0, width, 1.0)
        scalar = cls(weights, least, width, np.inf)
        return cls(weights, least, width, float(scalar(objectives).min()))

    def __call__(self, objectives: Floats) -> Floats:
        """Return the scalarised value [...] of objectives [..., m], minimised."""
        weighted = self.weights * (objectives - self.least) / self.width
        scalar: Floats = weighted.max(axis=-1) + _AUGMENTATION * weighted.sum(axis=-1)
        return scalar

    def joint_improvement(self, chosen: Floats, points: Floats) -> Floats:
        """Return the expected improvement [k] of each candidate together with chosen ones.

        Parameters
        ----------
        chosen : array [samples, c, m]
            Joint samples of those chosen before.
        points : array [samples, k, m]
            Joint samples of the candidates.
        """
        before = self(chosen).min(axis=1)
        together = np.minimum(before[:, None], self(points))
        improvement: Floats = np.maximum(self.incumbent - together, 0.0).mean(axis=0)
        return improvement


def scalarised_improvement(
    scalarisation: Scalarisation,
    posteriors: Sequence[tuple[Floats, Floats] | None],
    known: Floats,
    normal: Floats,
) -> Floats:
    """Return the expected improvement [k] of a scalarisation by each candidate alone.

    Parameters
    ----------
    scalarisation : Scalarisation
    posteriors : sequence of m
        Mean [k] and standard deviation [k] of each objective; None for a known one.
    known : array [k, m]
        Known objectives; columns of others are not used.
    normal : array [samples, m]
        Standard normal samples, the same for every candidate.
    """
    unit = scalarisation.weights / scalarisation.width
    centres, spreads = [], []
    for j, posterior in enumerate(posteriors):
        mean, spread = (known[:, j], None) if posterior is None else posterior
        centres.append(unit[j] * (mean - scalarisation.least[j]))
        spreads.append(None if spread is None else unit[j] * spread)
    total = np.zeros(len(known))
    for row in normal:
        worst, weighted_sum = np.full(len(known), -np.inf), np.zeros(len(known))
        for z, centre, spread in zip(row, centres, spreads, strict=True):
            weighted = centre if spread is None else centre + z * spread
            np.maximum(worst, weighted, out=worst)
            weighted_sum += weighted
        worst += _AUGMENTATION * weighted_sum
        np.subtract(scalarisation.incumbent, worst, out=worst)
        total += np.maximum(worst, 0.0, out=worst)
    improvement: Floats = total / len(normal)
    return improvement
