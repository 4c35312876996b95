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
from typing import IO, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bench.errors import CallError, JournalBusyError, JournalError

__all__ = [
    "Batch",
    "End",
    "Header",
    "Journal",
    "JournalWriter",
    "Line",
    "Sealed",
    "Status",
    "read_journal",
    "read_sealed",
    "same_architectures",
]

SCHEMA = 1
Status = Literal["done", "failed", "timeout"]
L = TypeVar("L", bound="Line")


class Line(BaseModel):
    """One line of a sealed file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Header(Line):
    """Who ran what, with which code, on which machine.

    `method` is the name the run goes by; a variant's own method is `variant_of`.
    """

    kind: Literal["header"] = "header"
    schema_version: int = SCHEMA
    protocol: str
    protocol_id: str
    method: str
    variant_of: str | None = None
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


class Batch(Line):
    """Architectures evaluated together: objectives [n, m], cost [n] in simulated seconds.

    Architectures are integers in a finite space and floats in a box, which are read as they were
    written, to the last bit.

    `number` counts batches from 0; batch 0 holds the initial designs, if the protocol has any.
    `cheap_queries` counts the free look-ups made until this batch was asked for, and
    `estimate_seconds` what stored estimates had cost by then. If more were bought afterwards, with
    nothing asked for, a last batch without architectures says what all had cost.
    """

    kind: Literal["batch"] = "batch"
    number: int
    architectures: tuple[tuple[int | float, ...], ...]
    objectives: tuple[tuple[float, ...], ...]
    cost_seconds: tuple[float, ...]
    cheap_queries: int
    estimate_seconds: float = 0.0
    ask_seconds: float
    tell_seconds: float


class End(Line):
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
    def architectures(self) -> list[tuple[float, ...]]:
        """Every architecture evaluated, in order."""
        return [a for batch in self.batches for a in batch.architectures]

    def line_of(self, batch: int) -> int:
        """Return the line number, from 1, that batch `batch` stands on."""
        return batch + 2


@dataclass(frozen=True)
class Sealed:
    """The whole lines of a sealed file.

    Attributes
    ----------
    lines : tuple of dict
        Content of each, its seal left out.
    seal : str
        The last one; empty if there is no line.
    size : int
        Bytes up to the end of the last whole line.
    """

    path: Path
    lines: tuple[dict[str, Any], ...]
    seal: str
    size: int

    def parse(self, place: int, model: type[L]) -> L:
        """Return line `place`, counted from 0, as what it should be.

        Raises
        ------
        JournalError
            If it breaks the schema; the message names line and key.
        """
        try:
            return model.model_validate(self.lines[place])
        except ValidationError as error:
            first = error.errors()[0]
            where = f"{self.path} line {place + 1}, {'.'.join(str(p) for p in first['loc'])}"
            raise JournalError(f"{where}: {first['msg']}; {_mend(self.path)}") from None


def read_sealed(path: Path) -> Sealed:
    """Return the whole lines of the file at `path`, their seals checked.

    Raises
    ------
    JournalError
        If a line was changed, is missing or doubled; the message names it.
    """
    content = path.read_bytes()
    size = content.rfind(b"\n") + 1
    seal = ""
    lines = []
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
        lines.append(entry)
    return Sealed(path, tuple(lines), seal, size)


def read_journal(path: Path) -> Journal | None:
    """Return the journal at `path`, or None if it does not hold even a whole header.

    Raises
    ------
    JournalError
        If a line was changed, is missing or doubled, or breaks the schema; the message names it.
    """
    sealed = read_sealed(path)
    if not sealed.lines:
        return None
    batches: list[Batch] = []
    end: End | None = None
    header = sealed.parse(0, Header)
    for place in range(1, len(sealed.lines)):
        if sealed.lines[place].get("kind") == "batch":
            batches.append(sealed.parse(place, Batch))
        else:
            end = sealed.parse(place, End)
    return Journal(path, header, tuple(batches), end, sealed.seal, sealed.size)


class JournalWriter:
    """Appends lines to one journal, alone; use it as a context manager.

    Parameters
    ----------
    path : Path
    continued : Journal or Sealed, optional
        What is already there; anything behind its last whole line is cut off.

    Raises
    ------
    JournalBusyError
        If another process has the journal open.
    CallError
        If the file cannot be written.
    """

    def __init__(self, path: Path, continued: Journal | Sealed | None = None) -> None:
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

    def append(self, line: Line) -> None:
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
    asked: Sequence[Sequence[float]], recorded: Sequence[Sequence[float]]
) -> str | None:
    """Return None when both are alike, else the first difference in words."""
    for place, (mine, theirs) in enumerate(zip(asked, recorded, strict=False)):
        if tuple(mine) != tuple(theirs):
            return f"candidate {place}: asked {list(mine)}, recorded {list(theirs)}"
    if len(asked) != len(recorded):
        return f"asked {len(asked)} candidates, recorded {len(recorded)}"
    return None
