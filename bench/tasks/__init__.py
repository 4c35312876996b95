"""What is measured of an architecture, and how the answer is found."""

from bench.tasks.base import Answer, Task
from bench.tasks.function import FunctionTask, FunctionTaskSpec
from bench.tasks.surrogate import SurrogateTask, SurrogateTaskSpec
from bench.tasks.table import PinnedTable, TableObjective, TableTask, TableTaskSpec

__all__ = [
    "Answer",
    "FunctionTask",
    "FunctionTaskSpec",
    "PinnedTable",
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
    """Return the task that a protocol's specification describes."""
    if isinstance(spec, TableTaskSpec):
        return TableTask(spec)
    return SurrogateTask(spec) if isinstance(spec, SurrogateTaskSpec) else FunctionTask(spec)


def pinned_tables(spec: TaskSpec) -> tuple[PinnedTable, ...]:
    """Return every table of a task: those it answers from, then those of stored estimates."""
    stored = spec.estimates if isinstance(spec, TableTaskSpec) else ()
    return tuple(dict.fromkeys([*spec.tables, *(each.table for each in stored)]))


def origin(spec: TaskSpec) -> str:
    """Return where the numbers come from, in few words: the names of tables, or a closed form."""
    return " and ".join(table.name for table in spec.tables) or f"closed form {spec.space}"
