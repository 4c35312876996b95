"""Speed of the parts of LaMOO in one iteration on NAS-Bench-201."""

from __future__ import annotations

import time

import numpy as np
import pytest

from bench.spaces import NASBench201
from methods.lamoo.boundary import Boundary
from methods.lamoo.cube import Cube
from methods.lamoo.selection import exploration_constant, select_leaf, select_path
from methods.lamoo.tree import TreeRules, grow

REFERENCE = np.array([1.0, 4.0])


def observed(n):
    """Return n points and two objectives in conflict, with noise, about as z-scores."""
    rng = np.random.default_rng(0)
    points = Cube(NASBench201()).centres(NASBench201().sample(rng, n))
    flops = (points**3).sum(axis=1)
    error = np.exp(-1.5 * points[:, [0, 3, 5]].sum(axis=1)) + 0.05 * rng.normal(size=n)
    objectives = np.stack([error, flops], axis=1)
    return points, (objectives - objectives.mean(axis=0)) / objectives.std(axis=0)


@pytest.fixture(scope="module")
def everything():
    return Cube(NASBench201()).centres(NASBench201().enumerate())


@pytest.mark.parametrize("select", [select_leaf, select_path])
@pytest.mark.parametrize("kernel", ["poly", "rbf", "linear"])
@pytest.mark.parametrize("n", [100, 200])
def test_tree_selection_and_region_of_all_cells(benchmark, n, kernel, select, everything):
    points, objectives = observed(n)
    rng = np.random.default_rng(0)

    def iteration():
        root = grow(points, objectives, REFERENCE, TreeRules(kernel=kernel))
        region = select(root, exploration_constant(0.1, root.hypervolume), rng).region
        return region, region.contains(everything)

    region, inside = benchmark(iteration)
    benchmark.extra_info["depth"] = len(region.path)
    benchmark.extra_info["share_of_the_space"] = round(float(inside.mean()), 3)
    assert inside.shape == (15_625,)


def test_tree_at_1000_observations(benchmark):
    points, objectives = observed(1000)
    root = benchmark(grow, points, objectives, REFERENCE)
    assert root.children


def test_region_test_against_scikit_learn(benchmark, everything):
    from sklearn.svm import SVC

    points, objectives = observed(100)
    good = objectives.sum(axis=1) < np.median(objectives.sum(axis=1))
    benchmark(Boundary.fit(points, good).on_good_side, everything)
    machine = SVC(kernel="poly", degree=4).fit(points, good)
    seconds = []
    for _ in range(20):
        began = time.perf_counter()
        machine.predict(everything)
        seconds.append(time.perf_counter() - began)
    benchmark.extra_info["ratio_to_scikit_learn"] = round(
        benchmark.stats.stats.median / float(np.median(seconds)), 3
    )
