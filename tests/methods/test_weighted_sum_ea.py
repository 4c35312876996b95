import numpy as np
import pytest

from methods._shared.dominance import domination_ranks
from methods.weighted_sum_ea import WeightedSumEA, WeightedSumEASingle
from methods.weighted_sum_ea.scalarisation import lattice, scaled_by_front


@pytest.mark.parametrize(("objectives", "vectors"), [(2, 11), (3, 15)])
def test_weights(objectives, vectors, make_task, play):
    weights = play(WeightedSumEA, make_task(objectives=objectives), evaluations=15).method._weights
    assert weights.shape == (vectors, objectives)
    assert len(np.unique(weights, axis=0)) == vectors
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    assert (weights > 0).all()


def test_weights_of_the_single_variant(make_task, play):
    method = play(WeightedSumEASingle, make_task(objectives=3), evaluations=15).method
    np.testing.assert_allclose(method._weights, [[0.5, 0.25, 0.25]])


@pytest.mark.parametrize(("objectives", "divisions", "points"), [(1, 3, 1), (2, 5, 6), (4, 3, 20)])
def test_lattice_has_every_combination(objectives, divisions, points):
    found = lattice(objectives, divisions)
    assert found.shape == (points, objectives)
    np.testing.assert_allclose(found.sum(axis=1), 1.0)


def test_ranks_agree_with_a_slow_twin():
    rng = np.random.default_rng(0)
    points = rng.integers(0, 6, size=(40, 3)).astype(float)
    ranks = domination_ranks(points)

    def dominators(i):
        return [
            j for j in range(40) if (points[j] <= points[i]).all() and (points[j] < points[i]).any()
        ]

    for i in range(40):
        assert ranks[i] == max((ranks[j] + 1 for j in dominators(i)), default=0)


@pytest.mark.parametrize("objectives", [2, 3])
def test_elites_and_whole_fronts_survive(objectives, make_task, play):
    method = play(WeightedSumEA, make_task(objectives=objectives), evaluations=110).method
    competing = np.arange(60, 100)
    scalarised = method._scaled(method._objectives) @ method._weights.T
    survivors = method._survivors(competing, scalarised)
    assert len(survivors) == len(set(survivors)) == 20
    assert set(survivors) <= set(competing)
    elites = set(competing[scalarised[competing].argmin(axis=0)])
    assert elites <= set(survivors)
    ranks = domination_ranks(method._objectives[competing])
    kept = np.isin(competing, survivors)
    others = kept & ~np.isin(competing, list(elites))
    last = ranks[others].max()
    assert kept[ranks < last].all()


def test_rejected_designs_do_not_come_back(make_task, play):
    method = play(WeightedSumEA, make_task(), evaluations=61).method
    assert method._sorted == 60
    before = method._population.copy()
    scalarised = method._scaled(method._objectives) @ method._weights.T
    after = method._survivors(before, scalarised)
    np.testing.assert_array_equal(after, before)


def test_scales_are_those_stated(make_task, play):
    task = make_task(objectives=3)
    played = play(WeightedSumEA, task, evaluations=60)
    method, objectives = played.method, played.objectives
    scaled = method._scaled(objectives)
    assert played.problem.cheap_queries == 1000
    # 1,000 cells seldom hold the largest one, so the FLOPs agree with the whole space roughly.
    # Error and latency over the non-dominated set, clipped; FLOPs by logarithm over the space.
    assert scaled[:, [0, 2]].min() == 0.0
    assert scaled[:, [0, 2]].max() <= 2.0
    flops = np.log(task.evaluate(task.space.enumerate())[:, 1])
    expected = (np.log(objectives[:, 1]) - flops.min()) / np.ptp(flops)
    np.testing.assert_allclose(scaled[:, 1], expected, atol=0.06)


def test_single_variant_ends_with_the_best_sum_it_saw(make_task, play):
    method = play(WeightedSumEASingle, make_task(), evaluations=120).method
    scalarised = method._scaled(method._objectives) @ method._weights.T
    survivors = method._survivors(np.arange(120), scalarised)
    assert set(survivors) == set(np.argsort(scalarised[:, 0], kind="stable")[:20])


def test_a_failed_design_is_clipped_not_the_measure_of_all(make_task, play):
    method = play(WeightedSumEA, make_task(), evaluations=60).method
    objectives = np.vstack([method._objectives, [[1e6, 300.0]]])
    scaled = method._scaled(objectives)
    assert scaled[-1, 0] == 2.0
    np.testing.assert_array_equal(scaled[:-1], method._scaled(method._objectives))


def test_a_front_of_one_point_is_scaled_by_all_rows():
    scaled = scaled_by_front(np.array([[1.0, 1.0], [5.0, 2.0], [3.0, 3.0]]), clip=2.0)
    np.testing.assert_allclose(scaled, [[0, 0], [1, 0.5], [0.5, 1]])
    assert (scaled_by_front(np.ones((3, 2)), clip=2.0) == 0).all()
