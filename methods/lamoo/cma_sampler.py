"""CMA-ES within a region: a strategy that restarts from the region's best samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.arrays import Floats, Indices
from methods.lamoo.labels import dominance_numbers
from methods.lamoo.pool import Pool
from methods.lamoo.region import Region
from methods.lamoo.samplers import History, Sampler

__all__ = ["CMAESSampler", "fitness_order"]


def fitness_order(history: History, objective: int | None = None) -> Indices:
    """Return the indices [n] of all evaluations from the best to the worst.

    They are sorted by dominance number among all of them, with which a single-objective strategy
    can search with many objectives (*paper*, of 2022); then by the hypervolume of the single point,
    the larger first (*ours*: the authors' code ranks by it alone); then the older first.

    Parameters
    ----------
    history : History
    objective : int, optional
        Index of an objective; evaluations are sorted by it alone.
    """
    if objective is not None:
        return np.argsort(history.objectives[:, objective], kind="stable")
    numbers = dominance_numbers(history.objectives)
    volumes = np.maximum(history.reference_point - history.objectives, 0.0).prod(axis=1)
    return np.lexsort((np.arange(len(history)), -volumes, numbers))


class CMAESSampler(Sampler):
    """Tell the best samples of the region to a new CMA-ES, and ask it until n points are inside.

    The authors' code starts from the parent's samples, gives cma a vector of objectives although it
    uses only one of them (in two folders with the wrong sign), and drops a step of the path after
    every ask in most folders; the text of the paper of 2022 has the dominance number as fitness.
    Here:

    1. Rank all evaluations (`fitness_order`). The parents are the best `max(parents, n)` of the
       region's samples; the mean starts at a random one of them.
    2. Tell the parents, with their ranks as fitness.
    3. Ask for as many; keep those that are inside and can be taken. After `failed_asks` asks
       without having n, the region loses its deepest step.
    4. *ours*: once this failed in the whole space too (its unseen architectures are far from the
       mean), the rest is drawn uniformly from the region.

    Parameters
    ----------
    sigma : float
        Standard deviation at the start, in widths of the cube.
    parents : int
        At least 3, since cma refuses to adapt to fewer; a region with fewer samples repeats them.
    failed_asks : int
        Asks before the region is relaxed.
    objective : int, optional
        Index of the only objective that counts; the dominance number counts when not given.
    """

    def __init__(
        self, *, sigma: float, parents: int, failed_asks: int, objective: int | None = None
    ) -> None:
        self._objective = objective
        self._sigma = sigma
        self._parents = parents
        self._failed_asks = failed_asks

    def propose(
        self, region: Region, history: History, pool: Pool, n: int, rng: np.random.Generator
    ) -> Floats:
        """Return n points [n, variables] of the region, relaxed as far as needed; see `Sampler`."""
        strategy = self._strategy(region, history, n, rng)
        taken = np.empty((0, history.points.shape[1]))
        wider = region
        while True:
            for _ in range(self._failed_asks):
                asked = pool.snap(np.array(strategy.ask()))
                taken = pool.take(np.concatenate([taken, asked[wider.contains(asked)]]), n)
                if len(taken) == n:
                    return taken
            if wider.is_whole:
                break
            wider = wider.relaxed()
        others = pool.within(region, n, rng)
        return pool.take(np.concatenate([taken, others[rng.permutation(len(others))]]), n)

    def _strategy(self, region: Region, history: History, n: int, rng: np.random.Generator) -> Any:
        """Return a CMA-ES that was told the best samples of the region."""
        import cma

        order = fitness_order(history, self._objective)
        best = order[np.isin(order, region.members)][: max(self._parents, n)]
        parents = history.points[np.resize(best, max(len(best), 3))]
        strategy = cma.CMAEvolutionStrategy(
            parents[rng.integers(len(parents))],
            self._sigma,
            {
                "bounds": [0.0, 1.0],
                "popsize": len(parents),
                # A given generator is never seeded, and the global one is left alone.
                "randn": lambda *shape: rng.standard_normal(shape),
                "seed": np.nan,
                "verbose": -9,
            },
        )
        strategy.ask()  # cma requires an ask before a tell; its points are not used
        strategy.tell(list(parents), list(range(len(parents))))
        return strategy
