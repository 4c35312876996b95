"""A run of a search: a method in one repetition, played to the end of the budget.

The runner owns the budget. It asks, checks that every candidate is legal, evaluates, writes the
journal, tells. A run that was stopped is continued by playing its journal again to a fresh method
and going on where the journal ends; a method that then asks for something else is refused.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.entrants.method import FoundMethod, Method
from bench.entrants.problem import Candidate, Evaluation, Problem, Spent, candidates
from bench.errors import JournalError, MethodError, SpaceError
from bench.protocol import SearchProtocol
from bench.runs.base import Run
from bench.runs.journal import same_architectures
from bench.runs.lines import Batch, MethodSubject
from bench.runs.subjects import method_subject
from bench.tasks import Task

__all__ = ["SearchRun"]

_Architectures = tuple[tuple[float, ...], ...]  # as the journal keeps them
_RESTART = "run with --restart to start the run again"


@dataclass(frozen=True)
class _Asked:
    """Candidates with what the journal says of them, and the seconds that the ask took."""

    candidates: list[Candidate]
    architectures: _Architectures
    seconds: float

    @property
    def lineage(self) -> dict[str, Any]:
        """The lineage of all, as a batch has it; empty if none has any."""
        made = [c.parent is not None or c.operators for c in self.candidates]
        if not any(made):
            return {}
        parents = tuple(c.parent for c in self.candidates)
        return {"parents": parents, "operators": tuple(c.operators for c in self.candidates)}


class SearchRun(Run):
    """The loop of ask, evaluate, write, tell; recorded batches are checked instead of written.

    Parameters
    ----------
    protocol : SearchProtocol
    task : Task
        The protocol's.
    found : FoundMethod
        The method; its name is the label of the run.
    repetition : int
        From 0.
    results : Path
        Folder of all results.
    settings : mapping, optional
        Settings of the method in which the protocol's roster differs from its defaults.

    Raises
    ------
    CallError
        If the method cannot search spaces of the task's kind.
    """

    def __init__(
        self,
        protocol: SearchProtocol,
        task: Task,
        found: FoundMethod,
        repetition: int,
        results: Path,
        *,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        found.require(task.space.kind, protocol.name)
        super().__init__(protocol, found, found.name, repetition, results)
        self._task, self._method_found, self._settings = task, found, dict(settings or {})
        self._budget = protocol.rules.budget
        self._evaluated = 0
        self._batches = 0
        self._spent = Spent()
        self._charged = 0.0  # seconds of estimates, as the last batch says
        designs = protocol.initial_designs(task.space, repetition)
        self._initial = candidates(designs)
        designs.flags.writeable = False  # so that a method which changes them gets an error
        self._problem = Problem(
            space=task.space,
            objectives=task.objectives,
            cheap_objectives=task.cheap_objectives,
            reference_point=protocol.raw_reference_point,
            evaluations=self._budget.evaluations,
            batch=self._budget.batch,
            initial=designs,
            rng=protocol.method_stream(found.name, repetition),
            _cheap=task.cheap,
            estimates=task.estimates,
            _estimate=task.estimate,
            evaluations_left=self._budget.evaluations,
            _spent=self._spent,
        )

    def subject(self) -> MethodSubject:
        """Return the method, its settings and its code; see `Run.subject`."""
        assert self.repetition is not None
        return method_subject(self._method_found, self._settings, self.repetition)

    @property
    def _left(self) -> int:
        """Evaluations that are left; `Problem.evaluations_left` is for the method alone."""
        return self._budget.evaluations - self._evaluated

    def _evaluations(self) -> int:
        """Return the evaluations in the journal; time may be over before all are played again."""
        recorded = len(self._recorded.architectures) if self._recorded else 0
        return max(self._evaluated, recorded)

    def _to_the_end(self) -> None:
        with self._calling(f"{self.label} could not be made"):
            method = self._method_found.method(self._problem, **self._settings)
        if self._initial:
            designs = tuple(c.architecture for c in self._initial)
            self._one_batch(method, _Asked(self._initial, designs, 0.0))
        while self._left > 0:
            self._stop_if_asked()
            wanted = min(self._budget.batch, self._left)
            began = time.perf_counter()
            with self._calling(f"ask({wanted}) of {self.label} raised"):
                asked = list(method.ask(wanted))
            seconds = time.perf_counter() - began
            if not asked and self._budget.at_most and self._evaluated:
                self._close(seconds)
                return
            self._one_batch(method, _Asked(asked, self._checked(asked, wanted), seconds))
        self._close(0.0)

    def _check_repeated(self, error: str | None) -> None:
        if self._recorded and self._batches < len(self._recorded.batches):
            raise self._does_not_repeat(f"the run went on here, now {error or 'it is done'}")

    @contextmanager
    def _calling(self, what: str) -> Iterator[None]:
        """Around every call of the method: what it raises is its own error, an exit included."""
        with self._clock.running():
            try:
                yield
            except (Exception, SystemExit) as error:  # a method must not end the runs of others
                raise MethodError(f"{what}: {type(error).__name__}: {error}") from error

    def _one_batch(self, method: Method, asked: _Asked) -> None:
        queries, spent = self._spent.cheap_queries, self._spent.estimate_seconds
        answer = self._task.evaluate(asked.candidates)
        recorded = self._repeated(asked.architectures, asked.lineage, spent)
        if recorded and not self._task.same(answer.objectives, np.asarray(recorded.values)):
            raise JournalError(
                f"{self._where}: the recorded objectives are not those that the task answers; "
                f"{_RESTART}"
            )
        evaluations = [
            Evaluation(self._evaluated + i, candidate, answer.objectives[i].copy(), float(cost))
            for i, (candidate, cost) in enumerate(
                zip(asked.candidates, answer.cost_seconds, strict=True)
            )
        ]
        self._problem.evaluations_left = self._left - len(evaluations)
        began = time.perf_counter()
        with self._calling(f"tell of {self.label} raised"):
            method.tell(evaluations)
        if not recorded:
            self._journal.append(
                Batch(
                    number=self._batches,
                    architectures=asked.architectures,
                    values=tuple(map(tuple, answer.objectives.tolist())),
                    cost_seconds=tuple(answer.cost_seconds.tolist()),
                    **asked.lineage,
                    cheap_queries=queries,
                    estimate_seconds=round(spent, 6),
                    ask_seconds=round(asked.seconds, 6),
                    tell_seconds=round(time.perf_counter() - began, 6),
                )
            )
        self._evaluated += len(evaluations)
        self._batches += 1
        self._charged = spent

    def _close(self, ask_seconds: float) -> None:
        """Record what estimates cost after the last batch, in a batch without architectures."""
        spent = self._spent.estimate_seconds
        if spent == self._charged:
            return
        if not self._repeated((), {}, spent):
            self._journal.append(
                Batch(
                    number=self._batches,
                    architectures=(),
                    values=(),
                    cost_seconds=(),
                    cheap_queries=self._spent.cheap_queries,
                    estimate_seconds=round(spent, 6),
                    ask_seconds=round(ask_seconds, 6),
                )
            )
        self._batches += 1

    def _checked(self, asked: list[Candidate], wanted: int) -> _Architectures:
        """Return what was asked for in the space's own numbers, if all of it is legal.

        A copy: what a candidate is made of may be the method's, to be changed at the next tell.
        """
        name = self.label
        if not asked:
            raise MethodError(
                f"{name} asked for nothing with {self._left} of {self._budget.evaluations} "
                f"evaluations left; expected 1 to {wanted} candidates"
            )
        if len(asked) > wanted:
            raise MethodError(
                f"{name} asked for {len(asked)} candidates with {self._left} evaluations left; "
                f"expected at most {wanted}"
            )
        for candidate in asked:
            if not isinstance(candidate, Candidate):
                raise MethodError(
                    f"{name} asked for {candidate!r}; expected bench.method.Candidate"
                )
            self._check_lineage(candidate)
        try:
            rows = self._task.space.check([c.architecture for c in asked])
        except (SpaceError, ValueError, TypeError) as error:
            raise MethodError(f"{name} asked for an illegal architecture: {error}") from None
        return tuple(map(tuple, rows.tolist()))

    def _check_lineage(self, candidate: Candidate) -> None:
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

    @property
    def _where(self) -> str:
        """The line of the journal that is played again."""
        assert self._recorded is not None
        return f"{self._recorded.path} line {self._recorded.line_of(self._batches)}"

    def _repeated(
        self, architectures: _Architectures, lineage: Mapping[str, Any], spent: float
    ) -> Batch | None:
        """Return the recorded batch that this one repeats; None where the record ends."""
        if self._recorded is None or self._batches >= len(self._recorded.batches):
            return None
        batch = self._recorded.batches[self._batches]
        if batch.number != self._batches:
            raise JournalError(f"{self._where}: batch {batch.number}, expected {self._batches}")
        difference = same_architectures(architectures, batch.architectures)
        if difference:
            raise self._does_not_repeat(difference)
        for key, recorded in (("parents", batch.parents), ("operators", batch.operators)):
            if recorded != lineage.get(key):
                raise self._does_not_repeat(f"{key} {lineage.get(key)}, recorded {recorded}")
        if abs(spent - batch.estimate_seconds) > 1e-6 * max(1.0, spent):
            raise JournalError(
                f"{self._where}: {batch.estimate_seconds:g} seconds of estimates are recorded, "
                f"those of this run are {spent:g}; {_RESTART}"
            )
        return batch

    def _does_not_repeat(self, difference: str) -> JournalError:
        return JournalError(
            f"{self._where}: {self.label} does not repeat this run: {difference}. The method "
            f"draws from something else than problem.rng, or its code changed; {_RESTART}"
        )
