"""What every protocol is: rules from a file, an identity, entrants, tables, a task."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Literal, TypeVar

import numpy as np
from pydantic import Field

from bench.data import catalogue_entry, require_tables
from bench.entrants.entry import Entry
from bench.errors import CallError
from bench.protocol.files import SHOWN_DIGITS
from bench.schema import StrictModel
from bench.seeds import stream
from bench.tasks import PinnedTable

__all__ = ["MAIN_ROSTER", "SCHEMA", "Protocol", "Rules", "check_rosters"]

MAIN_ROSTER = "main"
SCHEMA = 2  # of protocol files; files without the key `schema` have the first


class Rules(StrictModel):
    """What the file of any protocol says."""

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
    description: str = Field(description="What is measured, and why so, in a few sentences.")

    def refuse_without_effect(self, keys: Mapping[str, bool]) -> None:
        """Raise a ValueError for a key of the first schema that has no effect.

        Parameters
        ----------
        keys : mapping of str to bool
            Each such key, and whether the file has it.
        """
        given = [key for key, is_given in keys.items() if is_given]
        if self.schema_version > 1 and given:
            raise ValueError(f"{given[0]} has no effect, and is no key of schema {SCHEMA}")


def check_rosters(roster: Sequence[Entry], rosters: Mapping[str, Sequence[Entry]]) -> None:
    """Raise a ValueError unless every entry of all rosters has a label of its own.

    Parameters
    ----------
    roster : sequence of Entry
        The main one.
    rosters : mapping of str to sequence of Entry
        The others, by name.
    """
    labels = [entry.label for each in (roster, *rosters.values()) for entry in each]
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise ValueError(f"{twice[0]!r} is in the rosters twice; give a variant a name")
    if MAIN_ROSTER in rosters:
        raise ValueError(f"rosters.{MAIN_ROSTER} is the name of [[roster]]")


R = TypeVar("R", bound=Rules)
E = TypeVar("E", bound=Entry)


@dataclass(frozen=True)
class Protocol(ABC, Generic[R, E]):
    """A validated protocol and its identity.

    Attributes
    ----------
    rules : Rules
        The content of the file, field by field.
    id : str
        sha256 of the file's content as canonical JSON. Comments and layout do not count, and
        neither do the rosters: who takes part does not change what is measured, and a method that
        joins must not change the random streams of the others, which begin with the id.
    spec : str
        What it was asked for by, and is found again by: a released name, or the path of its file.
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
        """The first 12 digits of the id, shown wherever a result is."""
        return self.id[:SHOWN_DIGITS]

    @property
    def label(self) -> str:
        """Name, version and id, as figures and tables carry it."""
        return f"{self.name} v{self.rules.version} ({self.short_id})"

    def home(self, results: Path) -> Path:
        """Return the folder of this protocol's journals below a folder of results."""
        return results / self.name / self.short_id

    @property
    @abstractmethod
    def repetitions(self) -> int | None:
        """How often each entrant is run; None if it is run once, without a number."""

    @abstractmethod
    def journal_path(self, results: Path, label: str, repetition: int | None) -> Path:
        """Return the path of a run's journal.

        Parameters
        ----------
        results : Path
            Folder of all results.
        label : str
            Of the entrant.
        repetition : int, optional
            None where `repetitions` is.
        """

    @property
    @abstractmethod
    def tables(self) -> tuple[PinnedTable, ...]:
        """Every table that is used, with its digest."""

    @property
    @abstractmethod
    def origin(self) -> str:
        """Where the numbers come from, in few words."""

    def require_tables(self) -> None:
        """Raise a DataMissingError unless every table is on this machine.

        The message names the command that installs the table.
        """
        require_tables(*(catalogue_entry(table.name) for table in self.tables))

    @property
    @abstractmethod
    def rosters(self) -> Mapping[str, Sequence[E]]:
        """The entries of each roster by its name; that of `[[roster]]` is `main`."""

    def entrants(self, *rosters: str) -> dict[str, E]:
        """Return the entries of these rosters by label, those of all rosters if none is named.

        Raises
        ------
        CallError
            If the protocol has no roster of that name.
        """
        known = self.rosters
        unknown = sorted(set(rosters) - set(known))
        if unknown:
            raise CallError(
                f"{self.name} has no roster {unknown[0]!r}: expected one of {', '.join(known)}"
            )
        chosen = [known[name] for name in rosters or known]
        return {entry.label: entry for roster in chosen for entry in roster}

    def stream(self, *use: str | int) -> np.random.Generator:
        """Return the random stream of one use, such as the sample of a set, or one run."""
        return stream(self.id, *use)
