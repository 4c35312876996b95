"""The way back from an embedded table: train rows of it again and compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.data import Table
from bench.training.tables.embedded import EmbeddedTable, RowCheck, table_cells

__all__ = ["check_rows"]


def check_rows(
    committed: Table,
    rows: Sequence[int],
    table: EmbeddedTable,
    *,
    finished: Callable[[RowCheck], None],
) -> list[RowCheck]:
    """Train rows again, in this process, and compare them with the committed table."""
    cells = table_cells()
    columns = dict(committed.columns)
    checks = []
    for row in rows:
        checks.append(table.compare(columns, row, table.train(row, cells[row].tolist())))
        finished(checks[-1])
    return checks
