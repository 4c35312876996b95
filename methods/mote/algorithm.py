"""MOTE-NAS: rank architectures by an estimate, measure the best."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from bench.method import Candidate, Evaluation, Method, Problem, Setting, candidates
from bench.spaces.finite import Architectures
from methods.mote.pool import EstimatedPool, near, require_estimate

__all__ = ["MOTENAS", "MOTENASEF", "MOTENASRS", "MOTENASPaper"]

_SOURCE = "Zhang et al., MOTE-NAS, NeurIPS 2024; code: github.com/D0352276/MOTE-NAS"

_ESTIMATE = Setting("mote", "paper", "name of the estimate by which architectures are ranked")
_K = Setting(None, "paper", "number measured: 5, 10, 20; None means as the budget allows")


class _Ranked(Method, ABC):
    """Estimate many architectures, ask for the k best, then stop.

    Which of the k is best is decided by their measurements, after the run. An architecture without
    an estimate ranks last. Two of the k may be isomorphic, as in the authors' code, which estimates
    each.

    Parents are members of the pool of estimates, which were not evaluated: candidates carry no
    lineage.
    """

    source = _SOURCE

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        require_estimate(self)
        self._pool = EstimatedPool(problem, self.settings.estimate)
        self._chosen: list[Candidate] | None = None

    @property
    def k(self) -> int:
        """Number of architectures that are measured."""
        left = self.problem.evaluations_left
        return left if self.settings.k is None else min(int(self.settings.k), left)

    def ask(self, n: int) -> Sequence[Candidate]:
        """Return the next of the k best, at most n; nothing once all are measured."""
        if self._chosen is None:
            k = self.k
            self._fill(k)
            self._chosen = candidates(self._pool.best(k))
        asked, self._chosen = self._chosen[:n], self._chosen[n:]
        return asked

    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Ignore the measurements: the choice does not depend on them."""

    @abstractmethod
    def _fill(self, k: int) -> None:
        """Fill the pool of estimates that the k best are chosen from."""


class MOTENAS(_Ranked):
    """The evolution of MOTE-NAS, as released.

    1. The first cycle estimates B = 10 random architectures.
    2. Every further cycle draws 10 B random architectures and estimates those of them that are
       near a parent; parents are the best of the pool. B grows by 10 every ten cycles.
    3. The k best of the pool are measured by a short training.

    The paper gives max(k, 10) cycles in its text and 10 + k in the caption of Figure 6; with the
    latter, and 1 % parents, the released code costs what the paper's Table 1 says.
    """

    name = "mote-nas"
    summary = "evolution on an estimate, the best k measured (released form)"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "estimate": _ESTIMATE,
        "k": _K,
        "parents": Setting(0.01, "released code", "share of the pool; the paper says 0.1"),
        "cycles": Setting(
            None, "paper", "None means 10 + k (caption of figure 6); max(k, 10) in the text"
        ),
        "distance": Setting(
            1.0, "released code", "sqrt(2 h) / 2 with h different operations: two at most"
        ),
        "batch": Setting(10, "paper", "B of the first ten cycles"),
    }

    def _fill(self, k: int) -> None:
        s, rng, space = self.settings, self.problem.rng, self.problem.space
        cycles = 10 + k if s.cycles is None else int(s.cycles)
        for cycle in range(cycles):
            batch = s.batch * (cycle // 10 + 1)
            if cycle == 0:
                self._pool.add(space.sample(rng, batch))
                continue
            self._pool.add(self._near_parents(10 * batch, k))

    def _near_parents(self, most: int, k: int) -> Architectures:
        """Return new architectures near the pool's best, in random order.

        Parameters
        ----------
        most : int
            Number of architectures drawn.
        k : int
            Number that will be measured.
        """
        rng, space = self.problem.rng, self.problem.space
        drawn = space.sample(rng, most)
        parents = self._parents()
        close = drawn[near(drawn, parents, self.settings.distance)]
        return self._pool.new(close)[:most]

    def _parents(self) -> Architectures:
        share = self.settings.parents * len(self._pool)
        return self._pool.best(max(1, round(share)))


class MOTENASPaper(MOTENAS):
    """The evolution of MOTE-NAS as in the text of the paper.

    Parents are the best tenth of the pool. Children are all architectures near a parent, not those
    of a random sample that happen to be near; of more than 10 k, a random 10 k.
    """

    name = "mote-nas-paper"
    summary = "evolution on an estimate, the best k measured (form of the paper's text)"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        **MOTENAS.settings_spec,
        "parents": Setting(0.1, "paper", "share of the pool"),
    }

    def _near_parents(self, most: int, k: int) -> Architectures:
        space, rng = self.problem.finite_space, self.problem.rng
        members = space.enumerate() if space.listable else space.sample(rng, most)
        close = self._pool.new(members[near(members, self._parents(), self.settings.distance)])
        return close[rng.permutation(len(close))[: 10 * k]]


class MOTENASEF(MOTENAS):
    """MOTE-NAS without measurements: the answer is the best by estimate (k = 1)."""

    name = "mote-nas-ef"
    summary = "evolution on an estimate, only the best architecture measured"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        **MOTENAS.settings_spec,
        "k": Setting(
            1, "paper", "evaluation-free; the run still measures the one it returns, and is charged"
        ),
    }


class MOTENASRS(_Ranked):
    """MOTE-NAS-RS: no evolution, the best k of 100 k random architectures.

    Appendix A.4 prints "100k random cells", where k is the number measured, as in the "10k mutated
    cells" of its evolution. In this reading 20 of 2,000 cost 21.0 thousand seconds on CIFAR-10;
    100,000 draws would be nearly all cells, and their estimates alone take 120 thousand seconds.
    """

    name = "mote-nas-rs"
    summary = "random architectures ranked by an estimate, the best k measured"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "estimate": _ESTIMATE,
        "k": _K,
        "drawn": Setting(
            100, "paper", "for each of the k, appendix A.4; with replacement, each charged once"
        ),
    }

    def _fill(self, k: int) -> None:
        drawn = self.problem.space.sample(self.problem.rng, self.settings.drawn * k)
        self._pool.add(self._pool.new(np.unique(drawn, axis=0)))
