"""Ranking protocols: the frozen rules by which estimators are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import Field, model_validator

from bench.entrants.entry import AnyEntry, RankingEntry
from bench.protocol.base import Protocol, Rules
from bench.schema import naming
from bench.tasks import PinnedTable
from bench.tasks.ranking.spec import NetworksSource, RankingTaskSpec
from bench.tasks.ranking.task import RankingTask

__all__ = ["RankingProtocol", "RankingRules"]


class RankingRules(Rules[RankingEntry], RankingTaskSpec):
    """The content of a ranking protocol's file."""

    kind: Literal["rank", "ranking"] = Field(
        description="`ranking`; in a file of the first schema `rank`."
    )

    @model_validator(mode="after")
    def _check_rules(self) -> RankingRules:
        if (self.kind == "rank") != (self.schema_version == 1):
            raise ValueError(f"kind is {self.kind!r}; expected 'ranking', and schema = 2")
        given = "transform" in self.truth.model_fields_set
        self.refuse_without_effect("truth.transform", given=given)
        for entry in self.entries:
            self._check_entry(entry)
        return self

    def _check_entry(self, entry: RankingEntry) -> None:
        """Raise a ValueError unless the entry fits its source."""
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
class RankingProtocol(Protocol[RankingRules, RankingEntry]):
    """A protocol that compares estimators by how they order architectures."""

    @property
    def repetitions(self) -> None:
        """None: each entry is scored once."""
        return None

    @property
    def tables(self) -> tuple[PinnedTable, ...]:
        """All tables of the truth, the sets and the sources."""
        return self.rules.tables

    @property
    def origin(self) -> str:
        """The names of the tables."""
        return ", ".join(table.name for table in self.rules.tables)

    def task(self) -> RankingTask:
        """Return the task, with its tables loaded and checked."""
        with naming(self.spec):
            return RankingTask(self.rules, self.name, self.stream)

    def require_tables(self) -> None:
        """Raise an error unless every table, and every image, is on this machine.

        Raises
        ------
        DataMissingError
            If one is not; the message has the command that installs it.
        """
        super().require_tables()
        networks = self.rules.networks
        if networks and networks.images in ("cifar10", "cifar100"):
            from bench.training.images.cifar import require_cifar

            require_cifar(networks.images)

    def measures(self, entry: AnyEntry) -> bool:
        """Return whether an entry's scores are measured on networks, not looked up."""
        return isinstance(entry, RankingEntry) and isinstance(
            self.rules.sources[entry.source], NetworksSource
        )
