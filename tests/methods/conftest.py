"""A synthetic task on real cells, problems without a runner, and a driver that plays a method."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest

from bench.entrants.problem import Estimated
from bench.method import Evaluation, Method, Problem, candidates
from bench.spaces import FiniteSpace, NASBench201, Skeleton

INITIAL = 10


class TinySpace(FiniteSpace):
    """Twelve architectures, none isomorphic to another: fewer than any budget below."""

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
class SyntheticTask:
    """Analytic objectives: smooth, in conflict, and no measurement of anything."""

    space: FiniteSpace
    objectives: tuple[str, ...]
    cheap_objectives: tuple[int, ...]
    evaluate: Callable
    estimates: tuple[str, ...] = ()
    at_most: bool = False  # whether a method may stop before the budget is spent

    def estimate(self, name, architectures):
        return Estimated(-self.evaluate(architectures)[:, 0], np.ones(len(architectures)))

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
    """A finished run: the batches asked for, and all objectives in order."""

    method: Method
    problem: Problem
    batches: list
    objectives: np.ndarray

    @property
    def candidates(self):
        return [c for batch in self.batches for c in batch]

    @property
    def architectures(self):
        return [c.architecture for c in self.candidates]


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
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def make_task():
    """Return a function that makes a task of 2 or 3 objectives, on NAS-Bench-201 or TinySpace."""

    def make(*, objectives=2, cheap=(1,), tiny=False):
        space, function = (TinySpace(), _tiny) if tiny else (NASBench201(), _cells)

        def evaluate(architectures):
            return function(np.asarray(architectures))[:, :objectives]

        return SyntheticTask(space, ("error", "flops", "latency")[:objectives], cheap, evaluate)

    return make


@pytest.fixture
def make_problem():
    """Return a function that makes a problem; `fields` replace those of `Problem`.

    `objectives` is a number or names. Each cheap objective is the sum of the categories, plus 1.
    """

    def make(space=None, *, objectives=2, cheap=(1,), reference=20.0, batch=5, seed=0, **fields):
        space = space or NASBench201()
        rng = np.random.default_rng(seed)
        names = tuple("abcdefgh"[:objectives] if isinstance(objectives, int) else objectives)

        def costs(architectures):
            total = 1.0 + architectures.sum(axis=1, dtype=np.float64)
            return np.repeat(total[:, None], len(cheap), axis=1)

        evaluations = fields.pop("evaluations", 100)
        initial = fields.pop("initial", None)
        return Problem(
            **{
                "space": space,
                "objectives": names,
                "cheap_objectives": cheap,
                "reference_point": np.broadcast_to(reference, len(names)).astype(np.float64),
                "evaluations": evaluations,
                "batch": batch,
                "initial": space.sample(rng, INITIAL) if initial is None else initial,
                "rng": rng,
                "_cheap": costs,
                "evaluations_left": evaluations,
                **fields,
            }
        )

    return make


@pytest.fixture
def botorch():
    """Skip a test that calls functions which need BoTorch, where it is not installed."""
    pytest.importorskip("botorch")


@pytest.fixture
def ask_once(make_problem):
    """Return a function that tells a new method some architectures and asks for n others."""

    def ask(method, space, told, objectives, n, rng, *, reference, **settings):
        for package in method.requires:
            pytest.importorskip(package)
        problem = make_problem(
            space,
            objectives=("left", "right"),
            cheap=(),
            reference=reference,
            batch=n,
            initial=told,
            rng=rng,
        )
        player = method(problem, **settings)
        designs = candidates(told)
        player.tell([Evaluation(i, c, objectives[i], 1.0) for i, c in enumerate(designs)])
        return [c.architecture for c in player.ask(n)]

    return ask


@pytest.fixture
def play(make_problem):
    """Return the runner's loop: tell the initial designs, then ask and tell to the end."""

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
        for package in method.requires:
            pytest.importorskip(package)
        designs = np.random.default_rng([repetition, 0])
        problem = make_problem(
            task.space,
            objectives=task.objectives,
            cheap=task.cheap_objectives,
            reference=task.reference_point,
            batch=batch,
            evaluations=evaluations,
            initial=task.space.sample(designs, initial),
            rng=np.random.default_rng([repetition, 1, stream]),
            _cheap=task.cheap,
            estimates=getattr(task, "estimates", ()),
            _estimate=getattr(task, "estimate", None),
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
            if not asked and getattr(task, "at_most", False):
                break
            assert 1 <= len(asked) <= wanted
            for candidate in asked:
                assert candidate.parent is None or 0 <= candidate.parent < len(objectives)
            task.space.check([c.architecture for c in asked])
            answer(asked)
        return Played(player, problem, batches, np.array(objectives))

    return to_the_end
