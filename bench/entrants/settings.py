"""Settings of entrants: every default says where it comes from, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any, ClassVar, Literal

from bench.errors import CallError, MethodError

__all__ = ["Configured", "Setting"]


@dataclass(frozen=True)
class Setting:
    """A default, where it comes from, and why."""

    default: Any
    mark: Literal["paper", "released code", "ours"]
    reason: str


class Configured:
    """What names itself, its source, its settings and the packages that it requires.

    `requires` maps a module that does not come with the suite to what pip installs to get it; a
    sweep looks for them before it starts.

    Parameters
    ----------
    **settings
        Values that replace defaults of `settings_spec`; they appear as `self.settings.<name>`.

    Raises
    ------
    MethodError
        If a setting is given that it does not have.
    """

    kind: ClassVar[str]  # what an error calls it
    name: ClassVar[str]
    version: ClassVar[str] = "1"
    source: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    settings_spec: ClassVar[Mapping[str, Setting]] = {}
    requires: ClassVar[Mapping[str, str]] = {}

    def __init__(self, **settings: Any) -> None:
        self.settings = SimpleNamespace(**self.effective_settings(settings))

    @classmethod
    def require_installed(cls) -> None:
        """Do nothing if every package that it requires is installed.

        Raises
        ------
        CallError
            If one is not; the message says how to get it.
        """
        for module, package in cls.requires.items():
            if find_spec(module) is None:
                raise CallError(
                    f"{cls.kind} {cls.name!r} needs {module}, which is not installed; it comes "
                    f"with `pip install '{package}'`"
                )

    @classmethod
    def effective_settings(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return the defaults with `settings` put in their place."""
        unknown = sorted(set(settings) - set(cls.settings_spec))
        if unknown:
            raise MethodError(
                f"{cls.kind} {cls.name!r} has no setting {unknown[0]!r}: expected one of "
                f"{', '.join(cls.settings_spec) or '(none)'}"
            )
        return {name: s.default for name, s in cls.settings_spec.items()} | dict(settings)
