"""Protocols of searches: the frozen rules of a comparison, and their identity."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bench.data import catalogue_entry, require_tables
from bench.errors import CallError, ProtocolError
from bench.indicators import normalise
from bench.protocol.files import (
    SHOWN_DIGITS,
    check_lock,
    first_fault,
    protocol_id,
    read_lock,
    read_protocol,
    read_toml,
    released_protocols,
)
from bench.protocol.normalisation import DraftNormalisation, Normalisation
from bench.seeds import stream
from bench.spaces.finite import FiniteSpace
from bench.spaces.space import Rows, Space
from bench.tasks import Task, TaskSpec, make_task, pinned_tables

__all__ = [
    "MAIN_ROSTER",
    "Budget",
    "Draft",
    "RosterEntry",
    "SearchProtocol",
    "load_protocol",
    "parse_draft",
    "read_lock",
    "released_protocols",
]

MAIN_ROSTER = "main"

# What `bench.results.search` computes of a run; a protocol names those that it is judged by.
Indicator = Literal[
    "hypervolume_ratio",
    "log10_regret",
    "log10_hypervolume_difference",
    "igd_plus",
    "evaluations_to_targets",
    "selected",
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Budget(_Strict):
    """What a run may spend.

    Attributes
    ----------
    evaluations : int
        The initial designs included.
    batch : int
        Most that are asked for at once.
    initial : int
        Initial designs, shared by all methods.
    at_most : bool
        Whether a method may end a run sooner, by asking for nothing.
    """

    evaluations: int = Field(ge=1)
    batch: int = Field(ge=1)
    initial: int = Field(ge=0)
    at_most: bool = False

    @property
    def first(self) -> int:
        """After how many evaluations methods can differ, at the soonest."""
        return max(1, self.initial)


class RosterEntry(_Strict):
    """A method of the comparison, and the settings in which it differs from its defaults.

    Attributes
    ----------
    method : str
        A registered name.
    settings : dict
    name : str, optional
        What a variant is called, so that a method can take part with several settings: its runs
        and random streams go by it.
    """

    method: str
    settings: dict[str, Any] = {}
    name: str | None = Field(default=None, pattern="^[a-z0-9][a-z0-9-]*$")

    @property
    def label(self) -> str:
        """The name that runs go by."""
        return self.name or self.method


class _Rules(_Strict):
    name: str = Field(pattern="^[a-z0-9][a-z0-9-]*$")
    version: int = Field(ge=1)
    aliases: tuple[str, ...] = ()
    title: str
    description: str
    tier: Literal["bitwise", "statistical"]
    repetitions: int = Field(ge=1)
    task: TaskSpec = Field(discriminator="kind")
    normalisation: Normalisation
    budget: Budget
    indicators: tuple[Indicator, ...]
    targets: tuple[float, ...] = Field(min_length=1)
    roster: tuple[RosterEntry, ...] = ()
    rosters: dict[str, tuple[RosterEntry, ...]] = {}

    @model_validator(mode="after")
    def _agree(self) -> _Rules:
        m = len(self.task.objectives)
        for key in ("ideal", "nadir", "reference_point"):
            if len(getattr(self.normalisation, key)) != m:
                raise ValueError(f"normalisation.{key} must have {m} numbers, one per objective")
        if not np.all(np.asarray(self.normalisation.nadir) > np.asarray(self.normalisation.ideal)):
            raise ValueError("normalisation.nadir must lie above ideal in every objective")
        if self.budget.initial > self.budget.evaluations:
            raise ValueError("budget.initial must not exceed budget.evaluations")
        names = [entry.label for entry in self.roster]
        names += [entry.label for roster in self.rosters.values() for entry in roster]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{twice[0]!r} stands in the rosters twice; give a variant a name")
        if MAIN_ROSTER in self.rosters:
            raise ValueError(f"rosters.{MAIN_ROSTER} is what [[roster]] is called")
        return self


@dataclass(frozen=True)
class SearchProtocol:
    """A validated protocol and its identity.

    Attributes
    ----------
    rules : the content of the file, field by field
    id : str
        sha256 of the file's content as canonical JSON; comments and layout do not count, and
        neither do the rosters: who takes part does not change what is measured, and a method that
        joins must not change the random streams of the others, which begin with the id.
    """

    rules: _Rules
    id: str

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

    def entrants(self, *rosters: str) -> dict[str, RosterEntry]:
        """Return the entries of these rosters by name, those of all rosters if none is named.

        The main roster, `[[roster]]` in the file, is called `main`; others hold what takes more
        time, needs an extra package, or answers another question.

        Raises
        ------
        CallError
            If the protocol has no roster of that name.
        """
        known = {MAIN_ROSTER: self.rules.roster, **self.rules.rosters}
        unknown = sorted(set(rosters) - set(known))
        if unknown:
            raise CallError(
                f"{self.name} has no roster {unknown[0]!r}: expected one of {', '.join(known)}"
            )
        chosen = [known[name] for name in rosters or known]
        return {entry.label: entry for roster in chosen for entry in roster}

    def home(self, results: Path) -> Path:
        """Return the folder of this protocol's journals below a folder of results."""
        return results / self.name / self.short_id

    def task(self) -> Task:
        """Return the task, its tables loaded and checked."""
        return make_task(self.rules.task)

    def require_tables(self) -> None:
        """Do nothing if every table of the task is on this machine.

        Raises
        ------
        bench.errors.DataMissingError
            If one is not; the message names the command that brings it.
        """
        require_tables(*(catalogue_entry(t.name) for t in pinned_tables(self.rules.task)))

    def initial_designs(self, space: Space, repetition: int) -> Rows:
        """Return the designs [initial, variables] that every method of a repetition starts from.

        `space` is the task's. Distinct up to isomorphism, uniform over the space's classes as
        sampling meets them.

        Raises
        ------
        ProtocolError
            If the space has fewer classes.
        """
        self._check_enough(space)
        rng = stream(self.id, repetition, "initial designs")
        chosen: dict[Hashable, Rows] = {}
        while len(chosen) < self.rules.budget.initial:
            drawn = space.sample(rng, 1)
            chosen.setdefault(space.class_keys(drawn)[0], drawn[0])
        none = space.check([])
        return np.concatenate([none, *(row[None] for row in chosen.values())])

    def _check_enough(self, space: Space) -> None:
        """Do nothing if the space has a class for each design; one that is not listable has."""
        if not (isinstance(space, FiniteSpace) and space.listable):
            return
        wanted, classes = self.rules.budget.initial, set(space.class_keys(space.enumerate()))
        if wanted > len(classes):
            raise ProtocolError(
                f"{self.name}: budget.initial is {wanted}, and the space {space.name!r} has "
                f"{len(classes)} architectures that are distinct up to isomorphism; expected no "
                f"more designs than that"
            )

    def method_stream(self, method: str, repetition: int) -> np.random.Generator:
        """Return the random stream that belongs to one method in one repetition."""
        return stream(self.id, method, repetition, "method")

    @property
    def raw_reference_point(self) -> NDArray[np.float64]:
        """The reference point [m] in the units of the objectives."""
        n = self.rules.normalisation
        ideal, nadir = np.asarray(n.ideal), np.asarray(n.nadir)
        raw: NDArray[np.float64] = ideal + np.asarray(n.reference_point) * (nadir - ideal)
        return raw

    def normalise(self, objectives: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return objectives [n, m] with the ideal at 0 and the nadir at 1."""
        n = self.rules.normalisation
        return normalise(objectives, n.ideal, n.nadir)


class Draft(BaseModel):
    """What must be written of a protocol before its constants can be measured."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    task: TaskSpec = Field(discriminator="kind")
    normalisation: DraftNormalisation = DraftNormalisation()


def parse_draft(path: Path) -> Draft:
    """Return task and scheme of a protocol file whose other parts need not be written yet."""
    try:
        return Draft.model_validate(read_toml(path))
    except ValidationError as error:
        raise first_fault(path, error) from None


def load_protocol(name: str) -> SearchProtocol:
    """Return a released protocol by name or alias, or any protocol by the path of its file.

    Raises
    ------
    CallError
        If there is none of that name, or it is not one of searches.
    ProtocolError
        If the file is not TOML, breaks a rule, or is a released one that was changed.
    """
    path, content = read_protocol(name, "search")
    try:
        protocol = SearchProtocol(_Rules.model_validate(content), protocol_id(content))
    except ValidationError as error:
        raise first_fault(path, error) from None
    check_lock(name, path, protocol.name, protocol.id)
    return protocol
