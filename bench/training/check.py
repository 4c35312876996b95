"""The way back from the embedded table: train rows of it again and compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bench.data import Table
from bench.training.build import table_cells, train_row
from bench.training.columns import by_seed
from bench.training.trainer import Recipe

__all__ = ["RowCheck", "check_rows"]


@dataclass(frozen=True)
class RowCheck:
    """A row trained again: whether every number is the same, and how far its accuracy moved.

    Attributes
    ----------
    difference : float
        Mean test accuracy over seeds, now minus committed, in points.
    tolerance : float
        What another processor may make of it: five standard errors of the difference between two
        sets of trainings, from the table's own spread over seeds.
    """

    row: int
    identical: bool
    difference: float
    tolerance: float

    @property
    def agrees(self) -> bool:
        """Tell whether the committed row can be what this training measures."""
        return self.identical or abs(self.difference) <= self.tolerance


def check_rows(
    table: Table, rows: Sequence[int], recipe: Recipe, *, finished: Callable[[RowCheck], None]
) -> list[RowCheck]:
    """Train rows again, in this process, and compare them with the committed table."""
    cells = table_cells()
    tests = by_seed(table.columns, "test_accuracy", recipe)
    spread = float(np.sqrt(tests.var(axis=1, ddof=1).mean()))
    tolerance = 5 * spread * (2 / len(recipe.seeds)) ** 0.5
    checks = []
    for row in rows:
        now = train_row(row, cells[row].tolist(), recipe)
        same = [
            np.array_equal(np.asarray(now[kind], dtype=np.float32), committed[row])
            for kind, committed in (
                ("test_accuracy", tests),
                ("validation_accuracy", by_seed(table.columns, "validation_accuracy", recipe)),
            )
        ]
        moved = float(np.mean(now["test_accuracy"]) - tests[row].mean())
        checks.append(RowCheck(row, all(same), moved, tolerance))
        finished(checks[-1])
    return checks
