import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from methods.pareto_nash_tab.density import (
    Density,
    child_probabilities,
    draw_without_replacement,
    parent_probabilities,
)

CLUSTER_AND_ONE = np.array([[1.0], [1.1], [1.2], [1.3], [4.0]])


def test_density_is_a_sum_of_gaussians():
    density = Density.of(CLUSTER_AND_ONE, np.array([3.0]))
    width = 5 ** (-1 / 5) * CLUSTER_AND_ONE.std(ddof=1)
    at = np.array([[0.0], [1.1], [3.0]])
    expected = norm.pdf(at, CLUSTER_AND_ONE.T, width).mean(axis=1)
    np.testing.assert_allclose(np.exp(density.log(at)), expected)


def test_density_in_two_dimensions_is_a_product():
    points = np.array([[0.0, 5.0], [1.0, 7.0], [2.0, 4.0]])
    density = Density.of(points, np.array([2.0, 3.0]))
    width = 3 ** (-1 / 6) * points.std(axis=0, ddof=1)
    np.testing.assert_allclose(density.bandwidth, width)
    expected = norm.pdf([[0.5, 6.0]], points, width).prod(axis=1).mean()
    np.testing.assert_allclose(np.exp(density.log(np.array([[0.5, 6.0]]))), [expected])


def test_bandwidth_has_a_floor_for_points_that_coincide():
    density = Density.of(np.ones((4, 1)), np.array([10.0]))
    np.testing.assert_allclose(density.bandwidth, 4 ** (-1 / 5) * 0.5)


@pytest.mark.parametrize(("points", "ranges"), [([[1.0]], [3.0]), ([[1.0], [1.0]], [0.0])])
def test_equal_points_have_no_density(points, ranges):
    assert Density.of(np.array(points), np.array(ranges)) is None


def test_isolated_point_is_a_parent_by_the_ratio_of_inverse_densities():
    density = Density.of(CLUSTER_AND_ONE, np.array([3.0]))
    log_density = density.log(CLUSTER_AND_ONE)
    parents = parent_probabilities(log_density)
    np.testing.assert_allclose(parents.sum(), 1.0)
    np.testing.assert_allclose(
        parents[4] / parents[0], np.exp(log_density[0]) / np.exp(log_density[4])
    )
    assert parents[4] > 0.2 > parents[:4].max()  # 0.2: the uniform ablation


finite = st.floats(-1e3, 1e3)


@given(arrays(float, st.integers(1, 30), elements=finite), finite, st.sampled_from([0.0, 0.1, 1.0]))
def test_distributions_sum_to_one(log_density, highest, floor):
    for probabilities in (
        parent_probabilities(log_density),
        child_probabilities(log_density, highest, floor),
    ):
        assert (probabilities >= 0).all()
        np.testing.assert_allclose(probabilities.sum(), 1.0)


def test_floor_bounds_the_probability_of_a_distant_proposal():
    log_density = np.log([1.0, 0.5, 0.1, 1e-30])
    children = child_probabilities(log_density, 0.0, 0.1)
    np.testing.assert_allclose(children, np.array([1, 2, 10, 10]) / 23)
    unbounded = child_probabilities(log_density, 0.0, 0.0)
    np.testing.assert_allclose(unbounded, [0, 0, 0, 1], atol=1e-20)


def test_draws_follow_the_distribution_and_do_not_repeat():
    rng = np.random.default_rng(0)
    probabilities = np.array([0.5, 0.3, 0.2])
    draws = np.array([draw_without_replacement(rng, probabilities, 2) for _ in range(20_000)])
    assert (draws[:, 0] != draws[:, 1]).all()
    first = np.bincount(draws[:, 0], minlength=3) / len(draws)
    np.testing.assert_allclose(first, probabilities, atol=0.015)
    second_after_0 = draws[draws[:, 0] == 0][:, 1]
    np.testing.assert_allclose((second_after_0 == 1).mean(), 0.3 / 0.5, atol=0.02)


def test_drawing_more_than_there_are_returns_all():
    drawn = draw_without_replacement(np.random.default_rng(0), np.array([0.0, 1.0]), 5)
    assert drawn.tolist() == [1, 0]
