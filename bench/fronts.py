"""Known fronts of spaces too large to be listed, by Pareto local search.

Paquete, Chiarandini and Stützle, "Pareto local optimum sets in the biobjective traveling salesman
problem" (2004): whatever is non-dominated has all its neighbours evaluated, until no neighbour of
any member would enter the set.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bench.indicators import non_dominated
from bench.spaces.finite import Architectures
from bench.tasks import Task

__all__ = ["known_front"]

_START = 2000  # *ours*: random architectures that each search starts from
_BATCH = 50  # *ours*: members whose neighbours are evaluated before the set is sorted again


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
    """
    rng = np.random.default_rng(seed)
    found = np.empty((0, task.space.variables), dtype=np.int8)
    scores = np.empty((0, len(task.objectives)))
    evaluated = 0
    for _ in range(searches):
        optima, points, spent = _search(task, rng)
        found, scores = _merged(found, scores, optima, points)
        evaluated += spent
        if report is not None:
            report(evaluated, len(found))
    return found[np.lexsort(found.T[::-1])]


def _search(task: Task, rng: np.random.Generator) -> tuple[Architectures, NDArray[np.float64], int]:
    """Return a set that no neighbour enters, its scores, and how many were evaluated for it."""
    space = task.space
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
