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
from numpy.typing import NDArray

from bench.entrants.estimator import CombinedEstimator, Estimator, find_estimator
from bench.entrants.registry import Found
from bench.errors import MixedProtocolsError, MonasError, NoResultsError, ResultsError
from bench.indicators import fractional_ranks, kendall_tau, spearman_rho, top_members
from bench.protocol.ranking import RankingProtocol
from bench.runs.ranking_journal import EntryHeader, EntryJournal, read_entry
from bench.tasks.ranking.networks import combined
from bench.tasks.ranking.scores import Scores, table_scores
from bench.tasks.ranking.spec import ArchitectureSet, Entry
from bench.tasks.ranking.task import RankingTask

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EntryResult", "RankingResults", "SetResult", "UnfinishedEntry", "load_ranking_results"]

Floats = NDArray[np.float64]
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
    header: EntryHeader
    group: str
    seconds: float
    sets: dict[str, SetResult]


@dataclass(frozen=True)
class UnfinishedEntry:
    """An entry without a result, and why."""

    label: str
    status: str
    error: str


@dataclass(frozen=True)
class RankingResults:
    """All entries of one protocol, in the roster's order, others behind by label."""

    protocol: RankingProtocol
    entries: tuple[EntryResult, ...]
    unfinished: tuple[UnfinishedEntry, ...]
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
                        "estimator": entry.header.estimator or entry.header.column,
                        "source": entry.header.source,
                        "cells": found.cells,
                        "without_score": found.without,
                        "kendall_tau": found.tau,
                        "kendall_low": found.low,
                        "kendall_high": found.high,
                        "kendall_sd": found.sd,
                        "spearman": found.spearman,
                        "kendall_tau_top": found.top,
                        "seconds_per_architecture": entry.seconds,
                        "source_sha256": entry.header.source_sha256,
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
    home = protocol.home(folder)
    paths = {path.stem: path for path in home.glob("*.jsonl")}
    if not paths:
        raise NoResultsError(
            f"no results of {protocol.label} in {folder}; make them with "
            f"`monas run {protocol.spec} --results {folder}`"
        )
    cells = protocol.task()
    roster = {entry.label: entry for entry in protocol.rules.roster}
    order = [label for label in roster if label in paths]
    judge = _Judge(cells)
    entries: list[EntryResult] = []
    unfinished: list[UnfinishedEntry] = []
    for label in order + sorted(set(paths) - set(order)):
        journal = read_entry(paths[label])
        if journal is None or journal.end is None:
            unfinished.append(UnfinishedEntry(label, "unfinished", "it was stopped"))
            continue
        if journal.header.protocol_id != protocol.id:
            raise MixedProtocolsError(
                f"{journal.path} belongs to protocol {journal.header.protocol} "
                f"{journal.header.protocol_id[:12]}, not to {protocol.label}; results of "
                f"different protocols are never mixed: move it to its own folder"
            )
        if journal.end.status != "done":
            unfinished.append(UnfinishedEntry(label, journal.end.status, journal.end.error or ""))
            continue
        try:
            scores = _scores(cells, journal)
        except MonasError as error:
            unfinished.append(UnfinishedEntry(label, "not computed", str(error)))
            continue
        group = roster[label].group if label in roster else ""
        entries.append(
            EntryResult(label, journal.header, group, scores.seconds, judge.sets(scores))
        )
    if not entries:
        raise NoResultsError(
            f"no finished entry of {protocol.label} in {home}: "
            + "; ".join(f"{u.label} {u.status}: {u.error}" for u in unfinished[:3])
        )
    sizes = {name: len(members) for name, members in judge.members.items()}
    return RankingResults(protocol, tuple(entries), tuple(unfinished), sizes)


class _Judge:
    """Holds scores against the truth, set by set; members and subsets are found once."""

    def __init__(self, cells: RankingTask) -> None:
        self._cells = cells
        self._sets: list[ArchitectureSet] = list(cells.spec.sets)
        self.members = {each.name: cells.members(each) for each in self._sets}
        self._subsets = {each.name: cells.subsets(each) for each in self._sets}

    def sets(self, scores: Scores) -> dict[str, SetResult]:
        """Return the results of the sets whose every cell the scores' source has."""
        return {
            name: self._judge(scores, name)
            for name, members in self.members.items()
            if scores.covered[members].all()
        }

    def _judge(self, scores: Scores, name: str) -> SetResult:
        values = scores.values[self.members[name]]
        truth = self._cells.truth[self.members[name]]
        top = top_members(truth, self._cells.spec.top_share)
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


def _scores(cells: RankingTask, journal: EntryJournal) -> Scores:
    """Return the scores that a journal stands for.

    Raises
    ------
    MonasError
        If they cannot be computed, or not by the code that was ranked.
    """
    header = journal.header
    found = find_estimator(header.estimator) if header.estimator else None
    if found:
        _check_code(journal, found)
    estimator = found.entrant if found else None
    entry = Entry(
        label=header.label,
        source=header.source,
        column=header.column,
        sign=1 if header.sign > 0 else -1,
        estimator=header.estimator,
        settings=header.settings,
        epochs=header.epochs,
    )
    if header.device is None:
        return table_scores(cells, entry, estimator)
    assert estimator is not None
    sample = cells.architectures[cells.sample].tolist()
    if [list(a) for a in journal.architectures] != sample:
        raise ResultsError(
            f"{journal.path}: its {len(journal.architectures)} architectures are not the "
            f"{len(sample)} of the protocol's sample; run it again with --restart"
        )
    rows = [row for line in journal.lines for row in line.scores]
    parts = np.array([[np.nan if s is None else s for s in row] for row in rows])
    values = np.full(len(cells), np.nan)
    values[cells.sample] = combined(estimator, header.settings, parts)
    covered = np.zeros(len(cells), dtype=bool)
    covered[cells.sample] = True
    seconds = [s for line in journal.lines for s in line.seconds]
    return Scores(values, covered, float(np.mean(seconds)))


def _check_code(journal: EntryJournal, found: Found[Estimator]) -> None:
    """Do nothing if the code that was ranked is here still, or its scores are in the journal."""
    alone = all(len(row) == 1 for line in journal.lines for row in line.scores)
    if journal.lines and alone and not issubclass(found.entrant, CombinedEstimator):
        return
    recorded, here = journal.header.source_sha256 or "", found.source_sha256()
    if recorded != here:
        raise ResultsError(
            f"{journal.path}: the code of {found.spec} has changed since: sha256 "
            f"{recorded[:12]}... then, {here[:12]}... now; run it again with --restart"
        )
