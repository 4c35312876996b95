"""Rank correlations, recomputed from journals and tables.

A journal is trusted for who took part and for measured scores. Stored scores, and those of
estimators that read curves, are computed from the pinned tables by the code that the journal names,
or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.arrays import Floats, Indices
from bench.entrants.entry import RankingEntry
from bench.entrants.estimator import CombinedEstimator, Estimator
from bench.entrants.registry import find_own, is_own
from bench.errors import JournalError, MonasError, ResultsError
from bench.indicators import fractional_ranks, kendall_tau, spearman_rho, top_members
from bench.protocol import RankingProtocol
from bench.results.reading import Unfinished, no_finished_run, read_runs
from bench.runs.journal import Journal, same_architectures
from bench.runs.lines import SCHEMA, EstimatorSubject, Header
from bench.schema import parse_model
from bench.tasks.ranking.networks import combined
from bench.tasks.ranking.scores import Scores, table_scores
from bench.tasks.ranking.task import RankingTask

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EntryResult", "RankingResults", "SetResult", "load_ranking_results"]

_INTERVAL = (0.025, 0.975)


@dataclass(frozen=True)
class SetResult:
    """The rank correlations of an entry on one set of architectures.

    Attributes
    ----------
    architectures : int
        Number of architectures of the set.
    without_score : int
        Number of them that have no score and rank last.
    tau : float
        Kendall tau-b with the truth, over the whole set.
    low, high, sd : float
        2.5 % and 97.5 % quantiles, and standard deviation, of tau over the random subsets.
    spearman : float
        Spearman correlation with the truth.
    top : float
        Kendall tau-b within the best share by the truth.
    subsets : array of float [draws]
        Tau over each random subset. All entries have the same subsets, so that they can be
        compared subset by subset.
    ranks : array of float [architectures]
        Fractional ranks, in the order of the set's members.
    """

    architectures: int
    without_score: int
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
    """A finished entry.

    Attributes
    ----------
    label : str
        Label of the entry.
    header : Header
        The first line of its journal.
    group : str
        Title of the figure in which entries of this group are compared.
    seconds : float
        Mean seconds per architecture; NaN if they were not measured.
    sets : dict of str to SetResult
        By name, the sets all of whose architectures the entry's source includes.
    """

    label: str
    header: Header
    group: str
    seconds: float
    sets: dict[str, SetResult]

    @property
    def subject(self) -> EstimatorSubject:
        """The entry, its settings and its code, as the journal records them."""
        return _subject(self.header)


@dataclass(frozen=True)
class RankingResults:
    """All entries of one protocol.

    Attributes
    ----------
    protocol : RankingProtocol
        The protocol.
    entries : tuple of EntryResult
        In the order of the rosters; others follow by label.
    unfinished : tuple of Unfinished
        Entries without a result.
    set_sizes : dict of str to int
        Number of architectures of each set, by name.
    """

    protocol: RankingProtocol
    entries: tuple[EntryResult, ...]
    unfinished: tuple[Unfinished, ...]
    set_sizes: dict[str, int]

    def of(self, chosen: str) -> list[EntryResult]:
        """Return the entries with a result on a set, the highest tau first and NaN last."""
        ranked = [entry for entry in self.entries if chosen in entry.sets]
        return sorted(ranked, key=lambda e: -np.nan_to_num(e.sets[chosen].tau, nan=-2.0))

    def agreement(self, chosen: str) -> tuple[list[str], Floats]:
        """Return the Spearman correlation of each pair of entries on a set.

        Returns
        -------
        labels : list of str
            The e entries with a result on the set, as `of` orders them.
        correlations : array of float [e, e]
            NaN for an entry whose scores are all equal.
        """
        ranked = self.of(chosen)
        ranks = np.array([entry.sets[chosen].ranks for entry in ranked])
        with np.errstate(divide="ignore", invalid="ignore"):  # 0 / 0 if all ranks are equal
            matrix: Floats = np.atleast_2d(np.corrcoef(ranks))
        return [entry.label for entry in ranked], matrix

    def frame(self) -> pd.DataFrame:
        """Return one row per set and entry, with numbers in full precision."""
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
                        "cells": found.architectures,
                        "without_score": found.without_score,
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
    """Read the journals of a protocol and compute the rank correlations.

    Parameters
    ----------
    protocol : RankingProtocol
        The protocol.
    folder : Path
        Folder of all results.

    Raises
    ------
    NoResultsError
        If there is no finished entry that can be computed.
    ResultsError
        If a journal does not have the path of its entry, or the protocol's sample.
    MixedProtocolsError
        If a journal in the protocol's folder belongs to another protocol id.
    JournalError
        If a journal is damaged.
    """
    journals = list(read_runs(protocol, folder))
    task, known = protocol.task(), protocol.entrants()
    members = {each.name: task.members(each) for each in task.spec.sets}
    subsets = {each.name: task.subsets(each) for each in task.spec.sets}
    entries: list[EntryResult] = []
    unfinished: list[Unfinished] = []
    for journal in journals:
        if isinstance(journal, Unfinished):
            unfinished.append(journal)
            continue
        label = journal.header.subject.name
        _check_sample(task, journal)
        try:
            scores = _scores(task, journal)
        except MonasError as error:
            unfinished.append(Unfinished(label, None, "not computed", str(error)))
            continue
        sets = {
            name: _set_result(task, scores.values, chosen, subsets[name])
            for name, chosen in members.items()
            if scores.covered[chosen].all()
        }
        group = known[label].group if label in known else ""
        entries.append(EntryResult(label, journal.header, group, scores.seconds, sets))
    if not entries:
        raise no_finished_run(protocol, folder, unfinished)
    order = {label: i for i, label in enumerate(known)}
    entries.sort(key=lambda entry: (order.get(entry.label, len(order)), entry.label))
    sizes = {name: len(chosen) for name, chosen in members.items()}
    return RankingResults(protocol, tuple(entries), tuple(unfinished), sizes)


def _set_result(
    task: RankingTask, scores: Floats, members: Indices, subsets: list[Indices]
) -> SetResult:
    values, truth = scores[members], task.truth[members]
    taus = np.array([kendall_tau(values[s], truth[s], missing="last") for s in subsets])
    known = taus[np.isfinite(taus)]
    low, high = np.quantile(known, _INTERVAL) if len(known) else (np.nan, np.nan)
    top = top_members(truth, task.spec.top_share)
    return SetResult(
        architectures=len(values),
        without_score=int((~np.isfinite(values)).sum()),
        tau=kendall_tau(values, truth, missing="last"),
        low=float(low),
        high=float(high),
        sd=float(known.std()) if len(known) else np.nan,
        spearman=spearman_rho(values, truth, missing="last"),
        top=kendall_tau(values[top], truth[top], missing="last"),
        subsets=taus,
        ranks=fractional_ranks(values),
    )


def _subject(header: Header) -> EstimatorSubject:
    assert isinstance(header.subject, EstimatorSubject)
    return header.subject


def _check_sample(task: RankingTask, journal: Journal) -> None:
    """Raise a ResultsError unless measured scores are those of the protocol's sample."""
    if _subject(journal.header).device is None:
        return
    sample = task.architectures[task.sample].tolist()
    if same_architectures(sample, journal.architectures):
        raise ResultsError(
            f"{journal.path}: its {len(journal.architectures)} architectures are not the "
            f"{len(sample)} of the protocol's sample; run it again with --restart"
        )


def _scores(task: RankingTask, journal: Journal) -> Scores:
    """Return the scores of an entry: measured ones as recorded, others computed from the tables.

    Raises
    ------
    MonasError
        If they cannot be computed, or not by the code that was ranked.
    """
    subject, spec = _subject(journal.header), journal.header.spec
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
        if entry.source not in task.spec.sources:
            raise JournalError(
                f"{where}.source: expected one of {', '.join(task.spec.sources)}, got "
                f"{entry.source!r}"
            )
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
    return combined(estimator, _subject(journal.header).settings, parts)


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
