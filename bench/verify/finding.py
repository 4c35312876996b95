"""Journals below some paths, each with its protocol and its folder of results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bench.errors import CallError, JournalError, MonasError, ResultsError
from bench.protocol import AnyProtocol, load_protocol, read_lock
from bench.results.reading import check_path
from bench.results.rules import check_rules
from bench.runs.journal import Journal
from bench.runs.journal_file import read_journal

__all__ = ["Found", "find_journals"]


@dataclass(frozen=True)
class Found:
    """A file that is named as a journal.

    Attributes
    ----------
    path : Path
        The file, as an absolute path.
    protocol : AnyProtocol, optional
        Its protocol; None if it is not known.
    results : Path, optional
        The folder of results that it is in; None without a protocol.
    journal : Journal, optional
        The journal; None if it was refused.
    refused : str
        Why it is no journal of a run of the protocol; empty if nothing was found yet.
    """

    path: Path
    protocol: AnyProtocol | None = None
    results: Path | None = None
    journal: Journal | None = None
    refused: str = ""


def find_journals(paths: Sequence[Path], protocols: Sequence[AnyProtocol]) -> list[Found]:
    """Return all journals in files and folders, read and checked against their protocol's rules.

    Parameters
    ----------
    paths : sequence of Path
        Journals, or folders with journals below them: a folder of results, or a part of one.
    protocols : sequence of SearchProtocol or RankingProtocol
        Protocols besides the released ones, which are found by the id in a journal.

    Raises
    ------
    CallError
        If a path does not exist, or there is no journal.
    """
    files: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise CallError(f"no such file or folder: {path}")
        found = sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
        files |= dict.fromkeys(each.parent.resolve() / each.name for each in found)
    if not files:
        raise CallError(f"no journal in {', '.join(map(str, paths))}; expected files *.jsonl")
    known = {protocol.id: protocol for protocol in protocols}
    return [_read(path, known) for path in files]


def _read(path: Path, known: dict[str, AnyProtocol]) -> Found:
    protocol = results = None
    try:
        journal = read_journal(path)
        if journal is None:
            raise JournalError(f"{path} has no whole line; remove it")
        protocol = _protocol_of(journal, known)
        # NAME/ID/LABEL/REPETITION.jsonl, or NAME/ID/LABEL.jsonl
        depth = 2 if protocol.repetitions is None else 3
        results = path.parents[min(depth, len(path.parents) - 1)]
        check_path(protocol, results, journal)
        check_rules(protocol, journal)
        return Found(path, protocol, results, journal)
    except MonasError as error:
        return Found(path, protocol, results, refused=str(error))


def _protocol_of(journal: Journal, known: dict[str, AnyProtocol]) -> AnyProtocol:
    """Return the protocol with the id that a journal has; no file that it names is read."""
    wanted = journal.header.protocol_id
    name = next((name for name, digest in read_lock().items() if digest == wanted), None)
    if wanted in known:
        return known[wanted]
    if name is not None:
        return _released(name)
    raise ResultsError(
        f"{journal.path} line 1: protocol {journal.header.protocol} {wanted[:12]} is not a "
        f"released one; name its file with --protocol"
    )


@lru_cache
def _released(name: str) -> AnyProtocol:
    return load_protocol(name)
