"""A made-up task on real cells, and a driver that plays a method as the runner does."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest

from bench.method import Evaluation, Method, Problem, candidates
from bench.spaces import FiniteSpace, NASBench201, Skeleton

INITIAL = 10


class TinySpace(FiniteSpace):
    """Twelve architectures, all distinct: fewer than any budget below."""

    name = "tiny"
    cardinalities = (2, 2, 3)
    capacity_rank = ((0, 1), (0, 1), (0, 1, 2))

    def to_strings(self, architectures):
        return ["-".join(map(str, row)) for row in self.check(architectures)]

    def from_strings(self, strings):
        return self.check([[int(c) for c in s.split("-")] for s in strings])

    def canonical(self, architectures):
        return self.check(architectures)


@dataclass
class MadeUpTask:
    """Analytic objectives: smooth, in conflict, and no measurement of anything."""

    space: FiniteSpace
    objectives: tuple[str, ...]
    cheap_objectives: tuple[int, ...]
    evaluate: Callable

    def cheap(self, architectures):
        return self.evaluate(architectures)[:, list(self.cheap_objectives)]

    @cached_property
    def reference_point(self):
        """A tenth of its range above the worst value of each objective."""
        rng = np.random.default_rng(0)
        space = self.space
        many = space.enumerate() if space.listable else space.sample(rng, 1000)
        values = self.evaluate(many)
        return values.max(axis=0) + 0.1 * np.ptp(values, axis=0)


@dataclass
class Played:
    """What happened in a run: the batches asked for, and all objectives in order."""

    method: Method
    problem: Problem
    batches: list
    objectives: np.ndarray

    @property
    def architectures(self):
        return [c.architecture for batch in self.batches for c in batch]


def _cells(architectures):
    quality = np.array([0.0, 0.35, 0.7, 1.0, 0.45])[architectures]
    weight = np.array([0.5, 0.9, 0.6, 1.0, 0.8, 1.1])
    error = 5.0 + 60.0 * np.exp(-0.8 * (quality @ weight) - 0.5 * quality[:, 3] * quality[:, 5])
    flops = Skeleton(image=32, in_channels=3, classes=10).flops(architectures) / 1e6
    latency = 1.0 + (architectures != 0) @ np.array([0.3, 0.2, 0.4, 0.5, 0.2, 0.4])
    return np.stack([error, flops, latency], axis=1)


def _tiny(architectures):
    size = architectures.sum(axis=1)
    return np.stack([10.0 - size - 0.1 * architectures[:, 0], 1.0 + size, 2.0 + size], axis=1)


@pytest.fixture
def make_task():
    """Return a task: `objectives` 2 or 3, on NAS-Bench-201 cells or the tiny space."""

    def make(*, objectives=2, cheap=(1,), tiny=False):
        space, function = (TinySpace(), _tiny) if tiny else (NASBench201(), _cells)

        def evaluate(architectures):
            return function(np.asarray(architectures))[:, :objectives]

        return MadeUpTask(space, ("error", "flops", "latency")[:objectives], cheap, evaluate)

    return make


@pytest.fixture
def play():
    """Return the runner's loop: tell the initial designs, then ask and tell to the last one."""

    def to_the_end(
        method,
        task,
        *,
        repetition=0,
        stream=0,
        evaluations=60,
        batch=5,
        initial=INITIAL,
        **settings,
    ):
        designs = np.random.default_rng([repetition, 0])
        problem = Problem(
            space=task.space,
            objectives=task.objectives,
            cheap_objectives=task.cheap_objectives,
            reference_point=task.reference_point,
            evaluations=evaluations,
            batch=batch,
            initial=task.space.sample(designs, initial),
            rng=np.random.default_rng([repetition, 1, stream]),
            _cheap=task.cheap,
            evaluations_left=evaluations,
        )
        player = method(problem, **settings)
        batches, objectives = [], []

        def answer(asked):
            answers = task.evaluate([c.architecture for c in asked])
            told = [
                Evaluation(len(objectives) + i, candidate, answers[i].copy(), 1.0)
                for i, candidate in enumerate(asked)
            ]
            objectives.extend(answers)
            batches.append(asked)
            problem.evaluations_left -= len(asked)
            player.tell(told)
            for evaluation, row in zip(told, answers, strict=True):
                np.testing.assert_array_equal(evaluation.objectives, row)

        if initial:
            answer(candidates(problem.initial))
        while problem.evaluations_left > 0:
            wanted = min(batch, problem.evaluations_left)
            asked = list(player.ask(wanted))
            assert 1 <= len(asked) <= wanted
            task.space.check([c.architecture for c in asked])
            answer(asked)
        return Played(player, problem, batches, np.array(objectives))

    return to_the_end
