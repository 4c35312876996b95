"""Cheap objectives on the scale on which the papers compare them: the natural logarithm."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.errors import MethodError
from bench.method import Problem

__all__ = ["log_costs"]


def log_costs(problem: Problem, costs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logarithm of the cheap objectives [n, k] of `problem`, in its order of them.

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
    logarithms: NDArray[np.float64] = np.log(costs)
    return logarithms
