"""Files of protocols: where they lie, of which kind they are, their ids and their lock.

What such a file says, `bench.protocol.search` (searches) and `bench.tasks.ranking` (ranks) know.
"""

from __future__ import annotations

import json
import tomllib
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import ValidationError

from bench.errors import CallError, ProtocolError

__all__ = [
    "SHOWN_DIGITS",
    "ProtocolKind",
    "check_lock",
    "first_fault",
    "protocol_id",
    "protocol_kind",
    "read_lock",
    "read_protocol",
    "read_toml",
    "released_protocols",
]

SHOWN_DIGITS = 12
ProtocolKind = Literal["search", "rank"]


def released_protocols(kind: ProtocolKind = "search") -> list[str]:
    """Return the names of the protocols of a kind that ship with the suite."""
    return sorted(p.stem for p in _folder().glob("*.toml") if _kind(p) == kind)


def read_lock(kind: ProtocolKind = "search") -> dict[str, str]:
    """Return the id of every released protocol of a kind, by the name of its file.

    A line whose file is not there belongs to every kind, so that it is noticed.
    """
    paths = {name: _folder() / f"{name}.toml" for name in _lock()}
    return {
        name: digest
        for name, digest in _lock().items()
        if not paths[name].is_file() or _kind(paths[name]) == kind
    }


def protocol_kind(name: str) -> ProtocolKind:
    """Return what a protocol compares: searches, or the ranks that estimators give.

    Raises
    ------
    CallError, ProtocolError
        If there is none of that name, or its file cannot be read.
    """
    return _kind(_path(name))


def read_protocol(name: str, kind: ProtocolKind) -> tuple[Path, dict[str, Any]]:
    """Return the path and the content of a protocol's file, which must be of this kind."""
    path = _path(name)
    if _kind(path) != kind:
        raise CallError(
            f"{name} is a protocol of kind {_kind(path)!r}: expected one of kind {kind!r}, such as "
            f"{', '.join(released_protocols(kind))}"
        )
    return path, read_toml(path)


def protocol_id(content: dict[str, Any]) -> str:
    """Return the sha256 of a file's content without its rosters, as canonical JSON."""
    frozen = {key: value for key, value in content.items() if key not in ("roster", "rosters")}
    canonical = json.dumps(frozen, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(canonical.encode()).hexdigest()


def check_lock(asked: str, path: Path, name: str, digest: str) -> None:
    """Do nothing if a protocol that was asked for by name is the one that was released."""
    if asked.endswith(".toml"):
        return
    locked = _lock().get(name)
    if locked != digest:
        raise ProtocolError(
            f"{path} was changed after its release: its id is {digest[:SHOWN_DIGITS]}, LOCK says "
            f"{(locked or 'nothing')[:SHOWN_DIGITS]}; restore the file, or give the change a "
            f"new file with a higher version"
        )


def first_fault(path: Path, error: ValidationError) -> ProtocolError:
    """Return the first thing wrong with a protocol's file, in words."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    found = "" if first["type"] in ("missing", "value_error") else f", got {first['input']!r}"
    return ProtocolError(f"{path}: {where.strip('.') or 'the whole file'}: {first['msg']}{found}")


def _lock() -> dict[str, str]:
    lines = (_folder() / "LOCK").read_text(encoding="utf-8").splitlines()
    entries = [line.split() for line in lines if line and not line.startswith("#")]
    return {name: digest for digest, name in entries}


def _path(name: str) -> Path:
    by_path = name.endswith(".toml")
    path = Path(name) if by_path else _folder() / f"{_aliases().get(name, name)}.toml"
    if not path.is_file():
        known = ", ".join([*released_protocols(), *released_protocols("rank")])
        raise CallError(
            f"unknown protocol {name!r}: expected one of {known}, or the path of a .toml file"
        )
    return path


def _kind(path: Path) -> ProtocolKind:
    kind: ProtocolKind = read_toml(path).get("kind", "search")
    if kind not in get_args(ProtocolKind):
        raise ProtocolError(f"{path}: kind is {kind!r}; expected 'rank', or no such key (a search)")
    return kind


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CallError(f"cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProtocolError(f"{path} is not TOML: {error}") from None


def _folder() -> Path:
    return Path(str(files("protocols")))


@lru_cache(maxsize=1)
def _aliases() -> dict[str, str]:
    """Return the released protocol that each other name stands for."""
    released = {path.stem: read_toml(path) for path in _folder().glob("*.toml")}
    return {
        alias: name for name, content in released.items() for alias in content.get("aliases", ())
    }
