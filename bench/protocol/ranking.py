"""A protocol of rank: the truth, the cells, where scores come from, and who is ranked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field, ValidationError, model_validator

from bench.data import catalogue_entry, require_tables
from bench.protocol.files import SHOWN_DIGITS, check_lock, first_fault, protocol_id, read_protocol
from bench.seeds import stream
from bench.tasks.ranking.spec import Entry, RankingTaskSpec
from bench.tasks.ranking.task import RankingTask

__all__ = ["RankingProtocol", "RankingRules", "load_ranking_protocol"]


class RankingRules(RankingTaskSpec):
    """The content of the file."""

    kind: Literal["rank"]
    name: str = Field(pattern="^[a-z0-9][a-z0-9-]*$")
    version: int = Field(ge=1)
    aliases: tuple[str, ...] = ()
    title: str
    description: str
    roster: tuple[Entry, ...] = ()

    @model_validator(mode="after")
    def _agree(self) -> RankingRules:
        labels = [entry.label for entry in self.roster]
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise ValueError(f"roster: {twice[0]!r} stands there twice")
        for entry in self.roster:
            self.check_entry(entry)
        return self

    def check_entry(self, entry: Entry) -> None:
        """Do nothing if the entry fits its source.

        Raises
        ------
        ValueError
            If it does not.
        """
        if entry.source not in self.sources:
            raise ValueError(
                f"entry {entry.label!r} comes from source {entry.source!r}: expected one of "
                f"{', '.join(self.sources)}"
            )
        kind = self.sources[entry.source].kind
        if (kind == "stored") != (entry.column is not None):
            wanted = "a column" if kind == "stored" else "an estimator"
            raise ValueError(
                f"entry {entry.label!r}: source {entry.source!r} ({kind}) needs {wanted}"
            )
        if entry.epochs and kind != "curves":
            raise ValueError(f"entry {entry.label!r}: epochs are those of curves, not of {kind}")


@dataclass(frozen=True)
class RankingProtocol:
    """A validated protocol of rank and its identity.

    Attributes
    ----------
    rules : the content of the file, field by field
    id : str
        sha256 of the file's content as canonical JSON, the roster left out: who takes part changes
        neither cells nor subsets, which are drawn from streams that begin with the id.
    spec : str
        What it was asked for by, and is found again: a released name, or the path of its file.
    """

    rules: RankingRules
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

    def task(self) -> RankingTask:
        """Return the task, its tables loaded and checked."""
        return RankingTask(self.rules, self.name, self.stream)

    def require_tables(self) -> None:
        """Do nothing if every table, and every image, is on this machine.

        Raises
        ------
        bench.errors.DataMissingError
            If one is not; the message says what brings it.
        """
        require_tables(*(catalogue_entry(table.name) for table in self.rules.tables))
        networks = self.rules.networks
        if networks and networks.images in ("cifar10", "cifar100"):
            from bench.training.images.cifar import require_cifar

            require_cifar(networks.images)

    def stream(self, *what: str) -> np.random.Generator:
        """Return the random stream of one use, such as the sample or a set's subsets."""
        return stream(self.id, *what)


def load_ranking_protocol(name: str) -> RankingProtocol:
    """Return a released protocol of rank by name, or any by the path of its file.

    Raises
    ------
    CallError
        If there is none of that name, or it compares searches.
    ProtocolError
        If the file is not TOML, breaks a rule, or is a released one that was changed.
    """
    path, content = read_protocol(name, "rank")
    try:
        protocol = RankingProtocol(RankingRules.model_validate(content), protocol_id(content), name)
    except ValidationError as error:
        raise first_fault(path, error) from None
    check_lock(name, path, protocol.name, protocol.id)
    return protocol
