"""A protocol of rank: the truth, the cells, where scores come from, and who is ranked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bench.data import catalogue_entry, require_tables
from bench.protocol_files import (
    SHOWN_DIGITS,
    check_lock,
    first_fault,
    protocol_id,
    read_protocol,
)
from bench.registry import NAME
from bench.seeds import stream
from bench.tasks import PinnedTable
from bench.tasks.curves import CurveColumns

__all__ = [
    "CellSet",
    "CurvesSource",
    "Entry",
    "NetworksSource",
    "RankProtocol",
    "RankRules",
    "Source",
    "StoredSource",
    "Truth",
    "load_rank_protocol",
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Truth(_Strict):
    """What estimates are held against: the mean of some columns, larger is better.

    Attributes
    ----------
    strings : str
        Column with each row's architecture as its space writes it.
    """

    table: str
    columns: tuple[str, ...] = Field(min_length=1)
    transform: Literal["mean"] = "mean"
    title: str
    unit: str
    strings: str


class CellSet(_Strict):
    """Cells that are ranked among each other: those that all `tables` have a row for.

    Attributes
    ----------
    sample : bool
        Of those, only the ones drawn for networks.
    size, draws : int
        Intervals come from `draws` random subsets of `size` cells each, without replacement.
    """

    name: str = Field(pattern=NAME)
    title: str
    tables: tuple[str, ...] = Field(min_length=1)
    sample: bool = False
    size: int = Field(ge=10)
    draws: int = Field(ge=10)


class StoredSource(_Strict):
    """Scores that somebody else measured: any column of a table."""

    kind: Literal["stored"]
    title: str
    table: str


class CurvesSource(CurveColumns):
    """Training curves in columns of a table, for estimators that read curves."""

    kind: Literal["curves"]
    title: str
    table: str


class NetworksSource(_Strict):
    """Networks of random weights and real images, for estimators that look at networks.

    Attributes
    ----------
    images : str
        `noisy-digits` is embedded; `cifar100-r10`, MOTE-NAS's reduced CIFAR-100, is a table of its
        own and stands among the protocol's; `cifar10` and `cifar100` are python batches that the
        user has.
    channels, cells, reduction
        Of the network around the cell (`bench.spaces.Skeleton`).
    sample : int
        Cells that are measured, drawn from the protocol's stream.
    seed : int
        Of weights and images.
    """

    kind: Literal["networks"]
    title: str
    images: Literal["noisy-digits", "cifar100-r10", "cifar10", "cifar100"]
    channels: int = Field(ge=1)
    cells: int = Field(ge=1)
    reduction: Literal["residual", "pooling"]
    sample: int = Field(ge=10)
    seed: int = Field(ge=0)


Source = Annotated[StoredSource | CurvesSource | NetworksSource, Field(discriminator="kind")]


class Entry(_Strict):
    """Who is ranked: a stored column, or an estimator with its settings, from one source.

    Attributes
    ----------
    label : str
        What the entry is called; its journal goes by it.
    sign : {1, -1}
        Of a stored column: -1 where smaller is better.
    epochs : int, optional
        Of curves: the estimator is shown so many epochs from the first, and is charged for no
        more; the landscape, which is measured after the last, it is not shown then.
    group : str
        Entries with the same text are drawn together in a figure of that title.
    """

    label: str = Field(pattern=NAME)
    source: str
    column: str | None = None
    sign: Literal[1, -1] = 1
    estimator: str | None = None
    settings: dict[str, Any] = {}
    epochs: int | None = Field(default=None, ge=1)
    group: str = ""

    @model_validator(mode="after")
    def _agree(self) -> Entry:
        if (self.column is None) == (self.estimator is None):
            raise ValueError(f"entry {self.label!r} needs either a column or an estimator")
        if self.column is not None and (self.settings or self.epochs):
            raise ValueError(f"entry {self.label!r} is a column: it has no settings and no epochs")
        return self


class RankRules(_Strict):
    """The content of the file."""

    kind: Literal["rank"]
    name: str = Field(pattern="^[a-z0-9][a-z0-9-]*$")
    version: int = Field(ge=1)
    aliases: tuple[str, ...] = ()
    title: str
    description: str
    space: str
    key: str
    tables: tuple[PinnedTable, ...] = Field(min_length=1)
    truth: Truth
    top_share: float = Field(gt=0, lt=1)
    sets: tuple[CellSet, ...] = Field(min_length=1)
    sources: dict[str, Source] = Field(min_length=1)
    roster: tuple[Entry, ...] = ()

    @model_validator(mode="after")
    def _agree(self) -> RankRules:
        known = {table.name for table in self.tables}
        used = [("truth.table", self.truth.table)]
        for each in self.sets:
            used += [(f"sets.{each.name}.tables", name) for name in each.tables]
        for name, source in self.sources.items():
            if not isinstance(source, NetworksSource):
                used.append((f"sources.{name}.table", source.table))
            elif source.images == "cifar100-r10":
                used.append((f"sources.{name}.images", source.images))
        for where, table in used:
            if table not in known:
                raise ValueError(f"{where} names {table!r}, which is not among the tables")
        networks = [s for s in self.sources.values() if isinstance(s, NetworksSource)]
        if len(networks) > 1:
            raise ValueError("more than one source of networks: all are measured on one sample")
        if any(each.sample for each in self.sets) and not networks:
            raise ValueError("a set with sample = true needs a source of networks")
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
class RankProtocol:
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

    rules: RankRules
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
    def networks(self) -> NetworksSource | None:
        """The source of networks, if there is one."""
        found = (s for s in self.rules.sources.values() if isinstance(s, NetworksSource))
        return next(found, None)

    def require_tables(self) -> None:
        """Do nothing if every table, and every image, is on this machine.

        Raises
        ------
        bench.errors.DataMissingError
            If one is not; the message says what brings it.
        """
        require_tables(*(catalogue_entry(table.name) for table in self.rules.tables))
        if self.networks and self.networks.images in ("cifar10", "cifar100"):
            from bench.training.cifar import require_cifar

            require_cifar(self.networks.images)

    def stream(self, *what: str) -> np.random.Generator:
        """Return the random stream of one use, such as the sample or a set's subsets."""
        return stream(self.id, *what)


def load_rank_protocol(name: str) -> RankProtocol:
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
        protocol = RankProtocol(RankRules.model_validate(content), protocol_id(content), name)
    except ValidationError as error:
        raise first_fault(path, error) from None
    check_lock(name, path, protocol.name, protocol.id)
    return protocol
