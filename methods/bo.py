"""Bayesian optimisation: qEHVI, qNEHVI and qParEGO as published, and a tuned variant of our own."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from bench.indicators import non_dominated
from bench.method import Candidate, Evaluation, Method, Problem, candidates
from bench.spaces import Box
from bench.spaces.space import Rows
from methods._gp.matern_surrogates import (
    MATERN_SETTINGS,
    MaternSurrogate,
    NoisySurrogate,
    ScalarisedSurrogate,
)
from methods._gp.optimise import UnseenCandidates, best_in_box, sobol_points, unseen_points
from methods._gp.surrogate import CandidateTable, Surrogate
from methods._gp.tuned_surrogate import TUNED_SETTINGS, TunedSurrogate
from methods._shared.unseen import Unseen

__all__ = ["QEHVI", "QNEHVI", "BayesianSearch", "EHVITuned", "QParEGO"]


class BayesianSearch(Method):
    """Fit a surrogate, maximise its acquisition function over unseen architectures, evaluate.

    Once no unseen architecture is left, random ones are asked for. A subclass makes the surrogate.
    """

    canonical = False  # whether one representative replaces an isomorphism class

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        self._unseen = Unseen(problem.space)
        self._surrogate = self._make_surrogate()
        self._unseen_candidates = None if isinstance(problem.space, Box) else self._list_unseen()
        self._architectures = problem.space.check([])
        self._objectives = np.empty((0, len(problem.objectives)))
        self._inputs = self._surrogate.describe(self._architectures)[0]

    @abstractmethod
    def _make_surrogate(self) -> Surrogate:
        """Return the surrogate that the settings describe."""

    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Add the answers to the observations."""
        told = self.problem.space.check([e.candidate.architecture for e in evaluations])
        self._remove(told)
        self._architectures = np.concatenate([self._architectures, told])
        self._objectives = np.concatenate([self._objectives, [e.objectives for e in evaluations]])
        self._inputs = np.concatenate([self._inputs, self._surrogate.describe(told)[0]])

    def ask(self, n: int) -> Sequence[Candidate]:
        """Return the n candidates of the largest expected improvement; random without answers."""
        if len(self._architectures) == 0:
            first = self._unseen.sample(self.problem.rng, n)
            self._remove(first)
            return candidates(first)
        # 1. Fit the surrogate.
        self._surrogate.fit(self._inputs, self._objectives)
        self._surrogate.prepare(n, self.problem.rng)
        # 2. Maximise the acquisition function.
        best = self._best(n)
        self._remove(best)
        # 3. Fill up with random architectures once a small space is exhausted.
        rest = self._unseen.sample(self.problem.rng, n - len(best))
        return candidates(np.concatenate([best, rest]))

    def _best(self, n: int) -> Rows:
        """Return up to n architectures [k, variables] that maximise the acquisition function."""
        rng, surrogate, space = self.problem.rng, self._surrogate, self.problem.space
        if isinstance(space, Box):
            table = CandidateTable(space, surrogate.describe)
            starts = sobol_points(rng, space.variables)
            unseen = unseen_points(space, self._unseen)
            return best_in_box(surrogate, table, space, starts, n, rng, inside=unseen)
        assert self._unseen_candidates is not None
        good = self._architectures[non_dominated(self._objectives)]
        found = self._unseen_candidates.candidates(rng, good, surrogate.score)
        return found.architectures[surrogate.choose(found, n, rng) if len(found) else []]

    def _remove(self, rows: Rows) -> None:
        (self._unseen_candidates or self._unseen).remove(rows)

    def _list_unseen(self) -> UnseenCandidates:
        return UnseenCandidates(
            self.problem.finite_space,
            self._unseen,
            self._surrogate.describe,
            canonical=self.canonical,
        )


class _Published(BayesianSearch):
    """A process with a Matern-5/2 kernel for each objective, with the priors of BoTorch 0.3.

    What differs from the papers, all *ours*:

    - the acquisition function is maximised over the architectures of unseen classes (all of them if
      the space has at most 50,000; elsewhere by local search) and not over a box whose points are
      rounded, which would repeat architectures;
    - in a box it is maximised from 1,024 Sobol points by ever smaller random steps and not along
      gradients (see `_gp.optimise`);
    - a fit starts from the last one;
    - the process, its fit and the acquisition functions are our own code on numpy: BoTorch, in
      which a run takes several times as long, is the oracle in the tests.

    In a large space the model learns little, which is due to the prior of BoTorch 0.3: its mode is
    at a length scale of 1/3, with which any two cells of nb301 (22 variables) are far apart. After
    60 random designs all length scales are 0.33 to 0.34, and predictions for other cells correlate
    with their true error by about 0.3; after 200 the length scales are 0.33 to 0.40 in five of six
    draws. With the categorical kernel of `ehvi-tuned` the correlation after 200 is 0.5 to 0.6.
    """

    spaces = ("finite", "box")

    surrogate: ClassVar[type[MaternSurrogate]]
    settings_spec = MATERN_SETTINGS

    def _make_surrogate(self) -> MaternSurrogate:
        settings: dict[str, Any] = vars(self.settings)
        return self.surrogate(self.problem, **settings)


class QEHVI(_Published):
    """Expected hypervolume improvement of a batch, chosen greedily.

    The first candidate of a batch maximises the analytic expected hypervolume improvement, to which
    the paper's Monte Carlo estimate converges and which is exact for independent objectives. The
    others maximise the estimate from joint posterior samples (*ours*: among the best by the
    analytic form).
    """

    name = "qehvi"
    surrogate = MaternSurrogate
    source = "Daulton, Balandat and Bakshy, NeurIPS 2020; LaMOO's qEHVI, ICLR 2022"
    summary = "expected hypervolume improvement, Gaussian processes"


class QNEHVI(_Published):
    """As qEHVI with an uncertain front: hypervolume improvement on the front of each sample.

    Candidates are the best by the analytic expected hypervolume improvement (*ours*).
    """

    name = "qnehvi"
    surrogate = NoisySurrogate
    source = "Daulton, Balandat and Bakshy, NeurIPS 2021"
    summary = "noisy expected hypervolume improvement, Gaussian processes"


class QParEGO(_Published):
    """Expected improvement of augmented Chebyshev scalarisations, one drawn for each candidate.

    This is qEI, the form of the papers; BoTorch now ships its noisy and logarithmic successor,
    qLogNParEGO. All candidates are scored with the same samples; a later candidate of a batch is
    chosen from the best of these with joint samples (*ours*). Where not all architectures are
    scored, one local search serves all scalarisations of a batch: it maximises the largest share of
    the best improvement by any of them (*ours*).
    """

    name = "qparego"
    surrogate = ScalarisedSurrogate
    source = "Knowles, IEEE TEVC 10(1), 2006; Daulton, Balandat and Bakshy, NeurIPS 2020"
    summary = "expected improvement of random scalarisations, Gaussian processes"


class EHVITuned(BayesianSearch):
    """qEHVI with a surrogate made for architectures (*ours*).

    The surrogate has a categorical kernel, known costs and a scale that spreads out good values.
    With two objectives of which the costs are known one random number remains: its expectation over
    the steps of the front is exact, and samples are drawn for batches only.
    """

    name = "ehvi-tuned"
    source = "*ours*, after Daulton, Balandat and Bakshy, NeurIPS 2020"
    summary = "expected hypervolume improvement, categorical kernel, known costs"
    settings_spec = TUNED_SETTINGS

    def _make_surrogate(self) -> TunedSurrogate:
        settings: dict[str, Any] = vars(self.settings)
        return TunedSurrogate(self.problem, **settings)

    @property
    def canonical(self) -> bool:  # type: ignore[override]
        """Whether one representative replaces an isomorphism class."""
        return bool(self.settings.canonical)
