"""The entrants of a sweep: entries of rosters, or what a user names, each with its class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bench.entrants.estimator import find_estimator, registered_estimators
from bench.entrants.method import FoundMethod, find_method, registered_methods
from bench.entrants.registry import Found, require_own_name
from bench.errors import CallError, MonasError
from bench.protocol import AnyProtocol, SearchProtocol
from bench.protocol.search import SearchEntry
from bench.tasks.ranking.spec import Entry as RankingEntry

__all__ = ["AnyEntry", "Entrant", "entering", "found_for"]

AnyEntry = SearchEntry | RankingEntry


@dataclass(frozen=True)
class Entrant:
    """An entry and the class that it names.

    Attributes
    ----------
    entry : SearchEntry or Entry
    found : Found, optional
        None for a stored column.
    """

    entry: AnyEntry
    found: Found[Any] | None


def entering(protocol: AnyProtocol, named: Sequence[str], rosters: Sequence[str]) -> list[Entrant]:
    """Return who takes part, each once: what is named, or everybody of the rosters.

    Parameters
    ----------
    protocol : SearchProtocol or RankingProtocol
    named : sequence of str
        Labels of any roster, registered names or `file.py:Class`.
    rosters : sequence of str
        Names of rosters, all if empty; used when nothing is named.

    Raises
    ------
    CallError
        If a name is unknown or that of two classes, or what it names cannot take part.
    """
    known = protocol.entrants()
    chosen: dict[str, Entrant] = {}
    for spec in named or protocol.entrants(*rosters):
        entrant = _entrant(protocol, known.get(spec) or _visitor(protocol, spec))
        other = chosen.setdefault(entrant.entry.label, entrant)
        if other.found and entrant.found and other.found.spec != entrant.found.spec:
            raise CallError(
                f"{other.found.spec} and {entrant.found.spec} have the same name "
                f"{entrant.entry.label!r}; set another `name` in one of the classes"
            )
    return list(chosen.values())


def found_for(entry: AnyEntry) -> Found[Any] | None:
    """Return the class that an entry names, with the entry's label; None for a column."""
    if isinstance(entry, SearchEntry):
        return replace(find_method(entry.method), name=entry.label)
    return find_estimator(entry.spec) if entry.spec else None


def _entrant(protocol: AnyProtocol, entry: AnyEntry) -> Entrant:
    found = found_for(entry)
    if found is not None:
        key = "method" if isinstance(entry, SearchEntry) else "estimator"
        entry = entry.model_copy(update={key: found.spec})  # an absolute path, for other processes
        _check_settings(found, entry)  # a wrong one is found before any run
        if isinstance(protocol, SearchProtocol) and isinstance(found, FoundMethod):
            found.require(protocol.rules.task.space_kind, protocol.name)
    return Entrant(entry, found)


def _check_settings(found: Found[Any], entry: AnyEntry) -> None:
    try:
        found.entrant.effective_settings(entry.settings)
    except MonasError:
        raise
    except (Exception, SystemExit) as error:
        raise CallError(
            f"{found.spec}: its settings cannot be read: {type(error).__name__}: {error}"
        ) from error


def _visitor(protocol: AnyProtocol, spec: str) -> AnyEntry:
    """Return the entry of an entrant that is in no roster.

    Raises
    ------
    CallError
        If its name is another's, or a ranking has no source that suits it.
    """
    taken = [*protocol.entrants()]
    if isinstance(protocol, SearchProtocol):
        method = find_method(spec)
        require_own_name(method, [*registered_methods(), *taken], protocol.name)
        return SearchEntry(method=method.spec, name=method.name)
    estimator = find_estimator(spec)
    require_own_name(estimator, [*registered_estimators(), *taken], protocol.name)
    kind = "curves" if estimator.entrant.needs == "curves" else "networks"
    fitting = [name for name, s in protocol.rules.sources.items() if s.kind == kind]
    if not fitting:
        raise CallError(
            f"estimator {estimator.name!r} needs {kind}, and {protocol.name} has no source of "
            f"them: its sources are {', '.join(protocol.rules.sources)}"
        )
    return RankingEntry(label=estimator.name, source=fitting[0], estimator=estimator.spec)
