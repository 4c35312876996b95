"""Surfaces of the empirical attainment function, and differences of two functions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats
from bench.errors import IndicatorError
from bench.indicators._arrays import as_points

__all__ = ["attainment_difference", "attainment_surface"]

_OBJECTIVES = (2, 3)


def attainment_surface(sets: Sequence[ArrayLike], level: float) -> Floats:
    """Return the front attained by at least a share `level` of the repetitions.

    A repetition attains a point of objective space if one of its own points is no worse in every
    objective. The surface is the set of minimal points attained by at least `ceil(level * r)` of
    r repetitions: level 0.5 is the median, 1.0 the worst case, and 1 / r or less the best case.

    Parameters
    ----------
    sets : sequence of array_like [n_i, m]
        The points of each repetition, minimised, m = 2 or 3. A repetition without points counts
        as one that attained nothing.
    level : float
        Share of repetitions, in (0, 1].

    Returns
    -------
    array of float [p, m]
        Mutually non-dominated points, sorted by the first objective; p = 0 if fewer than
        `ceil(level * r)` repetitions have points.

    Raises
    ------
    IndicatorError
        If the level is outside (0, 1], there is no repetition, the objectives are not 2 or 3 or
        differ between repetitions, or a value is not finite.

    Notes
    -----
    Grunert da Fonseca, Fonseca and Hall, 2001, "Inferential performance assessment of stochastic
    optimisers and the attainment function". Computed by `moocore.eaf`.

    Examples
    --------
    >>> runs = [[[1, 3], [3, 1]], [[2, 2]]]
    >>> attainment_surface(runs, 0.5).tolist()
    [[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]]
    >>> attainment_surface(runs, 1.0).tolist()
    [[2.0, 3.0], [3.0, 2.0]]
    """
    import moocore

    if not 0.0 < level <= 1.0:
        raise IndicatorError(f"level: expected a share of repetitions in (0, 1], got {level}")
    if len(sets) == 0:
        raise IndicatorError("sets: expected at least one repetition, got none")
    checked = [as_points(points, f"sets[{i}]") for i, points in enumerate(sets)]
    attaining = [points for points in checked if len(points)]
    objectives = (attaining or checked)[0].shape[1]
    _check_objectives(checked, objectives)
    # Subtract a little, so that 0.07 * 100 = 7.000000000000001 needs 7 repetitions and not 8.
    required = max(1, math.ceil(level * len(sets) - 1e-9))
    if required > len(attaining):
        return np.empty((0, objectives))
    surface = moocore.eaf(
        np.concatenate(attaining),
        np.repeat(np.arange(len(attaining)), [len(points) for points in attaining]),
        percentiles=[100.0 * required / len(attaining)],
    )
    return np.unique(surface[:, :objectives], axis=0)


def attainment_difference(a: Sequence[ArrayLike], b: Sequence[ArrayLike]) -> Floats:
    """Return where, and by how much, a method attains points more often than another.

    Parameters
    ----------
    a, b : sequence of array_like [n_i, 2]
        The points of each repetition of two methods, minimised; as many repetitions of each. A
        repetition without points counts as one that attained nothing.

    Returns
    -------
    array of float [q, 5]
        Rectangles, sorted, that do not overlap: lower x, lower y, upper x, upper y, and the share
        of repetitions of `a` that attain the points in it less that of `b`. Upper corners may be
        infinite; where there is no rectangle, both attain points equally often.

    Raises
    ------
    IndicatorError
        If there is no repetition, the numbers of repetitions differ, the objectives are not 2, or a
        value is not finite.

    Notes
    -----
    Lopez-Ibanez, Paquete and Stuetzle, 2010, "Exploratory analysis of stochastic local search
    algorithms in biobjective optimization". Computed by `moocore.eafdiff`.

    Examples
    --------
    >>> attainment_difference([[[1, 1]]], [[[2, 2]]]).tolist()
    [[1.0, 1.0, inf, 2.0, 1.0], [1.0, 2.0, 2.0, inf, 1.0]]
    """
    import moocore

    if len(a) == 0 or len(a) != len(b):
        raise IndicatorError(
            f"a and b: expected as many repetitions of both, at least one, got {len(a)} and "
            f"{len(b)}"
        )
    far = np.finfo(np.float64).max
    # moocore counts repetitions by their points, so one without any gets a point at the far end. It
    # fails if there is no difference at all, so there is always one, of a further repetition there.
    sides = []
    for name, sets, end in (("a", a, far / 2), ("b", b, far)):
        checked = [as_points(s, f"{name}[{i}]", objectives=2) for i, s in enumerate(sets)]
        filled = [points if len(points) else np.full((1, 2), far) for points in checked]
        filled.append(np.full((1, 2), end))
        number = np.repeat(np.arange(len(filled)), [len(points) for points in filled])
        sides.append(np.column_stack([np.concatenate(filled), number]))
    found = moocore.eafdiff(*sides, intervals=len(a) + 1, rectangles=True)
    found = found[(found[:, 4] != 0) & (found[:, :2] < far / 2).all(axis=1)]
    corners = np.where(found[:, :4] < far / 2, found[:, :4], np.inf)
    rectangles = np.column_stack([corners, found[:, 4] / len(a)])
    return np.asarray(rectangles[np.lexsort(rectangles.T[::-1])])


def _check_objectives(checked: list[Floats], objectives: int) -> None:
    for i, points in enumerate(checked):
        if len(points) == 0:
            continue
        if points.shape[1] not in _OBJECTIVES or points.shape[1] != objectives:
            raise IndicatorError(
                f"sets[{i}]: expected 2 or 3 objectives, the same in every repetition, "
                f"got {points.shape[1]} (the first repetition has {objectives})"
            )
