"""Scores that follow from tables: stored ones, and those of estimators that read curves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.entrants.estimator import Estimator
from bench.errors import MethodError
from bench.tasks.curves import numbers, read_curves, run_curve_estimator
from bench.tasks.ranking.spec import CurvesSource, Entry, StoredSource
from bench.tasks.ranking.task import RankingTask

__all__ = ["Scores", "table_scores"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scores:
    """Scores of some of the architectures.

    Attributes
    ----------
    values : array [n]
        Of every cell, larger is better; NaN where there is none.
    covered : array [n]
        Whether the source has the cell at all; where it has, a NaN is the estimator's own.
    seconds : float
        Mean of an architecture; NaN if nobody measured it.
    """

    values: Floats
    covered: NDArray[np.bool_]
    seconds: float


def table_scores(task: RankingTask, entry: Entry, estimator: type[Estimator] | None) -> Scores:
    """Return the scores of a stored column, or of an estimator that reads curves.

    Raises
    ------
    DataError
        If the table has no such column.
    MethodError
        If the estimator raises, or does not return one number for each architecture.
    """
    source = task.spec.sources[entry.source]
    seconds = float("nan")
    if isinstance(source, StoredSource):
        assert entry.column is not None
        found = entry.sign * numbers(task.table(source.table), entry.column)
    elif isinstance(source, CurvesSource):
        assert estimator is not None
        curves = read_curves(task.table(source.table), source, epochs=entry.epochs)
        found = entry.sign * run_curve_estimator(estimator, entry.settings, curves)
        seconds = float(curves.seconds.mean())
    else:
        raise MethodError(f"entry {entry.label!r}: scores of networks are measured, not looked up")
    places = task.indices(source.table)
    values = np.full(len(task), np.nan)
    covered = np.zeros(len(task), dtype=bool)
    values[places[places >= 0]] = found[places >= 0]
    covered[places[places >= 0]] = True
    return Scores(values, covered, seconds)
