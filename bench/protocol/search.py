"""Search protocols: the frozen rules by which methods are compared."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bench.arrays import Floats
from bench.entrants.entry import SearchEntry
from bench.errors import ProtocolError, command
from bench.indicators import hypervolume, normalise
from bench.protocol.base import Protocol, Rules
from bench.protocol.normalisation import (
    NOTHING_BELOW,
    DraftNormalisation,
    Normalisation,
    front_digest,
)
from bench.schema import StrictModel, naming, parse_model, read_toml
from bench.spaces.finite import FiniteSpace
from bench.spaces.space import Rows, Space
from bench.tasks import PinnedTable, Task, TaskSpec, make_task, origin, pinned_tables

__all__ = ["Budget", "Draft", "Indicator", "SearchProtocol", "SearchRules", "parse_draft"]

# Indicators that `bench.results.search` computes; a protocol names those that judge its runs.
Indicator = Literal[
    "hypervolume_ratio",
    "log10_regret",
    "log10_hypervolume_difference",
    "igd_plus",
    "evaluations_to_targets",
    "selected",
]
_ALWAYS_IN_SCHEMA_1: tuple[Indicator, ...] = (
    "hypervolume_ratio",
    "log10_regret",
    "igd_plus",
    "evaluations_to_targets",
)


_MOST_EVALUATIONS, _MOST_REPETITIONS = 10_000_000, 100_000  # *ours*: more is a slip of the pen


class Budget(StrictModel):
    """The evaluations of a run."""

    evaluations: int = Field(
        ge=1,
        le=_MOST_EVALUATIONS,
        description="Number of evaluations, including the initial designs.",
    )
    batch: int = Field(
        ge=1,
        le=_MOST_EVALUATIONS,
        description="Maximal number of candidates asked for at once.",
    )
    initial: int = Field(ge=0, description="Number of initial designs, shared by all methods.")
    at_most: bool = Field(
        default=False,
        description="Whether a method may end a run early, by asking for nothing.",
    )

    @property
    def first(self) -> int:
        """The number of evaluations after which methods can differ for the first time."""
        return max(1, self.initial)


class SearchRules(Rules[SearchEntry]):
    """The content of a search protocol's file."""

    kind: Literal["search"] = Field(
        default="search", description="`search`; a file of the first schema has no such key."
    )
    tier: Literal["bitwise", "statistical"] = Field(
        description="How runs repeat on another machine: bit by bit, or in distribution."
    )
    repetitions: int = Field(
        ge=1, le=_MOST_REPETITIONS, description="Number of runs of each method."
    )
    task: TaskSpec = Field(
        discriminator="kind", description="The searched space, its objectives and their source."
    )
    normalisation: Normalisation = Field(
        description="The constants that make objectives comparable."
    )
    budget: Budget = Field(description="Evaluations, batches and initial designs of a run.")
    indicators: tuple[Indicator, ...] = Field(
        description="Indicators that judge a run, which are columns of the results. Under the "
        "first schema results also have `hypervolume_ratio`, `log10_regret`, `igd_plus` and "
        "`evaluations_to_targets` where they are not named."
    )
    targets: tuple[float, ...] = Field(
        default=(),
        description="Hypervolume ratios for the indicator `evaluations_to_targets`.",
    )

    @model_validator(mode="after")
    def _check_rules(self) -> SearchRules:
        m = len(self.task.objectives)
        for key in ("ideal", "nadir", "reference_point"):
            if len(getattr(self.normalisation, key)) != m:
                raise ValueError(f"normalisation.{key} must have {m} numbers, one per objective")
        if not np.all(np.asarray(self.normalisation.nadir) > np.asarray(self.normalisation.ideal)):
            raise ValueError("normalisation.nadir must be above ideal in every objective")
        if self.budget.initial > self.budget.evaluations:
            raise ValueError("budget.initial must not exceed budget.evaluations")
        self.refuse_without_effect("task.missing", given="missing" in self.task.model_fields_set)
        if "hypervolume_ratio" not in self.judged_by:
            raise ValueError("indicators must name hypervolume_ratio, which methods are ranked by")
        for index, target in enumerate(self.targets):
            if not 0 < target <= 1:
                raise ValueError(
                    f"targets.{index} is {target:g}: expected a share of the best hypervolume, "
                    f"above 0 and at most 1"
                )
        names = [f"{target:g}" for target in self.targets]  # those of columns of the results
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"targets has {twice[0]} twice, to 6 digits; expected each once")
        if bool(self.targets) != ("evaluations_to_targets" in self.judged_by):
            raise ValueError("targets are needed by the indicator evaluations_to_targets alone")
        return self

    @property
    def judged_by(self) -> frozenset[Indicator]:
        """The indicators that results compute."""
        always = _ALWAYS_IN_SCHEMA_1 if self.schema_version == 1 else ()
        return frozenset(self.indicators + always)


@dataclass(frozen=True)
class SearchProtocol(Protocol[SearchRules, SearchEntry]):
    """A protocol that compares methods by the architectures that they find."""

    @property
    def repetitions(self) -> int:
        """Number of runs of each method."""
        return self.rules.repetitions

    @property
    def tables(self) -> tuple[PinnedTable, ...]:
        """All tables of the task, including those of stored estimates."""
        return pinned_tables(self.rules.task)

    @property
    def origin(self) -> str:
        """The names of the task's tables, or its closed form."""
        return origin(self.rules.task)

    def task(self) -> Task:
        """Return the task, with its tables loaded and checked.

        Raises
        ------
        MonasError
            If a table is missing or damaged, or does not have what the protocol names, or the front
            is not the one that the protocol was frozen on; the message names the file and the key.
        """
        with naming(self.spec):
            task = make_task(self.rules.task)
            self._check_front(task.front("score"), exact=task.tolerance == 0.0)
        return task

    def _check_front(self, front: Floats, *, exact: bool) -> None:
        """Raise a ProtocolError unless a front [p, m] is the one that the constants belong to.

        Objectives that are computed, not `exact`, may differ in the last digits elsewhere.
        """
        frozen = self.rules.normalisation
        found = front_digest(front) if exact else frozen.front_sha256
        if len(front) != frozen.front_size or found != frozen.front_sha256:
            raise ProtocolError(
                f"the front of this task has {len(front)} points, digest {found[:12]}...; the "
                f"protocol says normalisation.front_size {frozen.front_size}, front_sha256 "
                f"{frozen.front_sha256[:12]}...: {command('monas', 'protocol', 'measure', 'FILE')} "
                f"gives the constants of a new version"
            )
        if not hypervolume(self.normalise(front), frozen.reference_point) > 0:
            raise ProtocolError(NOTHING_BELOW.format(list(frozen.reference_point)))

    def initial_designs(self, space: Space, repetition: int) -> Rows:
        """Return the designs [initial, variables] that all methods of a repetition start from.

        Architectures are drawn uniformly, without those isomorphic to one that was drawn before.

        Parameters
        ----------
        space : Space
            The task's space.
        repetition : int
            Number of the repetition, from 0.

        Raises
        ------
        ProtocolError
            If the space has fewer architectures up to isomorphism.
        """
        wanted = self.rules.budget.initial
        if isinstance(space, FiniteSpace) and space.listable:
            classes = len(set(space.class_keys(space.enumerate())))
            if wanted > classes:
                raise ProtocolError(
                    f"{self.name}: budget.initial is {wanted}, and the space {space.name!r} has "
                    f"{classes} architectures that are distinct up to isomorphism; expected no "
                    f"more designs than that"
                )
        rng = self.stream(repetition, "initial designs")
        chosen: dict[Hashable, Rows] = {}
        while len(chosen) < wanted:
            drawn = space.sample(rng, 1)
            chosen.setdefault(space.class_keys(drawn)[0], drawn)
        return np.concatenate([space.check([]), *chosen.values()])

    def method_stream_name(self, label: str, repetition: int) -> tuple[str | int, ...]:
        """Return the name of a method's random stream; see `bench.seeds.stream`.

        Parameters
        ----------
        label : str
            Label of the entrant.
        repetition : int
            Number of the run, from 0.
        """
        return self.id, label, repetition, "method"

    @property
    def raw_reference_point(self) -> Floats:
        """The reference point [m] in the units of the objectives."""
        n = self.rules.normalisation
        ideal, nadir = np.asarray(n.ideal), np.asarray(n.nadir)
        raw: Floats = ideal + np.asarray(n.reference_point) * (nadir - ideal)
        return raw

    def normalise(self, objectives: Floats) -> Floats:
        """Return objectives [n, m] scaled so that the ideal is 0 and the nadir is 1."""
        n = self.rules.normalisation
        return normalise(objectives, n.ideal, n.nadir)


class Draft(BaseModel):
    """The parts of a protocol file that its constants are measured from; others are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    task: TaskSpec = Field(
        discriminator="kind", description="The searched space, its objectives and their source."
    )
    normalisation: DraftNormalisation = Field(
        default=DraftNormalisation(), description="The scheme, and what it needs."
    )


def parse_draft(path: Path) -> Draft:
    """Return the task and the scheme of a protocol file; its other parts may be missing.

    Raises
    ------
    CallError
        If the file cannot be read.
    ProtocolError
        If it is not TOML, or the task or the scheme is not valid.
    """
    return parse_model(Draft, read_toml(path, ProtocolError), path, ProtocolError)
