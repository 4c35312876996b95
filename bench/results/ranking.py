"""Rank correlations of ranked entries, from their scores (`bench.results.scores`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.arrays import Floats, Indices
from bench.errors import MonasError
from bench.indicators import fractional_ranks, kendall_tau, spearman_rho, top_members
from bench.protocol import RankingProtocol
from bench.results.reading import Unfinished, no_finished_run, read_runs
from bench.results.scores import check_measured, entry_scores, subject_of
from bench.results.verdicts import read_tiers, row_tiers
from bench.runs.journal import Journal
from bench.runs.lines import EstimatorSubject, Header
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
        return subject_of(self.header)


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
    tiers : dict of str to str
        How far each entry was checked, by label (`bench.results.verdicts`).
    """

    protocol: RankingProtocol
    entries: tuple[EntryResult, ...]
    unfinished: tuple[Unfinished, ...]
    set_sizes: dict[str, int]
    tiers: dict[str, str] = field(default_factory=dict)

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
        check_measured(task, journal)
        try:
            scores = entry_scores(task, journal)
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
    finished = [each for each in journals if isinstance(each, Journal)]
    tiers = row_tiers(read_tiers(protocol.home(folder), finished))
    return RankingResults(protocol, tuple(entries), tuple(unfinished), sizes, tiers)


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
