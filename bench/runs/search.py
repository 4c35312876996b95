"""One run: a protocol, a method and a repetition, played to the end of the budget.

The runner owns the budget. It asks, checks that every candidate is legal, evaluates, writes the
journal, tells. A run that was stopped is continued by playing its journal again to a fresh method
and going on where the journal ends; a method that then asks for something else is refused.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.entrants.method import FoundMethod, Method
from bench.entrants.problem import Candidate, Evaluation, Problem, Spent, candidates
from bench.errors import CallError, JournalError, MethodError, RunInterrupted, SpaceError
from bench.protocol.search import SearchProtocol
from bench.runs.environment import environment
from bench.runs.journal import (
    Batch,
    End,
    Header,
    Journal,
    JournalWriter,
    Status,
    read_journal,
    same_architectures,
)
from bench.tasks import Task

__all__ = ["Outcome", "journal_path", "run"]

_Architectures = tuple[tuple[float, ...], ...]  # as the journal keeps them

_LONGEST = 1e8  # seconds, three years; some systems have no timer for more


@dataclass(frozen=True)
class Outcome:
    """How a run ended and where its journal lies."""

    method: str
    repetition: int
    status: Status
    error: str | None
    path: Path


class _Timeout(BaseException):
    """Past the wall-clock limit. A BaseException, so that no method can swallow it by accident."""


class _Clock:
    """The wall-clock limit of one run.

    A method is interrupted where it is; the runner's own code never is, so that no line of the
    journal is cut: there, and where nothing can be interrupted (in a thread, or not on POSIX), the
    limit is noticed at the next call of the method; so is one beyond what timers hold.
    """

    def __init__(self, seconds: float | None) -> None:
        self._seconds, self._in_method = math.inf if seconds is None else seconds, False
        self._deadline = time.monotonic() + self._seconds
        # Only the main thread of a process can be interrupted; workers of a pool run there.
        main = threading.current_thread() is threading.main_thread()
        self._usable = self._seconds <= _LONGEST and hasattr(signal, "setitimer") and main

    def __enter__(self) -> _Clock:
        if self._usable:
            self._before = signal.signal(signal.SIGALRM, self._ring)
            signal.setitimer(signal.ITIMER_REAL, self._seconds)
        return self

    def __exit__(self, *_: object) -> None:
        if self._usable:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)

    def _ring(self, *_: object) -> None:
        if self._in_method:
            raise _Timeout

    @contextmanager
    def calling(self, what: str) -> Iterator[None]:
        """Around every call of a method: blame it for what it raises, end it when time is over."""
        if time.monotonic() > self._deadline:
            raise _Timeout
        self._in_method = True
        try:
            yield
        except (Exception, SystemExit) as error:  # a method must not end the runs of others
            raise MethodError(f"{what}: {type(error).__name__}: {error}") from error
        finally:
            self._in_method = False


def journal_path(results: Path, protocol: SearchProtocol, method: str, repetition: int) -> Path:
    """Return where the journal of a run lies: results/protocol/id/method/repetition.jsonl."""
    folder = protocol.home(results) / method
    return folder / f"{repetition:03d}.jsonl"


def run(
    protocol: SearchProtocol,
    task: Task,
    found: FoundMethod,
    repetition: int,
    results: Path,
    *,
    settings: dict[str, Any] | None = None,
    timeout: float | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Play one run to its end, or continue it from its journal.

    Parameters
    ----------
    results : Path
        Folder of all journals; see `journal_path`.
    settings : dict, optional
        Settings of the method in which the protocol's roster differs from its defaults.
    timeout : float, optional
        Wall-clock seconds after which the run ends with status `timeout`; infinity is no limit.
    stopped : callable
        Asked before every batch; when true the run stops where it is.

    Returns
    -------
    Outcome
        With status `failed` if the method raised or broke the contract; the reason is in `error`
        and in the journal.

    Raises
    ------
    CallError
        If the method cannot search spaces of the task's kind, or the timeout is none.
    JournalError
        If there is a journal already and it is damaged, or the method does not repeat it.
    RunInterrupted
        If `stopped` became true; the journal can be continued.
    """
    found.require(task.space.kind, protocol.name)
    if timeout is not None and not timeout > 0:  # NaN is neither
        raise CallError(f"timeout is {timeout:g}: expected seconds above 0, or inf for no limit")
    path = journal_path(results, protocol, found.name, repetition)
    recorded = read_journal(path) if path.exists() else None
    header = _header(protocol, found, repetition, settings or {})
    if recorded:
        _check_same_run(recorded, header)
        if recorded.end:
            return Outcome(found.name, repetition, recorded.end.status, recorded.end.error, path)
    with JournalWriter(path, recorded) as journal:
        if recorded is None:
            journal.append(header)
        play = _Play(protocol, task, found, repetition, journal, recorded, stopped)
        status: Status = "done"
        error = None
        try:
            with _Clock(timeout) as play.clock:
                play.to_the_end(settings or {})
        except _Timeout:
            status, error = "timeout", f"not finished after {timeout:g} seconds"
        except MethodError as reason:
            status, error = "failed", str(reason)
        if status != "timeout":
            play.check_all_is_repeated(error)
        journal.append(End(status=status, evaluations=play.in_the_journal, error=error))
    return Outcome(found.name, repetition, status, error, path)


class _Play:
    """The loop of ask, evaluate, write, tell; recorded batches are checked instead of written."""

    def __init__(
        self,
        protocol: SearchProtocol,
        task: Task,
        found: FoundMethod,
        repetition: int,
        journal: JournalWriter,
        recorded: Journal | None,
        stopped: Callable[[], bool],
    ) -> None:
        self.task, self.found, self.journal, self.stopped = task, found, journal, stopped
        self.recorded = recorded
        self.clock = _Clock(None)
        self.evaluated = 0
        self.batches = 0
        self.spent = Spent()
        self.kept_seconds = 0.0  # of estimates, as the last batch says
        self.budget = protocol.rules.budget
        designs = protocol.initial_designs(task.space, repetition)
        self.initial = candidates(designs)
        designs.flags.writeable = False  # a method that changes them is told so
        self.problem = Problem(
            space=task.space,
            objectives=task.objectives,
            cheap_objectives=task.cheap_objectives,
            reference_point=protocol.raw_reference_point,
            evaluations=self.budget.evaluations,
            batch=self.budget.batch,
            initial=designs,
            rng=protocol.method_stream(found.name, repetition),
            _cheap=task.cheap,
            estimates=task.estimates,
            _estimate=task.estimate,
            evaluations_left=self.budget.evaluations,
            _spent=self.spent,
        )

    @property
    def left(self) -> int:
        """Evaluations that are left; what the problem says is for the method alone."""
        return self.budget.evaluations - self.evaluated

    @property
    def in_the_journal(self) -> int:
        """Evaluations that the journal holds; time may be over before all are played again."""
        return max(self.evaluated, len(self.recorded.architectures) if self.recorded else 0)

    def to_the_end(self, settings: dict[str, Any]) -> None:
        with self.clock.calling(f"{self.found.name} could not be made"):
            method = self.found.method(self.problem, **settings)
        if self.initial:
            self._one_batch(method, self.initial, tuple(c.architecture for c in self.initial), 0.0)
        while self.left > 0:
            if self.stopped():
                raise RunInterrupted("stopped; run the same command again to continue")
            wanted = min(self.budget.batch, self.left)
            began = time.perf_counter()
            with self.clock.calling(f"ask({wanted}) of {self.found.name} raised"):
                asked = list(method.ask(wanted))
            seconds = time.perf_counter() - began
            if not asked and self.budget.at_most and self.evaluated:
                self._close(seconds)
                return
            self._one_batch(method, asked, self._architectures(asked, wanted), seconds)
        self._close(0.0)

    def check_all_is_repeated(self, error: str | None) -> None:
        """Do nothing if the run came as far as its journal; `error` is what ended it, if any."""
        if self.recorded and self.batches < len(self.recorded.batches):
            raise self._does_not_repeat(f"the run went on here, now {error or 'it is done'}")

    def _one_batch(
        self,
        method: Method,
        asked: list[Candidate],
        architectures: _Architectures,
        ask_seconds: float,
    ) -> None:
        queries, spent = self.spent.cheap_queries, self.spent.estimate_seconds
        answer = self.task.evaluate(asked)
        recorded = self._repeated(architectures, spent)
        if recorded and not self.task.same(answer.objectives, np.asarray(recorded.objectives)):
            raise JournalError(
                f"{self._where}: the recorded objectives are not those that the task answers; run "
                f"with --restart to start the run anew"
            )
        evaluations = [
            Evaluation(self.evaluated + i, candidate, answer.objectives[i].copy(), float(cost))
            for i, (candidate, cost) in enumerate(zip(asked, answer.cost_seconds, strict=True))
        ]
        self.problem.evaluations_left = self.left - len(asked)
        began = time.perf_counter()
        with self.clock.calling(f"tell of {self.found.name} raised"):
            method.tell(evaluations)
        if not recorded:
            self.journal.append(
                Batch(
                    number=self.batches,
                    architectures=architectures,
                    objectives=tuple(map(tuple, answer.objectives.tolist())),
                    cost_seconds=tuple(answer.cost_seconds.tolist()),
                    cheap_queries=queries,
                    estimate_seconds=round(spent, 6),
                    ask_seconds=round(ask_seconds, 6),
                    tell_seconds=round(time.perf_counter() - began, 6),
                )
            )
        self.evaluated += len(asked)
        self.batches += 1
        self.kept_seconds = spent

    def _close(self, ask_seconds: float) -> None:
        """Keep what estimates cost after the last batch: a batch of nothing says it."""
        spent = self.spent.estimate_seconds
        if spent == self.kept_seconds:
            return
        if not self._repeated((), spent):
            self.journal.append(
                Batch(
                    number=self.batches,
                    architectures=(),
                    objectives=(),
                    cost_seconds=(),
                    cheap_queries=self.spent.cheap_queries,
                    estimate_seconds=round(spent, 6),
                    ask_seconds=round(ask_seconds, 6),
                    tell_seconds=0.0,
                )
            )
        self.batches += 1

    def _architectures(self, asked: list[Candidate], wanted: int) -> _Architectures:
        """Return what was asked for in the space's own numbers, if all of it is legal.

        A copy: what a candidate is made of may be the method's, to be changed at the next tell.
        """
        name = self.found.name
        if not asked:
            raise MethodError(
                f"{name} asked for nothing with {self.left} of {self.budget.evaluations} "
                f"evaluations left; expected 1 to {wanted} candidates"
            )
        if len(asked) > wanted:
            raise MethodError(
                f"{name} asked for {len(asked)} candidates with {self.left} evaluations left; "
                f"expected at most {wanted}"
            )
        for candidate in asked:
            if not isinstance(candidate, Candidate):
                raise MethodError(
                    f"{name} asked for {candidate!r}; expected bench.method.Candidate"
                )
        try:
            rows = self.task.space.check([c.architecture for c in asked])
        except (SpaceError, ValueError, TypeError) as error:
            raise MethodError(f"{name} asked for an illegal architecture: {error}") from None
        return tuple(map(tuple, rows.tolist()))

    @property
    def _where(self) -> str:
        """The line of the journal that is played again."""
        assert self.recorded is not None
        return f"{self.recorded.path} line {self.recorded.line_of(self.batches)}"

    def _repeated(self, architectures: _Architectures, spent: float) -> Batch | None:
        """Return the recorded batch that this one repeats; None where the record ends."""
        if self.recorded is None or self.batches >= len(self.recorded.batches):
            return None
        batch = self.recorded.batches[self.batches]
        if batch.number != self.batches:
            raise JournalError(f"{self._where}: batch {batch.number}, expected {self.batches}")
        difference = same_architectures(architectures, batch.architectures)
        if difference:
            raise self._does_not_repeat(difference)
        if abs(spent - batch.estimate_seconds) > 1e-6 * max(1.0, spent):
            raise JournalError(
                f"{self._where}: {batch.estimate_seconds:g} seconds of estimates are recorded, "
                f"those of this run are {spent:g}; run with --restart to start the run anew"
            )
        return batch

    def _does_not_repeat(self, difference: str) -> JournalError:
        return JournalError(
            f"{self._where}: {self.found.name} does not repeat this run: {difference}. The method "
            f"draws from something else than problem.rng, or its code changed; run with "
            f"--restart to start the run anew"
        )


def _check_same_run(recorded: Journal, header: Header) -> None:
    ours, theirs = header.identity(), recorded.header.identity()
    for key, value in ours.items():
        if theirs[key] != value:
            raise JournalError(
                f"{recorded.path} line 1: this run was made with {key} = {theirs[key]!r}, now it "
                f"is {value!r}; run with --restart to start it anew"
            )


def _header(
    protocol: SearchProtocol, found: FoundMethod, repetition: int, settings: dict[str, Any]
) -> Header:
    return Header(
        protocol=protocol.name,
        protocol_id=protocol.id,
        method=found.name,
        variant_of=found.method.name if found.method.name != found.name else None,
        method_version=found.method.version,
        settings=found.method.effective_settings(settings),
        source_sha256=found.source_sha256(),
        repetition=repetition,
        **environment(),
    )
