"""From journals to rank correlations: everything that can be computed again is.

A journal is trusted for who took part and for scores that were measured; stored scores and those
of estimators that read curves are computed from the pinned tables, by the code that the journal
names or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.arrays import Floats
from bench.entrants.estimator import CombinedEstimator, Estimator, find_estimator
from bench.errors import MonasError, ResultsError
from bench.indicators import fractional_ranks, kendall_tau, spearman_rho, top_members
from bench.protocol import RankingProtocol
from bench.results.reading import Unfinished, no_finished_run, read_runs
from bench.runs.journal import Journal
from bench.runs.lines import SCHEMA, EstimatorSubject, Header
from bench.tasks.ranking.networks import combined
from bench.tasks.ranking.scores import Scores, table_scores
from bench.tasks.ranking.spec import ArchitectureSet, Entry
from bench.tasks.ranking.task import RankingTask

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EntryResult", "RankingResults", "SetResult", "load_ranking_results"]

_INTERVAL = (0.025, 0.975)


@dataclass(frozen=True)
class SetResult:
    """How an entry orders one set of cells.

    Attributes
    ----------
    cells, without : int
        Cells ranked, and how many of them have no score and rank last.
    tau : float
        Kendall tau-b against the truth, over the whole set.
    low, high, sd : float
        2.5 and 97.5 % quantiles and standard deviation of tau over the set's random subsets.
    spearman : float
    top : float
        Kendall tau-b within the true best share.
    subsets : array [draws]
        Tau over each random subset; the same subsets for every entry of a set, so that two
        entries can be compared subset by subset.
    ranks : array [cells]
        Average ranks of the cells, in the order of the set's members.
    """

    cells: int
    without: int
    tau: float
    low: float
    high: float
    sd: float
    spearman: float
    top: float
    subsets: Floats
    ranks: Floats


@dataclass(frozen=True)
class EntryResult:
    """An entry that is finished.

    Attributes
    ----------
    seconds : float
        Mean of an architecture; NaN if nobody measured it.
    sets : dict of str to SetResult
        By name of the set; those that the entry has no scores for are left out.
    """

    label: str
    header: Header
    group: str
    seconds: float
    sets: dict[str, SetResult]

    @property
    def subject(self) -> EstimatorSubject:
        """The entry, its settings and its code, as the journal says."""
        assert isinstance(self.header.subject, EstimatorSubject)
        return self.header.subject


@dataclass(frozen=True)
class RankingResults:
    """All entries of one protocol, in the roster's order, others behind by label."""

    protocol: RankingProtocol
    entries: tuple[EntryResult, ...]
    unfinished: tuple[Unfinished, ...]
    set_sizes: dict[str, int]

    def of(self, chosen: str) -> list[EntryResult]:
        """Return the entries that a set ranks, the highest tau first; a NaN is the lowest."""
        ranked = [entry for entry in self.entries if chosen in entry.sets]
        return sorted(ranked, key=lambda e: -np.nan_to_num(e.sets[chosen].tau, nan=-2.0))

    def agreement(self, chosen: str) -> tuple[list[str], Floats]:
        """Return the entries that a set ranks and Spearman's correlation [e, e] of each two.

        NaN for an entry whose scores are all alike.
        """
        ranked = self.of(chosen)
        ranks = np.array([entry.sets[chosen].ranks for entry in ranked])
        with np.errstate(divide="ignore", invalid="ignore"):  # 0 / 0 of ranks that are all alike
            matrix: Floats = np.atleast_2d(np.corrcoef(ranks))
        return [entry.label for entry in ranked], matrix

    def frame(self) -> pd.DataFrame:
        """Return one row for each entry and set, full numbers."""
        import pandas as pd

        rows: list[dict[str, Any]] = []
        for chosen in self.protocol.rules.sets:
            for entry in self.of(chosen.name):
                found = entry.sets[chosen.name]
                rows.append(
                    {
                        "protocol": self.protocol.name,
                        "protocol_id": self.protocol.id,
                        "set": chosen.name,
                        "entry": entry.label,
                        "estimator": entry.header.spec or entry.subject.column,
                        "source": entry.subject.source,
                        "cells": found.cells,
                        "without_score": found.without,
                        "kendall_tau": found.tau,
                        "kendall_low": found.low,
                        "kendall_high": found.high,
                        "kendall_sd": found.sd,
                        "spearman": found.spearman,
                        "kendall_tau_top": found.top,
                        "seconds_per_architecture": entry.seconds,
                        "source_sha256": entry.subject.source_sha256,
                    }
                )
        return pd.DataFrame(rows)


def load_ranking_results(protocol: RankingProtocol, folder: Path) -> RankingResults:
    """Read every journal of `protocol` below `folder` and compute its correlations.

    Raises
    ------
    NoResultsError
        If there is no finished entry that can be computed.
    MixedProtocolsError
        If a journal in the protocol's folder belongs to another protocol id.
    JournalError
        If a journal is damaged.
    """
    journals = list(read_runs(protocol, folder))
    task = protocol.task()
    judge = _Judge(task)
    entries: list[EntryResult] = []
    unfinished: list[Unfinished] = []
    for journal in journals:
        if isinstance(journal, Unfinished):
            unfinished.append(journal)
            continue
        label = journal.header.subject.name
        try:
            scores = _scores(task, journal)
        except _NotComputed as reason:
            unfinished.append(Unfinished(label, None, "not computed", str(reason)))
            continue
        known = protocol.entrants().get(label)
        entries.append(
            EntryResult(
                label,
                journal.header,
                known.group if known else "",
                scores.seconds,
                judge.sets(scores),
            )
        )
    if not entries:
        raise no_finished_run(protocol, folder, unfinished)
    order = {label: i for i, label in enumerate(protocol.entrants())}
    entries.sort(key=lambda entry: (order.get(entry.label, len(order)), entry.label))
    sizes = {name: len(members) for name, members in judge.members.items()}
    return RankingResults(protocol, tuple(entries), tuple(unfinished), sizes)


class _Judge:
    """Holds scores against the truth, set by set; members and subsets are found once."""

    def __init__(self, task: RankingTask) -> None:
        self._task = task
        self._sets: list[ArchitectureSet] = list(task.spec.sets)
        self.members = {each.name: task.members(each) for each in self._sets}
        self._subsets = {each.name: task.subsets(each) for each in self._sets}

    def sets(self, scores: Scores) -> dict[str, SetResult]:
        """Return the results of the sets whose every cell the scores' source has."""
        return {
            name: self._judge(scores, name)
            for name, members in self.members.items()
            if scores.covered[members].all()
        }

    def _judge(self, scores: Scores, name: str) -> SetResult:
        values = scores.values[self.members[name]]
        truth = self._task.truth[self.members[name]]
        top = top_members(truth, self._task.spec.top_share)
        taus = np.array(
            [kendall_tau(values[s], truth[s], missing="last") for s in self._subsets[name]]
        )
        known = taus[np.isfinite(taus)]
        spread = (np.nan, np.nan, np.nan)
        if len(known):
            low, high = np.quantile(known, _INTERVAL)
            spread = (float(low), float(high), float(known.std()))
        return SetResult(
            cells=len(values),
            without=int((~np.isfinite(values)).sum()),
            tau=kendall_tau(values, truth, missing="last"),
            low=spread[0],
            high=spread[1],
            sd=spread[2],
            spearman=spearman_rho(values, truth, missing="last"),
            top=kendall_tau(values[top], truth[top], missing="last"),
            subsets=taus,
            ranks=fractional_ranks(values),
        )


class _NotComputed(Exception):  # noqa: N818 - becomes the status of an entry
    """Scores that follow from a table, and which the code that is here does not compute."""


def _scores(task: RankingTask, journal: Journal) -> Scores:
    """Return the scores of an entry: measured ones as recorded, others computed from the tables.

    Raises
    ------
    _NotComputed
        If they cannot be computed, or not by the code that was ranked.
    ResultsError
        If the journal does not hold the sample.
    """
    subject = journal.header.subject
    assert isinstance(subject, EstimatorSubject)
    if subject.device is not None:
        return _measured(task, journal, subject)
    entry = Entry(
        label=subject.name,
        source=subject.source,
        column=subject.column,
        sign=1 if subject.sign > 0 else -1,
        estimator=None if subject.column is not None else journal.header.spec,
        settings=subject.settings,
        epochs=subject.epochs,
    )
    try:
        return table_scores(task, entry, _estimator(journal) if entry.estimator else None)
    except MonasError as error:
        raise _NotComputed(str(error)) from None


def _measured(task: RankingTask, journal: Journal, subject: EstimatorSubject) -> Scores:
    sample = task.architectures[task.sample].tolist()
    if [list(a) for a in journal.architectures] != sample:
        raise ResultsError(
            f"{journal.path}: its {len(journal.architectures)} architectures are not the "
            f"{len(sample)} of the protocol's sample; run it again with --restart"
        )
    rows = [row for batch in journal.batches for row in batch.values]
    parts = np.array([[np.nan if s is None else s for s in row] for row in rows])
    values = np.full(len(task), np.nan)
    try:
        estimator = find_estimator(journal.header.spec or "").entrant
        if issubclass(estimator, CombinedEstimator):
            estimator = _estimator(journal)
        values[task.sample] = combined(estimator, subject.settings, parts)
    except MonasError as error:
        raise _NotComputed(str(error)) from None
    covered = np.zeros(len(task), dtype=bool)
    covered[task.sample] = True
    seconds = [s for batch in journal.batches for s in batch.cost_seconds]
    return Scores(values, covered, float(np.mean(seconds)))


def _estimator(journal: Journal) -> type[Estimator]:
    """Return the estimator that was ranked, if its code is here still.

    Digests of journals of the first schema are of another kind, and are not compared.

    Raises
    ------
    ResultsError
        If its code has changed.
    """
    header = journal.header
    found = find_estimator(header.spec or "")
    recorded, here = header.subject.source_sha256 or "", found.source_sha256()
    if header.schema_version == SCHEMA and recorded != here:
        raise ResultsError(
            f"{journal.path}: the code of {found.spec} has changed since: sha256 "
            f"{recorded[:12]}... then, {here[:12]}... now; run it again with --restart"
        )
    return found.entrant
