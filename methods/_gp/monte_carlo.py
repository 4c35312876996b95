"""Monte Carlo acquisition functions: hypervolume improvement of batches, and scalarisations.

Sequential greedy choice of a batch, each candidate the one that adds most to those before it:
Daulton, Balandat and Bakshy, NeurIPS 2020, section 3.4 (qEHVI), on a set of candidates instead of a
box. Joint posterior samples of the candidates are drawn once, and chosen candidates join the front
of every sample; this replaces the paper's inclusion-exclusion, for a batch of any size.

Expected improvement of a random scalarisation: Knowles, IEEE TEVC 10(1), 2006 (ParEGO), and
Daulton, Balandat and Bakshy 2020 (qParEGO).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.arrays import Floats, Indices
from methods._gp.acquisition import front_within
from methods._gp.process import jittered_cholesky

__all__ = [
    "Fronts",
    "NormalSamples",
    "Scalarisation",
    "choose_greedily",
    "joint_samples",
    "make_fronts",
    "scalarised_improvement",
]

_DIGITS = 30  # binary ones of each coordinate of a Sobol sequence
_AT_ONCE = 4  # candidates of the largest earlier gains that are evaluated again together
_AUGMENTATION = 0.05  # rho of Knowles 2006, equation 2; BoTorch has the same


class NormalSamples:
    """Standard normal samples from a scrambled Sobol sequence, with a new shift for each draw.

    scipy scrambles by a random linear map of the binary digits and a random digital shift. The map
    takes some thirty times as long as the shift, and is drawn once (*ours*).

    Parameters
    ----------
    rng : numpy.random.Generator
        Of the linear map.
    samples : int
    """

    def __init__(self, rng: np.random.Generator, samples: int) -> None:
        self._seed, self._samples = int(rng.integers(2**63)), samples
        self._scrambled: dict[int, Indices] = {}

    def draw(self, rng: np.random.Generator, dimensions: int) -> Floats:
        """Return standard normal samples [samples, dimensions].

        Parameters
        ----------
        rng : numpy.random.Generator
            Of the shift.
        dimensions : int
        """
        from scipy.special import ndtri

        shift = rng.integers(2**_DIGITS, size=dimensions)
        shifted = self._digits(dimensions)[:, :dimensions] ^ shift
        normal: Floats = ndtri((shifted + 0.5) / 2**_DIGITS)
        return normal

    def _digits(self, dimensions: int) -> Indices:
        """Return the scrambled sequence as integers [samples, d], at least as many as dimensions.

        Their number is rounded up to a power of two, so that few sequences serve all draws.
        """
        from scipy.stats import qmc

        wide = min(1 << (dimensions - 1).bit_length(), qmc.Sobol.MAXDIM)
        if wide not in self._scrambled:
            power = (self._samples - 1).bit_length()
            sobol = qmc.Sobol(wide, bits=_DIGITS, rng=np.random.default_rng(self._seed))
            points = sobol.random_base2(power)[: self._samples]
            self._scrambled[wide] = np.rint(points * 2**_DIGITS).astype(np.int64)
        return self._scrambled[wide]


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


class Fronts(ABC):
    """The front of each posterior sample, to which chosen candidates are added."""

    @abstractmethod
    def gains(self, points: Floats) -> Floats:
        """Return the mean hypervolume [k] that candidates [samples, k, m] add to the fronts."""

    @abstractmethod
    def add(self, points: Floats) -> None:
        """Add one candidate, a point [samples, m], to the fronts."""


def make_fronts(observed: Floats, reference_point: Floats) -> Fronts:
    """Return the fronts of observed objectives.

    Parameters
    ----------
    observed : array [samples, p, m] or [1, p, m]
        The second if the observations count as exact: one front for all samples.
    reference_point : array [m]
    """
    kind = _Staircases if len(reference_point) == 2 else _PointSets
    return kind(observed, reference_point)


class _Staircases(Fronts):
    """Fronts of two objectives as arrays of steps, sorted by the second objective.

    Attributes
    ----------
    ends : array [samples or 1, s + 1]
        Where each strip above a front begins, in the second objective, and where the last one ends;
        the first begins at -inf. A front of fewer steps than another has strips of no width.
    heights : array [samples or 1, s]
        Where each strip ends in the first objective: the strips are what is not dominated.
    """

    def __init__(self, observed: Floats, reference_point: Floats) -> None:
        self._reference = reference_point
        self.ends, self.heights = self._strips(observed)

    def gains(self, points: Floats) -> Floats:
        first, second = points[:, :, 0], points[:, :, 1]
        total = np.zeros(first.shape)
        for k in range(self.heights.shape[1]):
            wide = self.ends[:, k + 1, None] - np.maximum(self.ends[:, k, None], second)
            np.maximum(wide, 0.0, out=wide)
            wide *= np.maximum(self.heights[:, k, None] - first, 0.0)
            total += wide
        gains: Floats = total.mean(axis=0)
        return gains

    def add(self, points: Floats) -> None:
        steps = np.stack([self.heights[:, 1:], self.ends[:, 1:-1]], axis=2)
        steps = np.broadcast_to(steps, (len(points), *steps.shape[1:]))
        self.ends, self.heights = self._strips(np.concatenate([steps, points[:, None]], axis=1))

    def _strips(self, points: Floats) -> tuple[Floats, Floats]:
        """Return the ends and heights above points [samples, p, 2]."""
        points = self._sorted(np.minimum(points, self._reference))
        lowest = np.minimum.accumulate(points[:, :, 0], axis=1)
        before = np.insert(lowest[:, :-1], 0, self._reference[0], axis=1)
        dominated = (lowest >= before) | (points[:, :, 1] >= self._reference[1])
        points[dominated] = self._reference
        steps = self._sorted(points)[:, : (~dominated).sum(axis=1).max(initial=0)]
        ends = np.full((len(steps), steps.shape[1] + 2), self._reference[1])
        heights = np.full((len(steps), steps.shape[1] + 1), self._reference[0])
        ends[:, 0], ends[:, 1:-1], heights[:, 1:] = -np.inf, steps[:, :, 1], steps[:, :, 0]
        return ends, heights

    @staticmethod
    def _sorted(points: Floats) -> Floats:
        """Return points [samples, p, 2] sorted by the second objective, then by the first."""
        order = np.lexsort((points[:, :, 0], points[:, :, 1]), axis=1)
        return np.take_along_axis(points, order[:, :, None], axis=1)


class _PointSets(Fronts):
    """Fronts of three or more objectives as sets of points."""

    def __init__(self, observed: Floats, reference_point: Floats) -> None:
        import moocore

        self._reference = reference_point
        self._hypervolume = moocore.Hypervolume(ref=reference_point)
        self._fronts = [front_within(own, reference_point) for own in observed]

    def gains(self, points: Floats) -> Floats:
        boxes = np.prod(self._reference - np.minimum(points, self._reference), axis=2)
        gains = np.zeros(points.shape[1])
        for s, own in enumerate(points):
            front = self._front(s)
            for k in np.flatnonzero(boxes[s] > 0.0):
                # The box of a candidate, less the part that the front dominates already.
                part = self._hypervolume(np.maximum(front, own[k])) if len(front) else 0.0
                gains[k] += max(boxes[s, k] - part, 0.0)
        return gains / len(points)

    def add(self, points: Floats) -> None:
        self._fronts = [
            front_within(np.concatenate([self._front(s), point[None]]), self._reference)
            for s, point in enumerate(points)
        ]

    def _front(self, sample: int) -> Floats:
        return self._fronts[sample if len(self._fronts) > 1 else 0]


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
