"""What is compared: one frame of all runs, and the repetitions that every method has finished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bench.protocol import SearchProtocol
from bench.results.search import RunResult, SearchResults

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "RANDOM",
    "common_matrix",
    "common_runs",
    "common_traces",
    "front_name",
    "median_run",
    "method_order",
    "of_rosters",
    "regret_column",
    "run_frame",
]

RANDOM = "random"
_WALL_CLOCK = ["ask_tell_seconds"]


def run_frame(results: SearchResults) -> pd.DataFrame:
    """Return `results.frame()` without what a clock on the wall said.

    Those seconds differ each time the same run is made; they stay in the journals, so that the
    same results make the same report.
    """
    return results.frame().drop(columns=_WALL_CLOCK)


def common_matrix(frame: pd.DataFrame, results: SearchResults, column: str) -> NDArray[np.float64]:
    """Return a column of `run_frame` as an array [methods, common repetitions]."""
    wide = frame.pivot(index="method", columns="repetition", values=column)
    chosen = wide.loc[results.methods, results.common_repetitions()]
    return chosen.to_numpy(dtype=np.float64)


def common_runs(results: SearchResults, method: str) -> list[RunResult]:
    """Return the runs of a method in the common repetitions, in their order."""
    common = set(results.common_repetitions())
    return [run for run in results.of(method) if run.repetition in common]


def common_traces(results: SearchResults, method: str) -> NDArray[np.float64]:
    """Return the traces [common repetitions, evaluations] of a method."""
    return np.stack([run.trace for run in common_runs(results, method)])


def median_run(runs: list[RunResult]) -> RunResult:
    """Return the run with the median final hypervolume ratio, the lower one of two."""
    ranked = sorted(runs, key=lambda run: (run.hypervolume_ratio, run.repetition))
    return ranked[(len(ranked) - 1) // 2]


def front_name(protocol: SearchProtocol) -> str:
    """Return what the front is called that runs are held against."""
    known = protocol.rules.normalisation.scheme in ("known front", "known maximum")
    return "best known front" if known else "exact front"


def regret_column(protocol: SearchProtocol) -> tuple[str, str]:
    """Return the column of `run_frame` with the protocol's logarithm of what is missing, its name.

    Of 1 less the hypervolume ratio; or, where the protocol is judged by it, of the front's
    hypervolume less that reached.
    """
    if "log10_hypervolume_difference" in protocol.rules.indicators:
        return "log10_hypervolume_difference", "log10 hypervolume difference"
    return "log10_regret", "log10 regret"


def of_rosters(results: SearchResults, rosters: Sequence[str]) -> SearchResults:
    """Return the results of these rosters' entrants alone; of all rosters if none is named.

    Beside them stay random search, the methods whose variants they are, and what stands in no
    roster: somebody's own method is always looked at.

    Raises
    ------
    bench.errors.CallError
        If the protocol has no roster of that name.
    """
    everybody = results.protocol.entrants()
    chosen = results.protocol.entrants(*rosters)
    kept = {RANDOM, *chosen, *(entry.method for entry in chosen.values())}

    def stays(method: str) -> bool:
        return method in kept or method not in everybody

    return replace(
        results,
        runs=tuple(run for run in results.runs if stays(run.method)),
        unfinished=tuple(each for each in results.unfinished if stays(each.label)),
    )


def method_order(results: SearchResults) -> Sequence[str]:
    """Return the whole of every roster, run or not, then other methods by name.

    A method keeps its place, hence its colour, when another one has no results.
    """
    return list(dict.fromkeys([*results.protocol.entrants(), *results.methods]))
