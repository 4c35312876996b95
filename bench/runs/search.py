"""A run of a search: a method in one repetition, played until the budget is spent.

The runner owns the budget. It asks the method for candidates, checks that they are legal, evaluates
them, writes the journal, and tells the method. To continue a stopped run, the runner repeats the
batches of its journal with a new instance of the method and goes on where the journal ends; a
method that asks for other candidates is an error.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from bench.entrants.method import Method
from bench.entrants.problem import Candidate, Evaluation, Problem, Spent, candidates
from bench.errors import JournalError, MethodError, SpaceError
from bench.protocol import SearchProtocol
from bench.runs.base import RESTART, Run
from bench.runs.entrant import Entrant
from bench.runs.journal import same_architectures
from bench.runs.lines import Batch
from bench.tasks import Task

__all__ = ["SearchRun"]


class SearchRun(Run[SearchProtocol, Task]):
    """The loop of ask, evaluate, write and tell.

    Parameters
    ----------
    protocol : SearchProtocol
        The protocol.
    task : Task
        The protocol's task.
    entrant : Entrant
        A method.
    repetition : int
        Number of the run, from 0.
    results : Path
        Folder of all results.

    Raises
    ------
    CallError
        If the method cannot search spaces of the task's kind.
    """

    def __init__(
        self,
        protocol: SearchProtocol,
        task: Task,
        entrant: Entrant,
        repetition: int,
        results: Path,
    ) -> None:
        super().__init__(protocol, task, entrant, repetition, results)
        assert entrant.found is not None
        self._method: type[Method] = entrant.found.entrant
        self._method.require_space(task.space.kind, protocol.name)
        self._budget = protocol.rules.budget
        self._spent = Spent()
        self._charged = 0.0  # seconds of estimates that the last batch records
        designs = protocol.initial_designs(task.space, repetition)
        self._initial = candidates(designs)
        designs.flags.writeable = False  # so that a method that changes them gets an error
        self._problem = Problem(
            space=task.space,
            objectives=task.objectives,
            cheap_objectives=task.cheap_objectives,
            reference_point=protocol.raw_reference_point,
            evaluations=self._budget.evaluations,
            batch=self._budget.batch,
            initial=designs,
            rng=protocol.method_stream(entrant.label, repetition),
            _cheap=task.cheap,
            estimates=task.estimates,
            _estimate=task.estimate,
            evaluations_left=self._budget.evaluations,
            _spent=self._spent,
        )

    @property
    def _left(self) -> int:
        """The rest of the budget; a method can change `Problem.evaluations_left`."""
        return self._budget.evaluations - self._evaluated

    def _play(self) -> None:
        with self._calling(f"{self.label} could not be made"):
            method = self._method(self._problem, **self._entrant.entry.settings)
        if self._initial:
            self._one_batch(method, self._initial, 0.0)
        seconds = 0.0  # of an ask for nothing, which ends the run early
        while self._left > 0:
            self._stop_if_asked()
            asked, seconds = self._ask(method)
            if not asked:
                break
            self._one_batch(method, asked, seconds)
            seconds = 0.0
        # The cost of estimates after the last batch is recorded in a batch without architectures.
        closing = self._batch((), seconds)
        if closing.estimate_seconds != self._charged:
            self._check_repeats(closing)
            self._append(closing)

    @contextmanager
    def _calling(self, what: str) -> Iterator[None]:
        """Attribute errors within the context, and exits, to the method."""
        with self._clock.running():
            try:
                yield
            except (Exception, SystemExit) as error:  # a method must not end the runs of others
                raise MethodError(f"{what}: {type(error).__name__}: {error}") from error

    def _ask(self, method: Method) -> tuple[list[Candidate], float]:
        """Return the next candidates, and the seconds; none if the method ends the run early."""
        wanted = min(self._budget.batch, self._left)
        began = time.perf_counter()
        with self._calling(f"ask({wanted}) of {self.label} raised"):
            asked = list(method.ask(wanted))
        seconds = time.perf_counter() - began
        if not asked and not (self._budget.at_most and self._evaluated):
            raise MethodError(
                f"{self.label} asked for nothing with {self._left} of {self._budget.evaluations} "
                f"evaluations left; expected 1 to {wanted} candidates"
            )
        if len(asked) > wanted:
            raise MethodError(
                f"{self.label} asked for {len(asked)} candidates with {self._left} evaluations "
                f"left; expected at most {wanted}"
            )
        for candidate in asked:
            self._check(candidate)
        return asked, seconds

    def _check(self, candidate: Candidate) -> None:
        """Raise a MethodError unless this is a candidate whose lineage is possible."""
        if not isinstance(candidate, Candidate):
            raise MethodError(
                f"{self.label} asked for {candidate!r}; expected bench.method.Candidate"
            )
        parent, operators = candidate.parent, candidate.operators
        if parent is not None and not (type(parent) is int and 0 <= parent < self._evaluated):
            raise MethodError(
                f"{self.label} asked for a candidate of parent {parent!r}; expected the number of "
                f"one of the {self._evaluated} evaluations so far, from 0, or None"
            )
        if not (isinstance(operators, tuple) and all(isinstance(each, str) for each in operators)):
            raise MethodError(
                f"{self.label} asked for a candidate of operators {operators!r}; expected a tuple "
                f"of str"
            )

    def _one_batch(self, method: Method, asked: list[Candidate], ask_seconds: float) -> None:
        """Evaluate candidates, tell the method, and append the batch to the journal."""
        try:  # the copy is the journal's: a method may reuse its own architectures at the next tell
            rows = self._task.space.check([c.architecture for c in asked])
        except (SpaceError, ValueError, TypeError) as error:
            raise MethodError(f"{self.label} asked for an illegal architecture: {error}") from None
        answer = self._task.evaluate(asked)
        batch = self._batch(
            rows.tolist(),
            ask_seconds,
            values=answer.objectives.tolist(),
            cost_seconds=answer.cost_seconds.tolist(),
            **_lineage(asked),
        )
        self._check_repeats(batch)
        evaluations = [
            Evaluation(self._evaluated + i, candidate, answer.objectives[i].copy(), cost)
            for i, (candidate, cost) in enumerate(zip(asked, batch.cost_seconds, strict=True))
        ]
        self._problem.evaluations_left = self._left - len(evaluations)
        began = time.perf_counter()
        with self._calling(f"tell of {self.label} raised"):
            method.tell(evaluations)
        seconds = round(time.perf_counter() - began, 6)
        self._append(batch.model_copy(update={"tell_seconds": seconds}))
        self._charged = batch.estimate_seconds

    def _batch(
        self,
        architectures: Any,
        ask_seconds: float,
        *,
        values: Any = (),
        cost_seconds: Any = (),
        **lineage: Any,
    ) -> Batch:
        """Return the next line of the journal."""
        return Batch(
            number=self._batches,
            architectures=architectures,
            values=values,
            cost_seconds=cost_seconds,
            **lineage,
            cheap_queries=self._spent.cheap_queries,
            estimate_seconds=round(self._spent.estimate_seconds, 6),
            ask_seconds=round(ask_seconds, 6),
        )

    def _check_repeats(self, batch: Batch) -> None:
        """Raise a JournalError if the journal has this batch, and it is a different one."""
        if self._batches >= len(self._recorded):
            return
        recorded = self._recorded[self._batches]
        if recorded.number != batch.number:
            raise JournalError(f"{self._where}: batch {recorded.number}, expected {batch.number}")
        difference = same_architectures(batch.architectures, recorded.architectures)
        if difference:
            raise self._does_not_repeat(difference)
        for key in ("parents", "operators"):
            now, before = getattr(batch, key), getattr(recorded, key)
            if now != before:
                raise self._does_not_repeat(f"{key} {now}, recorded {before}")
        now, before = batch.estimate_seconds, recorded.estimate_seconds
        if abs(now - before) > 1e-6 * max(1.0, now):
            raise JournalError(
                f"{self._where}: {before:g} seconds of estimates are recorded, those of this run "
                f"are {now:g}; {RESTART}"
            )
        now, before = (np.asarray(b.values, dtype=np.float64) for b in (batch, recorded))
        if not self._task.same(now, before):
            raise JournalError(
                f"{self._where}: the recorded objectives are not those that the task returns; "
                f"{RESTART}"
            )


def _lineage(asked: list[Candidate]) -> dict[str, Any]:
    """Return the lineage of candidates, as a batch has it; empty if none has any."""
    if not any(c.parent is not None or c.operators for c in asked):
        return {}
    return {
        "parents": tuple(c.parent for c in asked),
        "operators": tuple(c.operators for c in asked),
    }
