"""Sample efficiency at every level: one method's evaluations divided by another's.

Computed on mean curves, as the papers draw them. A level that is not reached within the budget
counts as reached one evaluation after it (*ours*): a bound in favour of the method that did not
reach it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.arrays import Floats
from reports.claims.measure import RESAMPLES, CurveIndicator, percentiles, resampled_means

__all__ = ["EfficiencyRatio", "RatioCurve", "sample_efficiency"]

_LEVELS = 200
# A curve that ends at a level may miss it by a rounding error.
_TOLERANCE = 1e-12


@dataclass(frozen=True)
class RatioCurve:
    """The baseline's evaluations to each level divided by the method's, with a 95 % interval.

    Attributes
    ----------
    levels : array [k]
        In the indicator's unit, evenly spaced, from the level that the initial designs reach to the
        last one that both means reach; a single level if there is nothing between.
    ratio, low, high : array [k]
        The ratio at each level, and the ends of its interval.
    """

    levels: Floats
    ratio: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class EfficiencyRatio:
    """The ratio of evaluations at every level, and at the two levels that claims name.

    Attributes
    ----------
    curve : RatioCurve
    at : tuple (ratio, low, high)
        At the baseline's final mean; each resample has its own.
    level : float
        That mean, in the indicator's unit.
    reached : bool
        Whether the method's mean curve reaches it; if not, the ratio is an upper bound.
    most : tuple (ratio, low, high)
        Largest ratio over the levels. The largest of many noisy numbers is biased upwards, in
        favour of the method.
    most_level : float
        Level of the largest ratio.
    """

    curve: RatioCurve
    at: tuple[float, float, float]
    level: float
    reached: bool
    most: tuple[float, float, float]
    most_level: float


def sample_efficiency(
    method: Floats,
    baseline: Floats,
    indicator: CurveIndicator,
    *,
    initial: int,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> EfficiencyRatio:
    """Return how many times more evaluations `baseline` needs than `method`.

    Parameters
    ----------
    method, baseline : array [r, n]
        Paired curves.
    indicator : CurveIndicator
        The curves are its values.
    initial : int
        Initial designs that both share.
    rng : Generator
        Draws the resamples.
    resamples : int
        Number of bootstrap resamples.
    """
    sign = indicator.sign
    qualities = (sign * method, sign * baseline)
    mine, theirs = (_best_so_far(each.mean(axis=0)[None]) for each in qualities)
    end = min(float(mine[0, -1]), float(theirs[0, -1]))
    start = max(float(mine[0, initial - 1]), float(theirs[0, initial - 1]))
    levels = np.linspace(start, end, _LEVELS + 1)[1:] if end > start else np.array([end])
    final = float(theirs[0, -1])
    drawn = resampled_means(qualities, rng, resamples=resamples)
    mine_again, theirs_again = (_best_so_far(means) for means in drawn)

    ratio = _ratios(mine, theirs, levels[None])[0]
    ratios = _ratios(mine_again, theirs_again, np.broadcast_to(levels, (resamples, len(levels))))
    low, high = percentiles(ratios)
    named = float(_ratios(mine, theirs, np.array([[final]]))[0, 0])
    named_low, named_high = percentiles(
        _ratios(mine_again, theirs_again, theirs_again[:, -1:])[:, 0]
    )
    most_low, most_high = percentiles(ratios.max(axis=1))
    return EfficiencyRatio(
        curve=RatioCurve(sign * levels, ratio, low, high),
        at=(named, float(named_low), float(named_high)),
        level=sign * final,
        reached=bool(mine[0, -1] >= final - _TOLERANCE),
        most=(float(ratio.max()), float(most_low), float(most_high)),
        most_level=float(sign * levels[int(ratio.argmax())]),
    )


def _best_so_far(means: Floats) -> Floats:
    best: Floats = np.maximum.accumulate(means, axis=1)
    return best


def _ratios(method: Floats, baseline: Floats, levels: Floats) -> Floats:
    """Return ratios [b, k] of the evaluations of non-decreasing curves [b, n] to levels [b, k]."""
    return _evaluations(baseline, levels) / _evaluations(method, levels)


def _evaluations(curves: Floats, levels: Floats) -> Floats:
    counted = [
        np.searchsorted(curve, wanted - _TOLERANCE, side="left") + 1.0
        for curve, wanted in zip(curves, levels, strict=True)
    ]
    return np.stack(counted)
