"""The common part of all protocols: rules from a file, an identity, rosters, tables and a task."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Literal, Self, TypeVar

import numpy as np
from pydantic import Field, model_validator

from bench.data import catalogue_entry, require_tables
from bench.entrants.entry import AnyEntry, RankingEntry, SearchEntry
from bench.errors import CallError
from bench.schema import StrictModel
from bench.seeds import stream
from bench.tasks import PinnedTable

__all__ = ["MAIN_ROSTER", "Protocol", "Rules"]

MAIN_ROSTER = "main"
SCHEMA = 2  # of protocol files; a file without the key `schema` has the first

E = TypeVar("E", SearchEntry, RankingEntry)


class Rules(StrictModel, Generic[E]):
    """The part of a protocol file's content that is the same for all kinds."""

    schema_version: Literal[1, 2] = Field(
        default=1,
        alias="schema",
        description="Version of the file's format; a file without the key has the first.",
    )
    name: str = Field(
        pattern="^[a-z0-9][a-z0-9-]*$", description="Name of the protocol, and of its file."
    )
    version: int = Field(ge=1, description="Counts the protocols of this name, from 1.")
    aliases: tuple[str, ...] = Field(
        default=(), description="Other names, such as the one that another suite gives it."
    )
    title: str = Field(description="What is compared, in one line.")
    description: str = Field(description="What is measured and why, in a few sentences.")
    roster: tuple[E, ...] = Field(
        default=(), description="Entries that are run when none is named; not part of the id."
    )
    rosters: dict[str, tuple[E, ...]] = Field(
        default={}, description="Further rosters by name, for `--roster NAME`; not part of the id."
    )

    @model_validator(mode="after")
    def _check_rosters(self) -> Self:
        if MAIN_ROSTER in self.rosters:
            raise ValueError(f"rosters.{MAIN_ROSTER} is the name of [[roster]]")
        labels = [entry.label for entry in self.entries]
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise ValueError(f"{twice[0]!r} is in the rosters twice; give a variant a name")
        return self

    @property
    def all_rosters(self) -> dict[str, tuple[E, ...]]:
        """The entries of each roster by its name; that of `[[roster]]` is `main`."""
        return {MAIN_ROSTER: self.roster, **self.rosters}

    @property
    def entries(self) -> list[E]:
        """The entries of all rosters."""
        return [entry for roster in self.all_rosters.values() for entry in roster]

    def refuse_without_effect(self, key: str, *, given: bool) -> None:
        """Raise a ValueError for a key of the first schema that has no effect.

        Parameters
        ----------
        key : str
            The key, which later schemas do not have.
        given : bool
            Whether the file has it.
        """
        if given and self.schema_version > 1:
            raise ValueError(f"{key} has no effect, and is no key of schema {SCHEMA}")


R = TypeVar("R", bound=Rules[Any])


@dataclass(frozen=True)
class Protocol(ABC, Generic[R, E]):
    """A validated protocol and its identity.

    Attributes
    ----------
    rules : Rules
        The content of the file.
    id : str
        SHA-256 of the file's content as canonical JSON. Comments and layout do not count, and
        neither do the rosters: they do not change what is measured, and a method that joins must
        not change the random streams of the others, which begin with the id.
    spec : str
        Finds the protocol again: a released name, or the path of its file.
    """

    rules: R
    id: str
    spec: str

    @property
    def name(self) -> str:
        """The protocol's name."""
        return self.rules.name

    @property
    def short_id(self) -> str:
        """The first 12 digits of the id, which are shown with every result."""
        return self.id[:12]

    @property
    def label(self) -> str:
        """Name, version and id, as figures and tables show it."""
        return f"{self.name} v{self.rules.version} ({self.short_id})"

    @property
    @abstractmethod
    def repetitions(self) -> int | None:
        """Number of runs of each entrant; None if it has a single run without a number."""

    @property
    @abstractmethod
    def tables(self) -> tuple[PinnedTable, ...]:
        """All tables of the task."""

    @property
    @abstractmethod
    def origin(self) -> str:
        """Origin of the numbers, in few words."""

    @abstractmethod
    def task(self) -> Any:
        """Return the task, with its tables loaded and checked."""

    def home(self, results: Path) -> Path:
        """Return the folder of this protocol's journals in a folder of results."""
        return results / self.name / self.short_id

    def journal_path(self, results: Path, label: str, repetition: int | None = None) -> Path:
        """Return the path of a run's journal.

        It is NAME/ID/LABEL/REPETITION.jsonl in the folder of results, or NAME/ID/LABEL.jsonl.

        Parameters
        ----------
        results : Path
            Folder of all results.
        label : str
            Label of the entrant.
        repetition : int, optional
            Number of the run, from 0; None if the protocol has no repetitions.
        """
        run = label if repetition is None else f"{label}/{repetition:03d}"
        return self.home(results) / f"{run}.jsonl"

    def require_tables(self) -> None:
        """Raise an error unless every table is on this machine.

        Raises
        ------
        DataMissingError
            If one is not; the message has the command that installs it.
        """
        require_tables(*(catalogue_entry(table.name) for table in self.tables))

    def entrants(self, *rosters: str) -> dict[str, E]:
        """Return the entries of some rosters by label, or of all rosters if none is named.

        Raises
        ------
        CallError
            If the protocol has no roster of that name.
        """
        known = self.rules.all_rosters
        unknown = sorted(set(rosters) - set(known))
        if unknown:
            raise CallError(
                f"{self.name} has no roster {unknown[0]!r}: expected one of {', '.join(known)}"
            )
        return {entry.label: entry for name in rosters or known for entry in known[name]}

    def measures(self, entry: AnyEntry) -> bool:
        """Return whether a run of an entry measures networks, which takes long."""
        return False

    def stream(self, *use: str | int) -> np.random.Generator:
        """Return the random stream of one use, such as the sample of a set, or one run."""
        return stream(self.id, *use)
