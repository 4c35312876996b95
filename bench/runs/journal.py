"""The record of a run: JSON lines that are only ever appended to, each sealed to those before it.

Lines: a `header`, one `batch` for every batch, and an `end` once the run is over. Each line carries
`seal`, the first 16 hex digits of sha256(the seal before it + the line without its seal), so a
changed, missing or doubled line is found by its number. What a killed process left of an
unfinished last line is dropped. Journals of the first schema are read as if they were of this one
(`bench.runs.schema_1`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO, Any, TypeVar

from bench.errors import CallError, JournalBusyError, JournalError
from bench.runs.lines import SCHEMA, Batch, End, Header, Line
from bench.runs.schema_1 import as_schema_2
from bench.schema import parse_model

__all__ = ["Journal", "JournalWriter", "fix", "read_journal", "same_architectures"]

L = TypeVar("L", bound=Line)


@dataclass(frozen=True)
class Journal:
    """A journal as read: what its lines say, and where the whole lines end.

    Attributes
    ----------
    seal : str
        Of the last whole line.
    size : int
        Bytes up to the end of the last whole line.
    """

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
        """Return the number of the line, from 1, of batch `batch`, from 0."""
        return batch + 2


def read_journal(path: Path) -> Journal | None:
    """Return the journal at `path`; None if there is no file, or no whole header in it.

    Raises
    ------
    JournalError
        If a line was changed, is missing or doubled, or breaks the schema; the message names it.
    """
    if not path.exists():
        return None
    lines, seal, size = _read_sealed(path)
    if not lines:
        return None
    schema = lines[0].get("schema_version")
    header, *rest = lines if schema == SCHEMA else as_schema_2(lines)
    batches: list[Batch] = []
    end: End | None = None
    parsed = _parse(path, 1, header, Header)
    for number, line in enumerate(rest, start=2):
        if line.get("kind") == "batch":
            batches.append(_parse(path, number, line, Batch))
        else:
            end = _parse(path, number, line, End)
    return Journal(path, parsed, tuple(batches), end, seal, size)


def _parse(path: Path, number: int, line: dict[str, Any], model: type[L]) -> L:
    try:
        return parse_model(model, line, f"{path} line {number}", JournalError)
    except JournalError as error:
        raise JournalError(f"{error}; {fix(path)}") from None


def _read_sealed(path: Path) -> tuple[list[dict[str, Any]], str, int]:
    """Return the whole lines without their seals, the last seal, and the bytes of these lines."""
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
            raise JournalError(f"{where} is not a journal line; {fix(path)}") from None
        seal = _seal(seal, entry)
        if claimed != seal:
            raise JournalError(
                f"{where} does not follow from the lines before it: seal {claimed}, expected "
                f"{seal} (a line was changed, removed or doubled); {fix(path)}"
            )
        lines.append(entry)
    return lines, seal, size


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

    def append(self, line: Line) -> None:
        """Write one line and hand it to the operating system before returning."""
        entry = line.content()
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


def fix(path: Path) -> str:
    """Return what to do about a damaged journal, in words."""
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
    """Return the first difference between two lists of architectures in words; None if equal.

    Parameters
    ----------
    asked, recorded : sequence of sequence of float
        One architecture each.
    """
    for index, (mine, theirs) in enumerate(zip(asked, recorded, strict=False)):
        if tuple(mine) != tuple(theirs):
            return f"candidate {index}: asked {list(mine)}, recorded {list(theirs)}"
    if len(asked) != len(recorded):
        return f"asked {len(asked)} candidates, recorded {len(recorded)}"
    return None
