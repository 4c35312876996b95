"""Specifications of ranking tasks: the truth, sets of architectures, and sources of scores."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from bench.entrants.registry import NAME
from bench.schema import StrictModel
from bench.tasks.curves import CurveColumns
from bench.tasks.pinned import PinnedTable

__all__ = [
    "ArchitectureSet",
    "CurvesSource",
    "NetworksSource",
    "RankingTaskSpec",
    "ScoreSource",
    "StoredSource",
    "Truth",
]


class Truth(StrictModel):
    """The true value of each architecture: the mean of some columns; larger is better."""

    table: str = Field(description="Name of the table, whose rows are the task's architectures.")
    columns: tuple[str, ...] = Field(
        min_length=1, description="Columns of the table whose mean is the truth."
    )
    transform: Literal["mean"] = Field(default="mean", description="Function of the columns.")
    title: str = Field(description="Name of the truth in tables and figures.")
    unit: str = Field(description="Unit of the truth, for tables and figures.")
    strings: str = Field(
        description="Column with the architecture of each row, as a string of the space."
    )


class ArchitectureSet(StrictModel):
    """A set of architectures that are ranked together: those with a row in all its tables."""

    name: str = Field(
        pattern=NAME,
        description="Name of the set in results. Letters a-z, digits, dots and hyphens.",
    )
    title: str = Field(description="Name of the set in tables and figures.")
    tables: tuple[str, ...] = Field(
        min_length=1,
        description="Names of the tables in which an architecture of the set has a row.",
    )
    sample: bool = Field(
        default=False,
        description="Whether the set has only architectures of the sample of networks.",
    )
    size: int = Field(
        ge=10, description="Number of architectures in each random subset, without replacement."
    )
    draws: int = Field(
        ge=10, description="Number of random subsets, from which intervals are computed."
    )


class StoredSource(StrictModel):
    """Published scores: any column of a table."""

    kind: Literal["stored"] = Field(description="Kind of the source.")
    title: str = Field(description="Name of the source in tables and figures.")
    table: str = Field(description="Name of the table with the scores.")


class CurvesSource(CurveColumns):
    """Training curves in columns of a table, for estimators that read curves."""

    kind: Literal["curves"] = Field(description="Kind of the source.")
    title: str = Field(description="Name of the source in tables and figures.")
    table: str = Field(description="Name of the table with the curves.")


class NetworksSource(StrictModel):
    """Networks with random weights, and real images, for estimators that look at networks."""

    kind: Literal["networks"] = Field(description="Kind of the source.")
    title: str = Field(description="Name of the source in tables and figures.")
    images: Literal["noisy-digits", "cifar100-r10", "cifar10", "cifar100"] = Field(
        description=(
            "Image set. `noisy-digits` is part of the suite; `cifar100-r10`, the reduced CIFAR-100 "
            "of MOTE-NAS, is a table and must be among the protocol's tables; `cifar10` and "
            "`cifar100` are the Python batches, which the user downloads."
        )
    )
    channels: int = Field(
        ge=1, description="Channels of the network's first stage; see `bench.spaces.Skeleton`."
    )
    cells: int = Field(ge=1, description="Number of cells in each stage of the network.")
    reduction: Literal["residual", "pooling"] = Field(
        description="Block that halves the resolution between stages; see `bench.spaces.Skeleton`."
    )
    sample: int = Field(
        ge=10,
        description="Number of architectures that are measured, drawn at random by the protocol.",
    )
    seed: int = Field(ge=0, description="Seed of the initial weights and of the images.")


ScoreSource = Annotated[StoredSource | CurvesSource | NetworksSource, Field(discriminator="kind")]


class RankingTaskSpec(StrictModel):
    """The task of a ranking protocol: tables, the truth, the ranked sets, sources of scores."""

    space: str = Field(description="Name of the search space, such as `nasbench201`.")
    key: str = Field(
        description=(
            "Column of integers that every table has and that identifies the architecture of a row."
        )
    )
    tables: tuple[PinnedTable, ...] = Field(
        min_length=1, description="All tables of the truth, the sets and the sources."
    )
    truth: Truth = Field(description="The true values that estimates are compared with.")
    top_share: float = Field(
        gt=0,
        lt=1,
        description=(
            "Share of a set's architectures, the best by the truth, on which Kendall tau is also "
            "computed."
        ),
    )
    sets: tuple[ArchitectureSet, ...] = Field(
        min_length=1, description="Sets of architectures that are ranked together."
    )
    sources: dict[str, ScoreSource] = Field(min_length=1, description="Sources of scores, by name.")

    @property
    def networks(self) -> NetworksSource | None:
        """The source of networks; None if there is none."""
        found = (s for s in self.sources.values() if isinstance(s, NetworksSource))
        return next(found, None)

    @model_validator(mode="after")
    def _check_names(self) -> RankingTaskSpec:
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
            raise ValueError("more than one source of networks; expected one, with one sample")
        if any(each.sample for each in self.sets) and not networks:
            raise ValueError("a set with sample = true needs a source of networks")
        return self
