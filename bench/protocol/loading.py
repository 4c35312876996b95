"""Loading of protocols: their files, identity and lock."""

from __future__ import annotations

import json
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeVar

from bench.errors import CallError, ProtocolError
from bench.files import in_words
from bench.protocol.ranking import RankingProtocol, RankingRules
from bench.protocol.search import SearchProtocol, SearchRules
from bench.schema import parse_model, read_text, read_toml

__all__ = [
    "AnyProtocol",
    "load_protocol",
    "load_ranking_protocol",
    "load_search_protocol",
    "read_lock",
    "released_protocols",
]

AnyProtocol = SearchProtocol | RankingProtocol
P = TypeVar("P", SearchProtocol, RankingProtocol)

# Kind of a protocol's file -> classes of its content and of the protocol.
_KINDS: dict[str, tuple[type[Any], type[Any]]] = {
    "search": (SearchRules, SearchProtocol),
    "ranking": (RankingRules, RankingProtocol),
    "rank": (RankingRules, RankingProtocol),  # of the first schema
}


def load_protocol(name: str) -> AnyProtocol:
    """Return a released protocol by name or alias, or any protocol by the path of its file.

    Raises
    ------
    CallError
        If there is no such protocol.
    ProtocolError
        If the file is not TOML, breaks a rule, or was changed after its release.
    """
    path, content = _read(name)
    kind = content.get("kind", "search")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ProtocolError(
            f"{path}: kind is {kind!r}; expected 'ranking', or 'search' (also without the key)"
        )
    rules, protocol = _KINDS[kind]
    digest = _identity(content)
    loaded: AnyProtocol = protocol(parse_model(rules, content, path, ProtocolError), digest, name)
    if not name.endswith(".toml"):
        locked = read_lock().get(loaded.name, "nothing")
        if locked != digest:
            raise ProtocolError(
                f"{path} was changed after its release: its id is {digest[:12]}, LOCK says "
                f"{locked[:12]}; restore the file, or give the change a new file with a higher "
                f"version"
            )
    return loaded


def load_search_protocol(name: str) -> SearchProtocol:
    """Return a search protocol; see `load_protocol`. Another kind is a CallError."""
    return _of_kind(name, SearchProtocol, "search")


def load_ranking_protocol(name: str) -> RankingProtocol:
    """Return a ranking protocol; see `load_protocol`. Another kind is a CallError."""
    return _of_kind(name, RankingProtocol, "ranking")


def released_protocols(kind: Literal["search", "ranking"] | None = None) -> list[str]:
    """Return the names of the protocols of the suite, all or those of one kind."""
    names = sorted(path.stem for path in _folder().glob("*.toml"))
    if kind is None:
        return names
    found = {name: _read(name)[1].get("kind", "search") == "search" for name in names}
    return [name for name in names if found[name] == (kind == "search")]


def read_lock() -> dict[str, str]:
    """Return the id of every released protocol, by the name of its file."""
    path, entries = _folder() / "LOCK", {}
    for number, line in enumerate(read_text(path, ProtocolError).splitlines(), start=1):
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if len(words) != 2:
            raise ProtocolError(f"{path} line {number}: expected an id and a name, got {line!r}")
        entries[words[1]] = words[0]
    return entries


def _of_kind(name: str, wanted: type[P], kind: Literal["search", "ranking"]) -> P:
    protocol = load_protocol(name)
    if isinstance(protocol, wanted):
        return protocol
    raise CallError(
        f"{name} is a {'ranking' if kind == 'search' else 'search'} protocol: expected a {kind} "
        f"protocol, such as {', '.join(released_protocols(kind))}"
    )


def _read(name: str) -> tuple[Path, dict[str, Any]]:
    """Return the path and the content of the file of a protocol."""
    path = Path(name) if name.endswith(".toml") else _folder() / f"{name}.toml"
    try:
        found = path.is_file()
    except OSError as error:
        raise CallError(f"cannot read {path}: {in_words(error)}") from None
    if found:
        return path, read_toml(path, ProtocolError)
    for other in () if name.endswith(".toml") else released_protocols():
        path = _folder() / f"{other}.toml"
        content = read_toml(path, ProtocolError)
        if name in content.get("aliases", ()):
            return path, content
    raise CallError(
        f"unknown protocol {name!r}: expected one of {', '.join(released_protocols())}, or the "
        f"path of a .toml file"
    )


def _identity(content: dict[str, Any]) -> str:
    """Return the sha256 of a file's content without its rosters, as canonical JSON."""
    frozen = {key: value for key, value in content.items() if key not in ("roster", "rosters")}
    canonical = json.dumps(frozen, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(canonical.encode()).hexdigest()


def _folder() -> Path:
    return Path(str(files("protocols")))
