"""Tasks answered from a table with a row for every architecture of a finite space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from bench.data import Table, load_table
from bench.errors import DataError, ProtocolError
from bench.indicators import non_dominated
from bench.spaces import get_space
from bench.spaces.finite import Architectures
from bench.tasks.base import Answer, Candidate, Task

__all__ = ["TableObjective", "TableTask", "TableTaskSpec"]

_STRICT = ConfigDict(extra="forbid", frozen=True)


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


class TableTaskSpec(BaseModel):
    """What a protocol says of a table task.

    Attributes
    ----------
    content_sha256 : str
        Digest that the table's content must have (`bench.data.content_digest`).
    row_key : str
        Column with the index, in the space, of each row's architecture; architectures that have
        no row of their own are looked up by their canonical form.
    cost : tuple of str
        Columns whose sum is divided by `cost_share` to give the seconds one evaluation costs.
    missing : str
        `refuse`: a table with a missing value among the used columns cannot be used.
    """

    model_config = _STRICT

    kind: Literal["table"]
    space: str
    table: str
    content_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    row_key: str
    cost: tuple[str, ...] = Field(min_length=1)
    cost_share: float = Field(default=1.0, gt=0)
    missing: Literal["refuse"] = "refuse"
    objectives: tuple[TableObjective, ...] = Field(min_length=2)


class TableTask(Task):
    """Answers from a table; lineage is ignored, an evaluation costs what its training cost.

    Raises
    ------
    ProtocolError
        If the table on this machine is not the one that the specification pins.
    DataError
        If an architecture has no row, or a used value is missing.
    """

    def __init__(self, spec: TableTaskSpec) -> None:
        table = load_table(spec.table)
        if table.content_sha256 != spec.content_sha256:
            raise ProtocolError(
                f"table {spec.table!r} has content {table.content_sha256[:12]}..., this protocol "
                f"was frozen on {spec.content_sha256[:12]}...; use the release of the suite that "
                f"holds that table, or a newer version of the protocol"
            )
        self.space = get_space(spec.space)
        self.objectives = tuple(o.name for o in spec.objectives)
        self.units = tuple(o.unit for o in spec.objectives)
        self.titles = tuple(o.title for o in spec.objectives)
        self.cheap_objectives = tuple(i for i, o in enumerate(spec.objectives) if o.cheap)
        self._row = _rows_of_space(table, spec.row_key, self.space.size, spec.space)
        self._search = _measure(table, spec, "search")
        self._score = _measure(table, spec, "score")
        costs = [table.column(name).astype(np.float64) for name in spec.cost]
        self._cost = np.sum(costs, axis=0) / spec.cost_share

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

    def exact_front(self, measurement: Literal["search", "score"]) -> NDArray[np.float64]:
        """Return the distinct non-dominated points [p, m] of the whole table, sorted.

        Over connected architectures: a network whose output does not depend on its input is the
        fastest of all and answers nothing, and would stretch the front to an error of chance.

        With `search`, the score of what is non-dominated in the search objectives: the best that
        a method could hand in if it knew all it may ever see.
        """
        connected = self.space.connected(self.space.enumerate())
        rows = np.unique(self._row[connected])
        score = self._score[rows]
        seen = self._search[rows] if measurement == "search" else score
        return np.unique(score[non_dominated(seen)], axis=0)

    def _rows(self, architectures: object) -> NDArray[np.int64]:
        return self._row[self.space.index(np.asarray(architectures))]


def _measure(
    table: Table, spec: TableTaskSpec, measurement: Literal["search", "score"]
) -> NDArray[np.float64]:
    columns = []
    for objective in spec.objectives:
        names = objective.search if measurement == "search" else objective.score
        mean = np.mean([table.column(name).astype(np.float64) for name in names], axis=0)
        value = 100.0 - mean if objective.transform == "100 - mean" else mean
        if not np.isfinite(value).all():
            row = int(np.flatnonzero(~np.isfinite(value))[0])
            raise DataError(
                f"table {spec.table!r}: no value for objective {objective.name!r} in row {row}, "
                f"and the protocol's rule for missing values is {spec.missing!r}"
            )
        columns.append(objective.scale * value)
    return np.stack(columns, axis=1)


def _rows_of_space(table: Table, key: str, size: int, space_name: str) -> NDArray[np.int64]:
    space = get_space(space_name)
    row = np.full(size, -1, dtype=np.int64)
    row[table.column(key).astype(np.int64)] = np.arange(table.rows)
    without = np.flatnonzero(row < 0)
    if without.size:
        row[without] = row[space.index(space.canonical(space.from_index(without)))]
    if (row < 0).any():
        lost = space.to_strings(space.from_index(np.flatnonzero(row < 0)[:1]))[0]
        raise DataError(f"table {table.name!r} has no row for {lost}")
    return row
