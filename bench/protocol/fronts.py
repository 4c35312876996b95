"""Known fronts of large finite spaces, by Pareto local search, and of boxes.

*Finite spaces*: Paquete, Chiarandini and Stützle, "Pareto local optimum sets in the biobjective
traveling salesman problem" (2004): the neighbours of every non-dominated architecture are
evaluated, until no neighbour of a member of the set would enter it.

*Boxes*, whose fronts have infinitely many points: a given number of points with the largest
hypervolume (*ours*). Random points come first, then random steps of decreasing length around the
non-dominated ones. Of all these, the point that adds most is selected until there are enough; at
last each selected point is moved while that increases the hypervolume.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats, Indices
from bench.errors import ProtocolError
from bench.indicators import hypervolume, non_dominated
from bench.spaces import Box, FiniteSpace
from bench.spaces.finite import Architectures
from bench.tasks import Task

__all__ = ["known_front", "known_front_of_box"]

_START = 2000  # *ours*: random architectures that each search starts from
_BATCH = 50  # *ours*: members whose neighbours are evaluated before the set is updated
_STEPS = tuple(0.1 * 0.7**k for k in range(20))  # *ours*: from a tenth of the box down to 1e-4
_MEMBERS = 2000  # *ours*: members of the set that the next points are drawn around
_DIGITS = 7  # *ours*: digits of a point, which a protocol lists


def known_front(
    task: Task,
    *,
    searches: int = 4,
    seed: int = 0,
    report: Callable[[int, int], None] | None = None,
) -> Architectures:
    """Return the best architectures that several Pareto local searches find.

    Parameters
    ----------
    task : Task
        A task over a finite space.
    searches : int
        Number of independent searches, each from its own random architectures.
    seed : int
        Seed of all searches.
    report : callable, optional
        Called with (architectures evaluated, size of the set) after each search.

    Returns
    -------
    array of int8 [p, variables]
        In lexicographic order, one architecture for each point of the front.

    Raises
    ------
    ProtocolError
        If the space is not finite; see `known_front_of_box`.
    """
    if not isinstance(task.space, FiniteSpace):
        raise ProtocolError(f"{task.space.name} is a {task.space.kind}; expected a finite space")
    rng = np.random.default_rng(seed)
    found = np.empty((0, task.space.variables), dtype=np.int8)
    scores = np.empty((0, len(task.objectives)))
    evaluated = 0
    for _ in range(searches):
        optima, points, count = _search(task, task.space, rng)
        found, scores = _merged(found, scores, optima, points)
        evaluated += count
        if report is not None:
            report(evaluated, len(found))
    return found[np.lexsort(found.T[::-1])]


def known_front_of_box(
    task: Task,
    reference_point: ArrayLike,
    *,
    size: int,
    searches: int = 4,
    moves: int = 400_000,
    seed: int = 0,
    report: Callable[[int, int], None] | None = None,
) -> Floats:
    """Return points of a box with a large hypervolume.

    Parameters
    ----------
    task : Task
        A task over a box.
    reference_point : array_like [m]
        In the units of the objectives; points that are not below it are dropped.
    size : int
        Maximal number of points.
    searches : int
        Number of independent searches, each from its own random points.
    moves : int
        Number of attempts to move a point at the end.
    seed : int
        Seed of all searches and moves.
    report : callable, optional
        Called with (points evaluated, size of the set) after each search.

    Returns
    -------
    array of float [p <= size, variables]
        In lexicographic order.

    Raises
    ------
    ProtocolError
        If the space is not a box.
    """
    space = task.space
    if not isinstance(space, Box):
        raise ProtocolError(f"{space.name} is a {space.kind} space; expected a box")
    rng, reference = np.random.default_rng(seed), np.asarray(reference_point, dtype=np.float64)
    found, evaluated = np.empty((0, space.variables)), 0
    for _ in range(searches):
        members = space.to_unit(space.sample(rng, 10 * _START))
        for step in _STEPS:
            around = np.repeat(members, max(1, 5 * _START // len(members)), axis=0)
            around = np.clip(around + step * rng.standard_normal(around.shape), 0.0, 1.0)
            members = _best(task, space, np.concatenate([members, around]), reference)
            members = members[rng.permutation(len(members))[:_MEMBERS]]
            evaluated += len(around)
        found = _best(task, space, np.concatenate([found, members]), reference)
        if report is not None:
            report(evaluated, len(found))
    kept = found[_selected(task.score(space.from_unit(found)), reference, size)]
    points = np.round(space.from_unit(_moved(task, space, kept, reference, moves, rng)), _DIGITS)
    return points[np.lexsort(points.T[::-1])]


def _best(task: Task, space: Box, unit: Floats, reference_point: Floats) -> Floats:
    """Return the non-dominated points of the unit cube that are below the reference point."""
    scores = task.score(space.from_unit(unit))
    inside = (scores < reference_point).all(axis=1)
    unit, scores = unit[inside], scores[inside]
    kept: Floats = unit[non_dominated(scores)]
    return kept


def _selected(scores: Floats, reference_point: Floats, size: int) -> Indices:
    """Return the indices of up to `size` points, each adding most hypervolume to those before."""
    chosen: list[int] = []
    # The contribution of a point decreases as others are chosen: its last value is an upper bound.
    bounds = np.prod(reference_point - scores, axis=1)
    total = 0.0
    while len(chosen) < min(size, len(scores)):
        while True:
            index = int(bounds.argmax())
            gain = hypervolume(scores[[*chosen, index]], reference_point) - total
            if gain >= np.delete(bounds, index).max(initial=-np.inf):
                break
            bounds[index] = gain
        chosen.append(index)
        total, bounds[index] = total + gain, -np.inf
    return np.array(chosen, dtype=np.int64)


def _moved(
    task: Task,
    space: Box,
    unit: Floats,
    reference_point: Floats,
    moves: int,
    rng: np.random.Generator,
) -> Floats:
    """Return points of the unit cube after moves that increase the hypervolume of all."""
    import moocore

    points, scores = unit.copy(), task.score(space.from_unit(unit))
    best = moocore.hypervolume(scores, ref=reference_point)
    widths = rng.choice(_STEPS, size=(moves, 1))
    partly = rng.random((moves, 1)) < 0.5  # moves of some variables; the others move all
    steps = widths * rng.standard_normal((moves, space.variables))
    steps[partly & (rng.random(steps.shape) < 0.5)] = 0.0
    for index, step in zip(rng.integers(len(points), size=moves), steps, strict=True):
        moved = np.clip(points[index] + step, 0.0, 1.0)
        before = scores[index].copy()
        scores[index] = task.score(space.from_unit(moved[None]))[0]
        reached = moocore.hypervolume(scores, ref=reference_point)
        if reached > best:
            points[index], best = moved, reached
        else:
            scores[index] = before
    return points


def _search(
    task: Task, space: FiniteSpace, rng: np.random.Generator
) -> tuple[Architectures, Floats, int]:
    """Return a set that no neighbour would enter, its scores, and the number of evaluations."""
    drawn = space.sample(rng, _START)
    none = np.empty((0, len(task.objectives)))
    found, scores = _merged(drawn[:0], none, drawn, task.score(drawn))
    evaluated = _START
    expanded: set[bytes] = set()
    while waiting := [row for row in found if row.tobytes() not in expanded][:_BATCH]:
        expanded.update(row.tobytes() for row in waiting)
        around = np.unique(np.concatenate([space.neighbours(row) for row in waiting]), axis=0)
        found, scores = _merged(found, scores, around, task.score(around))
        evaluated += len(around)
    return found, scores, evaluated


def _merged(
    found: Architectures, scores: Floats, more: Architectures, more_scores: Floats
) -> tuple[Architectures, Floats]:
    """Return the non-dominated architectures of both sets, one for each point."""
    points = np.concatenate([scores, more_scores])
    everything = np.concatenate([found, more])
    _, first = np.unique(points, axis=0, return_index=True)
    first = np.sort(first)
    keep = first[non_dominated(points[first])]
    return everything[keep], points[keep]
