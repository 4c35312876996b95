"""NSGA-III, MOEA/D and SMS-EMOA: what each of them does of its own."""

import warnings
from itertools import pairwise

import moocore
import numpy as np
import pytest
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.crossover.ux import UniformCrossover

from bench.errors import MethodError
from bench.spaces import Box
from methods._shared.pymoo import reference_directions
from methods._shared.scaling import running_scale
from methods.moead import MOEAD
from methods.nsga2 import NSGA2
from methods.nsga3 import NSGA3
from methods.sms_emoa import SMSEMOA, least_contributor


@pytest.mark.parametrize("objectives", [2, 3, 6, 8])
@pytest.mark.parametrize("n", [1, 2, 5, 10, 15, 20])
def test_directions_lie_on_the_simplex_and_apart(objectives, n):
    directions = reference_directions(objectives, n)
    assert directions.shape == (n, objectives)
    assert (directions >= 0).all()
    np.testing.assert_allclose(directions.sum(axis=1), 1.0)
    assert len(np.unique(directions.round(6), axis=0)) == n


def test_directions_of_a_run_cannot_change_those_of_another():
    reference_directions(3, 10)[:] = 0.0
    assert reference_directions(3, 10).sum() == pytest.approx(10.0)


@pytest.mark.parametrize("method", [NSGA3, MOEAD, SMSEMOA])
def test_pymoo_holds_what_was_told(method, make_task, play):
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
        mating = played.method._algorithm.mating
        mutation = mating.mutation
        assert mating.crossover.prob.value == 0.75
        assert (mutation.prob.value, mutation.prob_var.value) == (1.0, 0.125)
        return mating.crossover, mutation.eta.value

    crossover, eta = operators(make_task())
    assert (type(crossover), eta) == (UniformCrossover, 7.0)
    task = make_task()
    task.space = Box("shed", [("length", -1.0, 3.0), ("height", 5.0, 9.0)])
    task.evaluate = np.asarray
    task.reference_point = np.array([3.0, 9.0])
    crossover, eta = operators(task)
    assert (type(crossover), crossover.eta.value, eta) == (SBX, 13.0, 11.0)


def test_one_variable_is_mutated_on_average(make_task, play):
    mating = play(NSGA2, make_task(), evaluations=10).method._algorithm.mating
    assert mating.mutation.prob_var.value == 1 / 6


@pytest.mark.parametrize("method", [NSGA3, MOEAD, SMSEMOA])
def test_no_population_is_refused(method, make_task, play):
    with pytest.raises(MethodError, match="population_size is 0; expected at least 1"):
        play(method, make_task(), population_size=0)


@pytest.mark.parametrize("method", [NSGA3, MOEAD, SMSEMOA])
def test_units_have_no_influence(method, make_task, play):
    task = make_task()
    sound = task.evaluate
    task.evaluate = lambda architectures: sound(architectures) * [2.0**-20, 2.0**10]
    scaled = play(method, task, evaluations=90).architectures
    assert play(method, make_task(), evaluations=90).architectures == scaled


def test_pymoo_does_not_switch_warnings_off(make_task, play):
    play(NSGA3, make_task(), evaluations=60)
    with pytest.warns(UserWarning, match="still heard"):
        warnings.warn("still heard", UserWarning, stacklevel=1)


# -- MOEA/D --------------------------------------------------------------------------------------


def test_every_subproblem_starts_with_its_best(make_task, play):
    task = make_task()
    played = play(MOEAD, task, evaluations=11, batch=1)
    algorithm = played.method._algorithm
    told = played.objectives[:10]
    ideal, width = running_scale(told, task.reference_point)
    values = (((told - ideal) / width)[:, None] * algorithm.ref_dirs).max(axis=2)
    np.testing.assert_array_equal(algorithm.pop.get("raw"), told[values.argmin(axis=0)])


def test_members_are_on_the_scale_of_what_was_found(make_task, play):
    task = make_task()
    played = play(MOEAD, task, evaluations=101, batch=1)
    algorithm = played.method._algorithm
    ideal, width = running_scale(played.objectives[:100], task.reference_point)
    expected = (algorithm.pop.get("raw") - ideal) / width
    np.testing.assert_allclose(algorithm.pop.get("F"), expected)
    assert (algorithm.ideal == 0).all()


def test_no_subproblem_gets_worse(make_task, play):
    task = make_task()
    runs = [play(MOEAD, task, evaluations=n, batch=10) for n in (21, 31, 61, 91)]
    ideal, width = running_scale(runs[-1].objectives, task.reference_point)
    for before, after in pairwise(runs):
        weights = before.method._algorithm.ref_dirs
        extremes = [weights[:, j].argmax() for j in (0, 1)]
        for j, k in enumerate(extremes):  # these do not depend on the scale
            was = before.method._algorithm.pop[k].get("raw")[j]
            assert after.method._algorithm.pop[k].get("raw")[j] <= was
    assert (width > 0).all()
    assert (runs[-1].objectives >= ideal).all()


@pytest.fixture
def mixed(make_task, play):
    """Return for each child of a generation whether it is made of its subproblem's neighbours.

    Every design is the best of another subproblem, and nothing is mutated: what a child is made of
    are the categories of its parents.
    """

    def of(**settings):
        task, front = make_task(), np.linspace(0.0, 1.0, 10)
        designs = []

        def evaluate(architectures):
            designs.extend(tuple(a) for a in architectures if tuple(a) not in designs)
            places = [designs.index(tuple(a)) for a in architectures]
            return np.array([[front[k], 1.0 - front[k]] if k < 10 else [2.0, 2.0] for k in places])

        task.reference_point = np.full(2, 1.5)
        task.evaluate = evaluate
        played = play(MOEAD, task, evaluations=20, mutation_probability=0, neighbours=2, **settings)
        algorithm = played.method._algorithm
        assert len(np.unique(algorithm.pop.get("F"), axis=0)) == 10
        parents = algorithm.pop.get("X")[algorithm.neighbors[algorithm.indices]]
        assert parents.shape == (10, 2, 6)
        children = np.array(played.architectures[10:])
        return (children[:, None] == parents).any(axis=1).all(axis=1)

    return of


def test_a_child_is_made_for_the_subproblem_of_its_parents(mixed):
    assert mixed(neighbour_mating=1.0).all()


def test_parents_may_be_any_two(mixed):
    assert mixed(neighbour_mating=0.0).mean() < 0.5


def test_two_parents_need_two_neighbours(make_task, play):
    with pytest.raises(MethodError, match="neighbours is 1; expected at least 2"):
        play(MOEAD, make_task(), neighbours=1)
    with pytest.raises(MethodError, match="population_size is 1; expected at least 2"):
        play(MOEAD, make_task(), population_size=1)


# -- SMS-EMOA ------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [1, 4])
def test_as_many_die_as_were_born(batch, make_task, play):
    played = play(SMSEMOA, make_task(), evaluations=60, batch=batch, population_size=12)
    assert [len(b) for b in played.batches[1:]][1:-1] == [batch] * (len(played.batches) - 3)
    assert len(played.method._algorithm.pop) == 12


@pytest.mark.parametrize("m", [2, 3, 4, 6])
def test_least_contributor_is_whose_absence_costs_least(m):
    rng = np.random.default_rng(m)
    for _ in range(20):
        points = rng.random((9, m))
        front = points / np.linalg.norm(points, axis=1, keepdims=True)
        low, high = front.min(axis=0), front.max(axis=0)
        reference = high + 0.5 * (high - low)
        without = [
            moocore.hypervolume(np.delete(front, i, axis=0), ref=reference) for i in range(9)
        ]
        found = least_contributor(rng, front, offset=0.5)
        assert without[found] == pytest.approx(max(without), rel=1e-12)


def test_contributions_are_estimated_where_exact_ones_are_slow():
    rng = np.random.default_rng(0)
    points = rng.random((40, 8))
    front = points / np.linalg.norm(points, axis=1, keepdims=True)
    front[17] = front[5] * (1 + 1e-9)  # hidden behind another: it contributes nothing
    state = rng.bit_generator.state
    found = least_contributor(rng, front, offset=1.0)
    assert rng.bit_generator.state != state  # numbers were drawn
    low, span = front.min(axis=0), np.ptp(front, axis=0)
    reference = low + 2.0 * span
    box = np.prod(reference - low)
    samples = low + 2.0 * span * np.random.default_rng(1).random((200_000, 8))
    dominated = np.stack([(p <= samples).all(axis=1) for p in front], axis=1)
    alone = dominated[dominated.sum(axis=1) == 1].sum(axis=0) / len(samples)
    assert alone[found] * box <= np.quantile(alone, 0.25) * box


@pytest.mark.parametrize("objectives", [2, 8])
def test_of_equal_points_the_first_dies(objectives):
    rng = np.random.default_rng(0)
    assert least_contributor(rng, np.ones((30, objectives)), offset=1.0) == 0


@pytest.mark.parametrize("objectives", [7, 8])
def test_many_objectives(objectives, make_task, play):
    task = make_task()
    worth = np.random.default_rng(1).random((30, objectives))
    task.objectives = tuple(f"f{j}" for j in range(objectives))
    task.evaluate = lambda a: task.space.encode_one_hot(a) @ worth
    assert len(play(SMSEMOA, task, evaluations=60, batch=10).objectives) == 60


def test_of_equals_a_member_dies_before_a_newcomer(make_task, play):
    task = make_task()
    task.evaluate = lambda architectures: np.ones((len(architectures), 2))
    played = play(SMSEMOA, task, evaluations=41, batch=1, population_size=10)
    alive = [tuple(row) for row in played.method._algorithm.pop.get("X").tolist()]
    assert alive == played.architectures[30:40]  # the last answer waits for the next question


def test_the_reference_offset_decides_what_the_ends_are_worth(make_task, play):
    near, far = (play(SMSEMOA, make_task(), reference_offset=o) for o in (0.01, 1.0))
    assert near.architectures != far.architectures
    assert far.architectures == play(SMSEMOA, make_task()).architectures


def test_the_reference_point_lies_beyond_the_worst(make_task, play):
    with pytest.raises(MethodError, match="reference_offset is 0; expected more than 0"):
        play(SMSEMOA, make_task(), reference_offset=0)
