"""What a task implies for the journal of a search: its designs, objectives, costs and estimates."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bench.arrays import Floats
from bench.entrants.problem import candidates
from bench.errors import SpaceError
from bench.results.rules import refusal
from bench.runs.journal import Journal, same_architectures
from bench.spaces.finite import FiniteSpace
from bench.spaces.space import Rows
from bench.tasks import Task
from bench.tasks.base import Answer

__all__ = ["check_answers"]


def check_answers(task: Task, journal: Journal, designs: Rows) -> tuple[Rows, Answer]:
    """Return the architectures of a search and the task's answers, which are those recorded.

    Parameters
    ----------
    task : Task
        The protocol's task.
    journal : Journal
        A journal that keeps the rules (`bench.results.rules.check_rules`), finished or not.
    designs : array [initial, variables]
        The initial designs of its repetition.

    Returns
    -------
    architectures : array [n, variables]
        The evaluated architectures.
    answer : Answer
        Their search objectives [n, m] and costs [n].

    Raises
    ------
    ResultsError
        If designs, objectives or costs are not those of the task, or estimates took longer than
        those of all architectures; the message names file and line.
    """
    if len(designs) and journal.batches:
        difference = same_architectures(designs.tolist(), journal.batches[0].architectures)
        if difference:
            repetition = journal.header.subject.repetition
            raise refusal(
                journal,
                journal.line_of(0),
                f"not the initial designs that every method starts from in repetition "
                f"{repetition}: {difference}",
            )
    architectures = _checked(task, journal)
    answer = task.evaluate(candidates(architectures)) if len(architectures) else _nothing(task)
    width = len(task.objectives)
    values = [row for batch in journal.batches for row in batch.values]
    costs = [(each,) for batch in journal.batches for each in batch.cost_seconds]
    for key, answered, recorded in (
        ("objectives", answer.objectives, np.array(values, dtype=np.float64).reshape(-1, width)),
        ("cost_seconds", answer.cost_seconds[:, None], np.array(costs).reshape(-1, 1)),
    ):
        if not task.same(answered, recorded):
            close = np.isclose(recorded, answered, rtol=task.tolerance, atol=0.0)
            row = int(close.all(axis=1).argmin())
            raise refusal(
                journal,
                _line_of_evaluation(journal, row),
                f"evaluation {row} records {key} {recorded[row].tolist()}, the task returns "
                f"{answered[row].tolist()}",
            )
    _check_estimates(task, journal)
    return architectures, answer


def _checked(task: Task, journal: Journal) -> Rows:
    """Return the architectures [n, variables], all of which are in the space."""
    checked = [task.space.check([])]
    for i, batch in enumerate(journal.batches):
        try:
            checked.append(task.space.check(batch.architectures))
        except (SpaceError, ValueError, TypeError, OverflowError) as error:
            raise refusal(journal, journal.line_of(i), str(error)) from None
    return np.concatenate(checked)


def _nothing(task: Task) -> Answer:
    return Answer(np.empty((0, len(task.objectives))), np.empty(0))


def _line_of_evaluation(journal: Journal, number: int) -> int:
    ends = np.cumsum([len(batch.architectures) for batch in journal.batches])
    return journal.line_of(int(np.searchsorted(ends, number, side="right")))


def _check_estimates(task: Task, journal: Journal) -> None:
    """Raise an error if the estimates took longer than those of all architectures."""
    most = _seconds_of_all_estimates(task)
    for i, batch in enumerate(journal.batches):
        if most is not None and batch.estimate_seconds > most:
            raise refusal(
                journal,
                journal.line_of(i),
                f"estimate_seconds {batch.estimate_seconds:g}; those of all architectures take "
                f"{most:g}",
            )


@lru_cache(maxsize=4)
def _seconds_of_all_estimates(task: Task) -> float | None:
    """Return the most that a search can be charged; None if it cannot be told."""
    if not (isinstance(task.space, FiniteSpace) and task.space.listable):
        return None
    everything = task.space.enumerate()
    seconds: list[Floats] = [task.estimate(name, everything).seconds for name in task.estimates]
    return float(sum(each.sum() for each in seconds)) * (1 + 1e-9) + 1e-6
