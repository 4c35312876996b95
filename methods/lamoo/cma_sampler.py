"""CMA-ES within a region: a strategy that is made anew from the region's best samples."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from methods.lamoo.labels import dominance_numbers
from methods.lamoo.pool import Pool
from methods.lamoo.region import Region
from methods.lamoo.samplers import History, Sampler

__all__ = ["CMAESSampler", "fitness_order"]

Floats = NDArray[np.float64]


def fitness_order(history: History, objective: int | None = None) -> NDArray[np.int64]:
    """Return all evaluations [n] from the best to the worst.

    By dominance number among all of them, which makes a single-objective strategy fit for many
    objectives (*paper*, of 2022); equal numbers by the hypervolume of the single point, the larger
    first (*ours*: the authors' code ranks by it alone); then the older first. Or by one objective,
    if its place is given.
    """
    if objective is not None:
        return np.argsort(history.objectives[:, objective], kind="stable")
    numbers = dominance_numbers(history.objectives)
    volumes = np.maximum(history.reference_point - history.objectives, 0.0).prod(axis=1)
    return np.lexsort((np.arange(len(history)), -volumes, numbers))


class CMAESSampler(Sampler):
    """Tell the best samples of the region to a new CMA-ES, and ask it until n points lie inside.

    The authors' code starts from the parent's samples, gives cma a vector of objectives of which
    it uses one only (in two folders with the wrong sign), and drops a step of the path after every
    ask in most folders; the text of the paper of 2022 has the dominance number as fitness. Here:

    1. Rank all evaluations (`fitness_order`). The parents are the best `max(parents, n)` of the
       region's samples; the mean starts at a random one of them.
    2. Tell the parents, with their ranks as fitness.
    3. Ask for as many; keep what lies inside and can be taken. After `failed_asks` asks without
       having n, the region loses its deepest step.
    4. *ours*: once the whole space failed too (its new architectures are far from the mean), the
       rest is drawn uniformly from the region.

    Parameters
    ----------
    sigma : float
        Standard deviation at the start, in widths of the cube.
    parents : int
        At least 3, since cma refuses to adapt to fewer; a region with fewer samples repeats them.
    failed_asks : int
    objective : int, optional
        Place of the only objective that counts.
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
        """Return n points of the region, or of what is left of its path."""
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
        strategy.ask()  # what it makes of its own is not looked at: cma wants an ask before a tell
        strategy.tell(list(parents), list(range(len(parents))))
        return strategy
