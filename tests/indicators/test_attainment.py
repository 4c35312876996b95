"""Attainment surfaces against counting attained points on a grid."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench.errors import IndicatorError
from bench.indicators import attainment_difference, attainment_surface, non_dominated

SIDE = 5


def runs_of(most, least_points=0):
    return st.integers(2, 3).flatmap(
        lambda m: st.lists(
            st.integers(least_points, 4).flatmap(
                lambda n: arrays(np.float64, (n, m), elements=st.integers(0, SIDE - 1).map(float))
            ),
            min_size=1,
            max_size=most,
        )
    )


def attained(points, corner):
    return any(all(x <= c for x, c in zip(point, corner, strict=True)) for point in points)


def surface_by_counting(runs, count):
    """Return the minimal grid corners that `count` runs attain: exact for integer points."""
    m = runs[0].shape[1]
    corners = [
        corner
        for corner in product(range(SIDE), repeat=m)
        if sum(attained(points, corner) for points in runs) >= count
    ]
    if not corners:
        return []
    found = np.array(corners, dtype=float)
    return sorted(found[non_dominated(found)].tolist())


@given(runs_of(6), st.data())
def test_attainment_surface_counts_runs(runs, data):
    count = data.draw(st.integers(1, len(runs)))
    surface = attainment_surface(runs, count / len(runs))
    assert surface.tolist() == surface_by_counting(runs, count)
    assert surface.shape[1] == runs[0].shape[1] or not len(surface)


@given(runs_of(5, least_points=1))
def test_a_higher_level_attains_no_more(runs):
    easy, hard = attainment_surface(runs, 0.3), attainment_surface(runs, 0.9)
    assert all(attained(easy, corner) for corner in hard)


@given(runs_of(5), st.randoms(use_true_random=False))
def test_the_order_of_runs_has_no_effect(runs, random):
    shuffled = random.sample(runs, len(runs))
    assert attainment_surface(shuffled, 0.5).tolist() == attainment_surface(runs, 0.5).tolist()


@pytest.mark.parametrize("r", [3, 7, 30, 100])
def test_every_share_of_many_runs_is_the_right_count(r):
    # Run i is the point [i, i], so the surface of the k best runs is the point [k - 1, k - 1].
    runs = [[[i, i]] for i in range(r)]
    for k in range(1, r + 1):
        assert attainment_surface(runs, k / r).tolist() == [[k - 1, k - 1]]


def test_a_level_between_two_counts_rounds_up():
    runs = [[[0, 0]], [[1, 1]], [[2, 2]]]
    assert attainment_surface(runs, 0.01).tolist() == [[0, 0]]
    assert attainment_surface(runs, 0.5).tolist() == [[1, 1]]


def test_a_run_without_points_counts():
    runs = [[[1.0, 1.0]], []]
    assert attainment_surface(runs, 0.5).tolist() == [[1.0, 1.0]]
    assert attainment_surface(runs, 1.0).shape == (0, 2)


def test_a_single_run_is_its_own_front():
    assert attainment_surface([[[1, 3], [2, 2], [2, 4]]], 1.0).tolist() == [[1, 3], [2, 2]]


@pytest.mark.parametrize("level", [0.0, -0.1, 1.01, 50, float("nan")])
def test_a_level_outside_its_range_is_refused(level):
    with pytest.raises(
        IndicatorError, match=r"level: expected a share of repetitions in \(0, 1\], got "
    ):
        attainment_surface([[[1, 1]]], level)


def test_invalid_sets_are_named():
    with pytest.raises(IndicatorError, match="sets: expected at least one repetition, got none"):
        attainment_surface([], 0.5)
    with pytest.raises(IndicatorError, match=r"sets\[1\]: row 0 is \[nan, 1\.0\]"):
        attainment_surface([[[1, 1]], [[np.nan, 1]]], 0.5)
    with pytest.raises(IndicatorError, match=r"sets\[0\]: expected 2 or 3 objectives.* got 4"):
        attainment_surface([[[1, 1, 1, 1]]], 0.5)
    with pytest.raises(IndicatorError, match=r"sets\[1\]: .* got 3 \(the first repetition has 2\)"):
        attainment_surface([[[1, 1]], [[1, 1, 1]]], 0.5)


# -- differences -------------------------------------------------------------------------------


def planes_of(repetitions):
    return st.lists(
        st.integers(0, 4).flatmap(
            lambda n: arrays(np.float64, (n, 2), elements=st.integers(0, SIDE - 1).map(float))
        ),
        min_size=repetitions,
        max_size=repetitions,
    )


@given(st.integers(1, 4).flatmap(lambda r: st.tuples(planes_of(r), planes_of(r))))
def test_differences_are_shares_of_attaining_repetitions(sides):
    a, b = sides
    rectangles = attainment_difference(a, b)
    for corner in product(range(SIDE), repeat=2):
        inside = (rectangles[:, :2] <= corner).all(axis=1) & (corner < rectangles[:, 2:4]).all(
            axis=1
        )
        expected = np.mean([attained(p, corner) for p in a]) - np.mean(
            [attained(p, corner) for p in b]
        )
        assert inside.sum() <= 1
        assert rectangles[inside, 4].sum() == pytest.approx(expected)


@given(st.integers(1, 3).flatmap(lambda r: st.tuples(planes_of(r), planes_of(r))))
def test_differences_of_swapped_methods_have_the_other_sign(sides):
    a, b = sides
    forwards, backwards = attainment_difference(a, b), attainment_difference(b, a)
    np.testing.assert_allclose(forwards[:, 4].sum(), -backwards[:, 4].sum(), atol=1e-12)


def test_equal_methods_have_no_differences():
    assert attainment_difference([[[1, 2], [2, 1]]], [[[1, 2], [2, 1]]]).shape == (0, 5)
    assert attainment_difference([[]], [[]]).shape == (0, 5)


def test_invalid_arguments_of_differences_are_named():
    with pytest.raises(IndicatorError, match="as many repetitions of both, at least one, got 1"):
        attainment_difference([[[1, 2]]], [[[1, 2]], [[2, 1]]])
    with pytest.raises(IndicatorError, match=r"b\[0\]: expected an array of shape \[n, 2\]"):
        attainment_difference([[[1, 2]]], [[[1, 2, 3]]])
