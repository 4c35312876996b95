"""The record of a run: JSON lines that are only ever appended to, each sealed to those before it.

Lines: a `header`, one `batch` for every batch, and an `end` once the run is over. Each line carries
`seal`, the first 16 hex digits of sha256(the seal before it + the line without its seal), so a
changed, missing or doubled line is found by its number. What a killed process left of an
unfinished last line is dropped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bench.errors import CallError, JournalBusyError, JournalError

__all__ = [
    "Batch",
    "End",
    "Header",
    "Journal",
    "JournalWriter",
    "read_journal",
    "same_architectures",
]

SCHEMA = 1
Status = Literal["done", "failed", "timeout"]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Header(_Line):
    """Who ran what, with which code, on which machine."""

    kind: Literal["header"] = "header"
    schema_version: int = SCHEMA
    protocol: str
    protocol_id: str
    method: str
    method_version: str
    settings: dict[str, Any]
    source_sha256: str
    repetition: int
    packages: dict[str, str]
    git_commit: str | None
    git_dirty: bool | None
    processor: str
    threads: int

    def identity(self) -> dict[str, Any]:
        """Return what must be the same for a run to be continued."""
        keys = {"protocol_id", "method", "method_version", "settings", "source_sha256",
                "repetition", "schema_version"}  # fmt: skip
        return self.model_dump(include=keys)


class Batch(_Line):
    """Architectures evaluated together: objectives [n, m], cost [n] in simulated seconds.

    `number` counts batches from 0; batch 0 holds the initial designs. `cheap_queries` counts the
    free look-ups made until this batch was asked for.
    """

    kind: Literal["batch"] = "batch"
    number: int
    architectures: tuple[tuple[int, ...], ...]
    objectives: tuple[tuple[float, ...], ...]
    cost_seconds: tuple[float, ...]
    cheap_queries: int
    ask_seconds: float
    tell_seconds: float


class End(_Line):
    """How the run ended; `error` says why it did not end as `done`."""

    kind: Literal["end"] = "end"
    status: Status
    evaluations: int
    error: str | None = None


@dataclass(frozen=True)
class Journal:
    """A journal as read: what its lines say, and where the whole lines end."""

    path: Path
    header: Header
    batches: tuple[Batch, ...]
    end: End | None
    seal: str
    size: int

    @property
    def architectures(self) -> list[tuple[int, ...]]:
        """Every architecture evaluated, in order."""
        return [a for batch in self.batches for a in batch.architectures]

    def line_of(self, batch: int) -> int:
        """Return the line number, from 1, that batch `batch` stands on."""
        return batch + 2


def read_journal(path: Path) -> Journal | None:
    """Return the journal at `path`, or None if it does not hold even a whole header.

    Raises
    ------
    JournalError
        If a line was changed, is missing or doubled, or breaks the schema; the message names it.
    """
    content = path.read_bytes()
    size = content.rfind(b"\n") + 1
    seal = ""
    header: Header | None = None
    batches: list[Batch] = []
    end: End | None = None
    for number, line in enumerate(content[:size].splitlines(), start=1):
        where = f"{path} line {number}"
        try:
            entry = json.loads(line)
            claimed = entry.pop("seal")
        except (ValueError, KeyError, AttributeError, TypeError):
            raise JournalError(f"{where} is not a journal line; {_mend(path)}") from None
        seal = _seal(seal, entry)
        if claimed != seal:
            raise JournalError(
                f"{where} does not follow from the lines before it: seal {claimed}, expected "
                f"{seal} (a line was changed, removed or doubled); {_mend(path)}"
            )
        try:
            if header is None:
                header = Header.model_validate(entry)
            elif entry.get("kind") == "batch":
                batches.append(Batch.model_validate(entry))
            else:
                end = End.model_validate(entry)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(p) for p in first["loc"])
            raise JournalError(f"{where}, {key}: {first['msg']}; {_mend(path)}") from None
    if header is None:
        return None
    return Journal(path, header, tuple(batches), end, seal, size)


class JournalWriter:
    """Appends lines to one journal, alone; use it as a context manager.

    Parameters
    ----------
    path : Path
    continued : Journal, optional
        What is already there; anything behind its last whole line is cut off.

    Raises
    ------
    JournalBusyError
        If another process has the journal open.
    CallError
        If the file cannot be written.
    """

    def __init__(self, path: Path, continued: Journal | None = None) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: IO[bytes] = path.open("ab")
        except OSError as error:
            raise CallError(
                f"cannot write {path}: {error.strerror}; choose another folder with --results"
            ) from None
        _lock(self._file, path)
        self._seal = continued.seal if continued else ""
        self._file.truncate(continued.size if continued else 0)

    def append(self, line: Header | Batch | End) -> None:
        """Write one line and hand it to the operating system before returning."""
        entry = line.model_dump(mode="json")
        self._seal = _seal(self._seal, entry)
        self._file.write(_canonical(entry | {"seal": self._seal}) + b"\n")
        self._file.flush()

    def __enter__(self) -> JournalWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.fsync(self._file.fileno())
        self._file.close()


def _canonical(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, separators=(",", ":"), ensure_ascii=True).encode()


def _seal(before: str, entry: dict[str, Any]) -> str:
    return sha256(before.encode() + _canonical(entry)).hexdigest()[:16]


def _mend(path: Path) -> str:
    return f"remove {path.name} and run again"


def _lock(file: IO[bytes], path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # not a POSIX system: nothing keeps two processes apart there
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise JournalBusyError(
            f"{path} is being written by another process; wait for it or stop it"
        ) from None


def same_architectures(
    asked: Sequence[Sequence[int]], recorded: Sequence[Sequence[int]]
) -> str | None:
    """Return None when both are alike, else the first difference in words."""
    for place, (mine, theirs) in enumerate(zip(asked, recorded, strict=False)):
        if tuple(mine) != tuple(theirs):
            return f"candidate {place}: asked {list(mine)}, recorded {list(theirs)}"
    if len(asked) != len(recorded):
        return f"asked {len(asked)} candidates, recorded {len(recorded)}"
    return None
