"""The contract that every method of this package keeps, on cells of NAS-Bench-201."""

import random

import numpy as np
import pytest

from bench.errors import MethodError
from bench.indicators import hypervolume, normalise
from bench.method import Setting
from methods.aging_evolution import AgingEvolution
from methods.bo import QEHVI, QNEHVI, EHVITuned, QParEGO
from methods.cma_es import CMAES
from methods.lamoo import LaMOOCMAES, LaMOOEHVITuned, LaMOOQEHVI, LaMOORandom
from methods.local_search import LocalSearch
from methods.moead import MOEAD
from methods.nsga2 import NSGA2
from methods.nsga3 import NSGA3
from methods.pareto_nash_tab import ParetoNashTab, ParetoNashTabSingle, ParetoNashTabUniform
from methods.random_search import RandomSearch
from methods.sms_emoa import SMSEMOA
from methods.weighted_sum_ea import WeightedSumEA, WeightedSumEASingle

METHODS = [
    AgingEvolution,
    CMAES,
    LaMOOCMAES,
    LaMOORandom,
    LocalSearch,
    MOEAD,
    NSGA2,
    NSGA3,
    ParetoNashTab,
    ParetoNashTabSingle,
    ParetoNashTabUniform,
    RandomSearch,
    SMSEMOA,
    WeightedSumEA,
    WeightedSumEASingle,
]

BAYESIAN = [EHVITuned, LaMOOEHVITuned, LaMOOQEHVI, QEHVI, QNEHVI, QParEGO]
ALL = METHODS + BAYESIAN
every_method = pytest.mark.parametrize("method", ALL, ids=lambda m: m.name)


def at_most(method, evaluations):
    """Return a budget: a small one for methods that fit processes in every iteration."""
    return min(evaluations, 24) if method in BAYESIAN else evaluations


@every_method
def test_is_documented(method):
    assert method.name
    assert method.source
    assert method.summary
    assert method.version == "1"
    for setting in method.settings_spec.values():
        assert isinstance(setting, Setting)
        assert setting.reason
        assert setting.mark in {"paper", "released code", "ours"}


def test_names_are_distinct():
    assert len({m.name for m in ALL}) == len(ALL)


@every_method
def test_refuses_a_setting_it_does_not_have(method, make_task, play):
    with pytest.raises(MethodError, match="has no setting 'colour'"):
        play(method, make_task(), colour="blue")


@every_method
@pytest.mark.parametrize("batch", [1, 20])
def test_a_protocol_may_have_no_initial_designs(method, batch, make_task, play):
    task = make_task()
    played = play(method, task, evaluations=24, batch=batch, initial=0)
    assert len(set(task.space.class_keys(played.architectures))) == 24


@every_method
@pytest.mark.parametrize("batch", [1, 5, 20])
@pytest.mark.parametrize("objectives", [2, 3])
def test_spends_the_budget_on_distinct_cells(method, batch, objectives, make_task, play):
    task, budget = make_task(objectives=objectives), at_most(method, 73)
    played = play(method, task, evaluations=budget, batch=batch)
    assert len(played.objectives) == budget
    asked = task.space.canonical(played.architectures[10:])
    initial = task.space.canonical(played.architectures[:10])
    assert len(np.unique(asked, axis=0)) == len(asked)
    assert len(np.unique(np.concatenate([initial, asked]), axis=0)) == len(asked) + len(
        np.unique(initial, axis=0)
    )


@every_method
@pytest.mark.parametrize("cheap", [(), (1, 2)])
def test_plays_with_no_and_with_two_cheap_objectives(method, cheap, make_task, play):
    budget = at_most(method, 60)
    played = play(method, make_task(objectives=3, cheap=cheap), evaluations=budget)
    assert len(played.objectives) == budget


@every_method
def test_same_stream_same_run_other_stream_other_run(method, make_task, play):
    task, budget = make_task(), at_most(method, 60)
    first, again = (play(method, task, evaluations=budget) for _ in range(2))
    other = play(method, task, evaluations=budget, stream=1)
    assert first.batches == again.batches  # lineage too
    assert first.batches[0] == other.batches[0]  # the designs belong to the repetition
    # The first choice of a model may depend on the designs alone.
    assert method in BAYESIAN or first.batches[1:] != other.batches[1:]


@every_method
def test_leaves_the_global_generators_alone(method, make_task, play):
    budget = at_most(method, 60)
    # The first import of scikit-learn draws from Python's generator.
    play(method, make_task(), evaluations=budget)
    before, python_before = np.random.get_state(), random.getstate()  # noqa: NPY002
    play(method, make_task(), evaluations=budget)
    after = np.random.get_state()  # noqa: NPY002
    assert before[2:] == after[2:]
    np.testing.assert_array_equal(before[1], after[1])
    assert python_before == random.getstate()


@every_method
@pytest.mark.parametrize("batch", [1, 5])
def test_goes_on_when_the_space_is_exhausted(method, batch, make_task, play):
    budget = at_most(method, 40)
    played = play(method, make_task(tiny=True), evaluations=budget, batch=batch)
    assert len(played.objectives) == budget
    # Every architecture is seen before any is asked for a second time.
    initial = {tuple(row) for row in played.problem.initial.tolist()}
    left = 12 - len(initial)
    asked = played.architectures[10 : 10 + left]
    assert len(initial | set(asked)) == 12


@every_method
def test_plays_when_designs_outnumber_its_population(method, make_task, play):
    if "population_size" in method.settings_spec:
        played = play(method, make_task(), population_size=6)
        assert len(played.objectives) == 60


def test_costs_that_are_not_positive_are_errors(make_task, play):
    task = make_task()
    sound = task.evaluate
    task.evaluate = lambda architectures: sound(architectures) - [0.0, 1000.0]
    for method in (WeightedSumEA, ParetoNashTab):
        with pytest.raises(MethodError, match=r"objective 'flops' is -\d+.*; expected more than 0"):
            play(method, task)


def test_every_search_beats_random_on_average(make_task, play):
    task = make_task()
    whole = task.evaluate(task.space.enumerate())
    low, high = whole.min(axis=0), whole.max(axis=0)

    def mean_hypervolume(method):
        return np.mean(
            [
                hypervolume(
                    normalise(
                        play(method, task, repetition=r, evaluations=120).objectives, low, high
                    ),
                    [1.1, 1.1],
                )
                for r in range(10)
            ]
        )

    baseline = mean_hypervolume(RandomSearch)
    for method in METHODS:
        if method is not RandomSearch:
            assert mean_hypervolume(method) > baseline, method.name
