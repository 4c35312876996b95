"""Families of protocols: those that share a search space or a table, and so are not independent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.protocol import SearchProtocol

__all__ = ["Family", "families"]


@dataclass(frozen=True)
class Family:
    """Protocols that share a search space or a table.

    Attributes
    ----------
    name : str
        Names of its search spaces.
    protocols : tuple of SearchProtocol
        In the order of their names.
    """

    name: str
    protocols: tuple[SearchProtocol, ...]


def families(protocols: Iterable[SearchProtocol]) -> tuple[Family, ...]:
    """Return the families of some protocols, in the order of their names.

    Two protocols are in one family if their tasks have a search space or a table in common, or
    both have one in common with a third.

    Parameters
    ----------
    protocols : iterable of SearchProtocol
    """
    groups: list[tuple[set[str], list[SearchProtocol]]] = []
    for protocol in protocols:
        parts, members = _parts(protocol), [protocol]
        apart = []
        for others, found in groups:
            if parts & others:
                parts, members = parts | others, found + members
            else:
                apart.append((others, found))
        groups = [*apart, (parts, members)]
    named = [Family(_name(members), _ordered(members)) for _, members in groups]
    return tuple(sorted(named, key=lambda family: family.name))


def _parts(protocol: SearchProtocol) -> set[str]:
    tables = {f"table {table.name}" for table in protocol.tables}
    return {f"space {protocol.rules.task.space}", *tables}


def _ordered(members: Sequence[SearchProtocol]) -> tuple[SearchProtocol, ...]:
    return tuple(sorted(members, key=lambda protocol: (protocol.name, protocol.id)))


def _name(members: Sequence[SearchProtocol]) -> str:
    return ", ".join(sorted({protocol.rules.task.space for protocol in members}))
