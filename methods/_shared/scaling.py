"""Objectives without units: scaled by what a run has found, or by their logarithm."""

from __future__ import annotations

import numpy as np

from bench.arrays import Floats
from bench.errors import MethodError
from bench.indicators import non_dominated
from bench.method import Problem

__all__ = ["log_costs", "running_scale"]


def running_scale(told: Floats, reference_point: Floats) -> tuple[Floats, Floats]:
    """Return the ideal point of all objectives told, and the width of their non-dominated set.

    An objective scaled by (value - ideal) / width is 0 at the best value so far and 1 at the worst
    within the non-dominated set. Members of this set beyond the reference point count only if there
    are no others: a single failed architecture of the lowest cost would otherwise set the scale of
    the error.

    Parameters
    ----------
    told : array [n, m]
        All objectives so far, minimised, in the units of the task.
    reference_point : array [m]
        In the same units.

    Returns
    -------
    ideal, width : array [m]
        In the same units. An objective in which nothing differs has width 1.

    Examples
    --------
    >>> told = np.array([[9.0, 1.0], [3.0, 2.0], [1.0, 4.0], [5.0, 5.0]])
    >>> [a.tolist() for a in running_scale(told, np.array([8.0, 8.0]))]
    [[1.0, 1.0], [2.0, 3.0]]
    """
    front = told[non_dominated(told)]
    inside = front[(front < reference_point).all(axis=1)]
    ideal = told.min(axis=0)
    width = (inside if len(inside) else front).max(axis=0) - ideal
    return ideal, np.where(width > 0, width, 1.0)


def log_costs(problem: Problem, costs: Floats) -> Floats:
    """Return the natural logarithm [n, k] of cheap objectives, the scale on which papers compare.

    Parameters
    ----------
    problem : Problem
    costs : array [n, k]
        Cheap objectives of n architectures, in the problem's order.

    Raises
    ------
    MethodError
        If a cost is not positive; the message names the objective and the value.
    """
    if not (costs > 0).all():
        row, column = (int(i) for i in np.argwhere(~(costs > 0))[0])
        name = problem.objectives[problem.cheap_objectives[column]]
        raise MethodError(
            f"objective {name!r} is {costs[row, column]:g}; expected more than 0, because the "
            f"method compares cheap objectives by their logarithm"
        )
    logarithms: Floats = np.log(costs)
    return logarithms
