"""Evaluations to each target, and speedups over random search, as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.results.search import SearchResults
from reports.search.comparison import RANDOM

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Reached", "TargetsReached", "make_targets_reached"]


@dataclass(frozen=True)
class Reached:
    """Evaluations of one method to one target.

    Attributes
    ----------
    median : float
        Median number of evaluations; inf if half of the repetitions or more never reached it.
    times, of : int
        Repetitions that reached the target, and all repetitions of the method.
    speedup : float, optional
        Median of random search divided by this median; None unless both are finite.
    """

    median: float
    times: int
    of: int
    speedup: float | None


@dataclass(frozen=True)
class TargetsReached:
    """Evaluations of every method to every target.

    Attributes
    ----------
    targets : tuple of float
        Hypervolume ratios.
    methods : dict of str to tuple of Reached
        For each method, one for each target.
    """

    targets: tuple[float, ...]
    methods: dict[str, tuple[Reached, ...]]

    @property
    def has_random(self) -> bool:
        """Whether random search and another method have runs."""
        return RANDOM in self.methods and len(self.methods) > 1


def make_targets_reached(results: SearchResults, frame: pd.DataFrame) -> TargetsReached:
    """Return evaluations to every target over the repetitions of each method.

    Parameters
    ----------
    results : SearchResults
    frame : DataFrame
        Of `reports.search.comparison.run_frame`.
    """
    targets = results.protocol.rules.targets
    if not targets:
        return TargetsReached(targets, {})
    columns = [f"evaluations_to_{target:g}" for target in targets]
    needed = {
        method: frame.loc[frame["method"] == method, columns].to_numpy(dtype=np.float64)
        for method in results.methods
    }
    medians = {method: np.median(values, axis=0) for method, values in needed.items()}
    random = medians.get(RANDOM)
    return TargetsReached(
        targets,
        {
            method: tuple(
                Reached(
                    median=float(medians[method][k]),
                    times=int(np.isfinite(values[:, k]).sum()),
                    of=len(values),
                    speedup=_ratio(random[k], medians[method][k]) if random is not None else None,
                )
                for k in range(len(targets))
            )
            for method, values in needed.items()
        },
    )


def _ratio(random: float, method: float) -> float | None:
    return float(random / method) if np.isfinite(random) and np.isfinite(method) else None
