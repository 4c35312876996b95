"""Evaluations to each target, and speedups over random search, as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.results.search import SearchResults
from reports.search.comparison import RANDOM, common_matrix

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
        Repetitions that reached the target, and all compared repetitions.
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
    """Return evaluations to every target over the common repetitions.

    Parameters
    ----------
    results : SearchResults
    frame : DataFrame
        Of `reports.search.comparison.run_frame`.
    """
    targets = results.protocol.rules.targets
    if not targets or not results.common_repetitions():
        return TargetsReached(targets, {})
    needed = np.stack(
        [common_matrix(frame, results, f"evaluations_to_{target:g}") for target in targets], axis=1
    )
    medians = np.median(needed, axis=2)
    methods = results.methods
    random = medians[methods.index(RANDOM)] if RANDOM in methods else None
    return TargetsReached(
        targets,
        {
            method: tuple(
                Reached(
                    median=float(medians[i, k]),
                    times=int(np.isfinite(needed[i, k]).sum()),
                    of=needed.shape[2],
                    speedup=_ratio(random[k], medians[i, k]) if random is not None else None,
                )
                for k in range(len(targets))
            )
            for i, method in enumerate(methods)
        },
    )


def _ratio(random: float, method: float) -> float | None:
    return float(random / method) if np.isfinite(random) and np.isfinite(method) else None
