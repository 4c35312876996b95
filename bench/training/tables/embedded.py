"""What an embedded table is to those who build, write and check it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from bench.data import Columns
from bench.spaces import NASBench201

__all__ = ["EmbeddedTable", "RowCheck", "TimedTable", "table_cells"]


def table_cells() -> np.ndarray:
    """Return the cells [6466, 6] that tables have rows for: one for each isomorphism class."""
    space = NASBench201()
    return space.from_index(space.canonical_indices())


@dataclass(frozen=True)
class RowCheck:
    """A row trained again: whether every number is the same, and how far it moved.

    Attributes
    ----------
    difference : float
        Of the quantity that the table compares, now minus committed.
    tolerance : float
        What another processor may make of it: five standard errors of the difference between two
        sets of trainings.
    """

    row: int
    identical: bool
    difference: float
    tolerance: float

    @property
    def agrees(self) -> bool:
        """Tell whether the committed row can be what this training measures."""
        return self.identical or abs(self.difference) <= self.tolerance


class EmbeddedTable(ABC):
    """An embedded table: a row for every distinct cell, trained by one recipe.

    Attributes
    ----------
    name, title : str
        What it is called, and what it holds.
    column_meanings : dict of str to str
        Unit and meaning of every column; `{...}` stands for a number.
    latency_rounds : int
        How many times every network is timed after all are trained; none but of a `TimedTable`.
    compared : (str, str)
        What `RowCheck.difference` is of, and its unit.
    recipe
        How rows are trained: a frozen dataclass.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    column_meanings: ClassVar[Mapping[str, str]]
    compared: ClassVar[tuple[str, str]]
    latency_rounds: ClassVar[int] = 0
    recipe: Any

    @property
    def command(self) -> str:
        """The command that makes it."""
        return f"monas table build {self.name}"

    @abstractmethod
    def train(self, row: int, cell: Sequence[int]) -> dict[str, Any]:
        """Train one row; what the build file holds of it, `train_seconds` among it."""

    @abstractmethod
    def columns(
        self, trainings: Sequence[Mapping[str, Any]], latencies: Sequence[Sequence[float]]
    ) -> Columns:
        """Return the columns after `index` and `arch_str`, from the build's lines in row order."""

    @abstractmethod
    def measured(self, columns: Columns) -> list[str]:
        """Return what was measured of the whole table, one sentence or more for each line."""

    @abstractmethod
    def compare(self, committed: Columns, row: int, trained: Mapping[str, Any]) -> RowCheck:
        """Compare a line of `train` with the committed row."""


class TimedTable(EmbeddedTable):
    """An embedded table whose networks are timed, too."""

    @abstractmethod
    def latency_ms(self, cell: Sequence[int]) -> float:
        """Time one network once."""
