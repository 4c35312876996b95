"""Journals: records of runs as sealed JSON lines, to which lines are only appended.

The lines are a `header`, one `batch` per batch, and an `end` once the run is over. Every line ends
with `seal`, the first 16 hexadecimal digits of sha256(the seal before it + the line without its
seal), so that a changed, missing or duplicate line is found. A partial last line, which a killed
process leaves, is dropped. Journals of the first schema are read too (`bench.runs.schema_1`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, TypeVar

from bench.errors import CallError, JournalBusyError, JournalError
from bench.runs.lines import Batch, End, Header, Line
from bench.runs.schema_1 import as_schema_2
from bench.schema import parse_model

__all__ = ["Journal", "JournalWriter", "read_journal", "same_architectures"]

L = TypeVar("L", bound=Line)

_SEAL = b',"seal":"'  # what follows the content of a line


@dataclass(frozen=True)
class Journal:
    """A journal whose seals are right. Its batches are parsed when they are needed.

    Attributes
    ----------
    path : Path
        The file.
    header : Header
        The first line.
    lines : tuple of bytes
        The lines of the batches, without seals.
    end : End, optional
        The last line; None if the run is not over.
    seal : str
        Seal of the last whole line.
    size : int
        Number of bytes of the whole lines.
    """

    path: Path
    header: Header
    lines: tuple[bytes, ...]
    end: End | None
    seal: str
    size: int

    @cached_property
    def batches(self) -> tuple[Batch, ...]:
        """The batches.

        Raises
        ------
        JournalError
            If a line does not agree with the schema.
        """
        schema = self.header.schema_version
        return tuple(
            _parse(Batch, line, self.path, self.line_of(i), schema=schema)
            for i, line in enumerate(self.lines)
        )

    @property
    def architectures(self) -> list[tuple[float, ...]]:
        """The architectures of all batches, in order."""
        return [a for batch in self.batches for a in batch.architectures]

    def line_of(self, batch: int) -> int:
        """Return the number of the line, from 1, of a batch, counted from 0."""
        return batch + 2


def read_journal(path: Path) -> Journal | None:
    """Return the journal in a file; None without a file, or without a whole line in it.

    Raises
    ------
    JournalError
        If a line was changed, is missing or duplicate, or header or end do not agree with the
        schema; the message names the line.
    """
    if not path.exists():
        return None
    content = path.read_bytes()
    size = content.rfind(b"\n") + 1
    lines, seal = [], ""
    for number, line in enumerate(content[:size].splitlines(), start=1):
        body, found, claimed = line.rpartition(_SEAL)
        if not found:
            raise JournalError(f"{path} line {number} is not a journal line; {_fix(path)}")
        seal = _seal(seal, body + b"}")
        if claimed != seal.encode() + b'"}':
            raise JournalError(
                f"{path} line {number} does not follow from the lines before it: seal "
                f"{claimed.decode(errors='replace')[:16]}, expected {seal} (a line was changed, "
                f"removed or duplicated); {_fix(path)}"
            )
        lines.append(body + b"}")
    if not lines:
        return None
    header = _parse(Header, lines[0], path, 1)
    end = None
    if len(lines) > 1 and lines[-1].startswith(b'{"kind":"end",'):
        end = _parse(End, lines.pop(), path, len(lines) + 1, schema=header.schema_version)
    return Journal(path, header, tuple(lines[1:]), end, seal, size)


class JournalWriter:
    """Appends lines to a journal that no other process writes; use it as a context manager.

    Parameters
    ----------
    path : Path
        The file.
    continued : Journal, optional
        The journal in the file, if there is one; a partial line after it is removed.

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
        """Write a line; when this returns, the operating system has it."""
        content = _canonical(line.content())
        self._seal = _seal(self._seal, content)
        self._file.write(content[:-1] + _SEAL + self._seal.encode() + b'"}\n')
        self._file.flush()

    def __enter__(self) -> JournalWriter:
        return self

    def __exit__(self, *_: object) -> None:
        os.fsync(self._file.fileno())
        self._file.close()


def same_architectures(
    asked: Sequence[Sequence[float]], recorded: Sequence[Sequence[float]]
) -> str | None:
    """Return the first difference between two lists of architectures in words; None if equal.

    Parameters
    ----------
    asked : sequence of architectures
        Those of this run.
    recorded : sequence of architectures
        Those of a journal.
    """
    for index, (mine, theirs) in enumerate(zip(asked, recorded, strict=False)):
        if tuple(mine) != tuple(theirs):
            return f"candidate {index}: asked {list(mine)}, recorded {list(theirs)}"
    if len(asked) != len(recorded):
        return f"asked {len(asked)} candidates, recorded {len(recorded)}"
    return None


def _parse(model: type[L], line: bytes, path: Path, number: int, *, schema: int | None = None) -> L:
    """Return a line as a model; a header says itself which schema it has."""
    where = f"{path} line {number}"
    try:
        content = json.loads(line, object_pairs_hook=_distinct)
        if (schema or content.get("schema_version")) == 1:
            content = as_schema_2(content)
        return parse_model(model, content, where, JournalError)
    except (ValueError, AttributeError, RecursionError):  # no JSON, no object, or nested too deeply
        raise JournalError(f"{where} is not a journal line; {_fix(path)}") from None
    except JournalError as error:
        raise JournalError(f"{error}; {_fix(path)}") from None


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; a key that is there twice is a ValueError."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _canonical(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, separators=(",", ":"), ensure_ascii=True).encode()


def _seal(before: str, content: bytes) -> str:
    return sha256(before.encode() + content).hexdigest()[:16]


def _fix(path: Path) -> str:
    return f"remove {path.name} and run again"


def _lock(file: IO[bytes], path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # not a POSIX system, which cannot lock files this way
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise JournalBusyError(
            f"{path} is being written by another process; wait for it or stop it"
        ) from None
