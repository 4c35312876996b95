"""Provenance: the code, settings, packages and machines of runs and of ranked entries.

The one module of the reports that reads the headers of journals.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bench.results.ranking import EntryResult
from bench.results.search import SearchResults

__all__ = [
    "EntryCode",
    "MethodCode",
    "Provenance",
    "entry_code",
    "entry_environment",
    "make_provenance",
]


@dataclass(frozen=True)
class MethodCode:
    """A version of a method's code and settings; a method has several if its runs differ.

    Attributes
    ----------
    method, version, source_sha256 : str
    settings : dict of str to str
        All settings that were in force, as JSON.
    from_protocol : frozenset of str
        Names of the settings that the protocol's roster sets.
    runs : int
        Finished runs of this code.
    """

    method: str
    version: str
    source_sha256: str
    settings: dict[str, str]
    from_protocol: frozenset[str]
    runs: int


@dataclass(frozen=True)
class Provenance:
    """The provenance of all finished runs of a protocol.

    Attributes
    ----------
    methods : tuple of MethodCode
    packages, commits, processors : tuple of (str, int)
        Text and number of runs, in the order of the text.
    """

    methods: tuple[MethodCode, ...]
    packages: tuple[tuple[str, int], ...]
    commits: tuple[tuple[str, int], ...]
    processors: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class EntryCode:
    """The source of an entry's scores, and the code and settings that made them.

    Attributes
    ----------
    source : str
        Name of one of the protocol's sources.
    scores : str
        The estimator, or the stored column: `column NAME`.
    version, source_sha256 : str, optional
        Of the estimator's code; None for a stored column.
    settings : dict of str to str
        All settings that were in force, as JSON.
    epochs : int, optional
        Number of epochs that the estimator saw; None for all of them.
    """

    source: str
    scores: str
    version: str | None
    source_sha256: str | None
    settings: dict[str, str]
    epochs: int | None


def make_provenance(results: SearchResults) -> Provenance:
    """Return the provenance of all finished runs of a protocol."""
    headers = [run.journal.header for run in results.runs]
    return Provenance(
        methods=tuple(_methods(results)),
        packages=_counted(_packages(header.packages) for header in headers),
        commits=_counted(_commit(header.git_commit, header.git_dirty) for header in headers),
        processors=_counted(_processor(header.processor, header.threads) for header in headers),
    )


def entry_code(entry: EntryResult) -> EntryCode:
    """Return the source, code and settings of a ranked entry."""
    subject = entry.subject
    return EntryCode(
        source=subject.source,
        scores=entry.header.spec or f"column {subject.column}",
        version=subject.version,
        source_sha256=subject.source_sha256,
        settings={name: json.dumps(value) for name, value in subject.settings.items()},
        epochs=subject.epochs,
    )


def entry_environment(entry: EntryResult) -> str:
    """Return the processor, the packages and the commit of a ranked entry, as a sentence."""
    header = entry.header
    return (
        f"{_processor(header.processor, header.threads)}; {_packages(header.packages)}; "
        f"{_commit(header.git_commit, header.git_dirty)}."
    )


def _methods(results: SearchResults) -> Iterable[MethodCode]:
    roster = {name: frozenset(e.settings) for name, e in results.protocol.entrants().items()}
    for method in results.methods:
        versions = Counter(
            (s.version or "", s.source_sha256 or "", json.dumps(s.settings, sort_keys=True))
            for s in (run.journal.header.subject for run in results.of(method))
        )
        for (version, source, settings), runs in sorted(versions.items()):
            yield MethodCode(
                method=method,
                version=version,
                source_sha256=source,
                settings={k: json.dumps(v) for k, v in json.loads(settings).items()},
                from_protocol=roster.get(method, frozenset()),
                runs=runs,
            )


def _packages(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))


def _commit(commit: str | None, dirty: bool | None) -> str:
    if commit is None:
        return "not a git checkout"
    return f"{commit[:12]} with uncommitted changes" if dirty else commit[:12]


def _processor(name: str, threads: int) -> str:
    return f"{name}, {threads} numeric thread(s)"


def _counted(texts: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(texts).items()))
