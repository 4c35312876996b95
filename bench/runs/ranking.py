"""A run of a ranking: the scores of one entry.

Scores that follow from tables by the suite's own code are computed to see that it is possible;
results compute them again. All other scores are made in a process of their own (`bench.players`)
and recorded: those of networks on the sample, a few architectures at a time.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bench.arrays import Floats
from bench.entrants.entry import RankingEntry
from bench.entrants.estimator import Estimator
from bench.entrants.registry import find_own
from bench.errors import JournalError, MethodError
from bench.players.host import Player
from bench.protocol import RankingProtocol
from bench.runs.base import Run
from bench.runs.journal import same_architectures
from bench.runs.lines import Batch
from bench.tasks.curves import read_curves
from bench.tasks.ranking.scores import table_scores
from bench.tasks.ranking.spec import CurvesSource, NetworksSource
from bench.tasks.ranking.task import RankingTask

__all__ = ["RankingRun"]

_PER_BATCH = 10  # architectures on one line of the journal, which a stop may lose


class RankingRun(Run[RankingProtocol, RankingTask]):
    """The scores of one entry; scores in the journal are not made again."""

    def _play(self) -> None:
        entry, card = self._entrant.entry, self._entrant.card
        assert isinstance(entry, RankingEntry)
        source = self._task.spec.sources[entry.source]
        if not isinstance(source, NetworksSource) and (card is None or card.own):
            estimator = find_own(card.spec, Estimator).entrant if card else None
            looked_up = table_scores(self._task, entry, estimator)
            self._evaluated = int(looked_up.covered.sum())
            return
        self._values = [row for batch in self._recorded for row in batch.values]
        for batch in self._recorded:
            self._append(batch)
        with Player(self._limits) as player:
            try:
                self._score(player, entry, source)
            finally:
                self._output = player.output

    def _score(self, player: Player, entry: RankingEntry, source: Any) -> None:
        assert self._entrant.card is not None
        networks = isinstance(source, NetworksSource)
        doing = f"estimator {self._entrant.card.name!r}"
        combined = player.order(
            "open",
            doing=doing,
            spec=self._entrant.card.spec,
            settings=entry.settings,
            networks=networks,
        )
        if networks:
            self._measure(player, source, doing)
            if combined is True and not self._entrant.card.own:
                self._combine(player, doing)
        else:
            self._read(player, entry, source, doing)

    def _measure(self, player: Player, source: NetworksSource, doing: str) -> None:
        """Measure what of the sample is not recorded yet, a few architectures per batch."""
        sample = self._task.architectures[self._task.sample].tolist()
        measured = [a for batch in self._recorded for a in batch.architectures]
        difference = same_architectures(sample[: len(measured)], measured)
        if difference:
            raise JournalError(f"{self.path}: not the sample of this protocol: {difference}")
        for first in range(len(measured), len(sample), _PER_BATCH):
            self._stop_if_asked()
            chunk = sample[first : first + _PER_BATCH]
            said = player.order(
                "measure",
                doing=doing,
                space=self._task.spec.space,
                source=source.model_dump(mode="json"),
                architectures=chunk,
            )
            told: dict[str, Any] = said if isinstance(said, dict) else {}
            scores: Any = told.get("scores")
            seconds: Any = told.get("seconds")
            if not (_durations(seconds, len(chunk)) and _rows_of_numbers(scores, len(chunk))):
                raise MethodError(f"{doing}: its process sent {str(said)[:200]}")
            self._values += scores
            self._append(
                Batch(
                    number=self._batches,
                    architectures=chunk,
                    values=scores,
                    cost_seconds=[round(s, 6) for s in seconds],
                )
            )

    def _combine(self, player: Player, doing: str) -> None:
        """Record the scores that an estimator makes of those of its parts."""
        if any(batch.combined is not None for batch in self._recorded):
            return
        parts = np.array(self._values, dtype=np.float64)  # None becomes NaN
        said = player.order("combine", doing=doing, arrays=[parts])
        if not _numbers(said, len(parts), nullable=True):
            raise MethodError(f"{doing}: its process sent {str(said)[:200]}")
        self._append(
            Batch(number=self._batches, architectures=(), values=(), cost_seconds=(), combined=said)
        )

    def _read(self, player: Player, entry: RankingEntry, source: CurvesSource, doing: str) -> None:
        """Record the scores of all training curves of a table."""
        if self._recorded:
            return
        curves = read_curves(self._task.table(source.table), source, epochs=entry.epochs)
        arrays: list[Floats] = [curves.losses, curves.landscape, curves.seconds]
        said = player.order("read", doing=doing, arrays=arrays)
        if not _numbers(said, len(curves), nullable=True):
            raise MethodError(f"{doing}: its process sent {str(said)[:200]}")
        rows = self._task.indices(source.table)
        held = [i for i, row in enumerate(rows) if row >= 0]
        self._append(
            Batch(
                number=self._batches,
                architectures=self._task.architectures[rows[held]].tolist(),
                values=[(None if said[i] is None else entry.sign * said[i],) for i in held],
                cost_seconds=[float(curves.seconds[i]) for i in held],
            )
        )


def _numbers(said: Any, n: int, *, nullable: bool = False) -> bool:
    """Return whether a player sent n finite numbers, some of which may be missing."""
    if not (isinstance(said, list) and len(said) == n):
        return False
    return all((nullable and v is None) or _is_number(v) for v in said)


def _is_number(value: Any) -> bool:
    return type(value) is int or (type(value) is float and math.isfinite(value))


def _durations(said: Any, n: int) -> bool:
    """Return whether a player sent n numbers of seconds."""
    return _numbers(said, n) and all(v >= 0 for v in said)


def _rows_of_numbers(said: Any, n: int) -> bool:
    """Return whether a player sent n rows of as many numbers, some of which may be missing."""
    if not (isinstance(said, list) and len(said) == n and all(isinstance(r, list) for r in said)):
        return False
    width = len(said[0]) if said else 0
    return width > 0 and all(_numbers(row, width, nullable=True) for row in said)
