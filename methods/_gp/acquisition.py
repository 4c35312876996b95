"""Exact expected hypervolume improvement, for objectives that are independent or known.

The part of objective space that a new point y would add is decomposed into boxes. The share of a
box that y dominates is a product over objectives, and so is its expectation: of each objective only
the expected improvement E[(level - y_j)+] over the levels of the boxes is needed (see
`transforms`). After Emmerich et al., CEC 2011, and Yang et al., J. Global Optim. 75, 2019, section
4, with the terms in another order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.arrays import Floats
from bench.indicators import non_dominated
from methods._gp.transforms import Improvement

__all__ = ["Boxes", "decompose", "ehvi", "front_within"]

_CELLS_AT_ONCE = 2_000_000  # candidates times boxes


@dataclass(frozen=True, eq=False)
class Boxes:
    """Disjoint boxes in objective space that fill the dominated or the non-dominated part.

    Attributes
    ----------
    lower, upper : array [c, m]
        Minimised; a lower end may be -inf.
    reference_point : array [m]
    dominated : bool
        Whether the boxes fill the part that is dominated already.
    """

    lower: Floats
    upper: Floats
    reference_point: Floats
    dominated: bool


def front_within(objectives: Floats, reference_point: Floats) -> Floats:
    """Return the distinct non-dominated points [p, m] that are better than the reference point.

    Parameters
    ----------
    objectives : array [n, m]
    reference_point : array [m]
    """
    inside = objectives[(objectives < reference_point).all(axis=1)]
    if len(inside) == 0:
        return np.empty((0, len(reference_point)))
    return np.unique(inside[non_dominated(inside)], axis=0)


def decompose(objectives: Floats, reference_point: Floats) -> Boxes:
    """Return a decomposition of objective space into boxes.

    For two objectives the non-dominated part is a strip above each step of the front. For more, the
    dominated part is decomposed, which needs fewer boxes than the other part.

    Parameters
    ----------
    objectives : array [n, m]
        Observed, minimised.
    reference_point : array [m]

    Notes
    -----
    Lacour, Klamroth and Fonseca, "A box decomposition algorithm to compute the hypervolume
    indicator", Computers & Operations Research 79, 2017, algorithm 1 and equation 2.
    """
    front = front_within(objectives, reference_point)
    if len(reference_point) == 2 or len(front) == 0:
        return _strips(front, reference_point)
    return _dominated_boxes(front, reference_point)


def _strips(front: Floats, reference: Floats) -> Boxes:
    m = len(reference)
    if m != 2:  # nothing is dominated: one box
        return Boxes(np.full((1, m), -np.inf), reference[None], reference, dominated=False)
    steps = front[np.argsort(front[:, 1])]  # the first objective falls as the second grows
    ends = np.concatenate([[-np.inf], steps[:, 1], [reference[1]]])
    heights = np.concatenate([[reference[0]], steps[:, 0]])
    lower = np.stack([np.full(len(heights), -np.inf), ends[:-1]], axis=1)
    return Boxes(lower, np.stack([heights, ends[1:]], axis=1), reference, dominated=False)


def _dominated_boxes(front: Floats, reference: Floats) -> Boxes:
    m = len(reference)
    # What is not dominated is the part below any of the local upper bounds. Row j of the defining
    # points of a bound is the point (or the reference point) of which it has coordinate j.
    bounds = reference[None].copy()
    defining = np.full((1, m, m), -np.inf)
    defining[0, range(m), range(m)] = reference
    for point in front:
        above = (point < bounds).all(axis=1)
        new_bounds, new_defining = [bounds[~above]], [defining[~above]]
        for j in range(m):
            others = [i for i in range(m) if i != j]
            lowered = above & (point[j] >= defining[:, others, j].max(axis=1))
            new_bounds.append(bounds[lowered])
            new_bounds[-1][:, j] = point[j]
            new_defining.append(defining[lowered])
            new_defining[-1][:, j] = point
        bounds, defining = np.concatenate(new_bounds), np.concatenate(new_defining)
    # The dominated part between a bound and what the points before it dominate.
    lower, upper = np.empty_like(bounds), bounds.copy()
    lower[:, 0], upper[:, 0] = defining[:, 0, 0], reference[0]
    for j in range(1, m):
        lower[:, j] = defining[:, :j, j].max(axis=1)
    filled = (lower < upper).all(axis=1)
    return Boxes(lower[filled], upper[filled], reference, dominated=True)


def ehvi(improvements: Sequence[Improvement], boxes: Boxes) -> Floats:
    """Return the expected hypervolume improvement [k] of every candidate.

    Parameters
    ----------
    improvements : sequence of m functions
        Expected improvement of each objective of k candidates; the objectives are independent.
    boxes : Boxes
        Decomposition for the observed objectives.
    """
    tables, lows, highs = [], [], []
    for j, improvement in enumerate(improvements):
        ends = np.concatenate([boxes.lower[:, j], boxes.upper[:, j], boxes.reference_point[[j]]])
        levels, indices = np.unique(ends, return_inverse=True)
        finite = np.isfinite(levels)
        expected = improvement(levels[finite])
        table = np.zeros((len(expected), len(levels)))
        table[:, finite] = expected
        tables.append(table)
        lows.append(indices[: len(boxes.lower)])
        highs.append(indices[len(boxes.lower) : -1])
    candidates = len(tables[0])
    gains = np.empty(candidates)
    step = max(1, _CELLS_AT_ONCE // max(1, len(boxes.lower)))
    for first in range(0, candidates, step):
        rows = slice(first, first + step)
        shares = np.ones((len(tables[0][rows]), len(boxes.lower)))
        for table, low, high in zip(tables, lows, highs, strict=True):
            shares *= table[rows][:, high] - table[rows][:, low]
        gains[rows] = shares.sum(axis=1)
    if boxes.dominated:  # the largest level is the reference point
        gains = np.prod([table[:, -1] for table in tables], axis=0) - gains
    return np.maximum(gains, 0.0)
