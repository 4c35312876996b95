"""From journals to one data frame; everything that can be recomputed is.

A journal is trusted for which architectures were asked for and in which order, and for nothing
else: objectives are looked up again and compared, scores and indicators are computed here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.entrants.problem import candidates
from bench.errors import MixedProtocolsError, NoResultsError, ResultsError
from bench.indicators import (
    evaluations_to_targets,
    hypervolume,
    igd_plus,
    incumbent_hypervolume_trace,
    log_regret,
    non_dominated,
)
from bench.protocol.search import SearchProtocol
from bench.runs.journal import Header, Journal, read_journal, same_architectures
from bench.runs.search import journal_path
from bench.spaces.space import Rows
from bench.tasks import Task

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RunResult", "SearchResults", "Unfinished", "load_search_results"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RunResult:
    """One finished run, recomputed.

    Attributes
    ----------
    search, score : array [n, m]
        Normalised objectives of every evaluation, as the method saw them and held back.
    incumbents : array [p, m]
        Normalised scores of what is non-dominated in the search objectives at the end: the set
        the method hands in.
    trace : array [n]
        Hypervolume of the incumbents' scores after each evaluation of the budget, as a share of
        the exact front's; a run that ended sooner stays where it was. It may fall: a method can
        prefer an architecture that tests worse.
    cost_seconds : array [n]
        Simulated seconds of each evaluation.
    estimate_seconds : float
        Simulated seconds that stored estimates cost, as the journal says.
    """

    method: str
    repetition: int
    journal: Journal
    search: Floats
    score: Floats
    incumbents: Floats
    trace: Floats
    cost_seconds: Floats
    estimate_seconds: float = 0.0

    @property
    def hypervolume_ratio(self) -> float:
        """The last value of the trace."""
        return float(self.trace[-1])


@dataclass(frozen=True)
class Unfinished:
    """A run without a usable result, and why."""

    method: str
    repetition: int
    status: str
    error: str


@dataclass(frozen=True)
class SearchResults:
    """All runs of one protocol.

    Attributes
    ----------
    front : array [p, m]
        The front of the scoring measurement, normalised: the exact one where it is known.
    search_front : array [q, m]
        Normalised scores of the front of the search measurement.
    front_hypervolume : float
        Hypervolume of `front`, or the maximum that the protocol fixes; traces are shares of it.
    architectures : int
        How many there are to choose from; None if they cannot be counted.
    """

    protocol: SearchProtocol
    runs: tuple[RunResult, ...]
    unfinished: tuple[Unfinished, ...]
    front: Floats
    search_front: Floats
    front_hypervolume: float
    architectures: int | None

    @property
    def methods(self) -> list[str]:
        """Methods with at least one finished run, in the rosters' order, others behind by name."""
        present = {run.method for run in self.runs}
        roster = [name for name in self.protocol.entrants() if name in present]
        return roster + sorted(present - set(roster))

    def of(self, method: str) -> list[RunResult]:
        """Return the finished runs of one method, by repetition."""
        runs = [run for run in self.runs if run.method == method]
        return sorted(runs, key=lambda run: run.repetition)

    def traces(self, method: str) -> Floats:
        """Return the traces [repetitions, evaluations] of one method."""
        return np.stack([run.trace for run in self.of(method)])

    def common_repetitions(self) -> list[int]:
        """Return the repetitions that every method has finished; comparisons are paired on them."""
        sets = [{run.repetition for run in self.of(method)} for method in self.methods]
        return sorted(set.intersection(*sets)) if sets else []

    def frame(self) -> pd.DataFrame:
        """Return one row for each run: indicators at the full budget, costs, what identifies it."""
        import pandas as pd

        targets = self.protocol.rules.targets
        rows: list[dict[str, Any]] = []
        for run in sorted(self.runs, key=lambda r: (r.method, r.repetition)):
            reached = evaluations_to_targets(run.trace, targets)
            rows.append(
                {
                    "protocol": self.protocol.name,
                    "protocol_id": self.protocol.id,
                    "method": run.method,
                    "repetition": run.repetition,
                    "evaluations": len(run.score),
                    "hypervolume_ratio": run.hypervolume_ratio,
                    "log10_regret": float(log_regret(run.trace[-1], 1.0)),
                    **self._difference(run),
                    "igd_plus": igd_plus(run.incumbents, self.front),
                    **self._selected(run),
                    "simulated_seconds": float(run.cost_seconds.sum() + run.estimate_seconds),
                    **self._estimates(run),
                    "cheap_queries": run.journal.batches[-1].cheap_queries,
                    "ask_tell_seconds": sum(
                        b.ask_seconds + b.tell_seconds for b in run.journal.batches
                    ),
                    **{f"evaluations_to_{t:g}": e for t, e in zip(targets, reached, strict=True)},
                    "source_sha256": run.journal.header.source_sha256,
                }
            )
        return pd.DataFrame(rows)

    def _estimates(self, run: RunResult) -> dict[str, float]:
        """Return what stored estimates cost, where the protocol has any."""
        has_any = getattr(self.protocol.rules.task, "estimates", ())
        return {"estimate_seconds": run.estimate_seconds} if has_any else {}

    def _selected(self, run: RunResult) -> dict[str, float]:
        """Return the held-back first objective of what did best in it, in its own unit."""
        if "selected" not in self.protocol.rules.indicators:
            return {}
        n, first = self.protocol.rules.normalisation, self.protocol.rules.task.objectives[0]
        normalised = float(run.score[run.search[:, 0].argmin(), 0])
        value = n.ideal[0] + normalised * (n.nadir[0] - n.ideal[0])
        return {f"selected_{first.name}": value}

    def _difference(self, run: RunResult) -> dict[str, float]:
        """Return the LaMOO papers' indicator, of protocols that are judged by it."""
        if "log10_hypervolume_difference" not in self.protocol.rules.indicators:
            return {}
        reached = run.hypervolume_ratio * self.front_hypervolume
        difference = float(log_regret(reached, self.front_hypervolume))
        return {"log10_hypervolume_difference": difference}


def load_search_results(protocol: SearchProtocol, folder: Path) -> SearchResults:
    """Read, recompute and check every journal of `protocol` below `folder`.

    Raises
    ------
    NoResultsError
        If there is no finished run.
    ResultsError
        If a journal does not lie where its run belongs, or does not hold the initial designs, the
        objectives and the evaluations that the protocol gives.
    MixedProtocolsError
        If a journal in the protocol's folder belongs to another protocol id.
    JournalError
        If a journal is damaged.
    """
    home = protocol.home(folder)
    paths = sorted(home.glob("*/*.jsonl"))
    if not paths:
        _explain_nothing(protocol, folder)
    task = protocol.task()
    front = protocol.normalise(task.front("score"))
    best = protocol.rules.normalisation.maximum or _hypervolume(protocol, front)
    runs: list[RunResult] = []
    unfinished: list[Unfinished] = []
    designs: dict[int, Rows] = {}  # by repetition
    for path in paths:
        _check_name(path)
        journal = read_journal(path)
        method, repetition = path.parent.name, int(path.stem)
        if journal is not None:
            _check_place(protocol, folder, path, journal.header)
        if journal is None or journal.end is None:
            unfinished.append(Unfinished(method, repetition, "unfinished", "it was stopped"))
            continue
        if journal.end.status != "done":
            reason = journal.end.error or ""
            unfinished.append(Unfinished(method, repetition, journal.end.status, reason))
            continue
        if repetition not in designs:
            designs[repetition] = protocol.initial_designs(task.space, repetition)
        runs.append(_recompute(protocol, task, journal, designs[repetition], best))
    if not runs:
        raise NoResultsError(
            f"no finished run of {protocol.label} in {home}: "
            + "; ".join(f"{u.method} {u.repetition} {u.status}: {u.error}" for u in unfinished[:3])
        )
    search_front = protocol.normalise(task.front("search"))
    return SearchResults(
        protocol, tuple(runs), tuple(unfinished), front, search_front, best, task.space.size
    )


def _check_name(path: Path) -> None:
    if not re.fullmatch("[0-9]{3,}", path.stem):
        raise ResultsError(
            f"{path} is not named as a journal is: expected the number of a repetition, such as "
            f"000.jsonl; move it out of the folder of results"
        )


def _check_place(protocol: SearchProtocol, folder: Path, path: Path, header: Header) -> None:
    """Do nothing if the journal lies where its run belongs, so that no run is counted twice."""
    if header.protocol_id != protocol.id:
        raise MixedProtocolsError(
            f"{path} belongs to protocol {header.protocol} {header.protocol_id[:12]}, not to "
            f"{protocol.label}; results of different protocols are never mixed: move it to its "
            f"own folder"
        )
    expected = journal_path(folder, protocol, header.method, header.repetition)
    if path != expected:
        raise ResultsError(
            f"{path} is the journal of {header.method} repetition {header.repetition}, which "
            f"belongs at {expected}; move it there, or out of the folder of results if it is a "
            f"copy"
        )


def _recompute(
    protocol: SearchProtocol, task: Task, journal: Journal, designs: Rows, best: float
) -> RunResult:
    budget = protocol.rules.budget
    least = budget.first if budget.at_most else budget.evaluations
    if not least <= len(journal.architectures) <= budget.evaluations:
        raise ResultsError(
            f"{journal.path}: ended as done with {len(journal.architectures)} evaluations, the "
            f"budget is {budget.evaluations}; run it again with --restart"
        )
    difference = same_architectures(designs.tolist(), journal.batches[0].architectures)
    if len(designs) and difference:
        raise ResultsError(
            f"{journal.path} line {journal.line_of(0)}: not the initial designs that every method "
            f"starts from in repetition {journal.header.repetition}: {difference}; run it again "
            f"with --restart"
        )
    architectures = task.space.check(journal.architectures)
    answer = task.evaluate(candidates(architectures))
    recorded = np.asarray([o for batch in journal.batches for o in batch.objectives])
    if not task.same(answer.objectives, recorded):
        row = int(np.abs(answer.objectives - recorded).max(axis=1).argmax())
        raise ResultsError(
            f"{journal.path}: evaluation {row} records objectives {recorded[row].tolist()}, the "
            f"task answers {answer.objectives[row].tolist()}; run it again with --restart"
        )
    search = protocol.normalise(answer.objectives)
    score = protocol.normalise(task.score(architectures))
    reference = protocol.rules.normalisation.reference_point
    trace = incumbent_hypervolume_trace(search, score, reference)
    return RunResult(
        method=journal.header.method,
        repetition=journal.header.repetition,
        journal=journal,
        search=search,
        score=score,
        incumbents=np.unique(score[non_dominated(search)], axis=0),
        trace=np.pad(trace, (0, budget.evaluations - len(trace)), mode="edge") / best,
        cost_seconds=answer.cost_seconds,
        estimate_seconds=journal.batches[-1].estimate_seconds,
    )


def _hypervolume(protocol: SearchProtocol, normalised: Floats) -> float:
    return hypervolume(normalised, protocol.rules.normalisation.reference_point)


def _explain_nothing(protocol: SearchProtocol, folder: Path) -> None:
    others: Sequence[str] = ()
    if (folder / protocol.name).is_dir():
        others = sorted(p.name for p in (folder / protocol.name).iterdir() if p.is_dir())
    hint = f" (there are results of other ids: {', '.join(others)})" if others else ""
    raise NoResultsError(
        f"no results of {protocol.label} in {folder}{hint}; make them with "
        f"`monas run {protocol.name} --results {folder}`"
    )
