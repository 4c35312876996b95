"""`EmbeddedTable`: the parts of an embedded table that building, writing and checking need."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bench.data import Columns
from bench.spaces import NASBench201

__all__ = ["EmbeddedTable", "RowCheck", "TimedTable", "table_cells"]


def table_cells() -> NDArray[np.int8]:
    """Return the cells [6466, 6] of the rows: one for each isomorphism class."""
    space = NASBench201()
    return space.from_index(space.canonical_indices())


@dataclass(frozen=True)
class RowCheck:
    """Comparison of a row that was trained again with the committed row.

    Attributes
    ----------
    row : int
        Its number.
    identical : bool
        Whether every number is the same.
    difference : float
        New minus committed value of the quantity `EmbeddedTable.compared`.
    tolerance : float
        Largest difference accepted from another processor: five standard errors of the difference
        between two sets of trainings.
    """

    row: int
    identical: bool
    difference: float
    tolerance: float

    @property
    def agrees(self) -> bool:
        """Whether the row is identical or differs by no more than the tolerance."""
        return self.identical or abs(self.difference) <= self.tolerance


class EmbeddedTable(ABC):
    """An embedded table: a row for every distinct cell, trained with one recipe.

    Attributes
    ----------
    name, title : str
        Name, and a description of the content.
    column_meanings : dict of str to str
        Unit and meaning of every column; `{...}` stands for a number.
    latency_rounds : int
        How often every network is timed after all are trained; 0 except in a `TimedTable`.
    compared : (str, str)
        The quantity of `RowCheck.difference`, and its unit.
    recipe
        Settings of the training: a frozen dataclass.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    column_meanings: ClassVar[Mapping[str, str]]
    compared: ClassVar[tuple[str, str]]
    latency_rounds: ClassVar[int] = 0
    recipe: Any

    @property
    def command(self) -> str:
        """The command that builds it."""
        return f"monas table build {self.name}"

    @abstractmethod
    def train(self, row: int, cell: Sequence[int]) -> dict[str, Any]:
        """Train one row and return its line of the build file.

        Parameters
        ----------
        row : int
            Its number.
        cell : sequence of int [6]
            Its operations.

        Returns
        -------
        dict
            With `row`, `cell`, `train_seconds` and the measurements, all of types that JSON has.
        """

    @abstractmethod
    def columns(
        self, trainings: Sequence[Mapping[str, Any]], latencies: Sequence[Sequence[float]]
    ) -> Columns:
        """Return the columns after `index` and `arch_str`.

        Parameters
        ----------
        trainings : sequence of mapping [rows]
            The lines of `train`, in row order.
        latencies : sequence of sequence of float [rows]
            Milliseconds of every round; empty unless the table is a `TimedTable`.
        """

    @abstractmethod
    def measured(self, columns: Columns) -> list[str]:
        """Return statistics of the whole table for its card, as lines of text."""

    @abstractmethod
    def compare(self, committed: Columns, row: int, trained: Mapping[str, Any]) -> RowCheck:
        """Compare a row that was trained again with the committed one.

        Parameters
        ----------
        committed : dict of str to array
            Columns of the whole committed table.
        row : int
            Number of the row.
        trained : mapping
            The new line of `train`.
        """


class TimedTable(EmbeddedTable):
    """An embedded table with latencies: its networks are also timed."""

    @abstractmethod
    def latency_ms(self, cell: Sequence[int]) -> float:
        """Return the milliseconds of one forward pass of the cell's network, measured once."""
