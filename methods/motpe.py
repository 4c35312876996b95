"""Multi-objective TPE, run by Optuna's sampler; needs an optional extra."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import numpy as np

from bench.method import Candidate, Evaluation, Method, Problem, Setting, candidates
from methods._shared.unseen import Unseen

__all__ = ["MOTPE"]


class MOTPE(Method):
    """Tree-structured Parzen estimators of good and of bad architectures, by domination rank.

    Optuna's TPESampler: the observations are split by non-dominated rank (the last rank by greedy
    hypervolume subset selection) into good and bad, categories are drawn from the density of the
    good ones, and the draw with the largest ratio of the two densities is taken. Every variable is
    one categorical distribution; the initial designs are told as finished trials and count as the
    random start.

    Differences from Optuna's own use, all *ours*:

    - an architecture of a seen class is not evaluated again: the trial stays pending, which the
      sampler's constant liar counts as bad, and the next one is the best of half as many draws,
      down to plain draws from the good density (the best of 24 would mostly be known again).
      Trials without a new class are marked as failed once one is found, and the sampler ignores
      them; after `tries` the architecture is drawn at random;
    - in a space that lists its members the nearest member is asked for and told instead of the
      architecture that was drawn.

    Replay: the sampler draws from its own numpy generator, seeded once from the run's stream; the
    study is kept in memory and its trials are numbered in the order of the journal, so the same
    answers give the same candidates. Nothing depends on times or on the hash of a string. Another
    version of Optuna may ask for something else: the replay then says at which line.
    """

    name = "motpe"
    source = (
        "Ozaki, Tanigaki, Watanabe and Onishi, GECCO 2020, doi 10.1145/3377930.3389817, and with "
        "Nomura, JAIR 73, 2022, doi 10.1613/jair.1.13188; Optuna 5, TPESampler"
    )
    summary = "tree-structured Parzen estimators split by domination rank (Optuna)"
    requires: ClassVar[Mapping[str, str]] = {"optuna": "monas-bench[optuna]"}
    settings_spec: ClassVar[Mapping[str, Setting]] = {
        "startup": Setting(
            10, "released code", "random until so many are evaluated; the initial designs count"
        ),
        "candidates": Setting(
            24,
            "released code",
            "draws from the good density; the best of them is proposed",
        ),
        "multivariate": Setting(
            True,
            "ours",
            "densities of whole architectures; one density for each variable, as in the paper, "
            "proposes the same few architectures again and again",
        ),
        "tries": Setting(20, "ours", "proposals until one is of a new class"),
    }

    def __init__(self, problem: Problem, **settings: Any) -> None:
        super().__init__(problem, **settings)
        import optuna

        self._optuna: Any = optuna
        self._unseen = Unseen(problem.space)
        self._pending: dict[tuple[float, ...], Any] = {}
        choose = self._optuna.distributions.CategoricalDistribution
        self._distributions = {
            f"v{v:03d}": choose(tuple(range(c)))
            for v, c in enumerate(problem.finite_space.cardinalities)
        }
        with _quiet():
            self._samplers = [self._sampler(draws) for draws in _halved(self.settings.candidates)]
            self._study = self._optuna.create_study(
                sampler=self._samplers[0], directions=["minimize"] * len(problem.objectives)
            )

    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Finish the trials of these architectures; those without a trial are added as finished."""
        self._unseen.remove([e.candidate.architecture for e in evaluations])
        with _quiet():
            for evaluation in evaluations:
                architecture, values = evaluation.candidate.architecture, evaluation.objectives
                trial = self._pending.pop(architecture, None)
                if trial is not None:
                    self._study.tell(trial, values.tolist())
                else:
                    self._add(architecture, values.tolist())

    def ask(self, n: int) -> Sequence[Candidate]:
        """Return n proposals of the sampler, each of an unseen class."""
        with _quiet():
            return [self._propose() for _ in range(n)]

    def _propose(self) -> Candidate:
        failed = []  # trials that led to no new class
        for attempt in range(self.settings.tries):
            self._study.sampler = self._samplers[min(attempt, len(self._samplers) - 1)]
            trial = self._study.ask(self._distributions)
            drawn = np.array([[trial.params[name] for name in self._distributions]], dtype=np.int8)
            architecture = self.problem.space.repair(drawn)
            failed.append(trial)
            if self._unseen.first_of_class(architecture)[0]:
                if (architecture == drawn).all():
                    self._pending[tuple(architecture[0].tolist())] = failed.pop()
                break
        else:
            architecture = self._unseen.sample(self.problem.rng, 1)
        for trial in failed:
            self._study.tell(trial, state=self._optuna.trial.TrialState.FAIL)
        self._unseen.remove(architecture)
        return candidates(architecture)[0]

    def _sampler(self, draws: int) -> Any:
        return self._optuna.samplers.TPESampler(
            n_startup_trials=self.settings.startup,
            n_ei_candidates=draws,
            multivariate=self.settings.multivariate,
            constant_liar=True,
            seed=int(self.problem.rng.integers(2**32)),
        )

    def _add(self, architecture: tuple[float, ...], values: list[float]) -> None:
        self._study.add_trial(
            self._optuna.trial.create_trial(
                params=dict(zip(self._distributions, architecture, strict=True)),
                distributions=self._distributions,
                values=values,
            )
        )


def _halved(draws: int) -> list[int]:
    """Return draws, half of it, and so on down to 1."""
    return [draws] + (_halved(draws // 2) if draws > 1 else [])


@contextmanager
def _quiet() -> Iterator[None]:
    """Turn off Optuna's reports of studies and its warnings of experimental options."""
    logger = logging.getLogger("optuna")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="optuna")
            warnings.filterwarnings("ignore", message=".*experimental.*")
            yield
    finally:
        logger.setLevel(level)
