"""What is measured of an architecture, and how the answer is found."""

from bench.tasks.base import Answer, Candidate, Task
from bench.tasks.surrogate import SurrogateTask, SurrogateTaskSpec
from bench.tasks.table import PinnedTable, TableObjective, TableTask, TableTaskSpec

__all__ = [
    "Answer",
    "Candidate",
    "PinnedTable",
    "SurrogateTask",
    "SurrogateTaskSpec",
    "TableObjective",
    "TableTask",
    "TableTaskSpec",
    "Task",
    "TaskSpec",
    "make_task",
]

TaskSpec = TableTaskSpec | SurrogateTaskSpec


def make_task(spec: TaskSpec) -> Task:
    """Return the task that a protocol's specification describes."""
    return TableTask(spec) if isinstance(spec, TableTaskSpec) else SurrogateTask(spec)
