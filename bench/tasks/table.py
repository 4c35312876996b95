"""Tasks on tables that have a row for every architecture of a finite space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from bench.arrays import Floats, Indices
from bench.data import Table
from bench.entrants.problem import Candidate, Estimated
from bench.errors import DataError, ProtocolError
from bench.indicators import non_dominated
from bench.schema import StrictModel, naming
from bench.spaces import HWGPT, FiniteSpace, ListedSpace, get_space
from bench.spaces.finite import Architectures
from bench.spaces.space import Kind
from bench.tasks.base import Answer, Measurement, ObjectiveSpec, Task
from bench.tasks.curves import numeric_column, whole_column
from bench.tasks.estimates import StoredEstimate, stored_estimate
from bench.tasks.pinned import PinnedTable, load_pinned

__all__ = ["TableObjective", "TableTask", "TableTaskSpec"]


class TableObjective(ObjectiveSpec):
    """An objective of a table task: the transformed mean of some columns, minimised."""

    search: tuple[str, ...] = Field(
        min_length=1, description="Columns whose mean a search sees as this objective."
    )
    score: tuple[str, ...] = Field(
        min_length=1,
        description="Columns whose mean is the test objective, which methods never see.",
    )
    transform: Literal["mean", "100 - mean"] = Field(
        default="mean",
        description="Function of the columns: their mean, or 100 minus it (for accuracies in %).",
    )
    scale: float = Field(
        default=1.0, gt=0, description="Factor applied after the transform, to change the unit."
    )
    cheap: bool = Field(
        default=False,
        description="Whether the objective is known without training, and thus free of charge.",
    )

    def source(self, measurement: Measurement) -> str:
        """Return a short description of the columns of a measurement."""
        names = self.search if measurement == "search" else self.score
        listed = ", ".join(names)
        if self.transform == "mean":
            return listed if len(names) == 1 else f"mean of {listed}"
        return f"{self.transform} of {listed}"


class TableTaskSpec(StrictModel):
    """The `[task]` of a protocol whose objectives are looked up in tables."""

    kind: Literal["table"] = Field(description="Kind of the task.")
    space: str = Field(description="Name of the search space, such as `nasbench201`.")
    tables: tuple[PinnedTable, ...] = Field(
        min_length=1,
        description="Tables with the columns; the first one that has a column is used.",
    )
    row_key: str | None = Field(
        default=None,
        description=(
            "Column of the first table with the index, in the space, of each row's architecture. "
            "An architecture without a row has the row of its canonical form."
        ),
    )
    architecture: tuple[str, ...] = Field(
        default=(),
        description=(
            "Instead of `row_key`: columns of the first table with the category of each variable."
        ),
    )
    listed: bool = Field(
        default=False,
        description=(
            "Instead of `row_key` and `architecture`: whether the first table is a sample of the "
            "space, so that only its architectures can be evaluated."
        ),
    )
    join: str | None = Field(
        default=None,
        description=(
            "Column whose values must be equal, row by row, in all tables. Required if there are "
            "several tables, and not allowed otherwise."
        ),
    )
    cost: tuple[str, ...] = Field(
        default=(),
        description=(
            "Columns whose sum, times `cost_scale`, is the cost of an evaluation in seconds. "
            "Without columns, evaluations cost 0 s."
        ),
    )
    cost_scale: float = Field(
        default=1.0, gt=0, description="Factor that converts the sum of `cost` to seconds."
    )
    missing: Literal["refuse"] = Field(
        default="refuse",
        description="Rule for missing values. `refuse`: an objective without a value is an error.",
    )
    objectives: tuple[TableObjective, ...] = Field(
        min_length=2, description="The objectives, all minimised."
    )
    estimates: tuple[StoredEstimate, ...] = Field(
        default=(),
        description="Stored estimates that a search can request, at their cost in seconds.",
    )

    @property
    def space_kind(self) -> Kind:
        """Kind of space that a method must be able to search."""
        return "finite"

    @model_validator(mode="after")
    def _check_rows(self) -> TableTaskSpec:
        if [self.row_key is None, not self.architecture, not self.listed].count(False) != 1:
            raise ValueError("task needs one of row_key, architecture and listed")
        if (self.join is None) != (len(self.tables) == 1):
            raise ValueError("task.join is needed for several tables, and only then")
        return self


class TableTask(Task):
    """A task whose answers are rows of tables.

    An evaluation costs what the training of its architecture took; lineage is ignored.

    Raises
    ------
    DataMissingError
        If a table is not installed.
    ProtocolError
        If an installed table is not the pinned one, or `row_key` is not a column of indices.
    DataError
        If an architecture has no row, or an objective has no value.
    """

    space: FiniteSpace

    def __init__(self, spec: TableTaskSpec) -> None:
        tables = [load_pinned(pinned) for pinned in spec.tables]
        if spec.join:
            _check_same_rows(tables, spec.join)
        self.space = _space(tables[0], spec)
        self.objectives = tuple(o.name for o in spec.objectives)
        self.units = tuple(o.unit for o in spec.objectives)
        self.titles = tuple(o.title for o in spec.objectives)
        self.cheap_objectives = tuple(i for i, o in enumerate(spec.objectives) if o.cheap)
        self._row_of = _rows_of_space(tables[0], spec, self.space)
        self._search = _measure(tables, spec, "search")
        self._score = _measure(tables, spec, "score")
        with naming("task.cost"):
            costs = [_column(tables, name) for name in spec.cost]
        self.estimates = tuple(each.name for each in spec.estimates)
        self._estimates = {
            each.name: stored_estimate(each, tables[0], self._row_of) for each in spec.estimates
        }
        self._cost = spec.cost_scale * np.sum([np.zeros(len(self._score)), *costs], axis=0)

    def evaluate(self, candidates: Sequence[Candidate]) -> Answer:
        """Return the search objectives [n, m] of candidates, and their training costs [n]."""
        rows = self._rows([c.architecture for c in candidates])
        return Answer(self._search[rows], self._cost[rows])

    def cheap(self, architectures: Architectures) -> Floats:
        """Return the cheap objectives [n, k] of architectures [n, variables]."""
        return self._search[self._rows(architectures)][:, list(self.cheap_objectives)]

    def score(self, architectures: Architectures) -> Floats:
        """Return the test objectives [n, m] of architectures [n, variables]."""
        return self._score[self._rows(architectures)]

    def estimate(self, name: str, architectures: Architectures) -> Estimated:
        """Return the stored estimates [n] of architectures, and their seconds [n].

        Parameters
        ----------
        name : str
            One of `estimates`.
        architectures : array of int8 [n, variables]
            Architectures of the space.
        """
        stored, indices = self._estimates[name], self.space.index(architectures)
        return Estimated(stored.scores[indices], stored.seconds[indices])

    def front(self, measurement: Measurement) -> Floats:
        """Return the exact front [p, m] of all connected architectures; see `Task.front`.

        A network whose output does not depend on its input is the fastest one and predicts at
        random; it would extend the front to the error rate of random guessing.
        """
        connected = self.space.connected(self.space.enumerate())
        rows = np.unique(self._row_of[connected])
        score = self._score[rows]
        selecting = self._search[rows] if measurement == "search" else score
        return np.unique(score[non_dominated(selecting)], axis=0)

    def _rows(self, architectures: object) -> Indices:
        return self._row_of[self.space.index(np.asarray(architectures))]


def _space(table: Table, spec: TableTaskSpec) -> FiniteSpace:
    space = get_space(spec.space)
    if not spec.listed:
        return space
    if not isinstance(space, HWGPT):
        raise ProtocolError(
            f"task.listed: no table is a sample of the space {spec.space!r}; expected the space "
            f"{HWGPT.name!r}"
        )
    return ListedSpace(space, space.from_columns(table.columns))


def _check_same_rows(tables: Sequence[Table], key: str) -> None:
    first = tables[0].column(key)
    for table in tables[1:]:
        if not np.array_equal(first, table.column(key)):
            raise DataError(
                f"tables {tables[0].name!r} and {table.name!r} do not have the same rows in the "
                f"same order: their columns {key!r} differ"
            )


def _column(tables: Sequence[Table], name: str) -> Floats:
    """Return a column [rows] of the first table that has it."""
    first = next((table for table in tables if name in table.columns), tables[0])
    return numeric_column(first, name)


def _measure(tables: Sequence[Table], spec: TableTaskSpec, measurement: Measurement) -> Floats:
    """Return the objectives [rows, m] of every row of the tables."""
    columns = []
    for index, objective in enumerate(spec.objectives):
        names = objective.search if measurement == "search" else objective.score
        with naming(f"task.objectives.{index}.{measurement}"):
            mean = np.mean([_column(tables, name) for name in names], axis=0)
        value = 100.0 - mean if objective.transform == "100 - mean" else mean
        if not np.isfinite(value).all():
            row = int(np.flatnonzero(~np.isfinite(value))[0])
            raise DataError(
                f"no value for objective {objective.name!r} in row {row} (columns "
                f"{', '.join(names)}); the protocol's rule for missing values is {spec.missing!r}"
            )
        columns.append(objective.scale * value)
    return np.stack(columns, axis=1)


def _indices(table: Table, key: str, space: FiniteSpace) -> Indices:
    """Return the index [rows], in the space, of each row's architecture."""
    found = numeric_column(table, key)
    wrong = np.flatnonzero(~np.isin(found, np.arange(space.size)))
    if wrong.size:
        raise ProtocolError(
            f"task.row_key: column {key!r} of table {table.name!r} has {found[wrong[0]]:g} in row "
            f"{wrong[0]}; expected the index of an architecture in the space {space.name!r}, a "
            f"whole number from 0 to {space.size - 1}; give the name of that column"
        )
    return found.astype(np.int64)


def _rows_of_space(table: Table, spec: TableTaskSpec, space: FiniteSpace) -> Indices:
    """Return the row [size] of every architecture of the space."""
    if spec.listed:
        return np.arange(space.size)
    if spec.row_key:
        indices = _indices(table, spec.row_key, space)
    else:
        with naming("task.architecture"):
            categories = [whole_column(table, name) for name in spec.architecture]
            indices = space.index(np.stack(categories, axis=1))
    row_of = np.full(space.size, -1, dtype=np.int64)
    row_of[indices] = np.arange(table.rows)
    without = np.flatnonzero(row_of < 0)
    if without.size:
        row_of[without] = row_of[space.index(space.canonical(space.from_index(without)))]
    if (row_of < 0).any():
        missing = space.to_strings(space.from_index(np.flatnonzero(row_of < 0)[:1]))[0]
        raise DataError(f"table {table.name!r} has no row for {missing}")
    return row_of
