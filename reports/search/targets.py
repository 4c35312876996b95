"""How many evaluations each target took, and how many more random search needed. Numbers only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.results.search import SearchResults
from reports.search.comparison import RANDOM, common_matrix

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Efficiency", "Reached", "make_efficiency"]


@dataclass(frozen=True)
class Reached:
    """One method and one target.

    Attributes
    ----------
    median : float
        Median evaluations to the target; inf when half of the repetitions never reached it.
    times, of : int
        In how many of the compared repetitions it was reached.
    speedup : float, optional
        Median of random search divided by this median; None unless both are finite.
    """

    median: float
    times: int
    of: int
    speedup: float | None


@dataclass(frozen=True)
class Efficiency:
    """`Reached` of every method, target by target, in the order of `targets`."""

    targets: tuple[float, ...]
    methods: dict[str, tuple[Reached, ...]]

    @property
    def has_random(self) -> bool:
        """Whether there is a random search, and anything to compare it with."""
        return RANDOM in self.methods and len(self.methods) > 1


def make_efficiency(results: SearchResults, frame: pd.DataFrame) -> Efficiency:
    """Return evaluations to every target over the common repetitions."""
    targets = results.protocol.rules.targets
    if not results.common_repetitions():
        return Efficiency(targets, {})
    needed = np.stack(
        [common_matrix(frame, results, f"evaluations_to_{target:g}") for target in targets], axis=1
    )
    medians = np.median(needed, axis=2)
    methods = results.methods
    random = medians[methods.index(RANDOM)] if RANDOM in methods else None
    return Efficiency(
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
