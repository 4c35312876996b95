"""Entries of rosters: an entrant, and the settings in which it differs from its defaults."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from bench.entrants.registry import NAME
from bench.schema import StrictModel

__all__ = ["AnyEntry", "RankingEntry", "SearchEntry"]


class SearchEntry(StrictModel):
    """A method of a search protocol, and the settings in which it differs from its defaults."""

    method: str = Field(
        description="The method: a registered name, or `path/to/file.py:ClassName`, which needs "
        "`name` too."
    )
    settings: dict[str, Any] = Field(
        default={}, description="Settings of the method, by name; the others have their defaults."
    )
    name: str | None = Field(
        default=None,
        pattern=NAME,
        description="Name of a variant, so that a method can take part with several settings.",
    )

    @property
    def label(self) -> str:
        """The variant's name, else the method's: that of its journals and random streams."""
        return self.name or self.method

    @model_validator(mode="after")
    def _check_name(self) -> SearchEntry:
        if self.name is None and ".py:" in self.method:
            raise ValueError(f"entry {self.method!r} is a class in a file and needs a name")
        return self


class RankingEntry(StrictModel):
    """A ranked entry: a stored column, or an estimator with its settings, of one source."""

    label: str = Field(
        pattern=NAME,
        description=(
            "Name of the entry, unique in the roster; its journal has the same name. Letters a-z, "
            "digits, dots and hyphens."
        ),
    )
    source: str = Field(description="Name of the source of its scores, a key of `sources`.")
    column: str | None = Field(default=None, description="Column of a stored source.")
    sign: Literal[1, -1] = Field(
        default=1, description="Factor of the scores: -1 if smaller values are better."
    )
    estimator: str | None = Field(
        default=None,
        description=(
            "Instead of `column`: registered name of an estimator, or `path/to/file.py:ClassName`."
        ),
    )
    settings: dict[str, Any] = Field(
        default={},
        description="Settings of the estimator, by name; the others have their defaults.",
    )
    epochs: int | None = Field(
        default=None,
        ge=1,
        description=(
            "Number of epochs, from the first, that an estimator of curves sees and is charged "
            "for. The landscape, which is measured after the last epoch, is then not shown."
        ),
    )
    group: str = Field(
        default="",
        description="Title of the figure in which entries with the same group are compared.",
    )

    @model_validator(mode="after")
    def _check_estimate(self) -> RankingEntry:
        if (self.column is None) == (self.estimator is None):
            raise ValueError(f"entry {self.label!r} needs either a column or an estimator")
        if self.column is not None and (self.settings or self.epochs):
            raise ValueError(f"entry {self.label!r} is a column: it has no settings and no epochs")
        return self


AnyEntry = SearchEntry | RankingEntry
