"""A run of a search: a method in one repetition, played until the budget is spent.

The runner is the judge: it owns task and budget. The method is in a process of its own, the player
(`bench.players`). The judge asks for candidates, checks that they are legal, evaluates them, tells
the player, and writes the journal. To continue a stopped run, it repeats the batches of the journal
with a new player and goes on where the journal ends; a method that asks for other candidates is an
error.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from bench.entrants.problem import Candidate, Evaluation, Problem, Spent, candidates
from bench.errors import JournalError, MethodError, SpaceError
from bench.players.host import Player
from bench.players.problems import evaluations_message, problem_message
from bench.protocol import SearchProtocol
from bench.runs.base import RESTART, Run
from bench.runs.entrant import Entrant
from bench.runs.journal import same_architectures
from bench.runs.lines import Batch
from bench.spaces.space import Rows
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
        assert entrant.card is not None
        entrant.card.require_space(task.space.kind, protocol.name)
        self._card = entrant.card
        self._budget = protocol.rules.budget
        self._spent = Spent()
        self._charged = 0.0  # seconds of estimates that the last batch records
        self._player: Player
        self._designs = protocol.initial_designs(task.space, repetition)
        self._rng_name = protocol.method_stream_name(entrant.label, repetition)

    @property
    def _left(self) -> int:
        """The rest of the budget."""
        return self._budget.evaluations - self._evaluated

    def _play(self) -> None:
        answers = {"cheap": self._answer_cheap, "estimate": self._answer_estimate}
        with Player(self._limits, answers) as self._player:
            try:
                self._all_batches()
            finally:
                self._output = self._player.output

    def _all_batches(self) -> None:
        made = self._player.order(
            "make",
            doing=f"making {self.label}",
            failed=f"{self.label} could not be made",
            spec=self._card.spec,
            settings=self._entrant.entry.settings,
            problem=self._problem(),
        )
        self._player.preload_for_others(made)
        if len(self._designs):
            self._one_batch(self._designs, candidates(self._designs), 0.0)
        seconds = 0.0  # of an ask for nothing, which ends the run early
        while self._left > 0:
            self._stop_if_asked()
            rows, asked, seconds = self._ask()
            if not asked:
                break
            self._one_batch(rows, asked, seconds)
            seconds = 0.0
        # The cost of estimates after the last batch is recorded in a batch without architectures.
        closing = self._batch((), seconds)
        if closing.estimate_seconds != self._charged:
            self._check_repeats(closing)
            self._append(closing)

    def _problem(self) -> dict[str, Any]:
        """Return what the player is told of the task."""
        task, budget = self._task, self._budget
        return problem_message(
            Problem(
                space=task.space,
                objectives=task.objectives,
                cheap_objectives=task.cheap_objectives,
                reference_point=self._protocol.raw_reference_point,
                evaluations=budget.evaluations,
                batch=budget.batch,
                initial=self._designs,
                rng=np.random.default_rng(0),  # the player makes its own, from the stream's name
                _cheap=task.cheap,
                estimates=task.estimates,
            ),
            self._rng_name,
        )

    def _answer_cheap(self, question: dict[str, Any]) -> list[list[float]]:
        rows = self._rows(question["cheap"])
        self._spent.cheap_queries += len(rows)
        found: list[list[float]] = self._task.cheap(rows).tolist()
        return found

    def _answer_estimate(self, question: dict[str, Any]) -> dict[str, Any]:
        name, rows = question["estimate"], self._rows(question.get("architectures"))
        if name not in self._task.estimates:
            raise MethodError(f"this protocol has no estimate {name!r}")
        found = self._task.estimate(name, rows)
        seconds = found.seconds.tolist()
        for row, each in zip(rows, seconds, strict=True):
            self._spent.pay((name, row.tobytes()), each)
        scores = [s if np.isfinite(s) else None for s in found.scores.tolist()]
        return {"scores": scores, "seconds": seconds}

    def _rows(self, said: Any) -> Rows:
        """Return architectures [n, variables] that a player sent, checked to be of the space."""
        kinds = (int,) if self._task.space.kind == "finite" else (int, float)
        if not (
            isinstance(said, list)
            and all(isinstance(row, list) for row in said)
            and all(type(value) in kinds for row in said for value in row)
        ):
            raise MethodError(f"{self.label} sent what are no architectures: {str(said)[:200]}")
        try:
            return self._task.space.check(said)
        except (SpaceError, ValueError, TypeError) as error:
            raise MethodError(f"{self.label} asked for an illegal architecture: {error}") from None

    def _ask(self) -> tuple[Rows, list[Candidate], float]:
        """Return the next candidates, and the seconds; none if the method ends the run early."""
        wanted = min(self._budget.batch, self._left)
        began = time.perf_counter()
        said = self._player.order(
            "ask", doing=f"ask({wanted}) of {self.label}", n=wanted, left=self._left
        )
        seconds = time.perf_counter() - began
        if not isinstance(said, dict) or "architectures" not in said:
            self._refuse(said, wanted)
        rows = self._rows(said["architectures"])
        if not len(rows) and not (self._budget.at_most and self._evaluated):
            raise MethodError(
                f"{self.label} asked for nothing with {self._left} of {self._budget.evaluations} "
                f"evaluations left; expected 1 to {wanted} candidates"
            )
        if len(rows) > wanted:
            self._refuse({"many": len(rows)}, wanted)
        parents = said.get("parents", [None] * len(rows))
        operators = said.get("operators", [[] for _ in rows])
        lineage = isinstance(parents, list) and isinstance(operators, list)
        if not (lineage and len(rows) == len(parents) == len(operators)):
            self._refuse(said, wanted)
        asked = [
            Candidate(tuple(row), self._checked_parent(parent), self._checked_operators(edits))
            for row, parent, edits in zip(rows.tolist(), parents, operators, strict=True)
        ]
        return rows, asked, seconds

    def _refuse(self, said: Any, wanted: int) -> NoReturn:
        """Raise the MethodError for an answer to an ask without candidates."""
        told = said if isinstance(said, dict) else {}
        if "many" in told:
            raise MethodError(
                f"{self.label} asked for {told['many']} candidates with {self._left} evaluations "
                f"left; expected at most {wanted}"
            )
        if "other" in told:
            raise MethodError(
                f"{self.label} asked for {told['other']}; expected bench.method.Candidate"
            )
        if "illegal" in told:
            raise MethodError(f"{self.label} asked for an illegal architecture: {told['illegal']}")
        raise MethodError(f"{self.label} answered an ask with {str(said)[:200]}")

    def _checked_parent(self, parent: Any) -> int | None:
        if parent is not None and not (type(parent) is int and 0 <= parent < self._evaluated):
            raise MethodError(
                f"{self.label} asked for a candidate of parent {parent}; expected the number of "
                f"one of the {self._evaluated} evaluations so far, from 0, or None"
            )
        return parent

    def _checked_operators(self, operators: Any) -> tuple[str, ...]:
        if not (isinstance(operators, list) and all(type(each) is str for each in operators)):
            raise MethodError(
                f"{self.label} asked for a candidate of operators {operators}; expected a tuple "
                f"of str"
            )
        return tuple(operators)

    def _one_batch(self, rows: Rows, asked: list[Candidate], ask_seconds: float) -> None:
        """Evaluate candidates, tell the player, and append the batch to the journal."""
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
            Evaluation(self._evaluated + i, candidate, answer.objectives[i], cost)
            for i, (candidate, cost) in enumerate(zip(asked, batch.cost_seconds, strict=True))
        ]
        left = self._left - len(evaluations)
        began = time.perf_counter()
        told = self._player.order(
            "tell",
            doing=f"tell of {self.label}",
            evaluations=evaluations_message(evaluations),
            left=left,
        )
        seconds = round(time.perf_counter() - began, 6)
        self._player.preload_for_others(told)
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
