"""An entry of a roster: an entrant, and the settings in which it differs from its defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

__all__ = ["Entry"]


class Entry(Protocol):
    """What entries of search and ranking protocols have in common."""

    @property
    def label(self) -> str:
        """The name of the entrant in a protocol: that of its journals and random streams."""

    @property
    def spec(self) -> str | None:
        """What finds its class: a registered name or `file.py:Class`; None if it has none."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """Values that replace defaults of the entrant's settings."""
