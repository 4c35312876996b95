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
from bench.indicators import (
    evaluations_to_targets,
    hypervolume,
    igd_plus,
    incumbent_hypervolume_trace,
    log_regret,
    non_dominated,
)
from bench.protocol import SearchProtocol
from bench.protocol.search import Indicator
from bench.results.answers import check_answers
from bench.results.reading import Unfinished, no_finished_run, read_runs
from bench.results.verdicts import read_tiers, row_tiers
from bench.runs.journal import Journal
from bench.runs.lines import Status
from bench.spaces.space import Rows
from bench.tasks import Task

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RunResult", "SearchJudge", "SearchResults", "load_search_results"]


@dataclass(frozen=True)
class RunResult:
    """A run that has ended, recomputed.

    A run that failed or timed out keeps what it had reached: its trace is constant from there to
    the end of the budget. So a method never gains by giving up. A run that ended before its first
    evaluation has reached nothing.

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
        share of the front's; constant after the last evaluation of a run that ended early. It can
        decrease: an architecture with better search objectives can have worse test objectives.
    cost_seconds : array of float [n]
        Simulated seconds of each evaluation.
    estimate_seconds : float
        Simulated seconds of stored estimates, as the journal records them.
    status : str
        `done`, `failed` or `timeout`.
    error : str
        The reason for another status than `done`.
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
    status: Status = "done"
    error: str = ""

    @property
    def failed(self) -> bool:
        """Whether the run failed or timed out."""
        return self.status != "done"

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
        The runs that have ended, of methods that have evaluated anything.
    unfinished : tuple of Unfinished
        The other runs: those that were stopped, and those of methods that failed before the first
        evaluation in every run.
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
        """Methods with a run, in the order of the rosters; others follow by name."""
        present = {run.method for run in self.runs}
        roster = [name for name in self.protocol.entrants() if name in present]
        return roster + sorted(present - set(roster))

    def of(self, method: str) -> list[RunResult]:
        """Return the runs of one method, by repetition."""
        runs = [run for run in self.runs if run.method == method]
        return sorted(runs, key=lambda run: run.repetition)

    def traces(self, method: str) -> Floats:
        """Return the traces [repetitions, evaluations] of one method."""
        return np.stack([run.trace for run in self.of(method)])

    def frame(self) -> pd.DataFrame:
        """Return one row per run: its name, indicators at the full budget, costs and code."""
        import pandas as pd

        rows = [self._row(run) for run in sorted(self.runs, key=lambda r: (r.method, r.repetition))]
        return pd.DataFrame(rows)

    def _row(self, run: RunResult) -> dict[str, Any]:
        batches = run.journal.batches
        queries = batches[-1].cheap_queries if batches else 0
        has_estimates = bool(getattr(self.protocol.rules.task, "estimates", ()))
        return {
            "protocol": self.protocol.name,
            "protocol_id": self.protocol.id,
            "method": run.method,
            "repetition": run.repetition,
            "status": run.status,
            "evaluations": len(run.score),
            **self._indicators(run),
            "simulated_seconds": float(run.cost_seconds.sum() + run.estimate_seconds),
            **({"estimate_seconds": run.estimate_seconds} if has_estimates else {}),
            "cheap_queries": queries,
            "ask_tell_seconds": sum(b.ask_seconds + b.tell_seconds for b in batches),
            **self._evaluations_to_targets(run),
            "source_sha256": run.journal.header.subject.source_sha256,
        }

    def _indicators(self, run: RunResult) -> dict[str, float]:
        """Return the protocol's indicators at the full budget, by column."""
        n, first = self.protocol.rules.normalisation, self.protocol.rules.task.objectives[0]
        reached, best = run.hypervolume_ratio * self.front_hypervolume, self.front_hypervolume
        final, selected = run.incumbents, n.reference_point[0]
        if len(run.score):
            selected = float(run.score[run.search[:, 0].argmin(), 0])  # of the best in this one
        else:  # a run that has reached nothing counts as one that has reached the reference point
            final = np.asarray([n.reference_point])
        columns: dict[Indicator, float] = {
            "hypervolume_ratio": run.hypervolume_ratio,
            "log10_regret": float(log_regret(run.trace[-1], 1.0)),
            "log10_hypervolume_difference": float(log_regret(reached, best)),
            "igd_plus": igd_plus(final, self.front),
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
        If no run is done.
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
    stopped = [each for each in found if isinstance(each, Unfinished)]
    journals = [each for each in found if isinstance(each, Journal)]
    if not journals:
        raise no_finished_run(protocol, folder, stopped)
    failed = [each.journal for each in stopped if each.journal is not None]
    started = {j.header.subject.name for j in journals + [j for j in failed if j.lines]}
    done = list(journals)
    journals += [journal for journal in failed if journal.header.subject.name in started]
    unfinished = tuple(e for e in stopped if e.journal is None or e.label not in started)
    judge = SearchJudge(protocol)
    tiers = row_tiers(read_tiers(protocol.home(folder), done))
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
    """

    def __init__(self, protocol: SearchProtocol) -> None:
        self._protocol, self.task = protocol, protocol.task()
        normalisation = protocol.rules.normalisation
        self.front = protocol.normalise(self.task.front("score"))
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


def _recompute(
    protocol: SearchProtocol, task: Task, journal: Journal, designs: Rows, best: float
) -> RunResult:
    """Return a run, whose designs are `designs` [initial, variables], as a share of `best`."""
    assert journal.end is not None
    budget, repetition, end = protocol.rules.budget, _repetition(journal), journal.end
    reference = protocol.rules.normalisation.reference_point
    architectures, answer = check_answers(task, journal, designs)
    if not len(architectures):
        none = np.empty((0, len(reference)))
        return RunResult(
            method=journal.header.subject.name,
            repetition=repetition,
            journal=journal,
            search=none,
            score=none,
            incumbents=none,
            trace=np.zeros(budget.evaluations),
            cost_seconds=np.empty(0),
            status=end.status,
            error=end.error or "",
        )
    search = protocol.normalise(answer.objectives)
    score = protocol.normalise(task.score(architectures))
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
        status=end.status,
        error=end.error or "",
    )
