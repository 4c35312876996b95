"""Reading of a protocol's journals, each with the path of its run and by the rules of its protocol.

The rules are those of `bench.results.rules`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.errors import MixedProtocolsError, NoResultsError, ResultsError, command
from bench.players.host import printable
from bench.protocol import AnyProtocol
from bench.results.rules import check_rules
from bench.runs.journal import Journal
from bench.runs.journal_file import read_journal

__all__ = ["Unfinished", "check_path", "no_finished_run", "read_runs"]


@dataclass(frozen=True)
class Unfinished:
    """A run that is not done, and the reason.

    Attributes
    ----------
    label : str
        Label of the entrant.
    repetition : int, optional
        Number of the run, from 0; None if the protocol has no repetitions.
    status : str
        `failed`, `timeout`, `unfinished` or `not computed`.
    error : str
        The reason.
    journal : Journal, optional
        What the run did before it failed or timed out; None if it was stopped.
    """

    label: str
    repetition: int | None
    status: str
    error: str
    journal: Journal | None = None

    @property
    def title(self) -> str:
        """The run in words."""
        return self.label + ("" if self.repetition is None else f" {self.repetition}")


def read_runs(protocol: AnyProtocol, folder: Path) -> Iterator[Journal | Unfinished]:
    """Yield the journal of each run with status `done`, and the reason for each other run.

    Parameters
    ----------
    protocol : SearchProtocol or RankingProtocol
        The protocol.
    folder : Path
        Folder of all results.

    Raises
    ------
    NoResultsError
        If there is no journal.
    ResultsError
        If a journal does not have the path of its run: it could be counted twice, or under another
        name. Or if one of its lines cannot be one of the run.
    MixedProtocolsError
        If a journal belongs to another protocol id.
    JournalError
        If a journal is damaged.
    """
    numbered = protocol.repetitions is not None
    paths = sorted(protocol.home(folder).glob("*/*.jsonl" if numbered else "*.jsonl"))
    if not paths:
        raise _no_journal(protocol, folder)
    for path in paths:
        label, number = (path.parent.name, _number(path)) if numbered else (path.stem, None)
        journal = read_journal(path)
        if journal is not None:
            check_path(protocol, folder, journal)
            check_rules(protocol, journal)
        if journal is None or journal.end is None:
            yield Unfinished(label, number, "unfinished", "it was stopped")
        elif journal.end.status != "done":
            error = printable(journal.end.error or "")
            yield Unfinished(label, number, journal.end.status, error, journal)
        else:
            yield journal


def no_finished_run(
    protocol: AnyProtocol, folder: Path, unfinished: list[Unfinished]
) -> NoResultsError:
    """Return the error for results without a finished run.

    Parameters
    ----------
    protocol : SearchProtocol or RankingProtocol
        The protocol.
    folder : Path
        Folder of all results.
    unfinished : list of Unfinished
        The runs; the message has the reasons of the first few.
    """
    reasons = "; ".join(f"{run.title} {run.status}: {run.error}" for run in unfinished[:3])
    return NoResultsError(f"no finished run of {protocol.label} in {folder}: {reasons}")


def _number(path: Path) -> int:
    if not re.fullmatch("[0-9]{3,}", path.stem):
        raise ResultsError(
            f"{path} is not named as a journal is: expected the number of a repetition, such as "
            f"000.jsonl; move it out of the folder of results"
        )
    return int(path.stem)


def check_path(protocol: AnyProtocol, folder: Path, journal: Journal) -> None:
    """Raise an error unless a journal is one of the protocol and has the path of its run.

    Parameters
    ----------
    protocol : SearchProtocol or RankingProtocol
        The protocol.
    folder : Path
        Folder of all results.
    journal : Journal
        The journal.

    Raises
    ------
    MixedProtocolsError
        If it belongs to another protocol id.
    ResultsError
        If it belongs at another path.
    """
    path, header, subject = journal.path, journal.header, journal.header.subject
    if header.protocol_id != protocol.id:
        raise MixedProtocolsError(
            f"{path} belongs to protocol {header.protocol} {header.protocol_id[:12]}, not to "
            f"{protocol.label}; results of different protocols are never mixed: move it to its "
            f"own folder"
        )
    expected = protocol.journal_path(folder, subject.name, subject.repetition)
    if path != expected:
        number = "" if subject.repetition is None else f" repetition {subject.repetition}"
        raise ResultsError(
            f"{path} is the journal of {subject.name}{number}, which belongs at {expected}; move "
            f"it there, or out of the folder of results if it is a copy"
        )


def _no_journal(protocol: AnyProtocol, folder: Path) -> NoResultsError:
    others = sorted(path.name for path in (folder / protocol.name).glob("*/"))
    hint = f" (there are results of other ids: {', '.join(others)})" if others else ""
    return NoResultsError(
        f"no results of {protocol.label} in {folder}{hint}; make them with "
        f"{command('monas', 'run', protocol.spec, '--results', folder)}"
    )
