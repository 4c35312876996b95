"""One run: an entrant of a protocol, recorded in a journal and continued from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import __version__
from bench.entrants.registry import Found
from bench.errors import CallError, JournalError, MethodError, RunInterrupted
from bench.protocol.base import Protocol
from bench.runs.clock import Clock, OutOfTime
from bench.runs.environment import environment
from bench.runs.journal import Journal, JournalWriter, read_journal
from bench.runs.lines import End, Header, Status, Subject

__all__ = ["Outcome", "Run"]


@dataclass(frozen=True)
class Outcome:
    """How a run ended, and where its journal is.

    Attributes
    ----------
    label : str
        Of the entrant.
    repetition : int, optional
        None where a protocol has none.
    has_end : bool
        Whether the journal has its closing line; a run that could not be begun or continued has
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
        number = "" if self.repetition is None else f" repetition {self.repetition}"
        return f"{self.label}{number}"


class Run(ABC):
    """A run that is played to its end, or continued from its journal.

    Parameters
    ----------
    protocol : Protocol
    found : Found, optional
        The entrant's class; None for a stored column.
    label : str
        Of the entrant in the protocol.
    repetition : int, optional
        Number of the run, from 0; None where the protocol has none.
    results : Path
        Folder of all results.
    """

    def __init__(
        self,
        protocol: Protocol[Any, Any],
        found: Found[Any] | None,
        label: str,
        repetition: int | None,
        results: Path,
    ) -> None:
        self._protocol, self._found = protocol, found
        self.label, self.repetition = label, repetition
        self.path = protocol.journal_path(results, label, repetition)
        # Set while the run is played.
        self._recorded: Journal | None = None
        self._journal: JournalWriter
        self._clock = Clock(None)
        self._stopped: Callable[[], bool] = lambda: False

    @abstractmethod
    def subject(self) -> Subject:
        """Return who is run, with which settings and code."""

    @abstractmethod
    def _to_the_end(self) -> None:
        """Play what is not in the journal yet, and append it.

        Raises
        ------
        MethodError
            If the entrant raised or broke its contract.
        """

    @abstractmethod
    def _evaluations(self) -> int:
        """Return how many architectures the journal has now."""

    @abstractmethod
    def _check_repeated(self, error: str | None) -> None:
        """Raise a JournalError unless all that the journal holds was repeated.

        Parameters
        ----------
        error : str, optional
            What ended the run.
        """

    def header(self) -> Header:
        """Return the first line of the journal, as this process would write it."""
        return Header(
            suite_version=__version__,
            protocol=self._protocol.name,
            protocol_id=self._protocol.id,
            subject=self.subject(),
            spec=self._found.spec if self._found else None,
            **environment(),
        )

    def play(
        self, *, timeout: float | None = None, stopped: Callable[[], bool] = lambda: False
    ) -> Outcome:
        """Play the run to its end, or continue it from its journal.

        Parameters
        ----------
        timeout : float, optional
            Wall-clock seconds after which the run ends with status `timeout`; infinity is no limit.
        stopped : callable
            Asked before every batch; when true the run stops there.

        Returns
        -------
        Outcome
            With status `failed` if the entrant raised or broke its contract; the reason is in
            `error` and in the journal.

        Raises
        ------
        CallError
            If the timeout is not above 0.
        JournalError
            If there is a journal already and it is damaged, or the entrant does not repeat it.
        RunInterrupted
            If `stopped` became true; the journal can be continued.
        """
        if timeout is not None and not timeout > 0:  # NaN is neither
            raise CallError(f"timeout is {timeout:g}: expected seconds above 0, or inf for none")
        self._stopped = stopped
        self._recorded = recorded = read_journal(self.path)
        header = self.header()
        if recorded:
            _check_same_run(recorded, header)
            if recorded.end:
                return self._outcome(recorded.end.status, recorded.end.error)
        status: Status = "done"
        error = None
        with JournalWriter(self.path, recorded) as self._journal:
            if recorded is None:
                self._journal.append(header)
            try:
                with Clock(timeout) as self._clock:
                    self._to_the_end()
            except OutOfTime:
                status, error = "timeout", f"not finished after {timeout:g} seconds"
            except MethodError as reason:
                status, error = "failed", str(reason)
            if status != "timeout":
                self._check_repeated(error)
            self._journal.append(End(status=status, evaluations=self._evaluations(), error=error))
        return self._outcome(status, error)

    def _outcome(self, status: Status, error: str | None) -> Outcome:
        return Outcome(self.label, self.repetition, status, error, self.path)

    def _stop_if_asked(self) -> None:
        if self._stopped():
            raise RunInterrupted("stopped; run the same command again to continue")


def _check_same_run(recorded: Journal, header: Header) -> None:
    theirs = recorded.header.identity()
    for key, value in header.identity().items():
        if theirs.get(key) != value:
            raise JournalError(
                f"{recorded.path} line 1: this run was made with {key} = {theirs.get(key)!r}, now "
                f"it is {value!r}; run with --restart to start it again"
            )
