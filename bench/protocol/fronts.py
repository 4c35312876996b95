"""Known fronts: of finite spaces too large to be listed by Pareto local search, and of boxes.

Paquete, Chiarandini and Stützle, "Pareto local optimum sets in the biobjective traveling salesman
problem" (2004): whatever is non-dominated has all its neighbours evaluated, until no neighbour of
any member would enter the set.

Of a box, whose front has no end of points: so many points as together have most hypervolume
(*ours*). Random points, then ever smaller random steps around what is non-dominated; of what was
found, one after the other the point that adds most; at last each is moved while that helps.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.errors import ProtocolError
from bench.indicators import hypervolume, non_dominated
from bench.spaces import Box, FiniteSpace
from bench.spaces.finite import Architectures
from bench.tasks import Task

__all__ = ["known_front", "known_front_of_box"]

Floats = NDArray[np.float64]

_START = 2000  # *ours*: random architectures that each search starts from
_BATCH = 50  # *ours*: members whose neighbours are evaluated before the set is sorted again
_STEPS = tuple(0.1 * 0.7**k for k in range(20))  # *ours*: from a tenth of the box down to 1e-4
_MEMBERS = 2000  # *ours*: of the set around which the next points are drawn
_DIGITS = 7  # *ours*: of a point, so that a protocol can list it


def known_front(
    task: Task,
    *,
    searches: int = 4,
    seed: int = 0,
    report: Callable[[int, int], None] | None = None,
) -> Architectures:
    """Return the best architectures [p, variables] of several searches, in order.

    Parameters
    ----------
    searches : int
        Independent searches, each from random architectures of its own.
    report : callable, optional
        Called with (architectures evaluated, size of the set) after each search.

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
        optima, points, spent = _search(task, task.space, rng)
        found, scores = _merged(found, scores, optima, points)
        evaluated += spent
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
    """Return the points [p <= size, variables] of a box with most hypervolume, in order.

    Parameters
    ----------
    reference_point : array_like [m]
        In the units of the objectives; points beyond it are left out.
    size : int
        How many points there are to be.
    searches, report
        As in `known_front`.
    moves : int
        How often a point is moved on trial at the end.

    Raises
    ------
    ProtocolError
        If the space is no box.
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
    kept = found[_spread(task.score(space.from_unit(found)), reference, size)]
    points = np.round(space.from_unit(_moved(task, space, kept, reference, moves, rng)), _DIGITS)
    return points[np.lexsort(points.T[::-1])]


def _best(task: Task, space: Box, unit: Floats, reference_point: Floats) -> Floats:
    """Return those points of the cube that are non-dominated, and within the reference point."""
    scores = task.score(space.from_unit(unit))
    inside = (scores < reference_point).all(axis=1)
    unit, scores = unit[inside], scores[inside]
    kept: Floats = unit[non_dominated(scores)]
    return kept


def _spread(scores: Floats, reference_point: Floats, size: int) -> NDArray[np.int64]:
    """Return the places of up to `size` points, each adding most hypervolume to those before."""
    chosen: list[int] = []
    # What a point adds falls as others join, so that the last value of each is a bound.
    bounds = np.prod(reference_point - scores, axis=1)
    total = 0.0
    while len(chosen) < min(size, len(scores)):
        while True:
            place = int(bounds.argmax())
            gain = hypervolume(scores[[*chosen, place]], reference_point) - total
            if gain >= np.delete(bounds, place).max(initial=-np.inf):
                break
            bounds[place] = gain
        chosen.append(place)
        total, bounds[place] = total + gain, -np.inf
    return np.array(chosen, dtype=np.int64)


def _moved(
    task: Task,
    space: Box,
    unit: Floats,
    reference_point: Floats,
    moves: int,
    rng: np.random.Generator,
) -> Floats:
    """Return points of the cube, each moved about wherever the hypervolume of all grows by it."""
    import moocore

    points, scores = unit.copy(), task.score(space.from_unit(unit))
    best = moocore.hypervolume(scores, ref=reference_point)
    widths = rng.choice(_STEPS, size=(moves, 1))
    partly = rng.random((moves, 1)) < 0.5  # some variables or all
    steps = widths * rng.standard_normal((moves, space.variables))
    steps[partly & (rng.random(steps.shape) < 0.5)] = 0.0
    for place, step in zip(rng.integers(len(points), size=moves), steps, strict=True):
        moved = np.clip(points[place] + step, 0.0, 1.0)
        before = scores[place].copy()
        scores[place] = task.score(space.from_unit(moved[None]))[0]
        reached = moocore.hypervolume(scores, ref=reference_point)
        if reached > best:
            points[place], best = moved, reached
        else:
            scores[place] = before
    return points


def _search(
    task: Task, space: FiniteSpace, rng: np.random.Generator
) -> tuple[Architectures, NDArray[np.float64], int]:
    """Return a set that no neighbour enters, its scores, and how many were evaluated for it."""
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
    found: Architectures,
    scores: NDArray[np.float64],
    more: Architectures,
    more_scores: NDArray[np.float64],
) -> tuple[Architectures, NDArray[np.float64]]:
    """Return what is non-dominated of both, one architecture for each point."""
    points = np.concatenate([scores, more_scores])
    everything = np.concatenate([found, more])
    _, first = np.unique(points, axis=0, return_index=True)
    first = np.sort(first)
    keep = first[non_dominated(points[first])]
    return everything[keep], points[keep]
