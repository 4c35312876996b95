"""What a method is: ask and tell, all that it may see of a problem, and where methods are found."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.errors import CallError
from bench.settings import Configured, Setting
from bench.spaces.finite import Architectures, FiniteSpace
from bench.tasks.base import Candidate

__all__ = [
    "Candidate",
    "Evaluation",
    "FoundMethod",
    "Method",
    "Problem",
    "Setting",
    "candidates",
    "find_method",
    "registered_methods",
]

ENTRY_POINTS = "monas.methods"


@dataclass(frozen=True)
class Evaluation:
    """A candidate and what was measured of it.

    Attributes
    ----------
    number : int
        Place among the run's evaluations, from 0; the initial designs come first.
    objectives : array [m]
        Minimised, in the units of the task.
    cost_seconds : float
        Simulated seconds that the measurement took.
    """

    number: int
    candidate: Candidate
    objectives: NDArray[np.float64]
    cost_seconds: float


@dataclass
class Problem:
    """All that a method may see.

    Attributes
    ----------
    space : FiniteSpace
        What can be asked for.
    objectives : tuple of str
        Names of the m objectives; all are minimised.
    cheap_objectives : tuple of int
        Places of those that `cheap` answers free of charge.
    reference_point : array [m]
        In the units of the objectives; what lies beyond it in any of them counts for nothing.
    evaluations : int
        Budget of the whole run, the initial designs included.
    batch : int
        Most candidates that are asked for at once.
    initial : array [n, variables]
        The shared initial designs. The runner evaluates and tells them before the first ask.
    rng : numpy.random.Generator
        The method's own stream; the only randomness it may use.
    """

    space: FiniteSpace
    objectives: tuple[str, ...]
    cheap_objectives: tuple[int, ...]
    reference_point: NDArray[np.float64]
    evaluations: int
    batch: int
    initial: Architectures
    rng: np.random.Generator
    _cheap: Callable[[Architectures], NDArray[np.float64]] = field(repr=False)
    evaluations_left: int = 0
    cheap_queries: int = 0

    def cheap(self, architectures: Any) -> NDArray[np.float64]:
        """Return the cheap objectives [n, k] of architectures [n, variables].

        Not charged, but counted: the journal keeps how many were looked up.
        """
        checked = self.space.check(architectures)
        self.cheap_queries += len(checked)
        return self._cheap(checked)


class Method(Configured, ABC):
    """A search: it is asked for candidates and told what was measured of them.

    A subclass names itself (`name`, `version`), its `source`, and its settings; it draws random
    numbers from `problem.rng` alone. The same problem, stream and answers must lead to the same
    candidates: that is how a stopped run is resumed and how a submission is verified.

    Parameters
    ----------
    problem : Problem
    **settings
        Values that replace defaults of `settings_spec`; they appear as `self.settings.<name>`.

    Raises
    ------
    MethodError
        If a setting is given that the method does not have.
    """

    kind = "method"

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(**settings)
        self.problem = problem

    @abstractmethod
    def ask(self, n: int) -> Sequence[Candidate]:
        """Return at least one and at most n candidates."""

    @abstractmethod
    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Take in what was measured: first the initial designs, then every batch asked for."""


def candidates(architectures: Any) -> list[Candidate]:
    """Return a candidate without lineage for each row of architectures [n, variables]."""
    return [Candidate(tuple(row)) for row in np.asarray(architectures).tolist()]


# -- where methods are found ---------------------------------------------------------------------


@dataclass(frozen=True)
class FoundMethod:
    """A method class and how it was named.

    Attributes
    ----------
    name : str
        The method's own name; runs and random streams go by it.
    spec : str
        What finds it again in another process: its registered name or `file.py:Class`.
    """

    name: str
    spec: str
    method: type[Method]

    def source_sha256(self) -> str:
        """Return the digest of the class's file and of what it imports from its own package.

        Own package means the same top-level one, below which relatives share code; the suite's
        engine and the libraries are told by the versions and the commit in the journal.
        """
        digest = sha256()
        for path in sorted(_own_sources(self.method.__module__)):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()


def _own_sources(module: str) -> set[Path]:
    """Return the files of `module` and, again and again, of what it imports from its package."""
    package = module.partition(".")[0]
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        path = _source_file(waiting.pop())
        if path.suffix != ".py" or path in found:
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_bytes())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            waiting.extend(n for n in names if n == package or n.startswith(f"{package}."))
    return found


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


def registered_methods() -> dict[str, str]:
    """Return `module:Class` of every method registered under the entry points `monas.methods`."""
    return {e.name: e.value for e in sorted(entry_points(group=ENTRY_POINTS))}


def find_method(spec: str) -> FoundMethod:
    """Return the method that `spec` names: a registered name, or `path/to/file.py:ClassName`.

    Raises
    ------
    CallError
        If there is none, or what is there is not a method.
    """
    if ".py:" in spec:
        found = _from_file(*spec.rsplit(":", 1))
    else:
        registered = {e.name: e for e in entry_points(group=ENTRY_POINTS)}
        if spec not in registered:
            raise CallError(
                f"unknown method {spec!r}: expected one of {', '.join(sorted(registered))}, or "
                f"path/to/file.py:ClassName"
            )
        found = registered[spec].load()
    if not (isinstance(found, type) and issubclass(found, Method)) or inspect.isabstract(found):
        raise CallError(f"{spec} is not a method: expected a subclass of bench.method.Method")
    if not getattr(found, "name", ""):
        raise CallError(f'{spec} has no name: set `name = "..."` in the class')
    return FoundMethod(found.name, spec, found)


def _from_file(path: str, class_name: str) -> Any:
    file = Path(path)
    if not file.is_file():
        raise CallError(f"no such file: {path}; a method is named as path/to/file.py:ClassName")
    module_name = f"monas_method_{sha256(str(file.resolve()).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(module_name, file)
    if spec is None or spec.loader is None:
        raise CallError(f"{path} cannot be read as a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise CallError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
    if not hasattr(module, class_name):
        raise CallError(f"{path} has no class {class_name!r}")
    return getattr(module, class_name)
