"""Which code, settings, packages and machines the runs came from, as their headers say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bench.results.search import SearchResults

__all__ = ["Entrant", "Provenance", "make_provenance"]


@dataclass(frozen=True)
class Entrant:
    """One state of a method's code and settings; a method has several if its runs differ.

    Attributes
    ----------
    settings : dict of str to str
        All that were in force, as JSON.
    from_protocol : frozenset of str
        Names of those that the protocol's roster sets.
    runs : int
        Finished runs made with it.
    """

    method: str
    version: str
    source_sha256: str
    settings: dict[str, str]
    from_protocol: frozenset[str]
    runs: int


@dataclass(frozen=True)
class Provenance:
    """Entrants, and how many finished runs each environment has.

    Attributes
    ----------
    packages, commits, processors : tuple of (str, int)
        Text and number of runs, by text.
    """

    entrants: tuple[Entrant, ...]
    packages: tuple[tuple[str, int], ...]
    commits: tuple[tuple[str, int], ...]
    processors: tuple[tuple[str, int], ...]


def make_provenance(results: SearchResults) -> Provenance:
    """Return the provenance of all finished runs of a protocol."""
    headers = [run.journal.header for run in results.runs]
    return Provenance(
        entrants=tuple(_entrants(results)),
        packages=_counted(
            ", ".join(f"{name} {version}" for name, version in sorted(h.packages.items()))
            for h in headers
        ),
        commits=_counted(_commit(h.git_commit, h.git_dirty) for h in headers),
        processors=_counted(f"{h.processor}, {h.threads} numeric thread(s)" for h in headers),
    )


def _entrants(results: SearchResults) -> Iterable[Entrant]:
    roster = {name: frozenset(e.settings) for name, e in results.protocol.entrants().items()}
    for method in results.methods:
        states = Counter(
            (s.version or "", s.source_sha256 or "", json.dumps(s.settings, sort_keys=True))
            for s in (run.journal.header.subject for run in results.of(method))
        )
        for (version, source, settings), runs in sorted(states.items()):
            yield Entrant(
                method=method,
                version=version,
                source_sha256=source,
                settings={k: json.dumps(v) for k, v in json.loads(settings).items()},
                from_protocol=roster.get(method, frozenset()),
                runs=runs,
            )


def _commit(commit: str | None, dirty: bool | None) -> str:
    if commit is None:
        return "not a git checkout"
    return f"{commit[:12]} with uncommitted changes" if dirty else commit[:12]


def _counted(texts: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(texts).items()))
