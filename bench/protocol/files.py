"""Files of protocols: where they are, their identity and their lock."""

from __future__ import annotations

import json
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from bench.errors import CallError, ProtocolError
from bench.schema import read_toml

__all__ = ["SHOWN_DIGITS", "check_lock", "protocol_id", "read_lock", "read_protocol", "released"]

SHOWN_DIGITS = 12
_NOT_IN_THE_ID = ("roster", "rosters")


def released() -> list[str]:
    """Return the names of the protocols that ship with the suite."""
    return sorted(path.stem for path in _folder().glob("*.toml"))


def read_protocol(name: str) -> tuple[Path, dict[str, Any]]:
    """Return the path and the content of a protocol's file.

    Parameters
    ----------
    name : str
        A released name or alias, or the path of a file that ends in `.toml`.

    Raises
    ------
    CallError
        If there is no such protocol.
    ProtocolError
        If its file is not TOML.
    """
    path = Path(name) if name.endswith(".toml") else _folder() / f"{name}.toml"
    if path.is_file():
        return path, read_toml(path, ProtocolError)
    for other in () if name.endswith(".toml") else released():
        path = _folder() / f"{other}.toml"
        content = read_toml(path, ProtocolError)
        if name in content.get("aliases", ()):
            return path, content
    raise CallError(
        f"unknown protocol {name!r}: expected one of {', '.join(released())}, or the path of a "
        f".toml file"
    )


def protocol_id(content: dict[str, Any]) -> str:
    """Return the sha256 of a file's content without its rosters, as canonical JSON."""
    frozen = {key: value for key, value in content.items() if key not in _NOT_IN_THE_ID}
    canonical = json.dumps(frozen, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(canonical.encode()).hexdigest()


def read_lock() -> dict[str, str]:
    """Return the id of every released protocol, by the name of its file."""
    lines = (_folder() / "LOCK").read_text(encoding="utf-8").splitlines()
    entries = [line.split() for line in lines if line and not line.startswith("#")]
    return {name: digest for digest, name in entries}


def check_lock(path: Path, name: str, digest: str) -> None:
    """Raise a ProtocolError unless a released file is the one that was released.

    Parameters
    ----------
    path : Path
        Of the file, for the message.
    name : str
        Of the protocol, as its file says.
    digest : str
        Its id; see `protocol_id`.
    """
    locked = read_lock().get(name)
    if locked != digest:
        raise ProtocolError(
            f"{path} was changed after its release: its id is {digest[:SHOWN_DIGITS]}, LOCK says "
            f"{(locked or 'nothing')[:SHOWN_DIGITS]}; restore the file, or give the change a "
            f"new file with a higher version"
        )


def _folder() -> Path:
    return Path(str(files("protocols")))
