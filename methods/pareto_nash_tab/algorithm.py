"""Pareto-NASH (Algorithm 2) on a table: front, density, proposals, acceptance."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from bench.arrays import Floats
from bench.method import Candidate, Evaluation, Problem, Setting, candidates
from methods._shared.archive import Archive
from methods._shared.generational import Generational
from methods._shared.scaling import log_costs
from methods.pareto_nash_tab.density import (
    Density,
    child_probabilities,
    draw_without_replacement,
    parent_probabilities,
)
from methods.pareto_nash_tab.operators import apply_operators

__all__ = ["ParetoNashTab", "ParetoNashTabSingle", "ParetoNashTabUniform"]

_ATTEMPTS_PER_PROPOSAL = 50


class ParetoNashTab(Generational):
    """The search strategy of Pareto-NASH, version 1 of the preprint, without weight inheritance.

    A table contains the results of training from scratch, so the paper's network morphisms, its
    distillation and its short trainings of warm-started children are lost, and its claim of
    efficiency cannot be tested here: never report this as Pareto-NASH. Kept are: the population is
    the non-dominated set; parents are drawn inversely to the density of the population in the
    cheap objectives; many children are proposed, since these objectives are free, and few are
    accepted, again inversely to that density; a child is one to three operators from its parent.

    Differences from the paper, and choices where it has gaps, all *ours*:

    - the seeds are the initial designs that the protocol shares among methods, not four small
      networks;
    - the density estimate and the floor of the child distribution (see `density`);
    - the operators as edits of the encoding (see `operators`); on a space other than NAS-Bench-201
      an operator resamples one variable;
    - proposals are distinct and of unseen isomorphism classes; if 50 attempts for each do not
      suffice, random architectures of such classes complete the number;
    - the paper's eight asynchronous instances are one, which waits for each generation.

    Without any cheap objective there is no density: parents and children are then drawn uniformly,
    as in the ablation `pareto-nash-tab-uniform`.

    A child carries its parent and the names of the operators, in the order in which they were
    applied.
    """

    name = "pareto-nash-tab"
    source = "Elsken, Metzen and Hutter, arXiv 1804.09081v1, Algorithm 2"
    summary = "inverse-density sampling of parents and children over cheap objectives"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "proposals": Setting(25, "paper", "n_pc for one GPU"),
        "accepted": Setting(5, "paper", "n_ac for one GPU"),
        "operators": Setting(3, "paper", "a child gets 1 to this many, uniformly"),
        "typed_operators": Setting(
            True, "ours", "after the paper's three growing and three shrinking operators"
        ),
        "inverse_density": Setting(
            True, "paper", "equations 9 and 10; False draws uniformly instead"
        ),
        "density_floor": Setting(
            0.1,
            "ours",
            "rho; keeps a proposal far from the front from taking all of the probability",
        ),
    }

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        self._history: list[Evaluation] = []
        self._archive = Archive(len(problem.objectives))
        self._measured = 0  # evaluations whose costs are within the ranges below
        self._cheap = list(problem.cheap_objectives)
        self._use_density = bool(self._cheap) and self.settings.inverse_density
        self._lowest = np.full(len(self._cheap), np.inf)
        self._highest = np.full(len(self._cheap), -np.inf)

    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Add the answers to the history, from which the next population is selected."""
        self._history.extend(evaluations)
        self._archive.add(evaluations)
        self._unseen.remove([e.candidate.architecture for e in evaluations])

    # -- Algorithm 2 -----------------------------------------------------------------------------

    def _generation(self) -> list[Candidate]:
        if not self._history:  # the protocol has no initial designs
            return candidates(self._unseen.sample(self.problem.rng, self.settings.accepted))
        # 1. The population is the non-dominated set; estimate its density.
        population, objectives = self._population()
        density = self._fit_density(objectives)
        # 2. Draw parents inversely to the density, and make children by operators.
        if density is None:
            parents = np.full(len(population), 1.0 / len(population))
        else:
            parents = parent_probabilities(density.log(self._log_costs(objectives)))
        proposals = self._propose(population, parents)
        # 3. Accept children inversely to the density; evaluating them is up to the runner.
        if density is None:
            children = np.full(len(proposals), 1.0 / len(proposals))
        else:
            costs = self.problem.cheap([c.architecture for c in proposals])
            logarithms = log_costs(self.problem, costs)
            self._widen(logarithms)
            highest = float(density.log(density.points).max())
            floor = self.settings.density_floor
            children = child_probabilities(density.log(logarithms), highest, floor)
        drawn = draw_without_replacement(self.problem.rng, children, self.settings.accepted)
        return [proposals[i] for i in drawn]

    def _population(self) -> tuple[list[Evaluation], Floats]:
        """Return the non-dominated evaluations, and their objectives [k, m]."""
        front = self._archive.front
        return [self._history[i] for i in front], self._archive.objectives[front]

    def _propose(self, population: list[Evaluation], parents: Floats) -> list[Candidate]:
        """Return distinct proposals of unseen classes.

        Parameters
        ----------
        population : list of Evaluation
        parents : array [k]
            Probability of each member to be a parent.
        """
        rng, space, wanted = self.problem.rng, self.problem.finite_space, self.settings.proposals
        proposals: list[Candidate] = []
        taken = set[Hashable]()  # classes of the proposals
        attempts = wanted * _ATTEMPTS_PER_PROPOSAL
        while len(proposals) < wanted and attempts > 0:
            made = []
            for parent in rng.choice(len(population), size=wanted - len(proposals), p=parents):
                evaluation = population[parent]
                child, names = apply_operators(
                    rng,
                    space,
                    evaluation.candidate.architecture,
                    int(rng.integers(1, self.settings.operators + 1)),
                    typed=self.settings.typed_operators,
                )
                made.append(Candidate(child, evaluation.number, names))
            attempts -= len(made)
            proposals.extend(self._new(made, taken))
        if len(proposals) < wanted:
            others = self._new(candidates(self._unseen.sample_new(rng, wanted)), taken)
            proposals.extend(others[: wanted - len(proposals)])
        # In an exhausted space the rest of the budget repeats random architectures.
        return proposals or candidates(self._unseen.sample(rng, self.settings.accepted))

    def _new(self, made: list[Candidate], taken: set[Hashable]) -> list[Candidate]:
        """Return the candidates of unseen classes that are not taken, and add these to `taken`."""
        new = self._unseen.first_of_class([c.architecture for c in made], taken)
        return [c for c, is_new in zip(made, new, strict=True) if is_new]

    # -- cheap objectives ------------------------------------------------------------------------

    def _fit_density(self, objectives: Floats) -> Density | None:
        """Return the density of the population; equal objectives count once. None means uniform."""
        if not self._use_density:
            return None
        self._widen(self._log_costs(self._archive.objectives[self._measured :]))
        self._measured = len(self._archive)
        distinct = np.unique(objectives, axis=0)
        return Density.of(self._log_costs(distinct), self._highest - self._lowest)

    def _log_costs(self, objectives: Floats) -> Floats:
        return log_costs(self.problem, objectives[:, self._cheap])

    def _widen(self, logarithms: Floats) -> None:
        """Widen the ranges of the log costs [n, k] over everything generated so far."""
        self._lowest = np.minimum(self._lowest, logarithms.min(axis=0, initial=np.inf))
        self._highest = np.maximum(self._highest, logarithms.max(axis=0, initial=-np.inf))


class ParetoNashTabUniform(ParetoNashTab):
    """The paper's own baseline (figure 4): parents and accepted children drawn uniformly."""

    name = "pareto-nash-tab-uniform"
    summary = "parents and accepted children drawn uniformly (ablation)"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        **ParetoNashTab.settings_spec,
        "inverse_density": Setting(False, "paper", "the uniform sampling of figure 4"),
    }


class ParetoNashTabSingle(ParetoNashTab):
    """One operator for each child: on six variables, three are close to a restart."""

    name = "pareto-nash-tab-1op"
    summary = "one operator for each child (ablation)"
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        **ParetoNashTab.settings_spec,
        "operators": Setting(1, "ours", "a local search; better than 1 to 3 on small cells"),
    }
