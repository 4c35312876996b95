"""Settings of contestants: every default says where it comes from, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar, Literal

from bench.errors import MethodError

__all__ = ["Configured", "Setting"]


@dataclass(frozen=True)
class Setting:
    """A default, where it comes from, and why."""

    default: Any
    mark: Literal["paper", "released code", "ours"]
    reason: str


class Configured:
    """What names itself, its source and its settings.

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

    def __init__(self, **settings: Any) -> None:
        self.settings = SimpleNamespace(**self.effective_settings(settings))

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
