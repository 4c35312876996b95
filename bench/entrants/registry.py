"""The registry of entrants: entry points of installed packages, and classes in files.

Methods and estimators are found in the same way.
"""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Generic, TypeVar

from bench.entrants.digest import FROM_FILE, source_sha256
from bench.entrants.settings import Configured
from bench.errors import CallError

__all__ = ["NAME", "Found", "find", "registered", "require_own_name"]

# Names of entrants, which are also names of their journals' folders or files.
NAME = "^[a-z0-9][a-z0-9.-]*$"

C = TypeVar("C", bound=Configured)


@dataclass(frozen=True)
class Found(Generic[C]):
    """An entrant's class and how it was named.

    Attributes
    ----------
    name : str
        The entrant's name: that of its runs and random streams.
    spec : str
        What finds it again from anywhere: its registered name or `/path/to/file.py:Class`.
    """

    name: str
    spec: str
    entrant: type[C]

    def source_sha256(self) -> str:
        """Return the digest of the class's code; see `bench.entrants.digest`."""
        return source_sha256(self.entrant)


def registered(group: str) -> dict[str, str]:
    """Return `module:Class` of everything registered under the entry points `group`, by name."""
    return {e.name: e.value for e in sorted(entry_points(group=group))}


def find(spec: str, base: type[C], group: str) -> Found[C]:
    """Return the entrant that `spec` names: a registered name, or `path/to/file.py:ClassName`.

    Parameters
    ----------
    base : type
        The class that it must be derived from; its `kind` is what an error calls it.
    group : str
        The entry points that it may be registered under.

    Raises
    ------
    CallError
        If there is none, or what is there is something else.
    """
    kind = base.kind
    if ".py:" in spec:
        path, _, class_name = spec.rpartition(":")
        found = _from_file(path, class_name, kind)
        spec = f"{Path(path).resolve()}:{class_name}"
    else:
        known = {e.name: e for e in entry_points(group=group)}
        if spec not in known:
            raise CallError(
                f"unknown {kind} {spec!r}: expected one of {', '.join(sorted(known))}, or "
                f"path/to/file.py:ClassName"
            )
        try:
            found = known[spec].load()
        except (Exception, SystemExit) as error:
            raise CallError(
                f"{kind} {spec!r} cannot be loaded: {type(error).__name__}: {error}; it is "
                f"registered as {known[spec].value}: fix or uninstall that package"
            ) from error
    if not (isinstance(found, type) and issubclass(found, base)) or inspect.isabstract(found):
        raise CallError(
            f"{spec} is not {_article(kind)} {kind}: expected a subclass of "
            f"bench.{kind}.{base.__qualname__}"
        )
    return Found(_name(found, spec), spec, found)


def require_own_name(found: Found[Any], known: Collection[str], protocol: str) -> None:
    """Raise an error if a class in a file has a name that is taken.

    Parameters
    ----------
    found : Found
    known : collection of str
        Names of what is registered and of what is in the protocol's rosters.
    protocol : str
        Name of the protocol, for the message.

    Raises
    ------
    CallError
        If the class is in a file and has one of these names: results of two codes would be one row.
    """
    if ".py:" in found.spec and found.name in known:
        raise CallError(
            f"{found.spec}: the name {found.name!r} is taken, by {_article(found.entrant.kind)} "
            f"{found.entrant.kind} that is registered or in a roster of {protocol}; set "
            f"another `name` in the class, or take that one with --method {found.name}"
        )


def _name(found: type[Configured], spec: str) -> str:
    """Return the name of an entrant's class, checked to be its own."""
    in_file = ".py:" in spec
    name: object = vars(found).get("name") if in_file else getattr(found, "name", None)
    if name is None:
        raise CallError(f'{spec} has no name of its own: set `name = "..."` in the class')
    if not isinstance(name, str) or not re.fullmatch(NAME, name):
        raise CallError(
            f"{spec}: name = {name!r} cannot be that of results; expected lower-case letters, "
            f"digits, dots and hyphens, a letter or a digit first"
        )
    if not in_file and name != spec:
        raise CallError(
            f"{found.kind} {spec!r} is registered for a class of the name {name!r}; expected the "
            f"same name in both"
        )
    return name


def _from_file(path: str, class_name: str, kind: str) -> Any:
    file = Path(path)
    if not file.is_file():
        raise CallError(
            f"no such file: {path}; {_article(kind)} {kind} is named as path/to/file.py:ClassName"
        )
    module_name = f"{FROM_FILE}{sha256(str(file.resolve()).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(module_name, file)
    if spec is None or spec.loader is None:
        raise CallError(f"{path} cannot be read as a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise CallError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
    if not hasattr(module, class_name):
        raise CallError(f"{path} has no class {class_name!r}")
    return getattr(module, class_name)


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"
