"""Protocols: the frozen rules of a comparison, their digest, and the lock of released ones."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bench.data import catalogue_entry, require_tables
from bench.errors import CallError, ProtocolError
from bench.indicators import normalise
from bench.normalisation import DraftNormalisation, Normalisation
from bench.seeds import stream
from bench.spaces import FiniteSpace
from bench.spaces.finite import Architectures
from bench.tasks import Task, TaskSpec, make_task

__all__ = [
    "Budget",
    "Draft",
    "Protocol",
    "RosterEntry",
    "load_protocol",
    "parse_draft",
    "read_lock",
    "released_protocols",
]

SHOWN_DIGITS = 12

# What `bench.results` computes of a run; a protocol names those that it is judged by.
Indicator = Literal[
    "hypervolume_ratio",
    "log10_regret",
    "log10_hypervolume_difference",
    "igd_plus",
    "evaluations_to_targets",
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


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
        sha256 of the file's content as canonical JSON; comments and layout do not count, and
        neither does the roster: who takes part does not change what is measured, and a method that
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
        require_tables(*(catalogue_entry(table.name) for table in self.rules.task.tables))

    def initial_designs(self, space: FiniteSpace, repetition: int) -> Architectures:
        """Return the designs [initial, variables] that every method of a repetition starts from.

        `space` is the task's. Distinct up to isomorphism, uniform over the space's classes as
        sampling meets them.
        """
        rng = stream(self.id, repetition, "initial designs")
        chosen: dict[int, Architectures] = {}
        while len(chosen) < self.rules.budget.initial:
            drawn = space.sample(rng, 1)
            chosen.setdefault(int(space.index(space.canonical(drawn))[0]), drawn[0])
        return np.stack(list(chosen.values()))

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
        return Draft.model_validate(_read_toml(path))
    except ValidationError as error:
        raise _first_fault(path, error) from None


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
    """Return a released protocol by name or alias, or any protocol by the path of its file.

    Raises
    ------
    CallError
        If there is none of that name.
    ProtocolError
        If the file is not TOML, breaks a rule, or is a released one that was changed.
    """
    by_path = name.endswith(".toml")
    path = Path(name) if by_path else _folder() / f"{_aliases().get(name, name)}.toml"
    if not path.is_file():
        raise CallError(
            f"unknown protocol {name!r}: expected one of {', '.join(released_protocols())}, or "
            f"the path of a .toml file"
        )
    protocol = _parse(path)
    if not by_path:
        locked = read_lock().get(protocol.name)
        if locked != protocol.id:
            raise ProtocolError(
                f"{path} was changed after its release: its id is {protocol.short_id}, LOCK says "
                f"{(locked or 'nothing')[:SHOWN_DIGITS]}; restore the file, or give the change a "
                f"new file with a higher version"
            )
    return protocol


@lru_cache(maxsize=1)
def _aliases() -> dict[str, str]:
    """Return the released protocol that each other name stands for."""
    released = {path.stem: _read_toml(path) for path in _folder().glob("*.toml")}
    return {
        alias: name for name, content in released.items() for alias in content.get("aliases", ())
    }


def _parse(path: Path) -> Protocol:
    content = _read_toml(path)
    try:
        rules = _Rules.model_validate(content)
    except ValidationError as error:
        raise _first_fault(path, error) from None
    frozen = {key: value for key, value in content.items() if key != "roster"}
    canonical = json.dumps(frozen, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return Protocol(rules, sha256(canonical.encode()).hexdigest())


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CallError(f"cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProtocolError(f"{path} is not TOML: {error}") from None


def _first_fault(path: Path, error: ValidationError) -> ProtocolError:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    found = "" if first["type"] in ("missing", "value_error") else f", got {first['input']!r}"
    return ProtocolError(f"{path}: {where.strip('.') or 'the whole file'}: {first['msg']}{found}")
