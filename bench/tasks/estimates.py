"""Stored estimates: scores of estimators that a search can request from a table."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field, model_validator

from bench.arrays import Indices
from bench.data import Table
from bench.entrants.estimator import find_estimator
from bench.entrants.problem import Estimated
from bench.schema import StrictModel, naming
from bench.tasks.curves import (
    CurveColumns,
    numeric_column,
    read_curves,
    run_curve_estimator,
    whole_column,
)
from bench.tasks.pinned import PinnedTable, load_pinned

__all__ = ["StoredEstimate", "stored_estimate"]


class StoredEstimate(StrictModel):
    """An estimate that a search can request: stored scores, or an estimator of stored curves."""

    name: str = Field(description="Name under which a search requests the estimate.")
    table: PinnedTable = Field(description="Table with the scores or the curves.")
    join: str = Field(
        default="index",
        description=(
            "Column of this table and of the task's first table; rows with equal values belong "
            "together. An architecture without a row in this table has no estimate."
        ),
    )
    scores: str | None = Field(
        default=None, description="Column with the scores of the architectures; larger is better."
    )
    seconds: str | None = Field(
        default=None,
        description="Column with the seconds that each score took; a search is charged for them.",
    )
    curves: CurveColumns | None = Field(
        default=None,
        description=(
            "Instead of `scores` and `seconds`: columns with the training curves that `estimator` "
            "reads."
        ),
    )
    estimator: str | None = Field(
        default=None,
        description=(
            "The estimator that reads `curves`: a registered name, or `path/to/file.py:ClassName`."
        ),
    )
    settings: dict[str, Any] = Field(
        default={},
        description="Settings of the estimator, by name; the others have their defaults.",
    )

    @model_validator(mode="after")
    def _check_source(self) -> StoredEstimate:
        stored = [self.scores is not None, self.seconds is not None]
        computed = [self.curves is not None, self.estimator is not None]
        if not (all(stored) and not any(computed)) and not (all(computed) and not any(stored)):
            raise ValueError("give scores and seconds, or curves and an estimator that reads them")
        return self


def stored_estimate(spec: StoredEstimate, first: Table, rows: Indices) -> Estimated:
    """Return the estimate of every architecture of a finite space.

    Parameters
    ----------
    spec : StoredEstimate
        The estimate and its table.
    first : Table
        The first table of the task.
    rows : array of int [size]
        The row of each architecture in `first`.

    Returns
    -------
    Estimated
        Scores [size], NaN where there is none, and seconds [size].

    Raises
    ------
    DataError
        If a column is missing or has the wrong form.
    MethodError
        If the estimator raises, or does not return one number per architecture.
    """
    table = load_pinned(spec.table)
    with naming(f"task.estimates.{spec.name}.join"):
        row_of = {key: row for row, key in enumerate(whole_column(table, spec.join).tolist())}
        wanted = whole_column(first, spec.join).tolist()
    paired = np.array([row_of.get(key, -1) for key in wanted])[rows]
    if spec.curves and spec.estimator:
        curves = read_curves(table, spec.curves)
        estimator = find_estimator(spec.estimator).entrant
        scores, seconds = run_curve_estimator(estimator, spec.settings, curves), curves.seconds
    else:
        assert spec.scores is not None
        assert spec.seconds is not None
        scores, seconds = numeric_column(table, spec.scores), numeric_column(table, spec.seconds)
    # Index -1 is the last entry, which is appended for architectures without an estimate.
    return Estimated(np.append(scores, np.nan)[paired], np.append(seconds, 0.0)[paired])
