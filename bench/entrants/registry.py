"""Where entrants are found: entry points of an installed package, or a class in a file.

Methods and estimators are found alike; what one of them is, `bench.method` and `bench.estimator`
say.
"""

from __future__ import annotations

import ast
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

from bench.entrants.settings import Configured
from bench.errors import CallError

__all__ = ["NAME", "Found", "find", "registered", "require_own_name", "source_sha256"]

# What an entrant may be called: journals lie in a folder, or a file, of that name.
NAME = "^[a-z0-9][a-z0-9.-]*$"

C = TypeVar("C", bound=Configured)


@dataclass(frozen=True)
class Found(Generic[C]):
    """An entrant's class and how it was named.

    Attributes
    ----------
    name : str
        The entrant's own name; runs and random streams go by it.
    spec : str
        What finds it again from anywhere: its registered name or `/path/to/file.py:Class`.
    """

    name: str
    spec: str
    entrant: type[C]

    def source_sha256(self) -> str:
        """Return the digest of the class's source; see `source_sha256`."""
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
                f"registered as {known[spec].value}: mend or uninstall that package"
            ) from error
    if not (isinstance(found, type) and issubclass(found, base)) or inspect.isabstract(found):
        raise CallError(
            f"{spec} is not {_article(kind)} {kind}: expected a subclass of "
            f"bench.{kind}.{base.__qualname__}"
        )
    return Found(_name(found, spec), spec, found)


def require_own_name(found: Found[Any], known: Collection[str], protocol: str) -> None:
    """Do nothing if an entrant that stands in no roster has a name that is free.

    Parameters
    ----------
    known : collection of str
        Names of what is registered and of what stands in the protocol's rosters.

    Raises
    ------
    CallError
        If its class is in a file and goes by one of them: results of two codes would be one row.
    """
    if ".py:" in found.spec and found.name in known:
        raise CallError(
            f"{found.spec}: the name {found.name!r} is taken, by {_article(found.entrant.kind)} "
            f"{found.entrant.kind} that is registered or stands in a roster of {protocol}; set "
            f"another `name` in the class, or take that one with --method {found.name}"
        )


def _name(found: type[Configured], spec: str) -> str:
    """Return the name of an entrant's class, which nothing else goes by."""
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


def source_sha256(entrant: type) -> str:
    """Return the digest of the class's file and of what it imports from its own package.

    Own package means the same top-level one, below which relatives share code; the suite's engine
    and the libraries are told by the versions and the commit in the journal.
    """
    digest = sha256()
    for path in sorted(_own_sources(entrant.__module__)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _own_sources(module: str) -> set[Path]:
    """Return the files of `module` and, again and again, of what it imports from its package."""
    package = module.partition(".")[0]
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = _source_file(name)
        if path.suffix != ".py" or path in found:
            continue
        found.add(path)
        home = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for node in ast.walk(ast.parse(path.read_bytes())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                source = _imported_from(node, home)
                names = [source, *(f"{source}.{alias.name}" for alias in node.names)]
            waiting.extend(n for n in names if n == package or n.startswith(f"{package}."))
    return found


def _imported_from(node: ast.ImportFrom, home: str) -> str:
    """Return the full name of the module that names are imported from, in a module of `home`."""
    try:
        return importlib.util.resolve_name("." * node.level + (node.module or ""), home)
    except ImportError:  # beyond its package: it would fail if it were ever reached
        return ""


def _source_file(module: str) -> Path:
    """Return the file of a module, imported already or not; an empty path if there is none."""
    loaded = sys.modules.get(module)
    if loaded is not None:
        return Path(getattr(loaded, "__file__", None) or "")
    try:
        spec = importlib.util.find_spec(module)
    except ImportError:  # a name within a module, not a module
        return Path()
    return Path((spec.origin if spec else None) or "")


def _from_file(path: str, class_name: str, kind: str) -> Any:
    file = Path(path)
    if not file.is_file():
        raise CallError(
            f"no such file: {path}; {_article(kind)} {kind} is named as path/to/file.py:ClassName"
        )
    module_name = f"monas_{kind}_{sha256(str(file.resolve()).encode()).hexdigest()[:12]}"
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
