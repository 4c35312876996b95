from itertools import pairwise

import numpy as np
import pytest

from bench.errors import MethodError
from methods._shared.scaling import running_scale
from methods.moead import MOEAD


def test_every_subproblem_starts_with_its_best(make_task, play):
    task = make_task()
    played = play(MOEAD, task, evaluations=11, batch=1)
    algorithm = played.method._algorithm
    told = played.objectives[:10]
    ideal, width = running_scale(told, task.reference_point)
    values = (((told - ideal) / width)[:, None] * algorithm.ref_dirs).max(axis=2)
    np.testing.assert_array_equal(algorithm.pop.get("raw"), told[values.argmin(axis=0)])


def test_members_are_on_the_scale_of_all_objectives_told(make_task, play):
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
def combines_neighbours(make_task, play):
    """Return for each child of a generation whether it combines its subproblem's neighbours.

    Every design is the best of another subproblem, and nothing is mutated: the categories of a
    child are those of its parents.
    """

    def of(**settings):
        task, front = make_task(), np.linspace(0.0, 1.0, 10)
        designs = []

        def evaluate(architectures):
            designs.extend(tuple(a) for a in architectures if tuple(a) not in designs)
            indices = [designs.index(tuple(a)) for a in architectures]
            return np.array([[front[k], 1.0 - front[k]] if k < 10 else [2.0, 2.0] for k in indices])

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


def test_a_child_is_made_for_the_subproblem_of_its_parents(combines_neighbours):
    assert combines_neighbours(neighbour_mating=1.0).all()


def test_parents_may_be_any_two(combines_neighbours):
    assert combines_neighbours(neighbour_mating=0.0).mean() < 0.5


def test_two_parents_need_two_neighbours(make_task, play):
    with pytest.raises(MethodError, match="neighbours is 1; expected at least 2"):
        play(MOEAD, make_task(), neighbours=1)
    with pytest.raises(MethodError, match="population_size is 1; expected at least 2"):
        play(MOEAD, make_task(), population_size=1)
