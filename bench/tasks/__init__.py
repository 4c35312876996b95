"""What is measured of an architecture, and how the answer is found."""

from bench.tasks.base import Answer, Candidate, Task
from bench.tasks.table import TableObjective, TableTask, TableTaskSpec

__all__ = ["Answer", "Candidate", "TableObjective", "TableTask", "TableTaskSpec", "Task"]
