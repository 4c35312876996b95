"""The registry of entrants: entry points of installed packages, and classes in files."""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Generic, TypeVar

from bench.entrants.digest import FROM_FILE, source_sha256
from bench.entrants.settings import Configured
from bench.errors import CallError

__all__ = ["NAME", "Found", "find", "find_own", "is_own", "registered"]

# Names of entrants, which are also names of the folders or files of their journals.
NAME = "^[a-z0-9][a-z0-9.-]*$"

C = TypeVar("C", bound=Configured)
_OWN = "methods."  # the package of the suite's own entrants


@dataclass(frozen=True)
class Found(Generic[C]):
    """The class of an entrant, and its name.

    Attributes
    ----------
    name : str
        Name of the class.
    spec : str
        Finds the class from any folder: its registered name, or `/path/to/file.py:ClassName`.
    entrant : type
        The class.
    """

    name: str
    spec: str
    entrant: type[C]

    def source_sha256(self) -> str:
        """Return the digest of the class's code; see `bench.entrants.digest`."""
        return source_sha256(self.entrant)


def registered(base: type[Configured]) -> dict[str, str]:
    """Return `module:Class` of every registered entrant of a kind, by name.

    `base` is the base class of the kind; the entry points of methods are `monas.methods`. Of a name
    that two packages register, which `find` refuses, one is returned.
    """
    return {name: first.value for name, (first, *_) in _entry_points(f"monas.{base.kind}s").items()}


def is_own(spec: str, base: type[Configured]) -> bool:
    """Return whether a name is that of one of the suite's own classes.

    Parameters
    ----------
    spec : str
        A registered name, or `path/to/file.py:ClassName`.
    base : type
        The base class of its kind.
    """
    return registered(base).get(spec, "").startswith(_OWN)


def find_own(spec: str, base: type[C]) -> Found[C]:
    """Return one of the suite's own entrants; the code of others is imported in players alone.

    Parameters
    ----------
    spec : str
        A registered name.
    base : type
        The base class of its kind.

    Raises
    ------
    CallError
        If it is not the suite's own.
    """
    if not is_own(spec, base):
        raise CallError(
            f"{base.kind} {spec!r} is not one of the suite's own, whose code alone is imported here"
        )
    return find(spec, base)


def find(spec: str, base: type[C]) -> Found[C]:
    """Return the entrant with this name.

    Parameters
    ----------
    spec : str
        A registered name, or `path/to/file.py:ClassName`.
    base : type
        The base class of its kind.

    Raises
    ------
    CallError
        If there is none, it cannot be loaded, it has another base class, or its name cannot be
        used.
    """
    kind, in_file = base.kind, ".py:" in spec
    if in_file:
        path, _, class_name = spec.rpartition(":")
        found = _load_file(Path(path), class_name, base)
        spec = f"{Path(path).resolve()}:{class_name}"
    else:
        found = _load_registered(spec, kind)
    if not (isinstance(found, type) and issubclass(found, base)) or inspect.isabstract(found):
        raise CallError(
            f"{spec} is not {base.article} {kind}: expected a subclass of "
            f"bench.{kind}.{base.__qualname__}"
        )
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
            f"{kind} {spec!r} is registered for a class of the name {name!r}; expected the same "
            f"name in both"
        )
    return Found(name, spec, found)


@lru_cache
def _entry_points(group: str) -> dict[str, tuple[EntryPoint, ...]]:
    """Return the entry points of a group by name, those of one name that differ beside each other.

    The search in all packages takes long.
    """
    found: dict[str, dict[tuple[str, str], EntryPoint]] = {}
    for entry in sorted(entry_points(group=group)):
        found.setdefault(entry.name, {})[entry.value, _distribution(entry)] = entry
    return {name: tuple(entries.values()) for name, entries in found.items()}


def _distribution(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else "an unnamed package"


def _registered_once(name: str, kind: str) -> EntryPoint:
    """Return the entry point of a name.

    Raises
    ------
    CallError
        If there is none, or two packages register it.
    """
    known = _entry_points(f"monas.{kind}s")
    if name not in known:
        raise CallError(
            f"unknown {kind} {name!r}: expected one of {', '.join(known)}, or "
            f"path/to/file.py:ClassName"
        )
    entry, *others = known[name]
    if others:
        by = " and ".join(f"{_distribution(each)} ({each.value})" for each in known[name])
        raise CallError(
            f"{kind} {name!r} is registered by {by}: a name is that of one thing; uninstall one of "
            f"them, or have its author choose another name"
        )
    return entry


def _load_registered(name: str, kind: str) -> Any:
    entry = _registered_once(name, kind)
    try:
        return entry.load()
    except (Exception, SystemExit) as error:
        raise CallError(
            f"{kind} {name!r} cannot be loaded: {type(error).__name__}: {error}; it is "
            f"registered as {entry.value}: fix or uninstall that package"
        ) from error


def _load_file(file: Path, class_name: str, base: type[Configured]) -> Any:
    if not file.is_file() or file.suffix != ".py":
        raise CallError(
            f"no such file: {file}; {base.article} {base.kind} is named as "
            f"path/to/file.py:ClassName"
        )
    module_name = f"{FROM_FILE}{sha256(str(file.resolve()).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(module_name, file)
    assert spec is not None  # the name of the file ends in .py
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    sys.path.append(str(file.resolve().parent))  # finds what is beside it, packages first
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise CallError(f"{file} cannot be imported: {type(error).__name__}: {error}") from error
    if not hasattr(module, class_name):
        raise CallError(f"{file} has no class {class_name!r}")
    return getattr(module, class_name)
