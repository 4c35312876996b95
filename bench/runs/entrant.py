"""The entrants of a sweep: entries of rosters, or what a user names, each with its card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.entrants.entry import AnyEntry, RankingEntry, SearchEntry
from bench.entrants.registry import registered
from bench.errors import CallError
from bench.players.cards import BASES, Card, EntrantKind
from bench.players.describe import describe
from bench.protocol import AnyProtocol, SearchProtocol
from bench.runs.lines import EstimatorSubject, MethodSubject, Subject
from bench.tasks.ranking.networks import DEVICE

__all__ = ["Entrant", "chosen_entrants", "find_entrant"]


@dataclass(frozen=True)
class Entrant:
    """An entry and the card of its class.

    Attributes
    ----------
    entry : SearchEntry or RankingEntry
        The entry; other processes find the class by its `spec`.
    card : Card, optional
        What is known of the class; None for a stored column.
    """

    entry: AnyEntry
    card: Card | None

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
        entry, card = self.entry, self.card
        fields: dict[str, Any] = {"name": entry.label, "settings": {}}
        if card:
            fields["settings"] = card.settings(entry.settings)
            fields["version"] = card.version
            fields["source_sha256"] = card.source_sha256
        if isinstance(entry, SearchEntry):
            assert card is not None
            variant_of = card.name if card.name != entry.label else None
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
    """Return an entry with the card of its class.

    Raises
    ------
    CallError
        If there is no such class.
    """
    kind: EntrantKind = "method" if isinstance(entry, SearchEntry) else "estimator"
    spec = getattr(entry, kind)
    if spec is None:
        return Entrant(entry, None)
    card = describe(spec, kind)
    return Entrant(entry.model_copy(update={kind: card.spec}), card)


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
        entry = known.get(spec)
        entrant = find_entrant(entry) if entry else _unlisted(protocol, spec)
        if entrant.card:
            entrant.card.settings(entrant.entry.settings)  # a wrong one is found before any run
            if isinstance(protocol, SearchProtocol):
                entrant.card.require_space(protocol.rules.task.space_kind, protocol.name)
        other = chosen.setdefault(entrant.label, entrant)
        if other.card and entrant.card and other.card.spec != entrant.card.spec:
            raise CallError(
                f"{other.card.spec} and {entrant.card.spec} have the same name "
                f"{entrant.label!r}; set another `name` in one of the classes"
            )
    return list(chosen.values())


def _unlisted(protocol: AnyProtocol, spec: str) -> Entrant:
    """Return the entrant of a class that is in no roster.

    Raises
    ------
    CallError
        If its name is that of another class, or a ranking has no source that suits it.
    """
    kind: EntrantKind = "method" if isinstance(protocol, SearchProtocol) else "estimator"
    base, card = BASES[kind], describe(spec, kind)
    if ".py:" in card.spec and card.name in {*registered(base), *protocol.entrants()}:
        raise CallError(
            f"{card.spec}: the name {card.name!r} is taken, by {base.article} {kind} that is "
            f"registered or in a roster of {protocol.name}; set another `name` in the class, or "
            f"take that one with --method {card.name}"
        )
    if isinstance(protocol, SearchProtocol):
        return Entrant(SearchEntry(method=card.spec, name=card.name), card)
    needed = "curves" if card.needs == "curves" else "networks"
    fitting = [name for name, s in protocol.rules.sources.items() if s.kind == needed]
    if not fitting:
        raise CallError(
            f"estimator {card.name!r} needs {needed}, and {protocol.name} has no source of "
            f"them: its sources are {', '.join(protocol.rules.sources)}"
        )
    return Entrant(RankingEntry(label=card.name, source=fitting[0], estimator=card.spec), card)
