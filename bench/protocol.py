"""Protocols: the frozen rules of a comparison, their digest, and the lock of released ones."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bench.errors import CallError, ProtocolError
from bench.indicators import hypervolume, normalise
from bench.seeds import stream
from bench.spaces import FiniteSpace, get_space
from bench.spaces.finite import Architectures
from bench.tasks import TableTask, TableTaskSpec

__all__ = [
    "Budget",
    "Normalisation",
    "Protocol",
    "RosterEntry",
    "front_digest",
    "load_protocol",
    "measure_normalisation",
    "normalisation_toml",
    "parse_task",
    "read_lock",
    "released_protocols",
]

SHOWN_DIGITS = 12

# What `bench.results` computes of a run; a protocol names those that it is judged by.
Indicator = Literal["hypervolume_ratio", "log10_regret", "igd_plus", "evaluations_to_targets"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Normalisation(_Strict):
    """How objectives become comparable, from the exact front of the scoring measurement.

    The front is that of `TableTask.exact_front`: over architectures that connect input and output.

    Attributes
    ----------
    ideal, nadir : tuple of float
        Smallest and largest value of each objective on the exact front, in the task's units.
    reference_point : tuple of float
        In normalised units (ideal 0, nadir 1).
    front_size, front_sha256
        Distinct points of the exact front and their `front_digest`.
    attainable : float
        Hypervolume ratio of the score of the exact *search* front: what is left of 1 when the
        choice among architectures is made on what a method may see.
    """

    ideal: tuple[float, ...]
    nadir: tuple[float, ...]
    reference_point: tuple[float, ...]
    front_size: int = Field(ge=1)
    front_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    attainable: float


class Budget(_Strict):
    """What a run may spend: evaluations (the initial designs included), at most `batch` at once."""

    evaluations: int = Field(ge=1)
    batch: int = Field(ge=1)
    initial: int = Field(ge=1)


class RosterEntry(_Strict):
    """A method of the comparison, and the settings in which it differs from its defaults."""

    method: str
    settings: dict[str, Any] = {}


class _Rules(_Strict):
    name: str = Field(pattern="^[a-z0-9][a-z0-9-]*$")
    version: int = Field(ge=1)
    title: str
    description: str
    tier: Literal["bitwise", "statistical"]
    repetitions: int = Field(ge=1)
    task: TableTaskSpec
    normalisation: Normalisation
    budget: Budget
    indicators: tuple[Indicator, ...]
    targets: tuple[float, ...] = Field(min_length=1)
    roster: tuple[RosterEntry, ...]

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
        return self


@dataclass(frozen=True)
class Protocol:
    """A validated protocol and its identity.

    Attributes
    ----------
    rules : the content of the file, field by field
    id : str
        sha256 of the file's content as canonical JSON; comments and layout do not count.
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

    def task(self) -> TableTask:
        """Return the task, its table loaded and checked."""
        return TableTask(self.rules.task)

    def initial_designs(self, repetition: int) -> Architectures:
        """Return the designs [initial, variables] that every method of a repetition starts from.

        Distinct up to isomorphism, uniform over the space's classes as sampling meets them.
        """
        space = self.task_space
        rng = stream(self.id, repetition, "initial designs")
        chosen: dict[int, Architectures] = {}
        while len(chosen) < self.rules.budget.initial:
            drawn = space.sample(rng, 1)
            chosen.setdefault(int(space.index(space.canonical(drawn))[0]), drawn[0])
        return np.stack(list(chosen.values()))

    def method_stream(self, method: str, repetition: int) -> np.random.Generator:
        """Return the random stream that belongs to one method in one repetition."""
        return stream(self.id, method, repetition, "method")

    @cached_property
    def task_space(self) -> FiniteSpace:
        """The space of the task, without loading its table."""
        return get_space(self.rules.task.space)

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


def front_digest(front: NDArray[np.float64]) -> str:
    """Return the sha256 of a sorted front [p, m], numbers written with 12 significant digits."""
    lines = [" ".join(f"{value:.12g}" for value in point) for point in np.unique(front, axis=0)]
    return sha256("\n".join(lines).encode()).hexdigest()


def measure_normalisation(
    spec: TableTaskSpec, reference_point: tuple[float, ...] | None = None
) -> Normalisation:
    """Return the constants that a protocol on this task freezes, from its whole table.

    Parameters
    ----------
    reference_point : tuple of float, optional
        In normalised units; 1.1 in every objective when not given.
    """
    task = TableTask(spec)
    front = task.exact_front("score")
    ideal, nadir = front.min(axis=0), front.max(axis=0)
    reference = reference_point or (1.1,) * len(ideal)
    best = hypervolume(normalise(front, ideal, nadir), reference)
    knowable = hypervolume(normalise(task.exact_front("search"), ideal, nadir), reference)
    return Normalisation(
        ideal=tuple(_round(v) for v in ideal),
        nadir=tuple(_round(v) for v in nadir),
        reference_point=reference,
        front_size=len(front),
        front_sha256=front_digest(front),
        attainable=float(f"{knowable / best:.6g}"),
    )


def normalisation_toml(measured: Normalisation) -> str:
    """Return the constants as the [normalisation] block of a protocol file."""
    fields = measured.model_dump(mode="json")
    return "\n".join(["[normalisation]", *(f"{k} = {json.dumps(v)}" for k, v in fields.items())])


def _round(value: float) -> float:
    return float(f"{value:.12g}")


def parse_task(path: Path) -> TableTaskSpec:
    """Return the task of a protocol file whose other parts need not be written yet."""
    content = _read_toml(path)
    try:
        return TableTaskSpec.model_validate(content.get("task"))
    except ValidationError as error:
        raise _first_fault(path, error, prefix="task.") from None


def _folder() -> Path:
    return Path(str(files("protocols")))


def released_protocols() -> list[str]:
    """Return the names of the protocols that ship with the suite."""
    return sorted(path.stem for path in _folder().glob("*.toml"))


def read_lock() -> dict[str, str]:
    """Return the id of every released protocol, by the name of its file."""
    lines = (_folder() / "LOCK").read_text(encoding="utf-8").splitlines()
    entries = [line.split() for line in lines if line and not line.startswith("#")]
    return {name: digest for digest, name in entries}


def load_protocol(name: str) -> Protocol:
    """Return a released protocol by name, or any protocol by the path of its file.

    Raises
    ------
    CallError
        If there is none of that name.
    ProtocolError
        If the file is not TOML, breaks a rule, or is a released one that was changed.
    """
    by_path = name.endswith(".toml")
    path = Path(name) if by_path else _folder() / f"{name}.toml"
    if not path.is_file():
        raise CallError(
            f"unknown protocol {name!r}: expected one of {', '.join(released_protocols())}, or "
            f"the path of a .toml file"
        )
    protocol = _parse(path)
    if not by_path:
        locked = read_lock().get(name)
        if locked != protocol.id:
            raise ProtocolError(
                f"{path} was changed after its release: its id is {protocol.short_id}, LOCK says "
                f"{(locked or 'nothing')[:SHOWN_DIGITS]}; restore the file, or give the change a "
                f"new file with a higher version"
            )
    return protocol


def _parse(path: Path) -> Protocol:
    content = _read_toml(path)
    try:
        rules = _Rules.model_validate(content)
    except ValidationError as error:
        raise _first_fault(path, error) from None
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return Protocol(rules, sha256(canonical.encode()).hexdigest())


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CallError(f"cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProtocolError(f"{path} is not TOML: {error}") from None


def _first_fault(path: Path, error: ValidationError, *, prefix: str = "") -> ProtocolError:
    first = error.errors()[0]
    where = prefix + ".".join(str(part) for part in first["loc"])
    found = "" if first["type"] in ("missing", "value_error") else f", got {first['input']!r}"
    return ProtocolError(f"{path}: {where.strip('.') or 'the whole file'}: {first['msg']}{found}")
