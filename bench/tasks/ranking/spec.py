"""What a ranking protocol says of its task: truth, sets of architectures, sources of scores."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from bench.entrants.registry import NAME
from bench.schema import StrictModel
from bench.tasks.curves import CurveColumns
from bench.tasks.table import PinnedTable

__all__ = [
    "CellSet",
    "CurvesSource",
    "Entry",
    "NetworksSource",
    "RankingTaskSpec",
    "ScoreSource",
    "StoredSource",
    "Truth",
]


class Truth(StrictModel):
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


class CellSet(StrictModel):
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


class StoredSource(StrictModel):
    """Scores that somebody else measured: any column of a table."""

    kind: Literal["stored"]
    title: str
    table: str


class CurvesSource(CurveColumns):
    """Training curves in columns of a table, for estimators that read curves."""

    kind: Literal["curves"]
    title: str
    table: str


class NetworksSource(StrictModel):
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


ScoreSource = Annotated[StoredSource | CurvesSource | NetworksSource, Field(discriminator="kind")]


class Entry(StrictModel):
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
    settings: dict[str, Any] = Field(default={})
    epochs: int | None = Field(default=None, ge=1)
    group: str = ""

    @property
    def spec(self) -> str | None:
        """What finds the estimator: a registered name or `file.py:Class`; None for a column."""
        return self.estimator

    @model_validator(mode="after")
    def _agree(self) -> Entry:
        if (self.column is None) == (self.estimator is None):
            raise ValueError(f"entry {self.label!r} needs either a column or an estimator")
        if self.column is not None and (self.settings or self.epochs):
            raise ValueError(f"entry {self.label!r} is a column: it has no settings and no epochs")
        return self


class RankingTaskSpec(StrictModel):
    """What is ranked and against which truth.

    Attributes
    ----------
    space : str
        Name of the space of the truth's architectures.
    key : str
        Column that every table has, and whose whole numbers name an architecture.
    tables : tuple of PinnedTable
        All that are used, by the truth, the sets and the sources.
    truth : Truth
    top_share : float
        Share of the architectures, best by the truth, over which tau is computed besides.
    sets : tuple of CellSet
        Architectures that are ranked among each other.
    sources : dict of str to ScoreSource
        Where scores come from, by name.
    """

    space: str
    key: str
    tables: tuple[PinnedTable, ...] = Field(min_length=1)
    truth: Truth
    top_share: float = Field(gt=0, lt=1)
    sets: tuple[CellSet, ...] = Field(min_length=1)
    sources: dict[str, ScoreSource] = Field(min_length=1)

    @property
    def networks(self) -> NetworksSource | None:
        """The source of networks, if there is one."""
        found = (s for s in self.sources.values() if isinstance(s, NetworksSource))
        return next(found, None)

    @model_validator(mode="after")
    def _tables_and_sources_agree(self) -> RankingTaskSpec:
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
        return self
