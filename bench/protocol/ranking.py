"""Ranking protocols: the frozen rules by which estimators are compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from bench.protocol.base import MAIN_ROSTER, Protocol, Rules, check_rosters
from bench.tasks import PinnedTable
from bench.tasks.ranking.spec import Entry, NetworksSource, RankingTaskSpec
from bench.tasks.ranking.task import RankingTask

__all__ = ["RankingProtocol", "RankingRules"]


class RankingRules(Rules, RankingTaskSpec):
    """What the file of a ranking protocol says."""

    kind: Literal["rank", "ranking"] = Field(
        description="`ranking`; in a file of the first schema `rank`."
    )
    roster: tuple[Entry, ...] = Field(
        default=(), description="Entries that are scored when none is named; not part of the id."
    )
    rosters: dict[str, tuple[Entry, ...]] = Field(
        default={}, description="Further rosters by name, for `--roster NAME`; not part of the id."
    )

    @model_validator(mode="after")
    def _agree(self) -> RankingRules:
        if (self.kind == "rank") != (self.schema_version == 1):
            raise ValueError(f"kind is {self.kind!r}; expected 'ranking', and schema = 2")
        check_rosters(self.roster, self.rosters)
        self.refuse_without_effect({"truth.transform": "transform" in self.truth.model_fields_set})
        for entry in (*self.roster, *(e for each in self.rosters.values() for e in each)):
            self.check_entry(entry)
        return self

    def check_entry(self, entry: Entry) -> None:
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
class RankingProtocol(Protocol[RankingRules, Entry]):
    """A protocol that compares estimators by how they order architectures."""

    @property
    def repetitions(self) -> None:
        """None: each entry is scored once."""
        return None

    def journal_path(self, results: Path, label: str, repetition: int | None = None) -> Path:
        """Return results/protocol/id/label.jsonl; see `Protocol.journal_path`."""
        return self.home(results) / f"{label}.jsonl"

    @property
    def tables(self) -> tuple[PinnedTable, ...]:
        """Every table that truth, sets and sources use."""
        return self.rules.tables

    @property
    def origin(self) -> str:
        """The names of the tables."""
        return ", ".join(table.name for table in self.rules.tables)

    @property
    def rosters(self) -> dict[str, tuple[Entry, ...]]:
        """The entries of each roster by its name; that of `[[roster]]` is `main`."""
        return {MAIN_ROSTER: self.rules.roster, **self.rules.rosters}

    def task(self) -> RankingTask:
        """Return the task, its tables loaded and checked."""
        return RankingTask(self.rules, self.name, self.stream)

    def require_tables(self) -> None:
        """Raise a DataMissingError unless every table, and every image, is on this machine.

        The message says how to install what is missing.
        """
        super().require_tables()
        networks = self.rules.networks
        if networks and networks.images in ("cifar10", "cifar100"):
            from bench.training.images.cifar import require_cifar

            require_cifar(networks.images)

    def measures(self, entry: Entry) -> bool:
        """Tell whether an entry's scores are measured on networks, rather than looked up."""
        return isinstance(self.rules.sources[entry.source], NetworksSource)
