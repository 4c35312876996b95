"""Training, timing and checking of the rows of an embedded table.

Each finished row is appended as a line of JSON to a build file. A build can therefore be stopped at
any moment and continued later. `bench.training.tables.assemble` makes the table from that file once
no row is missing.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bench.data import Table
from bench.errors import TrainingError
from bench.machine import interrupts_held, numeric_pool, processor_name
from bench.schema import parse_json
from bench.training.tables.embedded import EmbeddedTable, RowCheck, TimedTable, table_cells

__all__ = ["BuildFile", "check_rows", "measure_latencies", "train_rows"]


class BuildFile:
    """The append-only file of a build; its first line is the recipe and the environment.

    Parameters
    ----------
    path : Path
        The file; it is created if it does not exist.
    table : EmbeddedTable
        The table to build, with its recipe.

    Raises
    ------
    TrainingError
        If the file was begun with another recipe.
    """

    def __init__(self, path: Path, table: EmbeddedTable) -> None:
        self.path, self.table = path, table
        recipe = asdict(table.recipe)
        header = {"recipe": json.loads(json.dumps(recipe)), "environment": _environment()}
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            self.append(header)
            return
        self._drop_unfinished_line()
        found = next(self._lines(), {})
        if found.get("recipe") != header["recipe"]:
            raise TrainingError(
                f"{path} was begun with another recipe: found {found.get('recipe')}, expected "
                f"{header['recipe']}; name another --work folder or remove the file"
            )

    def trainings(self) -> dict[int, dict[str, Any]]:
        """Return the lines of the trained rows, by row."""
        return {line["row"]: line for line in self._lines() if "train_seconds" in line}

    def latencies(self) -> dict[int, list[float]]:
        """Return the milliseconds of every finished round, by row."""
        rounds: dict[int, list[float]] = {}
        for line in self._lines():
            if "latency_ms" in line:
                rounds.setdefault(line["row"], []).append(line["latency_ms"])
        return rounds

    def environment(self) -> dict[str, Any]:
        """Return the processor and the versions that the build was begun with."""
        return dict(next(self._lines())["environment"])

    def append(self, line: dict[str, Any]) -> None:
        """Append one line and close the file."""
        with self.path.open("a", encoding="utf-8") as out:
            out.write(json.dumps(line, separators=(",", ":")) + "\n")

    def _lines(self) -> Iterator[dict[str, Any]]:
        with self.path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                # a loss can be NaN
                where = f"{self.path} line {number}"
                yield parse_json(line, where, TrainingError, finite=False)

    def _drop_unfinished_line(self) -> None:
        content = self.path.read_bytes()
        end = content.rfind(b"\n") + 1
        if end < len(content):
            os.truncate(self.path, end)


def train_rows(
    build: BuildFile, rows: Sequence[int], *, workers: int, finished: Callable[[int], None]
) -> None:
    """Train the rows that the build file does not have yet.

    Parameters
    ----------
    build : BuildFile
        Finished rows are appended to it.
    rows : sequence of int
        Numbers of the wanted rows.
    workers : int
        Number of processes.
    finished : callable
        Called with the number of rows done: first with those of the file, then after each row.

    Raises
    ------
    TrainingError
        If a training diverges.
    """
    done = build.trainings()
    todo = [row for row in rows if row not in done]
    finished(len(rows) - len(todo))
    cells = table_cells()
    pool, _ = numeric_pool(workers)
    with pool:
        with interrupts_held():
            futures = [pool.submit(build.table.train, row, cells[row].tolist()) for row in todo]
        try:
            for count, future in enumerate(as_completed(futures), start=1):
                build.append(future.result())
                finished(len(rows) - len(todo) + count)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def measure_latencies(build: BuildFile, *, finished: Callable[[int], None]) -> None:
    """Time every network of a `TimedTable` on one thread, in rounds over all networks.

    Rounds are minutes apart, so that a disturbance of the machine affects different networks in
    each. Other tables are not timed.

    Parameters
    ----------
    build : BuildFile
        Its table says how many rounds; timings are appended to it.
    finished : callable
        Called with the number of timings done.
    """
    table = build.table
    if not isinstance(table, TimedTable):
        return
    torch.set_num_threads(1)
    cells = table_cells()
    done = {row: len(rounds) for row, rounds in build.latencies().items()}
    for completed in range(table.latency_rounds):
        for row, cell in enumerate(cells):
            if done.get(row, 0) <= completed:
                ms = table.latency_ms(cell.tolist())
                build.append({"row": row, "latency_ms": round(ms, 6)})
            finished(completed * len(cells) + row + 1)


def check_rows(
    committed: Table,
    rows: Sequence[int],
    table: EmbeddedTable,
    *,
    finished: Callable[[RowCheck], None],
) -> list[RowCheck]:
    """Train rows again, in this process, and compare them with the committed table.

    Parameters
    ----------
    committed : Table
        The table as committed.
    rows : sequence of int
        Numbers of the rows.
    table : EmbeddedTable
        The same table, with the recipe that it was built with.
    finished : callable
        Called with each comparison.

    Returns
    -------
    list of RowCheck
        One for each row.
    """
    cells = table_cells()
    columns = dict(committed.columns)
    checks = []
    for row in rows:
        checks.append(table.compare(columns, row, table.train(row, cells[row].tolist())))
        finished(checks[-1])
    return checks


def _environment() -> dict[str, Any]:
    import sklearn

    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "scikit-learn": sklearn.__version__,
        "machine": platform.machine(),
        "processor": processor_name(),
    }
