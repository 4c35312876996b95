"""Methods run by pymoo: directions, populations, operators, units, warnings."""

import warnings

import numpy as np
import pytest
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.crossover.ux import UniformCrossover

from bench.errors import MethodError
from bench.spaces import Box
from methods._shared.pymoo import reference_directions
from methods.moead import MOEAD
from methods.nsga2 import NSGA2
from methods.nsga3 import NSGA3
from methods.sms_emoa import SMSEMOA


@pytest.mark.parametrize("objectives", [2, 3, 6, 8])
@pytest.mark.parametrize("n", [1, 2, 5, 10, 15, 20])
def test_directions_are_distinct_points_of_the_simplex(objectives, n):
    directions = reference_directions(objectives, n)
    assert directions.shape == (n, objectives)
    assert (directions >= 0).all()
    np.testing.assert_allclose(directions.sum(axis=1), 1.0)
    assert len(np.unique(directions.round(6), axis=0)) == n


def test_directions_of_one_run_cannot_change_those_of_another():
    reference_directions(3, 10)[:] = 0.0
    assert reference_directions(3, 10).sum() == pytest.approx(10.0)


@pytest.mark.parametrize("method", [NSGA3, MOEAD, SMSEMOA])
def test_pymoo_has_the_objectives_that_were_told(method, make_task, play):
    task = make_task()
    played = play(method, task, evaluations=90, population_size=10)
    population = played.method._algorithm.pop
    assert len(population) == 10
    known = {a: tuple(o) for a, o in zip(played.architectures, played.objectives, strict=True)}
    for member in population:
        assert tuple(member.get("raw")) == known[tuple(member.X.tolist())]


@pytest.mark.parametrize(
    ("method", "evaluations", "size"),
    [(NSGA3, 40, 10), (NSGA3, 200, 20), (NSGA3, 5000, 100), (MOEAD, 200, 10), (MOEAD, 1000, 50)],
)
def test_population_grows_with_the_budget(method, evaluations, size, make_task, play):
    problem = play(method, make_task(), evaluations=10).problem
    problem.evaluations = evaluations
    assert method(problem)._algorithm.pop_size == size


@pytest.mark.parametrize("method", [NSGA2, NSGA3, MOEAD, SMSEMOA])
def test_settings_reach_the_operators(method, make_task, play):
    chances = {"crossover_probability": 0.75, "mutation_probability": 0.125}
    etas = {"mutation_eta": 7.0, "box_mutation_eta": 11.0, "box_crossover_eta": 13.0}
    assert {*chances, *etas} <= set(method.settings_spec)

    def operators(task):
        played = play(method, task, evaluations=10, **chances, **etas)
        variation = played.method._variation
        mutation = variation.mutation
        assert variation.crossover.prob.value == 0.75
        assert (mutation.prob.value, mutation.prob_var.value) == (1.0, 0.125)
        return variation.crossover, mutation.eta.value

    crossover, eta = operators(make_task())
    assert (type(crossover), eta) == (UniformCrossover, 7.0)
    task = make_task()
    task.space = Box("cuboid", [("length", -1.0, 3.0), ("height", 5.0, 9.0)])
    task.evaluate = np.asarray
    task.reference_point = np.array([3.0, 9.0])
    crossover, eta = operators(task)
    assert (type(crossover), crossover.eta.value, eta) == (SBX, 13.0, 11.0)


def test_one_variable_is_mutated_on_average(make_task, play):
    variation = play(NSGA2, make_task(), evaluations=10).method._variation
    assert variation.mutation.prob_var.value == 1 / 6


@pytest.mark.parametrize("method", [NSGA3, MOEAD, SMSEMOA])
def test_an_empty_population_is_refused(method, make_task, play):
    with pytest.raises(MethodError, match="population_size is 0; expected at least 1"):
        play(method, make_task(), population_size=0)


@pytest.mark.parametrize("method", [NSGA3, MOEAD, SMSEMOA])
def test_units_have_no_influence(method, make_task, play):
    task = make_task()
    sound = task.evaluate
    task.evaluate = lambda architectures: sound(architectures) * [2.0**-20, 2.0**10]
    scaled = play(method, task, evaluations=90).architectures
    assert play(method, make_task(), evaluations=90).architectures == scaled


def test_pymoo_does_not_turn_warnings_off(make_task, play):
    play(NSGA3, make_task(), evaluations=60)
    with pytest.warns(UserWarning, match="still heard"):
        warnings.warn("still heard", UserWarning, stacklevel=1)
