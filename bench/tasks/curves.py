"""Training curves in columns of a table, and the scores of estimators that read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from bench.arrays import Floats, Indices
from bench.data import Table
from bench.entrants.estimator import CurveEstimator, Estimator, TrainingCurves, checked_scores
from bench.errors import DataError, MethodError
from bench.schema import StrictModel

__all__ = [
    "CurveColumns",
    "numeric_column",
    "read_curves",
    "run_curve_estimator",
    "text_column",
    "whole_column",
]


class CurveColumns(StrictModel):
    """The columns of a table with the curves of short trainings."""

    losses: str = Field(
        description=(
            "Training losses of the epochs: a column of shape [rows, epochs], or the name of one "
            "column per epoch, with `{}` in place of the epoch's number."
        )
    )
    landscape: str | None = Field(
        default=None,
        description=(
            "Losses on the straight line from the trained to the initial weights, in the same form "
            "as `losses`. Without it, estimators are given no landscape."
        ),
    )
    seconds: str = Field(
        description="Column with the duration of each training; see `seconds_scale`."
    )
    seconds_scale: float = Field(
        default=1.0, gt=0, description="Factor that converts the values of `seconds` to seconds."
    )


def run_curve_estimator(
    estimator: type[Estimator], settings: Mapping[str, Any], curves: TrainingCurves
) -> Floats:
    """Return the scores [n] of an estimator that reads curves.

    Parameters
    ----------
    estimator : type
        A subclass of `CurveEstimator`.
    settings : mapping of str to value
        Settings of the estimator.
    curves : TrainingCurves
        Curves of n trainings.

    Raises
    ------
    MethodError
        If the estimator reads no curves, raises, or does not return one number per architecture.
    """
    if not issubclass(estimator, CurveEstimator):
        raise MethodError(f"estimator {estimator.name!r} needs {estimator.needs}, not curves")
    return checked_scores(estimator.name, lambda: estimator(**settings).score(curves), len(curves))


def read_curves(table: Table, source: CurveColumns, *, epochs: int | None = None) -> TrainingCurves:
    """Return the training curves of a table's rows.

    Parameters
    ----------
    table : Table
        A table with one training per row.
    source : CurveColumns
        The columns with the curves.
    epochs : int, optional
        Return only this number of epochs, from the first. The seconds are then the corresponding
        share of the training; the landscape, which was measured after the last epoch, is empty.

    Raises
    ------
    DataError
        If a column is missing or has the wrong form, or there are fewer epochs.
    """
    losses = _stacked(table, source.losses)
    landscape = np.empty((len(losses), 0))
    if source.landscape is not None:
        landscape = _stacked(table, source.landscape)
    seconds = source.seconds_scale * numeric_column(table, source.seconds)
    if epochs is None:
        return TrainingCurves(losses, landscape, seconds)
    available = losses.shape[1]
    if epochs > available:
        raise DataError(
            f"table {table.name!r} has {available} epochs of {source.losses}, not {epochs}"
        )
    return TrainingCurves(losses[:, :epochs], landscape[:, :0], seconds * epochs / available)


def _stacked(table: Table, name: str) -> Floats:
    """Return a column [rows, k], or the k columns whose names contain a number, in its order."""
    if "{}" not in name:
        found = table.column(name)
        if found.ndim != 2:
            raise DataError(
                f"table {table.name!r}: column {name!r} has shape {list(found.shape)}; expected "
                f"[rows, k], or a name with {{}} in place of a number"
            )
        if found.dtype.kind not in "iufb":
            raise DataError(
                f"table {table.name!r}: column {name!r} has {found.dtype} values; expected numbers"
            )
        return found.astype(np.float64)
    before, after = map(re.escape, name.split("{}", maxsplit=1))
    numbered = re.compile(f"{before}([0-9]+){after}")
    matches = [m for m in map(numbered.fullmatch, table.columns) if m]
    if not matches:
        raise DataError(
            f"table {table.name!r} has no columns {name!r}: expected some of "
            f"{', '.join(sorted(table.columns))}"
        )
    matches.sort(key=lambda match: int(match[1]))
    return np.stack([numeric_column(table, match[0]) for match in matches], axis=1)


def numeric_column(table: Table, name: str) -> Floats:
    """Return a column of numbers.

    Parameters
    ----------
    table : Table
        A table.
    name : str
        Name of the column.

    Returns
    -------
    array of float [rows]

    Raises
    ------
    DataError
        If the column is missing, or is not one number per row.
    """
    values = table.column(name)
    if values.dtype.kind not in "iufb" or values.ndim != 1:
        raise DataError(
            f"table {table.name!r}: column {name!r} does not have one number per row; it has "
            f"{values.dtype} values of shape {list(values.shape)}"
        )
    return values.astype(np.float64)


def whole_column(table: Table, name: str) -> Indices:
    """Return a column of whole numbers, such as keys or categories.

    Parameters
    ----------
    table : Table
        A table.
    name : str
        Name of the column.

    Returns
    -------
    array of int [rows]

    Raises
    ------
    DataError
        If the column is missing, or is not one whole number per row.
    """
    values = table.column(name)
    if values.dtype.kind in "iu" and values.ndim == 1:
        return values.astype(np.int64)
    numbers = numeric_column(table, name)
    wrong = np.flatnonzero(~(np.isfinite(numbers) & (numbers == np.floor(numbers))))
    if wrong.size:
        raise DataError(
            f"table {table.name!r}: column {name!r} has {numbers[wrong[0]]:g} in row {wrong[0]}; "
            f"expected a whole number"
        )
    return numbers.astype(np.int64)


def text_column(table: Table, name: str) -> list[str]:
    """Return a column of text, such as the strings of architectures.

    Parameters
    ----------
    table : Table
        A table.
    name : str
        Name of the column.

    Raises
    ------
    DataError
        If the column is missing, or is not text.
    """
    values: list[str] = table.column(name).tolist()
    for row, value in enumerate(values):
        if not isinstance(value, str):
            raise DataError(
                f"table {table.name!r}: column {name!r} has {value!r} in row {row}; expected text"
            )
    return values
