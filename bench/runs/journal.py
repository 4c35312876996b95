"""Journals: records of runs as sealed JSON lines, to which lines are only appended.

The lines are a `header`, one `batch` per batch, and an `end` once the run is over. Every line ends
with `seal`, the first 16 hexadecimal digits of sha256(the seal before it + the line without its
seal), so that a changed, missing or duplicate line is found. A partial last line, which a killed
process leaves, is dropped. Journals of the first schema are read too (`bench.runs.schema_1`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from bench.errors import JournalError
from bench.runs.lines import Batch, End, Header, Line
from bench.runs.schema_1 import as_schema_2
from bench.schema import parse_model

__all__ = ["Journal", "parse_journal", "same_architectures", "sealed"]

L = TypeVar("L", bound=Line)

_BEGIN = b'{"kind":"header",'
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


def parse_journal(path: Path, content: bytes) -> Journal | None:
    """Return the journal with some content; None if that is empty or part of a first line.

    Parameters
    ----------
    path : Path
        The file, for messages.
    content : bytes
        What it has.

    Raises
    ------
    JournalError
        If it is no journal, a line was changed, is missing or duplicate, or header or end do not
        agree with the schema; the message names the line.
    """
    size = content.rfind(b"\n") + 1
    if not size and not content.startswith(_BEGIN[: len(content)]):
        raise JournalError(f"{path} line 1 is not a journal line; {_fix(path)}")
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


def sealed(before: str, line: Line) -> tuple[str, bytes]:
    """Return the seal of a line and its bytes in the file.

    Parameters
    ----------
    before : str
        Seal of the line before it; empty for the first.
    line : Line
        The line.
    """
    content = _canonical(line.content())
    seal = _seal(before, content)
    return seal, content[:-1] + _SEAL + seal.encode() + b'"}\n'


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
    return f"move {path.name} away and run again"
