"""Tasks: a search space, its objectives, and their evaluation."""

from bench.tasks.base import Answer, Task
from bench.tasks.curves import CurveColumns
from bench.tasks.estimates import StoredEstimate
from bench.tasks.function import FunctionTask, FunctionTaskSpec
from bench.tasks.pinned import PinnedTable
from bench.tasks.surrogate import SurrogateObjective, SurrogateTask, SurrogateTaskSpec
from bench.tasks.table import TableObjective, TableTask, TableTaskSpec

__all__ = [
    "Answer",
    "CurveColumns",
    "FunctionTask",
    "FunctionTaskSpec",
    "PinnedTable",
    "StoredEstimate",
    "SurrogateObjective",
    "SurrogateTask",
    "SurrogateTaskSpec",
    "TableObjective",
    "TableTask",
    "TableTaskSpec",
    "Task",
    "TaskSpec",
    "make_task",
    "origin",
    "pinned_tables",
]

TaskSpec = TableTaskSpec | SurrogateTaskSpec | FunctionTaskSpec


def make_task(spec: TaskSpec) -> Task:
    """Return the task of a protocol's specification.

    Raises
    ------
    bench.errors.DataMissingError
        If a table of the task is not installed.
    bench.errors.ProtocolError
        If an installed table is not the pinned one, or the specification does not fit it.
    bench.errors.DataError
        If an installed table is damaged or incomplete.
    """
    if isinstance(spec, TableTaskSpec):
        return TableTask(spec)
    return SurrogateTask(spec) if isinstance(spec, SurrogateTaskSpec) else FunctionTask(spec)


def pinned_tables(spec: TaskSpec) -> tuple[PinnedTable, ...]:
    """Return all tables of a task: first those of its objectives, then those of its estimates."""
    stored = spec.estimates if isinstance(spec, TableTaskSpec) else ()
    return tuple(dict.fromkeys([*spec.tables, *(each.table for each in stored)]))


def origin(spec: TaskSpec) -> str:
    """Return the origin of a task's numbers: the names of its tables, or its closed form."""
    return " and ".join(table.name for table in spec.tables) or f"closed form {spec.space}"
