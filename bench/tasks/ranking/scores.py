"""Scores from tables: stored scores, and scores of estimators that read stored curves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.arrays import Floats, Mask
from bench.entrants.entry import RankingEntry
from bench.entrants.estimator import Estimator
from bench.errors import MethodError
from bench.tasks.curves import numeric_column, read_curves, run_curve_estimator
from bench.tasks.ranking.spec import CurvesSource, StoredSource
from bench.tasks.ranking.task import RankingTask

__all__ = ["Scores", "table_scores"]


@dataclass(frozen=True)
class Scores:
    """An entry's scores of a task's n architectures.

    Attributes
    ----------
    values : array of float [n]
        Larger is better; NaN where there is no score.
    covered : array of bool [n]
        Whether the source includes the architecture. If it does, a NaN is a result of the
        estimator.
    seconds : float
        Mean seconds per architecture; NaN if they were not measured.
    """

    values: Floats
    covered: Mask
    seconds: float


def table_scores(
    task: RankingTask, entry: RankingEntry, estimator: type[Estimator] | None
) -> Scores:
    """Return the scores of a stored column, or of an estimator that reads curves.

    Parameters
    ----------
    task : RankingTask
        The task with the tables.
    entry : RankingEntry
        An entry whose source is stored scores or curves.
    estimator : type, optional
        The estimator of an entry with curves.

    Raises
    ------
    DataError
        If the table has no such column.
    MethodError
        If the estimator raises or does not return one number per architecture, or the source is
        networks.
    """
    source = task.spec.sources[entry.source]
    seconds = float("nan")
    if isinstance(source, StoredSource):
        assert entry.column is not None
        found = entry.sign * numeric_column(task.table(source.table), entry.column)
    elif isinstance(source, CurvesSource):
        assert estimator is not None
        curves = read_curves(task.table(source.table), source, epochs=entry.epochs)
        found = entry.sign * run_curve_estimator(estimator, entry.settings, curves)
        seconds = float(curves.seconds.mean())
    else:
        raise MethodError(f"entry {entry.label!r}: scores of networks are measured, not looked up")
    indices = task.indices(source.table)
    known = indices >= 0
    values = np.full(len(task), np.nan)
    covered = np.zeros(len(task), dtype=bool)
    values[indices[known]] = found[known]
    covered[indices[known]] = True
    return Scores(values, covered, seconds)
