"""Loading of protocols: released ones by name, any by the path of its file."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from bench.errors import CallError, ProtocolError
from bench.protocol.files import check_lock, protocol_id, read_protocol, released
from bench.protocol.ranking import RankingProtocol, RankingRules
from bench.protocol.search import SearchProtocol, SearchRules
from bench.schema import parse_model

__all__ = [
    "AnyProtocol",
    "ProtocolKind",
    "load_protocol",
    "load_ranking_protocol",
    "load_search_protocol",
    "released_protocols",
]

AnyProtocol = SearchProtocol | RankingProtocol
ProtocolKind = Literal["search", "ranking"]
P = TypeVar("P", SearchProtocol, RankingProtocol)


def load_protocol(name: str) -> AnyProtocol:
    """Return a released protocol by name or alias, or any protocol by the path of its file.

    Raises
    ------
    CallError
        If there is no such protocol.
    ProtocolError
        If the file is not TOML, breaks a rule, or is a released one that was changed.
    """
    path, content = read_protocol(name)
    digest, kind = protocol_id(content), content.get("kind", "search")
    protocol: AnyProtocol
    if kind == "search":
        rules = parse_model(SearchRules, content, path, ProtocolError)
        protocol = SearchProtocol(rules, digest, name)
    elif kind in ("rank", "ranking"):
        ranking = parse_model(RankingRules, content, path, ProtocolError)
        protocol = RankingProtocol(ranking, digest, name)
    else:
        raise ProtocolError(
            f"{path}: kind is {kind!r}; expected 'ranking', or 'search' (also without the key)"
        )
    if not name.endswith(".toml"):
        check_lock(path, protocol.name, digest)
    return protocol


def load_search_protocol(name: str) -> SearchProtocol:
    """Return a search protocol; see `load_protocol`. Another kind is a CallError."""
    return _of_kind(name, SearchProtocol)


def load_ranking_protocol(name: str) -> RankingProtocol:
    """Return a ranking protocol; see `load_protocol`. Another kind is a CallError."""
    return _of_kind(name, RankingProtocol)


def released_protocols(kind: ProtocolKind | None = None) -> list[str]:
    """Return the names of the released protocols, of one kind or of all.

    Files are parsed when a kind is given.
    """
    if kind is None:
        return released()
    return [name for name in released() if _kind(read_protocol(name)[1]) == kind]


def _kind(content: dict[str, Any]) -> ProtocolKind:
    return "search" if content.get("kind", "search") == "search" else "ranking"


def _of_kind(name: str, wanted: type[P]) -> P:
    protocol = load_protocol(name)
    if isinstance(protocol, wanted):
        return protocol
    kind: ProtocolKind = "search" if wanted is SearchProtocol else "ranking"
    raise CallError(
        f"{name} is a {'ranking' if kind == 'search' else 'search'} protocol: expected a {kind} "
        f"protocol, such as {', '.join(released_protocols(kind))}"
    )
