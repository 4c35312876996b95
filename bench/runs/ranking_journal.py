"""The record of one entry: a header, the scores that were measured, and how it ended.

Sealed like the journal of a run (`bench.runs.journal`). Scores that follow from a pinned table
are not written down: results compute them again, and the journal says who took part, with which
code.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bench.runs.journal import Line, Sealed, Status, read_sealed

__all__ = ["EntryEnd", "EntryHeader", "EntryJournal", "ScoreLine", "read_entry"]

SCHEMA = 1


class EntryHeader(Line):
    """Who was ranked, with which code, on which machine.

    Attributes
    ----------
    estimator : str, optional
        What finds it again: its registered name or `/path/to/file.py:Class`; none for a stored
        column.
    """

    kind: Literal["header"] = "header"
    schema_version: int = SCHEMA
    protocol: str
    protocol_id: str
    label: str
    source: str
    column: str | None
    sign: int
    estimator: str | None
    estimator_version: str | None
    settings: dict[str, Any]
    epochs: int | None
    source_sha256: str | None
    packages: dict[str, str]
    git_commit: str | None
    git_dirty: bool | None
    processor: str
    threads: int
    device: str | None

    def identity(self) -> dict[str, Any]:
        """Return what must be the same for the record to be continued."""
        where = {"packages", "git_commit", "git_dirty", "processor", "threads", "device", "kind"}
        return self.model_dump(exclude=where | {"estimator"})


class ScoreLine(Line):
    """Architectures measured together.

    Attributes
    ----------
    scores : tuple of tuple of float
        One number for each architecture, of a combined estimator one for each of its parts; null
        where there is none.
    seconds : tuple of float
        Of the wall clock, for each architecture.
    """

    kind: Literal["scores"] = "scores"
    number: int
    architectures: tuple[tuple[int, ...], ...]
    scores: tuple[tuple[float | None, ...], ...]
    seconds: tuple[float, ...]


class EntryEnd(Line):
    """How it ended; `error` says why not as `done`."""

    kind: Literal["end"] = "end"
    status: Status
    architectures: int
    error: str | None = None


@dataclass(frozen=True)
class EntryJournal:
    """A record as read."""

    path: Path
    header: EntryHeader
    lines: tuple[ScoreLine, ...]
    end: EntryEnd | None
    sealed: Sealed

    @property
    def architectures(self) -> list[tuple[int, ...]]:
        """Every architecture measured, in order."""
        return [a for line in self.lines for a in line.architectures]


def read_entry(path: Path) -> EntryJournal | None:
    """Return the record at `path`, or None if there is none with even a whole header.

    Raises
    ------
    JournalError
        If a line was changed, is missing or doubled, or breaks the schema; the message names it.
    """
    if not path.exists():
        return None
    sealed = read_sealed(path)
    if not sealed.lines:
        return None
    lines: list[ScoreLine] = []
    end: EntryEnd | None = None
    header = sealed.parse(0, EntryHeader)
    for place in range(1, len(sealed.lines)):
        if sealed.lines[place].get("kind") == "scores":
            lines.append(sealed.parse(place, ScoreLine))
        else:
            end = sealed.parse(place, EntryEnd)
    return EntryJournal(path, header, tuple(lines), end, sealed)
