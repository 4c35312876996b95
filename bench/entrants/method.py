"""What a method is: ask and tell. Where methods are found."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from bench.entrants.problem import Candidate, Evaluation, Problem
from bench.entrants.registry import Found, find, registered
from bench.entrants.settings import Configured
from bench.errors import CallError
from bench.spaces.space import Kind

__all__ = ["FoundMethod", "Method", "find_method", "registered_methods"]

ENTRY_POINTS = "monas.methods"


class Method(Configured, ABC):
    """A search: it is asked for candidates and told what was measured of them.

    A subclass names itself (`name`, `version`), its `source`, its settings and the kinds of space
    that it can search (`spaces`); it draws random numbers from `problem.rng` alone. The same
    problem, stream and answers must lead to the same candidates: that is how a stopped run is
    resumed and how a submission is verified.

    Parameters
    ----------
    problem : Problem
    **settings
        Values that replace defaults of `settings_spec`; they appear as `self.settings.<name>`.

    Raises
    ------
    MethodError
        If a setting is given that the method does not have.
    CallError
        If a package that it requires is not installed.
    """

    kind = "method"
    spaces: ClassVar[tuple[Kind, ...]] = ("finite",)

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(**settings)
        self.require_installed()
        self.problem = problem

    @abstractmethod
    def ask(self, n: int) -> Sequence[Candidate]:
        """Return at least one and at most n candidates."""

    @abstractmethod
    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Take in what was measured: first the initial designs, then every batch asked for."""


class FoundMethod(Found[Method]):
    """A method class and how it was named."""

    @property
    def method(self) -> type[Method]:
        """The class."""
        return self.entrant

    def require(self, kind: Kind, of: str) -> None:
        """Do nothing if the method can search spaces of this kind.

        Parameters
        ----------
        of : str
            Whose space it is, for the message.

        Raises
        ------
        CallError
            If it cannot.
        """
        if kind not in self.method.spaces:
            raise CallError(
                f"method {self.name!r} searches {' and '.join(self.method.spaces)} spaces, and "
                f"that of {of} is a {kind}; choose another method, or add {kind!r} to the "
                f"method's `spaces` if it can"
            )


def registered_methods() -> dict[str, str]:
    """Return `module:Class` of every method registered under the entry points `monas.methods`."""
    return registered(ENTRY_POINTS)


def find_method(spec: str) -> FoundMethod:
    """Return the method that `spec` names: a registered name, or `path/to/file.py:ClassName`.

    Raises
    ------
    CallError
        If there is none, or what is there is not a method.
    """
    found = find(spec, Method, ENTRY_POINTS)  # type: ignore[type-abstract]
    return FoundMethod(found.name, found.spec, found.entrant)
