"""Search results, recomputed from journals and the task.

A journal is trusted for the order of the evaluated architectures, the number of cheap objectives
and the cost of estimates only. Objectives and costs are looked up again and compared, test
objectives and indicators are computed here. What is trusted, a replay checks (`bench.verify`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.arrays import Floats
from bench.errors import ResultsError
from bench.indicators import (
    evaluations_to_targets,
    hypervolume,
    igd_plus,
    incumbent_hypervolume_trace,
    log_regret,
    non_dominated,
)
from bench.protocol import SearchProtocol
from bench.protocol.normalisation import front_digest
from bench.protocol.search import Indicator
from bench.results.answers import check_answers
from bench.results.reading import Unfinished, no_finished_run, read_runs
from bench.results.verdicts import read_tiers, row_tiers
from bench.runs.journal import Journal
from bench.spaces.space import Rows
from bench.tasks import Task

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RunResult", "SearchJudge", "SearchResults", "load_search_results"]


@dataclass(frozen=True)
class RunResult:
    """A finished run, recomputed.

    Attributes
    ----------
    method : str
        Label of the method.
    repetition : int
        Number of the run, from 0.
    journal : Journal
        The journal.
    search : array of float [n, m]
        Normalised search objectives of every evaluation.
    score : array of float [n, m]
        Normalised test objectives of every evaluation, which the method did not see.
    incumbents : array of float [p, m]
        Normalised test objectives of the final set: the architectures that are non-dominated in
        the search objectives at the end.
    trace : array of float [evaluations]
        Hypervolume of the incumbents' test objectives after each evaluation of the budget, as a
        share of the front's; constant after the end of a run that ended early. It can decrease: an
        architecture with better search objectives can have worse test objectives.
    cost_seconds : array of float [n]
        Simulated seconds of each evaluation.
    estimate_seconds : float
        Simulated seconds of stored estimates, as the journal records them.
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
class SearchResults:
    """All runs of one protocol.

    Attributes
    ----------
    protocol : SearchProtocol
        The protocol.
    runs : tuple of RunResult
        The finished runs.
    unfinished : tuple of Unfinished
        The other runs.
    front : array of float [p, m]
        Normalised Pareto front of the test objectives: the exact one where it is known.
    search_front : array of float [q, m]
        Normalised test objectives of the architectures on the front of the search objectives.
    front_hypervolume : float
        Hypervolume of `front`, or the maximum that the protocol states; traces are shares of it.
    architectures : int, optional
        Number of architectures in the space; None if it is infinite.
    tiers : dict of str to str
        How far the runs of each method were checked, by label (`bench.results.verdicts`).
    """

    protocol: SearchProtocol
    runs: tuple[RunResult, ...]
    unfinished: tuple[Unfinished, ...]
    front: Floats
    search_front: Floats
    front_hypervolume: float
    architectures: int | None
    tiers: dict[str, str] = field(default_factory=dict)

    @property
    def methods(self) -> list[str]:
        """Methods with a finished run, in the order of the rosters; others follow by name."""
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
        """Return the repetitions that all methods have finished, by which they are compared."""
        sets = [{run.repetition for run in self.of(method)} for method in self.methods]
        return sorted(set.intersection(*sets)) if sets else []

    def frame(self) -> pd.DataFrame:
        """Return one row per run: its name, indicators at the full budget, costs and code."""
        import pandas as pd

        rows = [self._row(run) for run in sorted(self.runs, key=lambda r: (r.method, r.repetition))]
        return pd.DataFrame(rows)

    def _row(self, run: RunResult) -> dict[str, Any]:
        batches = run.journal.batches
        has_estimates = bool(getattr(self.protocol.rules.task, "estimates", ()))
        return {
            "protocol": self.protocol.name,
            "protocol_id": self.protocol.id,
            "method": run.method,
            "repetition": run.repetition,
            "evaluations": len(run.score),
            **self._indicators(run),
            "simulated_seconds": float(run.cost_seconds.sum() + run.estimate_seconds),
            **({"estimate_seconds": run.estimate_seconds} if has_estimates else {}),
            "cheap_queries": batches[-1].cheap_queries,
            "ask_tell_seconds": sum(b.ask_seconds + b.tell_seconds for b in batches),
            **self._evaluations_to_targets(run),
            "source_sha256": run.journal.header.subject.source_sha256,
        }

    def _indicators(self, run: RunResult) -> dict[str, float]:
        """Return the protocol's indicators at the full budget, by column."""
        n, first = self.protocol.rules.normalisation, self.protocol.rules.task.objectives[0]
        reached, best = run.hypervolume_ratio * self.front_hypervolume, self.front_hypervolume
        selected = float(run.score[run.search[:, 0].argmin(), 0])  # of the best in this objective
        columns: dict[Indicator, float] = {
            "hypervolume_ratio": run.hypervolume_ratio,
            "log10_regret": float(log_regret(run.trace[-1], 1.0)),
            "log10_hypervolume_difference": float(log_regret(reached, best)),
            "igd_plus": igd_plus(run.incumbents, self.front),
            "selected": n.ideal[0] + selected * (n.nadir[0] - n.ideal[0]),
        }
        names = {"selected": f"selected_{first.name}"}
        judged = self.protocol.rules.judged_by
        return {names.get(key, key): value for key, value in columns.items() if key in judged}

    def _evaluations_to_targets(self, run: RunResult) -> dict[str, float]:
        targets = self.protocol.rules.targets
        reached = evaluations_to_targets(run.trace, targets) if targets else ()
        return {f"evaluations_to_{t:g}": e for t, e in zip(targets, reached, strict=True)}


def load_search_results(protocol: SearchProtocol, folder: Path) -> SearchResults:
    """Read, recompute and check the journals of a protocol.

    Parameters
    ----------
    protocol : SearchProtocol
        The protocol.
    folder : Path
        Folder of all results.

    Raises
    ------
    NoResultsError
        If there is no finished run.
    ResultsError
        If a journal does not have the path of its run, breaks a rule of its protocol
        (`bench.results.rules`), or does not have the initial designs, the objectives and the costs
        that the task gives (`bench.results.answers`).
    MixedProtocolsError
        If a journal in the protocol's folder belongs to another protocol id.
    JournalError
        If a journal is damaged.
    """
    found = list(read_runs(protocol, folder))
    unfinished = tuple(each for each in found if isinstance(each, Unfinished))
    journals = [each for each in found if isinstance(each, Journal)]
    if not journals:
        raise no_finished_run(protocol, folder, list(unfinished))
    judge = SearchJudge(protocol)
    tiers = row_tiers(read_tiers(protocol.home(folder), journals))
    runs = tuple(map(judge.recompute, journals))
    search_front = protocol.normalise(judge.task.front("search"))
    size = judge.task.space.size
    return SearchResults(
        protocol, runs, unfinished, judge.front, search_front, judge.best, size, tiers
    )


class SearchJudge:
    """Recomputes and checks the runs of one protocol.

    Parameters
    ----------
    protocol : SearchProtocol
        The protocol.

    Attributes
    ----------
    task : Task
        Its task.
    front : array of float [p, m]
        Normalised Pareto front of the test objectives.
    best : float
        Hypervolume of which runs reach a share.

    Raises
    ------
    ResultsError
        If the task's front is not the one that the protocol was frozen on.
    """

    def __init__(self, protocol: SearchProtocol) -> None:
        self._protocol, self.task = protocol, protocol.task()
        normalisation = protocol.rules.normalisation
        raw_front = self.task.front("score")
        _check_front(protocol, self.task, raw_front)
        self.front = protocol.normalise(raw_front)
        self.best = normalisation.maximum or hypervolume(self.front, normalisation.reference_point)
        self._designs: dict[int, Rows] = {}

    def designs(self, repetition: int) -> Rows:
        """Return the initial designs [initial, variables] of a repetition."""
        if repetition not in self._designs:
            drawn = self._protocol.initial_designs(self.task.space, repetition)
            self._designs[repetition] = drawn
        return self._designs[repetition]

    def recompute(self, journal: Journal) -> RunResult:
        """Return a finished run from its journal, which keeps the rules.

        Raises
        ------
        ResultsError
            If the journal does not have what the task gives (`bench.results.answers`).
        """
        designs = self.designs(_repetition(journal))
        return _recompute(self._protocol, self.task, journal, designs, self.best)


def _repetition(journal: Journal) -> int:
    assert journal.header.subject.repetition is not None
    return journal.header.subject.repetition


def _check_front(protocol: SearchProtocol, task: Task, front: Floats) -> None:
    """Raise a ResultsError unless the front [p, m] is the one that the protocol was frozen on."""
    frozen = protocol.rules.normalisation
    exact = task.tolerance == 0.0  # computed objectives may differ in the last digit elsewhere
    found = front_digest(front) if exact else frozen.front_sha256
    if len(front) != frozen.front_size or found != frozen.front_sha256:
        raise ResultsError(
            f"{protocol.label}: the front of this task has {len(front)} points, digest "
            f"{found[:12]}...; the protocol says normalisation.front_size {frozen.front_size}, "
            f"front_sha256 {frozen.front_sha256[:12]}...: `monas protocol measure` gives the "
            f"constants of a new version"
        )


def _recompute(
    protocol: SearchProtocol, task: Task, journal: Journal, designs: Rows, best: float
) -> RunResult:
    """Return a run, whose designs are `designs` [initial, variables], as a share of `best`."""
    budget, repetition = protocol.rules.budget, _repetition(journal)
    architectures, answer = check_answers(task, journal, designs)
    search = protocol.normalise(answer.objectives)
    score = protocol.normalise(task.score(architectures))
    reference = protocol.rules.normalisation.reference_point
    trace = incumbent_hypervolume_trace(search, score, reference)
    return RunResult(
        method=journal.header.subject.name,
        repetition=repetition,
        journal=journal,
        search=search,
        score=score,
        incumbents=np.unique(score[non_dominated(search)], axis=0),
        trace=np.pad(trace, (0, budget.evaluations - len(trace)), mode="edge") / best,
        cost_seconds=answer.cost_seconds,
        estimate_seconds=journal.batches[-1].estimate_seconds,
    )
