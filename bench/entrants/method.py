"""Methods: searches that are asked for candidates and told their evaluations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from bench.entrants.problem import Candidate, Evaluation, Problem
from bench.entrants.registry import Found, find, registered
from bench.entrants.settings import Configured
from bench.errors import CallError
from bench.spaces.space import Kind

__all__ = ["Method", "find_method", "registered_methods"]


class Method(Configured, ABC):
    """A search that is asked for candidates and told their evaluations.

    A subclass states its `name`, `version`, `source` and settings, and the kinds of space that it
    can search (`spaces`). It draws random numbers from `problem.rng` only. The same problem, random
    stream and evaluations must lead to the same candidates: a stopped run is resumed, and a
    submission verified, by repeating it.

    Parameters
    ----------
    problem : Problem
        All that the method may see.
    **settings
        Values that replace defaults of `settings_spec`; they are `self.settings.<name>`.

    Raises
    ------
    MethodError
        If the method does not have a setting.
    CallError
        If a package that the method requires is not installed.
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
        """Receive evaluations: first those of the initial designs, then those of every ask."""

    @classmethod
    def require_space(cls, kind: Kind, protocol: str) -> None:
        """Raise an error unless the method can search spaces of a kind.

        Parameters
        ----------
        kind : str
            `finite` or `box`.
        protocol : str
            Name of the protocol whose space it is, for the message.

        Raises
        ------
        CallError
            If it cannot.
        """
        if kind not in cls.spaces:
            raise CallError(
                f"method {cls.name!r} searches {' and '.join(cls.spaces)} spaces, and "
                f"that of {protocol} is a {kind}; choose another method, or add {kind!r} to the "
                f"method's `spaces` if it can"
            )


def registered_methods() -> dict[str, str]:
    """Return `module:Class` of every method registered under the entry points `monas.methods`."""
    return registered(Method)


def find_method(spec: str) -> Found[Method]:
    """Return the method with this name: a registered one, or `path/to/file.py:ClassName`.

    Raises
    ------
    CallError
        If there is none, or the class is not a method.
    """
    return find(spec, Method)  # type: ignore[type-abstract]
