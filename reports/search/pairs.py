"""Pairs of methods: the probabilities of better, practically equal and worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bench.indicators import pairwise_p, signed_rank_posterior
from bench.results.search import SearchResults
from bench.seeds import stream
from reports.search.comparison import value_matrix
from reports.search.equivalence import region_of_equivalence
from reports.search.leaderboard import ALPHA

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Pair", "Pairs", "make_pairs"]


@dataclass(frozen=True)
class Pair:
    """Two methods on the repetitions that both have.

    Attributes
    ----------
    first, second : str
        The methods; `first` is above `second` on the leaderboard.
    repetitions : int
        Number of repetitions that both have, at least one.
    median_difference : float
        Median of the paired differences of the hypervolume ratio, first less second.
    p : float, optional
        Two-sided p-value with Holm's correction over all tested pairs (`pairwise_p`); None if they
        share too few repetitions for a significant difference.
    better, equal, worse : float
        Probabilities that the first is better, practically equal and worse
        (`signed_rank_posterior`).
    """

    first: str
    second: str
    repetitions: int
    median_difference: float
    p: float | None
    better: float
    equal: float
    worse: float

    def swapped(self) -> Pair:
        """Return the same pair with the methods in the other order."""
        return replace(
            self,
            first=self.second,
            second=self.first,
            median_difference=-self.median_difference,
            better=self.worse,
            worse=self.better,
        )


@dataclass(frozen=True)
class Pairs:
    """All pairs of compared methods that share a repetition.

    Attributes
    ----------
    order : tuple of str
        The methods, the best median first.
    best : str
        The first of them that has as many repetitions as any, so that a method with few takes
        nothing from the pairs that are shown.
    region : float
        Differences of the hypervolume ratio up to this one make no practical difference.
    pairs : tuple of Pair
    """

    order: tuple[str, ...]
    best: str
    region: float
    pairs: tuple[Pair, ...]

    @property
    def with_the_best(self) -> tuple[Pair, ...]:
        """The pairs of `best` with the others."""
        mine = [pair for pair in self.pairs if self.best in (pair.first, pair.second)]
        return tuple(pair if pair.first == self.best else pair.swapped() for pair in mine)


def make_pairs(results: SearchResults, frame: pd.DataFrame, order: Sequence[str]) -> Pairs:
    """Return all pairs of methods that share a repetition.

    Parameters
    ----------
    results : SearchResults
    frame : DataFrame
        Of `reports.search.comparison.run_frame`.
    order : sequence of str
        Methods in the order of the leaderboard.

    Notes
    -----
    Weights are drawn from the stream (protocol id, "signed rank", number of shared repetitions), so
    that a pair does not depend on the other methods or their order.
    """
    protocol, methods = results.protocol, results.methods
    region = region_of_equivalence(protocol)
    ratios = value_matrix(frame, results, "hypervolume_ratio")
    p, rows = pairwise_p(ratios, alpha=ALPHA), [methods.index(method) for method in order]
    pairs = []
    for position, i in enumerate(rows):
        for j in rows[position + 1 :]:
            both = ~np.isnan(ratios[i]) & ~np.isnan(ratios[j])
            shared = int(both.sum())
            if not shared:
                continue
            a, b = ratios[i, both], ratios[j, both]
            rng = stream(protocol.id, "signed rank", shared)
            better, equal, worse = signed_rank_posterior(a, b, region, rng=rng)
            pairs.append(
                Pair(
                    first=methods[i],
                    second=methods[j],
                    repetitions=shared,
                    median_difference=float(np.median(a - b)),
                    p=None if np.isnan(p[i, j]) else float(p[i, j]),
                    better=better,
                    equal=equal,
                    worse=worse,
                )
            )
    most = max(len(results.of(method)) for method in order)
    best = next(method for method in order if len(results.of(method)) == most)
    return Pairs(tuple(order), best, region, tuple(pairs))
