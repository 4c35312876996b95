"""The entrants of a sweep: entries of rosters, or what a user names, each with its class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_jsonable_python

from bench.entrants.entry import AnyEntry, RankingEntry, SearchEntry
from bench.entrants.estimator import Estimator
from bench.entrants.method import Method
from bench.entrants.registry import Found, find, registered
from bench.entrants.settings import Configured
from bench.errors import CallError, MonasError
from bench.protocol import AnyProtocol, SearchProtocol
from bench.runs.lines import EstimatorSubject, MethodSubject, Subject
from bench.tasks.ranking.networks import DEVICE

__all__ = ["Entrant", "chosen_entrants", "find_entrant"]


@dataclass(frozen=True)
class Entrant:
    """An entry and its class.

    Attributes
    ----------
    entry : SearchEntry or RankingEntry
        The entry; other processes find the class by its `spec`.
    found : Found, optional
        The class; None for a stored column.
    """

    entry: AnyEntry
    found: Found[Any] | None

    @property
    def label(self) -> str:
        """The label of the entry, in journals and random streams."""
        return self.entry.label

    def subject(self, protocol: AnyProtocol, repetition: int | None) -> Subject:
        """Return the entrant, its settings and its code, as journals record them.

        Parameters
        ----------
        protocol : SearchProtocol or RankingProtocol
            The protocol of the run.
        repetition : int, optional
            Number of the run, from 0; None if the protocol has no repetitions.
        """
        entry, found = self.entry, self.found
        fields: dict[str, Any] = {"name": entry.label, "settings": {}}
        if found:
            settings = found.entrant.effective_settings(entry.settings)
            fields["settings"] = to_jsonable_python(settings)  # as a journal gives them back
            fields["version"] = found.entrant.version
            fields["source_sha256"] = found.source_sha256()
        if isinstance(entry, SearchEntry):
            assert found is not None
            variant_of = found.name if found.name != entry.label else None
            return MethodSubject(**fields, variant_of=variant_of, repetition=repetition)
        return EstimatorSubject(
            **fields,
            source=entry.source,
            column=entry.column,
            sign=entry.sign,
            epochs=entry.epochs,
            device=DEVICE if protocol.measures(entry) else None,
        )


def find_entrant(entry: AnyEntry) -> Entrant:
    """Return an entry with its class.

    Raises
    ------
    CallError
        If there is no such class.
    """
    base: type[Configured] = Method if isinstance(entry, SearchEntry) else Estimator
    spec = getattr(entry, base.kind)
    if spec is None:
        return Entrant(entry, None)
    found = find(spec, base)
    return Entrant(entry.model_copy(update={base.kind: found.spec}), found)


def chosen_entrants(
    protocol: AnyProtocol, named: Sequence[str], rosters: Sequence[str]
) -> list[Entrant]:
    """Return the entrants that are named, or those of the rosters, each once.

    Parameters
    ----------
    protocol : SearchProtocol or RankingProtocol
        The protocol.
    named : sequence of str
        Labels of any roster, registered names, or `path/to/file.py:ClassName`.
    rosters : sequence of str
        Names of rosters, or all if empty; used if nothing is named.

    Raises
    ------
    CallError
        If a name is unknown or that of two classes, or an entrant cannot take part.
    MethodError
        If a class does not have one of its settings.
    """
    known = protocol.entrants()
    chosen: dict[str, Entrant] = {}
    for spec in named or protocol.entrants(*rosters):
        entrant = find_entrant(known.get(spec) or _unlisted(protocol, spec))
        if entrant.found:
            _check(entrant.found, entrant.entry, protocol)
        other = chosen.setdefault(entrant.label, entrant)
        if other.found and entrant.found and other.found.spec != entrant.found.spec:
            raise CallError(
                f"{other.found.spec} and {entrant.found.spec} have the same name "
                f"{entrant.label!r}; set another `name` in one of the classes"
            )
    return list(chosen.values())


def _check(found: Found[Any], entry: AnyEntry, protocol: AnyProtocol) -> None:
    """Raise an error unless a class has the settings of its entry and can search the space."""
    try:
        found.entrant.effective_settings(entry.settings)
    except MonasError:
        raise
    except (Exception, SystemExit) as error:
        raise CallError(
            f"{found.spec}: its settings cannot be read: {type(error).__name__}: {error}"
        ) from error
    if isinstance(protocol, SearchProtocol):
        found.entrant.require_space(protocol.rules.task.space_kind, protocol.name)


def _unlisted(protocol: AnyProtocol, spec: str) -> AnyEntry:
    """Return an entry for a class that is in no roster.

    Raises
    ------
    CallError
        If its name is that of another class, or a ranking has no source that suits it.
    """
    base: type[Any] = Method if isinstance(protocol, SearchProtocol) else Estimator
    found = find(spec, base)
    if ".py:" in found.spec and found.name in {*registered(base), *protocol.entrants()}:
        raise CallError(
            f"{found.spec}: the name {found.name!r} is taken, by {base.article} {base.kind} that "
            f"is registered or in a roster of {protocol.name}; set another `name` in the class, "
            f"or take that one with --method {found.name}"
        )
    if isinstance(protocol, SearchProtocol):
        return SearchEntry(method=found.spec, name=found.name)
    needed = "curves" if found.entrant.needs == "curves" else "networks"
    fitting = [name for name, s in protocol.rules.sources.items() if s.kind == needed]
    if not fitting:
        raise CallError(
            f"estimator {found.name!r} needs {needed}, and {protocol.name} has no source of "
            f"them: its sources are {', '.join(protocol.rules.sources)}"
        )
    return RankingEntry(label=found.name, source=fitting[0], estimator=found.spec)
