"""SMS-EMOA, run by pymoo's algorithm object with a survival of our own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from bench.arrays import Floats
from bench.errors import MethodError
from bench.method import Problem, Setting
from methods._shared.mating import Comparison, by_dominance
from methods._shared.pymoo import VARIATION, PymooMethod

__all__ = ["SMSEMOA", "least_contributor"]

# n points in m objectives cost about n^(m/2) / 3 microseconds (measured with moocore 0.3.2 on
# spherical fronts of 25 to 100 points, m = 5 to 8), so an exact answer takes 40 ms at most.
_EXACT = 1e5
_SAMPLES = 10_000  # of an estimate


class SMSEMOA(PymooMethod):
    """SMS-EMOA: the member of the last front that contributes least hypervolume is removed.

    Steady state, as far as the protocol allows it: with every batch of answers as many members are
    removed, one by one, as were added; with batches of one it is the paper's (mu + 1).

    Tournament (by dominance, else at random), uniform crossover and polynomial mutation are
    pymoo's. Differences from the paper, all *ours*:

    - objectives are scaled by the range of the front that loses a member, and the reference point
      is `reference_offset` beyond its worst values, on that scale (the paper adds 1.0 to the worst
      values in their own units, pymoo 10 on a scale of the population);
    - contributions are exact while that takes milliseconds, as it does for any front of 25 up to
      six objectives; beyond, they are estimated from 10,000 uniform samples (as in Bader and
      Zitzler's HypE, Evolutionary Computation 19(1), 2011). Of those that contribute the same, a
      member is removed before a newcomer;
    - first population, crossover and seen classes as in `nsga2`.
    """

    name = "sms-emoa"
    source = (
        "Beume, Naujoks and Emmerich, EJOR 181(3), 2007, Algorithms 1 and 2; pymoo 0.6, SMSEMOA"
    )
    summary = "survival by hypervolume contribution, steady state (pymoo)"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "population_size": Setting(20, "ours", "as nsga2; the paper has 100 of 20,000 evaluations"),
        "reference_offset": Setting(
            1.0,
            "paper",
            "beyond the worst values of the front; that it is in units of their range is ours",
        ),
        "crossover_probability": Setting(0.9, "released code", "pymoo's SBX"),
        **VARIATION,
        "box_crossover_eta": Setting(15.0, "released code", "pymoo's SBX, in a box"),
    }

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        if not self.settings.reference_offset > 0:
            raise MethodError(
                f"method {self.name!r}: reference_offset is {self.settings.reference_offset}; "
                f"expected more than 0, or the ends of a front contribute nothing"
            )

    @property
    def _offspring_size(self) -> int:
        return self.problem.batch

    def _comparison(self, population: Any) -> Comparison:
        return by_dominance(population)

    def _make_algorithm(self) -> Any:
        from pymoo.algorithms.moo import sms

        return sms.SMSEMOA(
            pop_size=self._population_size,
            n_offsprings=self._offspring_size,
            survival=_survival(self.problem.rng, self.settings.reference_offset),
            normalize=False,  # the survival does
        )


def _survival(rng: np.random.Generator, offset: float) -> Any:
    """Return a survival for pymoo that removes least contributors from the last front."""
    from pymoo.core.population import Population
    from pymoo.core.survival import Survival
    from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting

    class RemoveLeastContributor(Survival):  # type: ignore[misc,unused-ignore]
        def _do(self, problem: Any, pop: Any, *, n_survive: int, **kwargs: Any) -> Any:
            survivors: list[int] = []
            for front in NonDominatedSorting().do(pop.get("F"), n_stop_if_ranked=n_survive):
                members = front
                while len(survivors) + len(members) > n_survive:
                    least = least_contributor(rng, pop[members].get("F"), offset=offset)
                    members = np.delete(members, least)
                survivors.extend(members)
            return Population.create(*pop[survivors])

    return RemoveLeastContributor(filter_infeasible=False)


def least_contributor(rng: np.random.Generator, front: Floats, *, offset: float) -> int:
    """Return the index of the point of a front that contributes least to its hypervolume.

    Objectives are scaled to [0, 1] on the front; the reference point is 1 + offset in each. Of
    points that contribute the same, the first.

    Parameters
    ----------
    rng : numpy.random.Generator
        Used only where an exact answer is slow.
    front : array [n, m]
        Mutually non-dominated points, minimised.
    offset : float
        More than 0.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> least_contributor(rng, np.array([[0.0, 9.0], [4.0, 4.0], [5.0, 3.0], [9.0, 0.0]]), offset=1)
    2
    """
    import moocore

    low, span = front.min(axis=0), np.ptp(front, axis=0)
    scaled = (front - low) / np.where(span > 0, span, 1.0)
    n, m = scaled.shape
    if n ** (m / 2) <= _EXACT:
        contributions = moocore.hv_contributions(scaled, ref=np.full(m, 1.0 + offset))
    else:
        contributions = _sampled_contributions(rng, scaled, 1.0 + offset)
    return int(np.argmin(contributions))


def _sampled_contributions(rng: np.random.Generator, points: Floats, bound: float) -> Floats:
    """Estimate the volume [n] below `bound` that each of the points [n, m] alone dominates."""
    samples = rng.random((_SAMPLES, points.shape[1])) * bound
    dominated = np.ones((_SAMPLES, len(points)), dtype=np.bool_)
    for objective, coordinate in zip(points.T, samples.T, strict=True):
        dominated &= objective <= coordinate[:, None]
    alone = dominated[dominated.sum(axis=1) == 1]
    volume: Floats = alone.sum(axis=0) * bound ** points.shape[1] / _SAMPLES
    return volume
