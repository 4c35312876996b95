"""Training curves in the columns of a table, and what an estimator makes of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from bench.data import Table
from bench.entrants.estimator import CurveEstimator, Estimator, TrainingCurves, calling
from bench.errors import DataError, MethodError

__all__ = ["CurveColumns", "numbers", "read_curves", "run_curve_estimator"]

Floats = NDArray[np.float64]


class CurveColumns(BaseModel):
    """Where a table holds the curves of short trainings.

    Attributes
    ----------
    losses, landscape : str
        A column [rows, k], or the name of k columns with `{}` where a number stands.
    seconds : str
        Column with the seconds of the training, times `seconds_scale`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    losses: str
    landscape: str | None = None
    seconds: str
    seconds_scale: float = Field(default=1.0, gt=0)


def run_curve_estimator(
    estimator: type[Estimator], settings: Mapping[str, Any], curves: TrainingCurves
) -> Floats:
    """Return what an estimator makes of curves [n], checked to be n numbers."""
    if not issubclass(estimator, CurveEstimator):
        raise MethodError(f"estimator {estimator.name!r} needs {estimator.needs}, not curves")
    with calling(estimator.name):
        scores = np.asarray(estimator(**settings).score(curves), dtype=np.float64)
    if scores.shape != (len(curves),):
        raise MethodError(
            f"estimator {estimator.name!r} returned an array of shape {list(scores.shape)}; "
            f"expected [{len(curves)}], a score for each architecture"
        )
    return scores


def read_curves(table: Table, source: CurveColumns, *, epochs: int | None = None) -> TrainingCurves:
    """Return the training curves of a table's rows, or of their first epochs alone.

    Raises
    ------
    DataError
        If a column is not there, or there are fewer epochs.
    """
    losses = _stacked(table, source.losses)
    landscape = np.empty((len(losses), 0))
    if source.landscape is not None:
        landscape = _stacked(table, source.landscape)
    seconds = source.seconds_scale * numbers(table, source.seconds)
    if epochs is None:
        return TrainingCurves(losses, landscape, seconds)
    known = losses.shape[1]
    if epochs > known:
        raise DataError(f"table {table.name!r} has {known} epochs of {source.losses}, not {epochs}")
    return TrainingCurves(losses[:, :epochs], landscape[:, :0], seconds * epochs / known)


def _stacked(table: Table, name: str) -> Floats:
    """Return a column [rows, k], or the columns whose names hold a number, by that number."""
    if "{}" not in name:
        found = table.column(name).astype(np.float64)
        if found.ndim != 2:
            raise DataError(
                f"table {table.name!r}: column {name!r} has shape {list(found.shape)}; expected "
                f"[rows, k], or a name with {{}} in place of a number"
            )
        return found
    before, after = map(re.escape, name.split("{}"))
    numbered = re.compile(f"{before}([0-9]+){after}")
    matches = [m for m in map(numbered.fullmatch, table.columns) if m]
    if not matches:
        raise DataError(
            f"table {table.name!r} has no columns {name!r}: expected some of "
            f"{', '.join(sorted(table.columns))}"
        )
    matches.sort(key=lambda match: int(match[1]))
    return np.stack([numbers(table, match[0]) for match in matches], axis=1)


def numbers(table: Table, name: str) -> Floats:
    """Return a column [rows] of numbers, or say that it holds something else."""
    values = table.column(name)
    if values.dtype.kind not in "iufb" or values.ndim != 1:
        raise DataError(f"table {table.name!r}: column {name!r} does not hold one number a row")
    return values.astype(np.float64)
