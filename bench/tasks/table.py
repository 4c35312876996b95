"""Tasks answered from tables with a row for every architecture of a finite space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bench.data import Table, load_table
from bench.entrants.estimator import find_estimator
from bench.entrants.problem import Candidate, Estimated
from bench.errors import DataError, ProtocolError
from bench.indicators import non_dominated
from bench.spaces import HWGPT, FiniteSpace, ListedSpace, get_space
from bench.spaces.finite import Architectures
from bench.spaces.space import Kind
from bench.tasks.base import Answer, Task
from bench.tasks.curves import CurveColumns, numbers, read_curves, run_curve_estimator

__all__ = [
    "PinnedTable",
    "StoredEstimate",
    "TableObjective",
    "TableTask",
    "TableTaskSpec",
    "load_pinned",
]

_STRICT = ConfigDict(extra="forbid", frozen=True)


class PinnedTable(BaseModel):
    """A table and the digest that its content must have (`bench.data.content_digest`)."""

    model_config = _STRICT

    name: str
    content_sha256: str = Field(pattern="^[0-9a-f]{64}$")


class TableObjective(BaseModel):
    """One objective: the mean of some columns, transformed; other columns while scoring."""

    model_config = _STRICT

    name: str
    title: str
    unit: str
    search: tuple[str, ...] = Field(min_length=1)
    score: tuple[str, ...] = Field(min_length=1)
    transform: Literal["mean", "100 - mean"] = "mean"
    scale: float = Field(default=1.0, gt=0)
    cheap: bool = False

    def source(self, measurement: Literal["search", "score"]) -> str:
        """Say in words what a measurement of this objective is made of."""
        names = self.search if measurement == "search" else self.score
        listed = ", ".join(names)
        if self.transform == "mean":
            return listed if len(names) == 1 else f"mean of {listed}"
        return f"{self.transform} of {listed}"


class StoredEstimate(BaseModel):
    """Scores of an estimator that a table holds, or that follow from curves there; their seconds.

    Attributes
    ----------
    table : PinnedTable
    join : str
        Column that this table and the task's first have, and whose values pair their rows. An
        architecture whose row is not paired has no estimate.
    scores, seconds : str
        Columns: what was scored, the larger the better, and what it took in seconds.
    curves : CurveColumns
        In place of both: the curves that `estimator`, a registered name, reads with `settings`.
    """

    model_config = _STRICT

    name: str
    table: PinnedTable
    join: str = "index"
    scores: str | None = None
    seconds: str | None = None
    curves: CurveColumns | None = None
    estimator: str | None = None
    settings: dict[str, Any] = {}

    @model_validator(mode="after")
    def _agree(self) -> StoredEstimate:
        stored = [self.scores is not None, self.seconds is not None]
        read = [self.curves is not None, self.estimator is not None]
        if not (all(stored) and not any(read)) and not (all(read) and not any(stored)):
            raise ValueError("give scores and seconds, or curves and an estimator that reads them")
        return self


class TableTaskSpec(BaseModel):
    """What a protocol says of a table task.

    Attributes
    ----------
    tables : tuple of PinnedTable
        Where columns are looked for, in this order.
    row_key : str, optional
        Column of the first table with the index, in the space, of each row's architecture;
        architectures that have no row of their own are looked up by their canonical form.
    architecture : tuple of str
        In place of `row_key`: one column of the first table for each variable of the space.
    listed : bool
        In place of either: the first table holds a sample of the space, and only what it lists can
        be asked for (`ListedSpace`).
    join : str, optional
        Column that every table has and whose values pair their rows, where there are several.
    cost : tuple of str
        Columns whose sum, times `cost_scale`, is the seconds that one evaluation costs; none if
        the tables do not hold it.
    missing : str
        `refuse`: a table with a missing value among the used columns cannot be used.
    estimates : tuple of StoredEstimate
        What a search may ask for besides, at its cost.
    """

    model_config = _STRICT

    kind: Literal["table"]
    space: str
    tables: tuple[PinnedTable, ...] = Field(min_length=1)
    row_key: str | None = None
    architecture: tuple[str, ...] = ()
    listed: bool = False
    join: str | None = None
    cost: tuple[str, ...] = ()
    cost_scale: float = Field(default=1.0, gt=0)
    missing: Literal["refuse"] = "refuse"
    objectives: tuple[TableObjective, ...] = Field(min_length=2)
    estimates: tuple[StoredEstimate, ...] = ()

    @property
    def space_kind(self) -> Kind:
        """What a method must be able to search."""
        return "finite"

    @model_validator(mode="after")
    def _agree(self) -> TableTaskSpec:
        if [self.row_key is None, not self.architecture, not self.listed].count(False) != 1:
            raise ValueError("task needs one of row_key, architecture and listed")
        if (self.join is None) != (len(self.tables) == 1):
            raise ValueError("task.join is needed for several tables, and only then")
        return self


def load_pinned(pinned: PinnedTable) -> Table:
    """Return a table, if the one on this machine is the one that was pinned.

    Raises
    ------
    ProtocolError
        If it is another.
    """
    table = load_table(pinned.name)
    if table.content_sha256 != pinned.content_sha256:
        raise ProtocolError(
            f"table {pinned.name!r} has content {table.content_sha256[:12]}..., this protocol "
            f"was frozen on {pinned.content_sha256[:12]}...; use the release of the suite that "
            f"holds that table, or a newer version of the protocol"
        )
    return table


class TableTask(Task):
    """Answers from tables; lineage is ignored, an evaluation costs what its training cost.

    Raises
    ------
    ProtocolError
        If a table on this machine is not the one that the specification pins, or `row_key` is a
        column of something else.
    DataError
        If an architecture has no row, or a used value is missing.
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
        self._row = _rows_of_space(tables[0], spec, self.space)
        self._search = _measure(tables, spec, "search")
        self._score = _measure(tables, spec, "score")
        costs = [_column(tables, name) for name in spec.cost]
        self.estimates = tuple(each.name for each in spec.estimates)
        self._estimates = {
            each.name: _stored(each, tables[0], self._row) for each in spec.estimates
        }
        self._cost = spec.cost_scale * np.sum([np.zeros(len(self._score)), *costs], axis=0)

    def evaluate(self, candidates: Sequence[Candidate]) -> Answer:
        """Look candidates up: search objectives [n, m] and seconds [n]."""
        rows = self._rows([c.architecture for c in candidates])
        return Answer(self._search[rows], self._cost[rows])

    def cheap(self, architectures: Architectures) -> NDArray[np.float64]:
        """Look the cheap objectives [n, k] up."""
        return self._search[self._rows(architectures)][:, list(self.cheap_objectives)]

    def score(self, architectures: Architectures) -> NDArray[np.float64]:
        """Look the held-back objectives [n, m] up."""
        return self._score[self._rows(architectures)]

    def estimate(self, name: str, architectures: Architectures) -> Estimated:
        """Look the stored estimates [n] called `name` up."""
        stored, places = self._estimates[name], self.space.index(architectures)
        return Estimated(stored.scores[places], stored.seconds[places])

    def front(self, measurement: Literal["search", "score"]) -> NDArray[np.float64]:
        """Return the exact front [p, m] of the whole table.

        Over connected architectures: a network whose output does not depend on its input is the
        fastest of all and answers nothing, and would stretch the front to an error of chance.
        """
        connected = self.space.connected(self.space.enumerate())
        rows = np.unique(self._row[connected])
        score = self._score[rows]
        seen = self._search[rows] if measurement == "search" else score
        return np.unique(score[non_dominated(seen)], axis=0)

    def _rows(self, architectures: object) -> NDArray[np.int64]:
        return self._row[self.space.index(np.asarray(architectures))]


def _space(table: Table, spec: TableTaskSpec) -> FiniteSpace:
    space = get_space(spec.space)
    if not spec.listed:
        return space
    if not isinstance(space, HWGPT):
        raise ProtocolError(f"task.listed: no table lists some of the space {spec.space!r}")
    return ListedSpace(space, space.from_columns(table.columns))


def _check_same_rows(tables: Sequence[Table], key: str) -> None:
    first = tables[0].column(key)
    for table in tables[1:]:
        if not np.array_equal(first, table.column(key)):
            raise DataError(
                f"tables {tables[0].name!r} and {table.name!r} do not hold the same rows in the "
                f"same order: their columns {key!r} differ"
            )


def _column(tables: Sequence[Table], name: str) -> NDArray[np.float64]:
    """Return the column [rows] of the first table that has it."""
    holder = next((table for table in tables if name in table.columns), tables[0])
    return holder.column(name).astype(np.float64)


def _measure(
    tables: Sequence[Table], spec: TableTaskSpec, measurement: Literal["search", "score"]
) -> NDArray[np.float64]:
    columns = []
    for objective in spec.objectives:
        names = objective.search if measurement == "search" else objective.score
        mean = np.mean([_column(tables, name) for name in names], axis=0)
        value = 100.0 - mean if objective.transform == "100 - mean" else mean
        if not np.isfinite(value).all():
            row = int(np.flatnonzero(~np.isfinite(value))[0])
            raise DataError(
                f"{names[0]!r} and the like: no value for objective {objective.name!r} in row "
                f"{row}, and the protocol's rule for missing values is {spec.missing!r}"
            )
        columns.append(objective.scale * value)
    return np.stack(columns, axis=1)


def _stored(spec: StoredEstimate, first: Table, row: NDArray[np.int64]) -> Estimated:
    """Return the estimate [size] of every architecture, of which `row` is the one in `first`."""
    table = load_pinned(spec.table)
    place = {key: i for i, key in enumerate(table.column(spec.join).tolist())}
    paired = np.array([place.get(key, -1) for key in first.column(spec.join).tolist()])[row]
    if spec.curves and spec.estimator:
        curves = read_curves(table, spec.curves)
        estimator = find_estimator(spec.estimator).entrant
        scores, seconds = run_curve_estimator(estimator, spec.settings, curves), curves.seconds
    else:
        assert spec.scores is not None
        assert spec.seconds is not None
        scores, seconds = numbers(table, spec.scores), numbers(table, spec.seconds)
    # The last entry, which -1 points at, stands for no estimate.
    return Estimated(np.append(scores, np.nan)[paired], np.append(seconds, 0.0)[paired])


def _places(table: Table, key: str, space: FiniteSpace) -> NDArray[np.int64]:
    """Return the index [rows], in the space, of each row's architecture."""
    found = numbers(table, key)
    wrong = np.flatnonzero(~np.isin(found, np.arange(space.size)))
    if wrong.size:
        raise ProtocolError(
            f"task.row_key: column {key!r} of table {table.name!r} has {found[wrong[0]]:g} in row "
            f"{wrong[0]}; expected the index of an architecture in the space {space.name!r}, a "
            f"whole number from 0 to {space.size - 1}: name the column that holds it"
        )
    return found.astype(np.int64)


def _rows_of_space(table: Table, spec: TableTaskSpec, space: FiniteSpace) -> NDArray[np.int64]:
    """Return the row [size] of every architecture of the space."""
    if spec.listed:
        return np.arange(space.size)
    if spec.row_key:
        places = _places(table, spec.row_key, space)
    else:
        places = space.index(np.stack([table.column(c) for c in spec.architecture], axis=1))
    row = np.full(space.size, -1, dtype=np.int64)
    row[places] = np.arange(table.rows)
    without = np.flatnonzero(row < 0)
    if without.size:
        row[without] = row[space.index(space.canonical(space.from_index(without)))]
    if (row < 0).any():
        lost = space.to_strings(space.from_index(np.flatnonzero(row < 0)[:1]))[0]
        raise DataError(f"table {table.name!r} has no row for {lost}")
    return row
