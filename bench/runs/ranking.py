"""A run of a ranking: the scores of one entry.

Scores from tables are computed to see that it is possible; results compute them again. Scores of
networks are measured on the sample, a few architectures at a time; such a run can be stopped at any
moment.
"""

from __future__ import annotations

import numpy as np

from bench.entrants.entry import RankingEntry
from bench.errors import JournalError
from bench.protocol import RankingProtocol
from bench.runs.base import Run
from bench.runs.journal import same_architectures
from bench.runs.lines import Batch
from bench.tasks.ranking.networks import measure_architectures, parts_of
from bench.tasks.ranking.scores import table_scores
from bench.tasks.ranking.spec import NetworksSource
from bench.tasks.ranking.task import RankingTask

__all__ = ["RankingRun"]

_PER_BATCH = 10  # architectures on one line of the journal, which a stop may lose


class RankingRun(Run[RankingProtocol, RankingTask]):
    """The scores of one entry; scores in the journal are not measured again."""

    def _play(self) -> None:
        entry, found = self._entrant.entry, self._entrant.found
        assert isinstance(entry, RankingEntry)
        estimator = found.entrant if found else None
        source = self._task.spec.sources[entry.source]
        if not isinstance(source, NetworksSource):
            with self._clock.running():
                looked_up = table_scores(self._task, entry, estimator)
            self._evaluated = int(looked_up.covered.sum())
            return
        sample = self._task.architectures[self._task.sample]
        for batch in self._recorded:
            self._append(batch)
        measured = [a for batch in self._recorded for a in batch.architectures]
        difference = same_architectures(sample[: len(measured)].tolist(), measured)
        if difference:
            raise JournalError(f"{self.path}: not the sample of this protocol: {difference}")
        assert estimator is not None
        parts = parts_of(estimator, entry.settings)
        for first in range(len(measured), len(sample), _PER_BATCH):
            self._stop_if_asked()
            chunk = sample[first : first + _PER_BATCH]
            with self._clock.running():
                scores, seconds = measure_architectures(parts, self._task.spec.space, chunk, source)
            batch = Batch(
                number=self._batches,
                architectures=chunk.tolist(),
                values=[[s if np.isfinite(s) else None for s in row] for row in scores.tolist()],
                cost_seconds=[round(s, 6) for s in seconds.tolist()],
            )
            self._append(batch)
