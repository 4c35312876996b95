"""The data of a comparison: a frame of all runs, and the methods that are shown.

Numbers of one method are over all its repetitions. Pairs of methods are compared on the repetitions
that both have, so a method with few repetitions takes nothing from the comparison of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bench.arrays import Floats
from bench.protocol import SearchProtocol
from bench.results.search import RunResult, SearchResults
from reports.rendering import display

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "RANDOM",
    "front_name",
    "further_columns",
    "median_run",
    "method_order",
    "of_rosters",
    "present",
    "regret_column",
    "repetition_range",
    "run_frame",
    "value_matrix",
]

RANDOM = "random"
_WALL_CLOCK = ["ask_tell_seconds"]


def run_frame(results: SearchResults) -> pd.DataFrame:
    """Return `results.frame()` without wall-clock seconds.

    Those differ each time that the same run is made. They stay in the journals, so that the same
    results give the same report.
    """
    return results.frame().drop(columns=_WALL_CLOCK)


def value_matrix(frame: pd.DataFrame, results: SearchResults, column: str) -> Floats:
    """Return a column of a frame as an array [methods, repetitions], NaN where there is no run.

    Parameters
    ----------
    frame : DataFrame
        Of `run_frame`.
    results : SearchResults
        The results of which the frame is made.
    column : str
        Name of a column of the frame.
    """
    wide = frame.pivot(index="method", columns="repetition", values=column)
    return wide.loc[results.methods].to_numpy(dtype=np.float64)


def present(values: Floats) -> Floats:
    """Return the values [runs] of a row [repetitions] of `value_matrix`, without NaN."""
    return values[~np.isnan(values)]


def repetition_range(results: SearchResults) -> str:
    """Return how many repetitions methods have: `20`, or `5 to 20`."""
    counts = [len(results.of(method)) for method in results.methods]
    return display.between(min(counts), max(counts))


def median_run(runs: list[RunResult]) -> RunResult:
    """Return the run with the median final hypervolume ratio; of an even number the lower one."""
    ranked = sorted(runs, key=lambda run: (run.hypervolume_ratio, run.repetition))
    return ranked[(len(ranked) - 1) // 2]


def front_name(protocol: SearchProtocol) -> str:
    """Return the name of the front with which runs are compared."""
    known = protocol.rules.normalisation.scheme in ("known front", "known maximum")
    return "best known front" if known else "exact front"


def regret_column(protocol: SearchProtocol) -> tuple[str, str]:
    """Return the column of `run_frame` with the protocol's logarithmic regret, and its title.

    That of the hypervolume ratio (1 less the ratio), or, if the protocol names that indicator, of
    the hypervolume (the front's less that reached).
    """
    if "log10_hypervolume_difference" in protocol.rules.indicators:
        return "log10_hypervolume_difference", "log10 hypervolume difference"
    return "log10_regret", "log10 regret"


def further_columns(protocol: SearchProtocol) -> dict[str, str]:
    """Return the columns of `run_frame` that a leaderboard shows beside the hypervolume ratio.

    By column, with its title: IGD+ and the regret (`regret_column`), if the protocol is judged by
    them.
    """
    regret, title = regret_column(protocol)
    shown = {"igd_plus": "IGD+", regret: title}
    return {key: name for key, name in shown.items() if key in protocol.rules.judged_by}


def of_rosters(results: SearchResults, rosters: Sequence[str]) -> SearchResults:
    """Return the results of the entrants of some rosters.

    Random search stays, as do the methods of which an entrant is a variant, and methods that are
    in no roster, such as a user's own.

    Parameters
    ----------
    results : SearchResults
    rosters : sequence of str
        Names of rosters; all rosters if empty.

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
    """Return the methods of all rosters, run or not, then other methods by name.

    A method keeps its position, and with it its colour, when another one has no results.
    """
    return list(dict.fromkeys([*results.protocol.entrants(), *results.methods]))
