"""The journals of a protocol's runs, read once and checked to be where their runs belong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from bench.errors import MixedProtocolsError, NoResultsError, ResultsError
from bench.protocol import AnyProtocol, SearchProtocol
from bench.runs.journal import Journal, read_journal

__all__ = ["Unfinished", "no_finished_run", "read_runs"]


@dataclass(frozen=True)
class Unfinished:
    """A run without a usable result, and why.

    Attributes
    ----------
    label : str
        Of the entrant.
    repetition : int, optional
        None where the protocol has none.
    status : str
        `failed`, `timeout`, `unfinished` or `not computed`.
    """

    label: str
    repetition: int | None
    status: str
    error: str


def read_runs(protocol: AnyProtocol, folder: Path) -> Iterator[Journal | Unfinished]:
    """Give the journal of each run that ended as done, and why each other one has no result.

    Parameters
    ----------
    protocol : SearchProtocol or RankingProtocol
    folder : Path
        Folder of all results.

    Raises
    ------
    NoResultsError
        If there is no journal.
    ResultsError
        If a journal is not where its run belongs, so that it might be counted twice or under
        another name.
    MixedProtocolsError
        If a journal belongs to another protocol id.
    JournalError
        If a journal is damaged.
    """
    home = protocol.home(folder)
    search = isinstance(protocol, SearchProtocol)
    paths = sorted(home.glob("*/*.jsonl" if search else "*.jsonl"))
    if not paths:
        raise _no_journal(protocol, folder)
    for path in paths:
        label, repetition = (path.parent.name, _number(path)) if search else (path.stem, None)
        journal = read_journal(path)
        if journal is not None:
            _check_place(protocol, folder, journal)
        if journal is None or journal.end is None:
            yield Unfinished(label, repetition, "unfinished", "it was stopped")
        elif journal.end.status != "done":
            yield Unfinished(label, repetition, journal.end.status, journal.end.error or "")
        else:
            yield journal


def no_finished_run(
    protocol: AnyProtocol, folder: Path, unfinished: list[Unfinished]
) -> NoResultsError:
    """Return the error that no run has a result, and why the first few have none."""
    reasons = "; ".join(
        f"{u.label}{'' if u.repetition is None else f' {u.repetition}'} {u.status}: {u.error}"
        for u in unfinished[:3]
    )
    return NoResultsError(f"no finished run of {protocol.label} in {folder}: {reasons}")


def _number(path: Path) -> int:
    if not re.fullmatch("[0-9]{3,}", path.stem):
        raise ResultsError(
            f"{path} is not named as a journal is: expected the number of a repetition, such as "
            f"000.jsonl; move it out of the folder of results"
        )
    return int(path.stem)


def _check_place(protocol: AnyProtocol, folder: Path, journal: Journal) -> None:
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
    others: list[str] = []
    if (folder / protocol.name).is_dir():
        others = sorted(p.name for p in (folder / protocol.name).iterdir() if p.is_dir())
    hint = f" (there are results of other ids: {', '.join(others)})" if others else ""
    return NoResultsError(
        f"no results of {protocol.label} in {folder}{hint}; make them with "
        f"`monas run {quote(protocol.spec)} --results {quote(str(folder))}`"
    )
