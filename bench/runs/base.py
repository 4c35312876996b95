"""One run: an entrant of a protocol, recorded in a journal and continued from it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from bench import __version__
from bench.errors import CallError, JournalError, MethodError, RunInterrupted
from bench.files import write_atomically
from bench.limits import Limits
from bench.players.host import OutOfTime
from bench.protocol import RankingProtocol, SearchProtocol
from bench.runs.entrant import Entrant
from bench.runs.environment import environment
from bench.runs.journal import Journal
from bench.runs.journal_file import JournalWriter
from bench.runs.lines import Batch, End, Header, Status
from bench.schema import plain_text

__all__ = ["NO_LIMIT", "RESTART", "Outcome", "Run"]

RESTART = "run with --restart to start the run again"

NO_LIMIT = Limits()

P = TypeVar("P", SearchProtocol, RankingProtocol)
T = TypeVar("T")


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes
    ----------
    label : str
        Label of the entrant.
    repetition : int, optional
        Number of the run, from 0; None if the protocol has no repetitions.
    status : str
        `done`, `failed` or `timeout`.
    error : str, optional
        Reason for another status than `done`.
    path : Path
        The journal.
    has_end : bool
        Whether the journal has its last line. A run that could not be started or continued has
        none, and its status is `failed`.
    """

    label: str
    repetition: int | None
    status: Status
    error: str | None
    path: Path
    has_end: bool = True

    @property
    def title(self) -> str:
        """The run in words."""
        return self.label + ("" if self.repetition is None else f" repetition {self.repetition}")


class Run(ABC, Generic[P, T]):
    """A run that is played to its end, or continued from its journal.

    Parameters
    ----------
    protocol : SearchProtocol or RankingProtocol
        The protocol.
    task : Task or RankingTask
        The protocol's task.
    entrant : Entrant
        An entrant of the protocol.
    repetition : int, optional
        Number of the run, from 0; None if the protocol has no repetitions.
    results : Path
        Folder of all results.
    """

    def __init__(
        self, protocol: P, task: T, entrant: Entrant, repetition: int | None, results: Path
    ) -> None:
        self._protocol: P = protocol
        self._task, self._entrant = task, entrant
        self.label, self.repetition = entrant.label, repetition
        self.path = protocol.journal_path(results, entrant.label, repetition)
        self._recorded: tuple[Batch, ...] = ()  # the batches to repeat
        self._batches = self._evaluated = 0  # counts of what was repeated or appended
        self._journal: JournalWriter
        self._limits: Limits
        self._output = b""  # what the entrant's process has printed
        self._stopped: Callable[[], bool]

    @abstractmethod
    def _play(self) -> None:
        """Repeat the batches of the journal, and append the others.

        Raises
        ------
        MethodError
            If the entrant raised or violated its interface.
        """

    def _header(self) -> Header:
        """Return the first line of the journal, as this process would write it."""
        return Header(
            suite_version=__version__,
            protocol=self._protocol.name,
            protocol_id=self._protocol.id,
            subject=self._entrant.subject(self._protocol, self.repetition),
            spec=self._entrant.card.spec if self._entrant.card else None,
            limits=self._limits.as_json(),
            **environment(),
        )

    def play(
        self, *, limits: Limits = NO_LIMIT, stopped: Callable[[], bool] = lambda: False
    ) -> Outcome:
        """Play the run to its end, or continue it from its journal.

        Parameters
        ----------
        limits : Limits
            Hard limits of the run's process. When its time is over, the run ends with status
            `timeout`; when it exceeds another, with status `failed`.
        stopped : callable
            Called before every batch; the run stops if it returns true.

        Returns
        -------
        Outcome
            With status `failed` if the entrant raised or violated its interface; the reason is in
            `error` and in the journal.

        Raises
        ------
        CallError
            If the timeout is not above 0, or the journal cannot be written.
        JournalError
            If the journal is damaged, is that of another run, is being written by another process,
            or is not repeated by the entrant.
        RunInterrupted
            If `stopped` returned true; the journal can be continued.
        """
        seconds = limits.seconds
        if seconds is not None and not seconds > 0:  # also for NaN
            raise CallError(f"timeout is {seconds:g}: expected seconds above 0, or inf for none")
        if seconds == math.inf:
            limits = replace(limits, seconds=None)
        self._limits, self._stopped = limits, stopped
        header = self._header()
        with JournalWriter(self.path) as self._journal:
            recorded = self._journal.recorded
            if recorded is None:
                self._journal.append(header)
            else:
                _check_same_run(recorded, header)
                self._recorded = recorded.batches
            end = (recorded.end if recorded else None) or self._to_the_end()
        return Outcome(self.label, self.repetition, end.status, end.error, self.path)

    def _to_the_end(self) -> End:
        """Play the run, and return the last line of its journal."""
        status: Status = "done"
        error = trace = None
        try:
            self._play()
        except OutOfTime:
            status, error = "timeout", f"not finished after {self._limits.seconds:g} seconds"
        except MethodError as reason:
            status, error = "failed", plain_text(str(reason))
            trace = plain_text("\n".join(getattr(reason, "__notes__", ()))) or None
        finally:
            self._keep_output()
        if status != "timeout" and self._batches < len(self._recorded):
            raise self._does_not_repeat(f"the run went on here, now {error or 'it is done'}")
        before = sum(len(batch.architectures) for batch in self._recorded)
        evaluations = max(self._evaluated, before)
        end = End(status=status, evaluations=evaluations, error=error, traceback=trace)
        self._journal.append(end)
        return end

    def _keep_output(self) -> None:
        """Write what the entrant's process has printed beside the journal, if it is anything."""
        if self._output:
            write_atomically(self.path.with_suffix(".log"), self._output)

    def _append(self, batch: Batch) -> None:
        """Append a batch to the journal, unless it repeats one, and count it."""
        if self._batches >= len(self._recorded):
            self._journal.append(batch)
        self._batches += 1
        self._evaluated += len(batch.architectures)

    def _stop_if_asked(self) -> None:
        if self._stopped():
            raise RunInterrupted("stopped; run the same command again to continue")

    @property
    def _where(self) -> str:
        """The line of the journal that the next batch repeats."""
        return f"{self.path} line {self._batches + 2}"

    def _does_not_repeat(self, difference: str) -> JournalError:
        return JournalError(
            f"{self._where}: {self.label} does not repeat this run: {difference}. The method "
            f"draws from something else than problem.rng, or its code changed; {RESTART}"
        )


def _check_same_run(recorded: Journal, header: Header) -> None:
    """Raise a JournalError unless a journal is that of the run with this header."""
    before = recorded.header.identity()
    for key, now in header.identity().items():
        if before.get(key) != now:
            raise JournalError(
                f"{recorded.path} line 1: this run was made with {key} = {before.get(key)!r}, now "
                f"it is {now!r}; run with --restart to start it again"
            )
