"""A run of a ranking: one entry's scores.

What follows from a table is computed once to see that it can be. What looks at networks is
measured on the sample, a few architectures at a time, and can be stopped at any moment.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.entrants.estimator import Estimator
from bench.entrants.registry import Found
from bench.errors import JournalError
from bench.protocol import RankingProtocol
from bench.runs.base import Run
from bench.runs.journal import same_architectures
from bench.runs.lines import Batch, EstimatorSubject
from bench.runs.subjects import estimator_subject
from bench.tasks.ranking.networks import measure_architectures, parts_of
from bench.tasks.ranking.scores import table_scores
from bench.tasks.ranking.spec import Entry, NetworksSource
from bench.tasks.ranking.task import RankingTask

__all__ = ["RankingRun"]

_AT_ONCE = 10  # architectures on one line of a journal: what a stop may lose


class RankingRun(Run):
    """The scores of one entry; what is recorded already is not measured again.

    Parameters
    ----------
    protocol : RankingProtocol
    task : RankingTask
        The protocol's.
    entry : Entry
        What is scored, from which source.
    found : Found, optional
        Its estimator; None for a stored column.
    results : Path
        Folder of all results.
    """

    def __init__(
        self,
        protocol: RankingProtocol,
        task: RankingTask,
        entry: Entry,
        found: Found[Estimator] | None,
        results: Path,
    ) -> None:
        super().__init__(protocol, found, entry.label, None, results)
        self._task, self._entry = task, entry
        self._estimator = found
        self._source = task.spec.sources[entry.source]
        self._scored = 0

    def subject(self) -> EstimatorSubject:
        """Return the entry, its settings and its code; see `Run.subject`."""
        measured = isinstance(self._source, NetworksSource)
        return estimator_subject(self._entry, self._estimator, measured=measured)

    def _evaluations(self) -> int:
        return self._scored

    def _check_repeated(self, error: str | None) -> None:
        """Scores that are recorded are not measured again: there is nothing to repeat."""

    def _to_the_end(self) -> None:
        estimator = self._estimator.entrant if self._estimator else None
        if isinstance(self._source, NetworksSource):
            assert estimator is not None
            self._measure(self._source, estimator)
            return
        with self._clock.running():
            scores = table_scores(self._task, self._entry, estimator)
        self._scored = int(scores.covered.sum())

    def _measure(self, source: NetworksSource, estimator: type[Estimator]) -> None:
        """Measure what of the sample is not recorded yet, a few architectures on each line."""
        parts = parts_of(estimator, self._entry.settings)
        sample = self._task.architectures[self._task.sample]
        batches = self._recorded.batches if self._recorded else ()
        measured = self._recorded.architectures if self._recorded else []
        difference = same_architectures(sample[: len(measured)].tolist(), measured)
        if difference:
            raise JournalError(f"{self.path}: not the sample of this protocol: {difference}")
        self._scored = len(measured)
        for number, first in enumerate(range(len(measured), len(sample), _AT_ONCE), len(batches)):
            self._stop_if_asked()
            chunk = sample[first : first + _AT_ONCE]
            with self._clock.running():
                scores, seconds = measure_architectures(parts, self._task.spec.space, chunk, source)
            self._journal.append(
                Batch(
                    number=number,
                    architectures=tuple(map(tuple, chunk.tolist())),
                    values=tuple(
                        tuple(s if np.isfinite(s) else None for s in row) for row in scores
                    ),
                    cost_seconds=tuple(round(s, 6) for s in seconds.tolist()),
                )
            )
            self._scored += len(chunk)
