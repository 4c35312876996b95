"""Search protocols: the frozen rules by which methods are compared."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bench.arrays import Floats
from bench.entrants.registry import NAME
from bench.errors import ProtocolError
from bench.indicators import normalise
from bench.protocol.base import MAIN_ROSTER, Protocol, Rules, check_rosters
from bench.protocol.normalisation import DraftNormalisation, Normalisation
from bench.schema import StrictModel, parse_model, read_toml
from bench.spaces.finite import FiniteSpace
from bench.spaces.space import Rows, Space
from bench.tasks import PinnedTable, Task, TaskSpec, make_task, origin, pinned_tables

__all__ = [
    "Budget",
    "Draft",
    "Indicator",
    "SearchEntry",
    "SearchProtocol",
    "SearchRules",
    "parse_draft",
]

# What `bench.results.search` computes of a run; a protocol names those that it is judged by.
Indicator = Literal[
    "hypervolume_ratio",
    "log10_regret",
    "log10_hypervolume_difference",
    "igd_plus",
    "evaluations_to_targets",
    "selected",
]


class Budget(StrictModel):
    """What a run may spend."""

    evaluations: int = Field(ge=1, description="Evaluations, the initial designs included.")
    batch: int = Field(ge=1, description="Most candidates that are asked for at once.")
    initial: int = Field(ge=0, description="Initial designs, shared by all methods.")
    at_most: bool = Field(
        default=False,
        description="Whether a method may end a run sooner, by asking for nothing.",
    )

    @property
    def first(self) -> int:
        """The number of evaluations after which methods can differ for the first time."""
        return max(1, self.initial)


class SearchEntry(StrictModel):
    """A method of the comparison, and the settings in which it differs from its defaults."""

    method: str = Field(description="A registered name.")
    settings: dict[str, Any] = Field(
        default={}, description="Values that replace defaults of the method's settings."
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

    @property
    def spec(self) -> str:
        """What finds the method: a registered name or `file.py:Class`."""
        return self.method


class SearchRules(Rules):
    """What the file of a search protocol says."""

    kind: Literal["search"] = Field(
        default="search", description="`search`; a file of the first schema has no such key."
    )
    tier: Literal["bitwise", "statistical"] = Field(
        description="How closely runs repeat on another machine: bit by bit, or in distribution."
    )
    repetitions: int = Field(ge=1, description="How often each method is run.")
    task: TaskSpec = Field(
        discriminator="kind", description="What is searched, and how candidates are answered."
    )
    normalisation: Normalisation = Field(
        description="The constants that make objectives comparable."
    )
    budget: Budget = Field(description="What a run may spend.")
    indicators: tuple[Indicator, ...] = Field(
        description="What a run is judged by: the columns that results have. Under the first "
        "schema results also have those of `hypervolume_ratio`, `log10_regret`, `igd_plus` and "
        "`evaluations_to_targets` where they are not named."
    )
    targets: tuple[float, ...] = Field(
        default=(),
        description="Hypervolume ratios for the indicator `evaluations_to_targets`.",
    )
    roster: tuple[SearchEntry, ...] = Field(
        default=(), description="Methods that are run when none is named; not part of the id."
    )
    rosters: dict[str, tuple[SearchEntry, ...]] = Field(
        default={}, description="Further rosters by name, for `--roster NAME`; not part of the id."
    )

    @model_validator(mode="after")
    def _agree(self) -> SearchRules:
        m = len(self.task.objectives)
        for key in ("ideal", "nadir", "reference_point"):
            if len(getattr(self.normalisation, key)) != m:
                raise ValueError(f"normalisation.{key} must have {m} numbers, one per objective")
        if not np.all(np.asarray(self.normalisation.nadir) > np.asarray(self.normalisation.ideal)):
            raise ValueError("normalisation.nadir must be above ideal in every objective")
        if self.budget.initial > self.budget.evaluations:
            raise ValueError("budget.initial must not exceed budget.evaluations")
        check_rosters(self.roster, self.rosters)
        self.refuse_without_effect({"task.missing": "missing" in self.task.model_fields_set})
        judged = self.judged_by
        if "hypervolume_ratio" not in judged:
            raise ValueError("indicators must name hypervolume_ratio, which methods are ranked by")
        if bool(self.targets) != ("evaluations_to_targets" in judged):
            raise ValueError("targets are needed by the indicator evaluations_to_targets alone")
        return self

    @property
    def judged_by(self) -> frozenset[Indicator]:
        """The indicators that results compute."""
        always: tuple[Indicator, ...] = (
            "hypervolume_ratio",
            "log10_regret",
            "igd_plus",
            "evaluations_to_targets",
        )
        return frozenset(self.indicators + (always if self.schema_version == 1 else ()))


@dataclass(frozen=True)
class SearchProtocol(Protocol[SearchRules, SearchEntry]):
    """A protocol that compares methods by what they find."""

    @property
    def repetitions(self) -> int:
        """How often each method is run."""
        return self.rules.repetitions

    def journal_path(self, results: Path, label: str, repetition: int | None) -> Path:
        """Return results/protocol/id/label/repetition.jsonl; see `Protocol.journal_path`."""
        return self.home(results) / label / f"{repetition:03d}.jsonl"

    @property
    def tables(self) -> tuple[PinnedTable, ...]:
        """Every table of the task, those of stored estimates included."""
        return pinned_tables(self.rules.task)

    @property
    def origin(self) -> str:
        """The names of the task's tables, or its closed form."""
        return origin(self.rules.task)

    @property
    def rosters(self) -> dict[str, tuple[SearchEntry, ...]]:
        """The entries of each roster by its name; that of `[[roster]]` is `main`."""
        return {MAIN_ROSTER: self.rules.roster, **self.rules.rosters}

    def task(self) -> Task:
        """Return the task, its tables loaded and checked."""
        return make_task(self.rules.task)

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
        rng = self.stream(repetition, "initial designs")
        chosen: dict[Hashable, Rows] = {}
        while len(chosen) < self.rules.budget.initial:
            drawn = space.sample(rng, 1)
            chosen.setdefault(space.class_keys(drawn)[0], drawn[0])
        none = space.check([])
        return np.concatenate([none, *(row[None] for row in chosen.values())])

    def _check_enough(self, space: Space) -> None:
        """Raise a ProtocolError if the space has fewer classes than there are designs."""
        if not (isinstance(space, FiniteSpace) and space.listable):
            return
        wanted, classes = self.rules.budget.initial, set(space.class_keys(space.enumerate()))
        if wanted > len(classes):
            raise ProtocolError(
                f"{self.name}: budget.initial is {wanted}, and the space {space.name!r} has "
                f"{len(classes)} architectures that are distinct up to isomorphism; expected no "
                f"more designs than that"
            )

    def method_stream(self, label: str, repetition: int) -> np.random.Generator:
        """Return the random stream of one entrant in one repetition, from 0."""
        return self.stream(label, repetition, "method")

    @property
    def raw_reference_point(self) -> Floats:
        """The reference point [m] in the units of the objectives."""
        n = self.rules.normalisation
        ideal, nadir = np.asarray(n.ideal), np.asarray(n.nadir)
        raw: Floats = ideal + np.asarray(n.reference_point) * (nadir - ideal)
        return raw

    def normalise(self, objectives: Floats) -> Floats:
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
    return parse_model(Draft, read_toml(path, ProtocolError), path, ProtocolError)
