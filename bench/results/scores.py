"""The scores of a ranked entry, from its journal and the tables.

A journal is trusted for measured scores, and for those of entrants that are not the suite's own; a
replay checks them (`bench.verify`). Stored scores, and those of the suite's own estimators that
read curves, are computed from the pinned tables by the code that the journal names, or not at all.
"""

from __future__ import annotations

import numpy as np

from bench.arrays import Floats, Indices
from bench.entrants.entry import RankingEntry
from bench.entrants.estimator import CombinedEstimator, Estimator
from bench.entrants.registry import find_own, is_own
from bench.errors import JournalError, ResultsError
from bench.results.rules import refusal
from bench.runs.journal import Journal, same_architectures
from bench.runs.lines import SCHEMA, EstimatorSubject, Header
from bench.schema import parse_model
from bench.tasks.curves import read_curves
from bench.tasks.ranking.networks import combined
from bench.tasks.ranking.scores import Scores, table_scores
from bench.tasks.ranking.spec import CurvesSource, NetworksSource
from bench.tasks.ranking.task import RankingTask

__all__ = ["check_measured", "entry_scores", "subject_of"]


def subject_of(header: Header) -> EstimatorSubject:
    """Return the subject of a ranked entry's journal."""
    assert isinstance(header.subject, EstimatorSubject)
    return header.subject


def check_measured(task: RankingTask, journal: Journal) -> None:
    """Raise an error unless recorded scores are those of the architectures that the task gives.

    These are the protocol's sample of networks, or all rows of a table of curves; the scores of
    curves cost what the table says.

    Parameters
    ----------
    task : RankingTask
        The protocol's task.
    journal : Journal
        A finished journal that keeps the rules (`bench.results.rules.check_rules`).

    Raises
    ------
    ResultsError
        If they are not; the message names the file.
    """
    subject = subject_of(journal.header)
    source = task.spec.sources.get(subject.source)
    if source is None:
        raise refusal(
            journal,
            1,
            f"source {subject.source!r}; expected one of {', '.join(task.spec.sources)}",
        )
    if isinstance(source, NetworksSource):
        _check_architectures(task, journal, task.sample, "the protocol's sample")
        return
    rows = task.indices(source.table)
    held = rows >= 0
    if not journal.batches:
        if journal.end is not None and journal.end.evaluations != held.sum():
            raise refusal(
                journal,
                2,
                f"evaluations {journal.end.evaluations}; {source.table} has {held.sum()}",
            )
        return
    _check_architectures(task, journal, rows[held], f"the table {source.table}")
    assert isinstance(source, CurvesSource)
    seconds = read_curves(task.table(source.table), source, epochs=subject.epochs).seconds
    recorded = [each for batch in journal.batches for each in batch.cost_seconds]
    if recorded != seconds[held].tolist():
        raise refusal(journal, 2, f"cost_seconds that are not those of the table {source.table}")


def _check_architectures(task: RankingTask, journal: Journal, wanted: Indices, of: str) -> None:
    expected = task.architectures[wanted].tolist()
    if same_architectures(expected, journal.architectures):
        raise ResultsError(
            f"{journal.path}: its {len(journal.architectures)} architectures are not the "
            f"{len(expected)} of {of}; run it again with --restart"
        )


def entry_scores(task: RankingTask, journal: Journal) -> Scores:
    """Return the scores of an entry: measured ones as recorded, others computed from the tables.

    Parameters
    ----------
    task : RankingTask
        The protocol's task.
    journal : Journal
        A finished journal of which `check_measured` holds.

    Raises
    ------
    MonasError
        If they cannot be computed, or not by the code that was ranked.
    """
    subject, spec = subject_of(journal.header), journal.header.spec
    if subject.device is None and not journal.batches:
        content = {
            "label": subject.name,
            "source": subject.source,
            "column": subject.column,
            "sign": subject.sign,
            "estimator": None if subject.column is not None else spec,
            "settings": subject.settings,
            "epochs": subject.epochs,
        }
        where = f"{journal.path} line 1: subject"
        entry = parse_model(RankingEntry, content, where, JournalError)
        return table_scores(task, entry, _same_estimator(journal) if entry.estimator else None)
    indices = task.sample if subject.device else _indices_of(task, journal)
    values = np.full(len(task), np.nan)
    recorded = _recorded(journal)
    if recorded.shape != indices.shape:
        raise ResultsError(
            f"{journal.path}: {recorded.size} scores of {len(indices)} architectures; expected one "
            f"for each; run it again with --restart"
        )
    values[indices] = recorded
    covered = np.zeros(len(task), dtype=bool)
    covered[indices] = True
    seconds = [s for batch in journal.batches for s in batch.cost_seconds]
    return Scores(values, covered, float(np.mean(seconds)))


def _recorded(journal: Journal) -> Floats:
    """Return the scores [n] of a journal; those of its parts are combined."""
    for batch in journal.batches:
        if batch.combined is not None:
            return np.array(batch.combined, dtype=np.float64)
    rows = [row for batch in journal.batches for row in batch.values]
    if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
        raise ResultsError(
            f"{journal.path}: values do not have the same number of scores for every architecture; "
            f"run it again with --restart"
        )
    parts = np.array(rows, dtype=np.float64)
    spec = journal.header.spec or ""
    if not is_own(spec, Estimator):  # of others, combined scores are recorded
        return parts[:, 0]
    estimator = find_own(spec, Estimator).entrant
    if issubclass(estimator, CombinedEstimator):
        estimator = _same_estimator(journal)
    return combined(estimator, subject_of(journal.header).settings, parts)


def _indices_of(task: RankingTask, journal: Journal) -> Indices:
    """Return the indices of recorded architectures among those of the task.

    Raises
    ------
    ResultsError
        If one is not among them.
    """
    order = {row: i for i, row in enumerate(map(tuple, task.architectures.tolist()))}
    try:
        return np.array([order[architecture] for architecture in journal.architectures])
    except KeyError as missing:
        raise ResultsError(
            f"{journal.path}: {list(missing.args[0])} is not an architecture of the truth's table"
        ) from None


def _same_estimator(journal: Journal) -> type[Estimator]:
    """Return the estimator that was ranked.

    The digest in a journal of the first schema is of another kind, and is not compared.

    Raises
    ------
    ResultsError
        If its code has changed.
    """
    header = journal.header
    found = find_own(header.spec or "", Estimator)
    before, now = header.subject.source_sha256 or "", found.source_sha256()
    if header.schema_version == SCHEMA and before != now:
        raise ResultsError(
            f"{journal.path}: the code of {found.spec} has changed since: sha256 {before[:12]}... "
            f"then, {now[:12]}... now; run it again with --restart"
        )
    return found.entrant
