"""What is compared: one frame of all runs, and the repetitions that every method has finished."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bench.protocol import Protocol
from bench.results import Results, RunResult

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
    "regret_column",
    "run_frame",
]

RANDOM = "random"
_WALL_CLOCK = ["ask_tell_seconds"]


def run_frame(results: Results) -> pd.DataFrame:
    """Return `results.frame()` without what a clock on the wall said.

    Those seconds differ each time the same run is made; they stay in the journals, so that the
    same results make the same report.
    """
    return results.frame().drop(columns=_WALL_CLOCK)


def common_matrix(frame: pd.DataFrame, results: Results, column: str) -> NDArray[np.float64]:
    """Return a column of `run_frame` as an array [methods, common repetitions]."""
    wide = frame.pivot(index="method", columns="repetition", values=column)
    chosen = wide.loc[results.methods, results.common_repetitions()]
    return chosen.to_numpy(dtype=np.float64)


def common_runs(results: Results, method: str) -> list[RunResult]:
    """Return the runs of a method in the common repetitions, in their order."""
    common = set(results.common_repetitions())
    return [run for run in results.of(method) if run.repetition in common]


def common_traces(results: Results, method: str) -> NDArray[np.float64]:
    """Return the traces [common repetitions, evaluations] of a method."""
    return np.stack([run.trace for run in common_runs(results, method)])


def median_run(runs: list[RunResult]) -> RunResult:
    """Return the run with the median final hypervolume ratio, the lower one of two."""
    ranked = sorted(runs, key=lambda run: (run.hypervolume_ratio, run.repetition))
    return ranked[(len(ranked) - 1) // 2]


def front_name(protocol: Protocol) -> str:
    """Return what the front is called that runs are held against."""
    known = protocol.rules.normalisation.scheme == "known front"
    return "best known front" if known else "exact front"


def regret_column(protocol: Protocol) -> tuple[str, str]:
    """Return the column of `run_frame` with the protocol's logarithm of what is missing, its name.

    Of 1 less the hypervolume ratio; or, where the protocol is judged by it, of the front's
    hypervolume less that reached.
    """
    if "log10_hypervolume_difference" in protocol.rules.indicators:
        return "log10_hypervolume_difference", "log10 hypervolume difference"
    return "log10_regret", "log10 regret"


def method_order(results: Results) -> Sequence[str]:
    """Return the whole roster, run or not, then other methods by name.

    A method keeps its place, hence its colour, when another one has no results.
    """
    roster = [entry.method for entry in results.protocol.rules.roster]
    return list(dict.fromkeys([*roster, *results.methods]))
