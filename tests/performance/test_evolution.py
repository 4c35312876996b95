"""Speed of evolutionary methods: NSGA-II beside pymoo's own loop, and growth with the budget.

A method's own seconds are those of its making, asks and tells; evaluations are not counted.
"""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from bench.entrants.method import find_method
from bench.method import Evaluation, Problem, candidates
from bench.protocol import load_search_protocol
from bench.spaces import DARTS
from bench.spaces.darts import DARTSSkeleton

NAMES = (
    "nsga2",
    "nsga3",
    "moead",
    "sms-emoa",
    "aging-evolution",
    "local-search",
    "pareto-nash-tab",
    "pareto-nash-tab-1op",
    "ws-ea",
)


class OfDigits:
    """The embedded table."""

    def __init__(self):
        protocol = load_search_protocol("nb201-digits")
        self._task = protocol.task()
        self.space = self._task.space
        self.objectives = self._task.objectives
        self.cheap_objectives = self._task.cheap_objectives
        self.reference_point = protocol.raw_reference_point
        self.cheap = self._task.cheap

    def evaluate(self, architectures):
        return self._task.evaluate(candidates(architectures)).objectives


class OfDARTS:
    """Parameters and FLOPs of DARTS networks, and an error that falls with the capacity."""

    space = DARTS()
    objectives = ("error", "params", "flops")
    cheap_objectives = (1, 2)
    reference_point = np.array([100.0, 1e8, 1e11])

    def cheap(self, architectures):
        network = DARTSSkeleton()
        return np.stack([network.params(architectures), network.flops(architectures)], axis=1)

    def evaluate(self, architectures):
        ranks = self.space.encode_ordinal(architectures)
        weights = np.linspace(1.0, 2.0, ranks.shape[1])
        error = 5 + 60 * np.exp(-3 * ranks @ weights / weights.sum())
        error += 2 * np.sin(9 * ranks[:, 0] + 7 * ranks[:, 3])
        return np.column_stack([error, self.cheap(architectures)])


def own_seconds(name, task, evaluations, seed=0):
    """Return the processor seconds of a method in a run, without evaluations."""
    method = find_method(name).entrant
    initial = task.space.sample(np.random.default_rng(seed), 10)
    problem = Problem(
        space=task.space,
        objectives=task.objectives,
        cheap_objectives=task.cheap_objectives,
        reference_point=task.reference_point,
        evaluations=evaluations,
        batch=5,
        initial=initial,
        rng=np.random.default_rng(seed + 1),
        _cheap=task.cheap,
        evaluations_left=evaluations,
    )
    asked, batches = candidates(initial), []
    began = time.process_time()
    player, told = method(problem), 0
    while True:
        batches.append([c.architecture for c in asked])
        values = task.evaluate(batches[-1])
        player.tell([Evaluation(told + i, c, values[i], 1.0) for i, c in enumerate(asked)])
        told += len(asked)
        problem.evaluations_left = evaluations - told
        if told == evaluations:
            break
        asked = player.ask(min(5, problem.evaluations_left))
    seconds = time.process_time() - began
    return seconds - evaluating_seconds(task, batches)


def evaluating_seconds(task, batches):
    began = time.process_time()
    for batch in batches:
        task.evaluate(batch)
    return time.process_time() - began


def seconds_of_pymoo(task, evaluations, seed=0):
    """Return the seconds of pymoo's own loop with the same operators, without evaluations."""
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import Problem as OfPymoo
    from pymoo.operators.crossover.ux import UniformCrossover
    from pymoo.operators.mutation.pm import PolynomialMutation
    from pymoo.operators.repair.rounding import RoundingRepair
    from pymoo.operators.sampling.rnd import IntegerRandomSampling
    from pymoo.optimize import minimize

    asked = []

    class OnTask(OfPymoo):
        def __init__(self):
            above = np.array(task.space.cardinalities) - 1
            super().__init__(
                n_var=len(above), n_obj=len(task.objectives), xl=0, xu=above, vtype=int
            )

        def _evaluate(self, x, out, *_args, **_kwargs):
            asked.append(x)
            out["F"] = task.evaluate(x)

    mutation = PolynomialMutation(
        prob_var=1 / task.space.variables, eta=3.0, vtype=float, repair=RoundingRepair()
    )
    algorithm = NSGA2(
        pop_size=20,
        sampling=IntegerRandomSampling(),
        crossover=UniformCrossover(prob=0.9),
        mutation=mutation,
    )
    began = time.process_time()
    minimize(OnTask(), algorithm, ("n_eval", evaluations), seed=seed)
    return time.process_time() - began - evaluating_seconds(task, asked)


@pytest.mark.parametrize("task", [OfDigits(), OfDARTS()], ids=["digits", "darts"])
def test_nsga2_beside_the_loop_of_pymoo(benchmark, task):
    """The loop of pymoo looks for duplicates in its population only, nsga2 in the whole run."""
    own_seconds("nsga2", task, 60)
    seconds_of_pymoo(task, 60)
    # In turns, so that other work of the machine slows both equally.
    ours, theirs = zip(
        *((own_seconds("nsga2", task, 1000), seconds_of_pymoo(task, 1000)) for _ in range(7)),
        strict=True,
    )
    ratio = float(np.median(np.divide(ours, theirs)))
    benchmark.extra_info["ratio_to_pymoo_minimize"] = round(ratio, 2)
    benchmark.pedantic(own_seconds, args=("nsga2", task, 1000), rounds=3)
    assert ratio < 1.5


@pytest.mark.parametrize("name", NAMES)
def test_growth_from_1000_to_4000_evaluations(benchmark, name):
    """In a space of which a run sees next to nothing; 1 is linear.

    In one of a few thousand classes a run of 4,000 evaluations has seen most of them: offspring are
    refused and made again, 100 times as often at the end as in the beginning. That is the price of
    asking for no class twice, and no growth is kept there.
    """
    task = OfDARTS()
    own_seconds(name, task, 60)
    few, many = zip(
        *((own_seconds(name, task, 1000), own_seconds(name, task, 4000)) for _ in range(3)),
        strict=True,
    )
    exponent = math.log(min(many) / min(few), 4)
    benchmark.extra_info["exponent"] = round(exponent, 2)
    benchmark.pedantic(own_seconds, args=(name, task, 1000), rounds=1)
    assert exponent < 1.3
