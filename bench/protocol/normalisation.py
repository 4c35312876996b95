"""How objectives become comparable: the constants that a protocol freezes, and their measuring.

Four schemes. `exact front`: the ideal and nadir of the exact front of a table that holds the whole
space. `known front`, where the space is too large for a table: the ideal of the best architectures
anybody has found, which the protocol lists, and in place of their nadir what nine of ten random
architectures stay below (*ours*: no short search gets within the nadir of such a front). `z-score`:
mean and standard deviation over all architectures, as the LaMOO papers have it. `known maximum`,
for closed forms over a box: objectives in their own units, and in place of the hypervolume of a
front, which has no end of points, the maximum that the papers hold runs against.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bench.errors import ProtocolError
from bench.indicators import hypervolume, normalise
from bench.spaces import FiniteSpace
from bench.tasks import Task

__all__ = [
    "DraftNormalisation",
    "Normalisation",
    "Scheme",
    "front_digest",
    "measure_normalisation",
    "normalisation_toml",
]

Scheme = Literal["exact front", "known front", "z-score", "known maximum"]

_RANDOM = 10_000  # architectures that stand for a space which cannot be listed


class DraftNormalisation(BaseModel):
    """What is chosen of a normalisation; the rest is measured."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    scheme: Scheme = "exact front"
    reference_point: tuple[float, ...] | None = None
    maximum: float | None = None


class Normalisation(BaseModel):
    """The constants that make objectives comparable, measured on the test objectives."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scheme: Scheme = Field(
        default="exact front",
        description=(
            "What ideal and nadir are. `exact front`: smallest and largest value on the exact "
            "front. `known front`: smallest value on the best known front, and the 90 % quantile "
            "of random architectures. `z-score`: mean, and mean plus one standard deviation, over "
            "all architectures. `known maximum`: 0 and 1."
        ),
    )
    ideal: tuple[float, ...] = Field(
        description="Value of each objective, in its unit, that becomes 0."
    )
    nadir: tuple[float, ...] = Field(
        description="Value of each objective, in its unit, that becomes 1."
    )
    reference_point: tuple[float, ...] = Field(
        description="Reference point of the hypervolume, in normalised units."
    )
    front_size: int = Field(ge=1, description="Number of distinct points on the front.")
    front_sha256: str = Field(
        pattern="^[0-9a-f]{64}$",
        description=(
            "Digest of the front's points in the task's units "
            "(`bench.protocol.normalisation.front_digest`)."
        ),
    )
    attainable: float = Field(
        description=(
            "Hypervolume ratio of the architectures that are non-dominated in the search "
            "objectives: the result of a search that evaluated every architecture."
        )
    )
    maximum: float | None = Field(
        default=None,
        gt=0,
        description=(
            "With the scheme `known maximum`: the hypervolume, in normalised units, whose share "
            "the hypervolume ratio is. Otherwise it is that of the front."
        ),
    )

    @model_validator(mode="after")
    def _agree(self) -> Normalisation:
        if (self.scheme == "known maximum") != (self.maximum is not None):
            raise ValueError("maximum is needed with the scheme 'known maximum', and only then")
        return self


def front_digest(front: NDArray[np.float64]) -> str:
    """Return the sha256 of a sorted front [p, m], numbers written with 12 significant digits."""
    lines = [" ".join(f"{value:.12g}" for value in point) for point in np.unique(front, axis=0)]
    return sha256("\n".join(lines).encode()).hexdigest()


def measure_normalisation(task: Task, draft: DraftNormalisation) -> Normalisation:
    """Return the constants that a protocol on this task freezes.

    Parameters
    ----------
    draft : DraftNormalisation
        The scheme, and the reference point in normalised units; 1.1 in every objective when not
        given.

    Raises
    ------
    ProtocolError
        If the scheme needs a space that can be listed, or a maximum that the draft does not give.
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
    reference = draft.reference_point or (1.1,) * len(ideal)
    best = draft.maximum or hypervolume(normalise(front, ideal, nadir), reference)
    knowable = hypervolume(normalise(task.front("search"), ideal, nadir), reference)
    return Normalisation(
        scheme=draft.scheme,
        ideal=tuple(_round(v) for v in ideal),
        nadir=tuple(_round(v) for v in nadir),
        reference_point=reference,
        front_size=len(front),
        front_sha256=front_digest(front),
        attainable=float(f"{knowable / best:.6g}"),
        maximum=draft.maximum,
    )


def normalisation_toml(measured: Normalisation) -> str:
    """Return the constants as the [normalisation] block of a protocol file."""
    fields = measured.model_dump(mode="json", exclude_none=True)
    return "\n".join(["[normalisation]", *(f"{k} = {json.dumps(v)}" for k, v in fields.items())])


def _round(value: float) -> float:
    return float(f"{value:.12g}")
