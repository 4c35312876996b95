import numpy as np
import pytest

from methods._shared.dominance import domination_ranks
from methods.weighted_sum_ea import WeightedSumEA, WeightedSumEASingle


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


def test_rejected_architectures_do_not_return(make_task, play):
    method = play(WeightedSumEA, make_task(), evaluations=61).method
    assert method._competed == 60
    before = method._population.copy()
    scalarised = method._scaled(method._objectives) @ method._weights.T
    after = method._survivors(before, scalarised)
    np.testing.assert_array_equal(after, before)


def test_scales_are_as_documented(make_task, play):
    task = make_task(objectives=3)
    played = play(WeightedSumEA, task, evaluations=60)
    method, objectives = played.method, played.objectives
    scaled = method._scaled(objectives)
    assert played.problem.cheap_queries == 1000
    # 1,000 cells seldom include the largest one, so the FLOPs agree with the whole space roughly.
    # Error and latency over the non-dominated set, clipped; FLOPs by logarithm over the space.
    assert scaled[:, [0, 2]].min() == 0.0
    assert scaled[:, [0, 2]].max() <= 2.0
    flops = np.log(task.evaluate(task.space.enumerate())[:, 1])
    expected = (np.log(objectives[:, 1]) - flops.min()) / np.ptp(flops)
    np.testing.assert_allclose(scaled[:, 1], expected, atol=0.06)


def test_single_variant_keeps_the_best_sums(make_task, play):
    method = play(WeightedSumEASingle, make_task(), evaluations=120).method
    scalarised = method._scaled(method._objectives) @ method._weights.T
    survivors = method._survivors(np.arange(120), scalarised)
    assert set(survivors) == set(np.argsort(scalarised[:, 0], kind="stable")[:20])


def test_a_failed_design_is_clipped_and_does_not_set_the_scale(make_task, play):
    method = play(WeightedSumEA, make_task(), evaluations=60).method
    objectives = np.vstack([method._objectives, [[1e6, 300.0]]])
    scaled = method._scaled(objectives)
    assert scaled[-1, 0] == 2.0
    np.testing.assert_array_equal(scaled[:-1], method._scaled(method._objectives))
