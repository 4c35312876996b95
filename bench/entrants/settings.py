"""Settings of entrants: each default has its origin and a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any, ClassVar, Literal

from bench.errors import CallError, MethodError, command

__all__ = ["Configured", "Setting"]


@dataclass(frozen=True)
class Setting:
    """The default of a setting, with the mark of its origin and the reason for it."""

    default: Any
    mark: Literal["paper", "released code", "ours"]
    reason: str


class Configured:
    """An entrant's class: its name, source, settings, and the packages that it requires.

    `kind` is the kind of entrant in messages, after its `article`, and in entry points. `requires`
    maps each module that the suite does not install to what `pip install` needs to get it; a sweep
    looks for these modules before it starts.

    Parameters
    ----------
    **settings
        Values that replace defaults of `settings_spec`; they are `self.settings.<name>`.

    Raises
    ------
    MethodError
        If the class does not have a setting.
    """

    kind: ClassVar[str]
    article: ClassVar[str] = "a"
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
        """Raise an error unless every package that the class requires is installed.

        Raises
        ------
        CallError
            If one is not; the message has the command that installs it.
        """
        for module, package in cls.requires.items():
            if find_spec(module) is None:
                raise CallError(
                    f"{cls.kind} {cls.name!r} needs {module}, which is not installed; it comes "
                    f"with {command('pip', 'install', package)}"
                )

    @classmethod
    def effective_settings(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return all settings by name: these, and the defaults of the others.

        Raises
        ------
        MethodError
            If the class does not have a setting.
        """
        unknown = sorted(set(settings) - set(cls.settings_spec))
        if unknown:
            raise MethodError(
                f"{cls.kind} {cls.name!r} has no setting {unknown[0]!r}: expected one of "
                f"{', '.join(cls.settings_spec) or '(none)'}"
            )
        return {name: s.default for name, s in cls.settings_spec.items()} | dict(settings)
