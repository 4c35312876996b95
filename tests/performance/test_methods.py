"""How long a method takes by itself. Nothing here asserts on seconds."""

import time

import numpy as np
import pytest

from bench.method import Evaluation, Problem, candidates
from bench.spaces import NASBench201, Skeleton
from methods.nsga2 import NSGA2
from methods.pareto_nash_tab import ParetoNashTab
from methods.random_search import RandomSearch
from methods.weighted_sum_ea import WeightedSumEA

SPACE = NASBench201()


@pytest.fixture(scope="module")
def table():
    """Return made-up objectives [15625, 2] of every cell."""
    cells = SPACE.enumerate()
    quality = np.array([0.0, 0.35, 0.7, 1.0, 0.45])[cells]
    error = 5.0 + 60.0 * np.exp(-0.8 * quality @ np.array([0.5, 0.9, 0.6, 1.0, 0.8, 1.1]))
    flops = Skeleton(image=32, in_channels=3, classes=10).flops(cells) / 1e6
    SPACE.canonical(cells[:1])  # the classes are found once per process
    return np.stack([error, flops], axis=1)


def play(method, table, *, evaluations, seed=0):
    """Play a method with 10 initial designs and batches of 5; return the evaluations made."""
    problem = Problem(
        space=SPACE,
        objectives=("error", "flops"),
        cheap_objectives=(1,),
        reference_point=table.max(axis=0),
        evaluations=evaluations,
        batch=5,
        initial=SPACE.sample(np.random.default_rng(seed), 10),
        rng=np.random.default_rng([seed, 1]),
        _cheap=lambda architectures: table[SPACE.index(architectures)][:, 1:],
        evaluations_left=evaluations,
    )
    player = method(problem)
    asked, done = candidates(problem.initial), 0
    while True:
        rows = table[SPACE.index([c.architecture for c in asked])]
        player.tell([Evaluation(done + i, c, rows[i].copy(), 1.0) for i, c in enumerate(asked)])
        done += len(asked)
        if done == evaluations:
            return done
        asked = player.ask(min(5, evaluations - done))


def minimize(table, *, evaluations):
    """Let pymoo's own loop look up the same table with the same operators."""
    from pymoo.algorithms.moo import nsga2
    from pymoo.core.problem import Problem as PymooProblem
    from pymoo.operators.crossover.ux import UniformCrossover
    from pymoo.operators.mutation.pm import PolynomialMutation
    from pymoo.operators.repair.rounding import RoundingRepair
    from pymoo.operators.sampling.rnd import IntegerRandomSampling
    from pymoo.optimize import minimize as run

    class LookUp(PymooProblem):
        def __init__(self):
            super().__init__(n_var=6, n_obj=2, xl=0, xu=4, vtype=int)

        def _evaluate(self, x, out, *_args, **_kwargs):
            out["F"] = table[SPACE.index(x)]

    mutation = PolynomialMutation(prob=1.0, eta=3.0, vtype=float, repair=RoundingRepair())
    algorithm = nsga2.NSGA2(
        pop_size=20,
        sampling=IntegerRandomSampling(),
        crossover=UniformCrossover(),
        mutation=mutation,
    )
    result = run(LookUp(), algorithm, ("n_eval", evaluations), seed=0)
    return result.algorithm.evaluator.n_eval


@pytest.mark.parametrize(
    "method", [NSGA2, ParetoNashTab, RandomSearch, WeightedSumEA], ids=lambda m: m.name
)
def test_a_run_of_200_evaluations(benchmark, table, method):
    assert benchmark(play, method, table, evaluations=200) == 200


def test_nsga2_1000_evaluations(benchmark, table):
    assert benchmark(play, NSGA2, table, evaluations=1000) == 1000


def test_pymoo_minimize_1000_evaluations(benchmark, table):
    assert benchmark(minimize, table, evaluations=1000) == 1000


def test_nsga2_against_pymoo_minimize(benchmark, table):
    # The loops do not do the same: ours makes anew what the run has seen, which late in a run is
    # most offspring; pymoo's looks at its population only and measures the rest again.
    def seconds(function, *args):
        times = []
        for _ in range(5):
            began = time.perf_counter()
            function(*args, evaluations=1000)
            times.append(time.perf_counter() - began)
        return float(np.median(times))

    ours, theirs = seconds(play, NSGA2, table), seconds(minimize, table)
    benchmark.extra_info["median_seconds_ours"] = ours
    benchmark.extra_info["median_seconds_pymoo_minimize"] = theirs
    benchmark.extra_info["ratio"] = ours / theirs
    benchmark.pedantic(play, (NSGA2, table), {"evaluations": 1000}, rounds=1)
