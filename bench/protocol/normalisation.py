"""Normalisation of objectives: the constants that a protocol freezes, and their measurement.

Four schemes. *Exact front*: the ideal and the nadir of the exact front, from a table of the whole
space. *Known front*, where the space is too large for a table: the ideal of the best known
architectures, which the protocol lists, and the 90 % quantile of random architectures in place of
their nadir (*ours*: no short search gets below the nadir of such a front). *z-score*: mean and
standard deviation over all architectures, as in the LaMOO papers. *Known maximum*, for closed forms
over a box: objectives in their own units, and the maximum that the papers compare runs with in
place of the hypervolume of the front, which has infinitely many points.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bench.arrays import Floats
from bench.errors import ProtocolError
from bench.indicators import hypervolume, normalise
from bench.schema import StrictModel
from bench.spaces import FiniteSpace
from bench.tasks import Task

__all__ = [
    "DraftNormalisation",
    "Normalisation",
    "front_digest",
    "measure_normalisation",
    "normalisation_toml",
]

Scheme = Literal["exact front", "known front", "z-score", "known maximum"]

NOTHING_BELOW = (
    "normalisation.reference_point is {}: no point of the front is better than it in every "
    "objective, so that every hypervolume is 0; expected a point beyond the front"
)
_RANDOM = 10_000  # random architectures that represent a space which cannot be listed


class DraftNormalisation(BaseModel):
    """The parts of a normalisation that are chosen; the others are measured."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    scheme: Scheme = Field(default="exact front", description="Source of ideal and nadir.")
    reference_point: tuple[float, ...] | None = Field(
        default=None,
        description="Reference point in normalised units; 1.1 in every objective by default.",
    )
    maximum: float | None = Field(
        default=None, gt=0, description="With the scheme `known maximum`: as in `Normalisation`."
    )

    @model_validator(mode="after")
    def _check_reference(self) -> DraftNormalisation:
        if self.reference_point is not None:
            _check_above_ideal(self.scheme, self.reference_point)
        return self


class Normalisation(StrictModel):
    """The constants that make objectives comparable, measured on the test objectives."""

    scheme: Scheme = Field(
        default="exact front",
        description="Source of ideal and nadir; see `bench.protocol.normalisation`.",
    )
    ideal: tuple[float, ...] = Field(
        description="Value of each objective, in its unit, that becomes 0: the smallest on the "
        "front; with `z-score` the mean over all architectures; with `known maximum` 0."
    )
    nadir: tuple[float, ...] = Field(
        description="Value of each objective, in its unit, that becomes 1: the largest on the "
        "front; with `known front` the 90 % quantile of random architectures; with `z-score` the "
        "mean plus one standard deviation; with `known maximum` 1."
    )
    reference_point: tuple[float, ...] = Field(
        description="Reference point of the hypervolume, in normalised units."
    )
    front_size: int = Field(ge=1, description="Number of distinct points of the front.")
    front_sha256: str = Field(
        pattern="^[0-9a-f]{64}$", description="SHA-256 of the front's points (`front_digest`)."
    )
    attainable: float = Field(
        gt=0,
        description="Hypervolume ratio of the best final set for a method that knows the search "
        "objectives of every architecture.",
    )
    maximum: float | None = Field(
        default=None,
        gt=0,
        description="With the scheme `known maximum`: hypervolume, in normalised units, that a "
        "hypervolume ratio is a share of.",
    )

    @model_validator(mode="after")
    def _check_maximum(self) -> Normalisation:
        if (self.scheme == "known maximum") != (self.maximum is not None):
            raise ValueError("maximum is needed with the scheme 'known maximum', and only then")
        _check_above_ideal(self.scheme, self.reference_point)
        return self


def _check_above_ideal(scheme: Scheme, reference_point: tuple[float, ...]) -> None:
    """Raise a ValueError unless a reference point is worse than the ideal in every objective.

    With `z-score`, 0 is no ideal but the mean of all architectures, and any point can be meant.
    """
    for index, value in enumerate(reference_point):
        if scheme != "z-score" and not value > 0:
            raise ValueError(
                f"reference_point.{index} is {value:g}: expected more than 0, which is the ideal "
                f"in normalised units; no hypervolume is below such a point"
            )


def front_digest(front: Floats) -> str:
    """Return the SHA-256 of a front [p, m]: its sorted points, with 12 significant digits."""
    lines = [" ".join(f"{value:.12g}" for value in point) for point in np.unique(front, axis=0)]
    return sha256("\n".join(lines).encode()).hexdigest()


def measure_normalisation(task: Task, draft: DraftNormalisation) -> Normalisation:
    """Return the constants of a task that a protocol freezes.

    Parameters
    ----------
    task : Task
        The protocol's task.
    draft : DraftNormalisation
        The scheme, and what it needs.

    Raises
    ------
    ProtocolError
        If the space cannot be listed, or the draft has no maximum, and the scheme needs it.
    """
    front = task.front("score")
    if draft.scheme == "z-score":
        if not isinstance(task.space, FiniteSpace):
            raise ProtocolError(f"normalisation.scheme: {task.space.name} cannot be listed")
        scores = task.score(task.space.enumerate())
        ideal = scores.mean(axis=0)
        nadir = ideal + scores.std(axis=0)
    elif draft.scheme == "known front":
        drawn = task.space.sample(np.random.default_rng(0), _RANDOM)
        ideal, nadir = front.min(axis=0), np.quantile(task.score(drawn), 0.9, axis=0)
    elif draft.scheme == "known maximum":
        if draft.maximum is None or draft.reference_point is None:
            raise ProtocolError(
                "normalisation: the scheme 'known maximum' needs reference_point and maximum"
            )
        ideal, nadir = np.zeros(front.shape[1]), np.ones(front.shape[1])
    else:
        ideal, nadir = front.min(axis=0), front.max(axis=0)
    for index in np.flatnonzero(~(nadir > ideal)):
        raise ProtocolError(
            f"task.objectives.{index}: the objective {task.objectives[index]!r} is "
            f"{ideal[index]:g} on the whole front, so that nadir and ideal are equal and nothing "
            f"can be scaled; remove this objective, or choose one that conflicts with the others"
        )
    reference = draft.reference_point or (1.1,) * len(ideal)
    if len(reference) != len(ideal):
        raise ProtocolError(
            f"normalisation.reference_point has {len(reference)} numbers; expected {len(ideal)}, "
            f"one per objective"
        )
    best = draft.maximum or hypervolume(normalise(front, ideal, nadir), reference)
    if not best > 0:
        raise ProtocolError(NOTHING_BELOW.format(list(reference)))
    attained = hypervolume(normalise(task.front("search"), ideal, nadir), reference)
    return Normalisation(
        scheme=draft.scheme,
        ideal=tuple(float(f"{value:.12g}") for value in ideal),
        nadir=tuple(float(f"{value:.12g}") for value in nadir),
        reference_point=reference,
        front_size=len(front),
        front_sha256=front_digest(front),
        attainable=float(f"{attained / best:.6g}"),
        maximum=draft.maximum,
    )


def normalisation_toml(measured: Normalisation) -> str:
    """Return the constants as the [normalisation] block of a protocol file."""
    fields = measured.model_dump(mode="json", exclude_none=True)
    return "\n".join(["[normalisation]", *(f"{k} = {json.dumps(v)}" for k, v in fields.items())])
