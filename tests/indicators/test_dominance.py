"""Dominance and normalisation against their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench.errors import IndicatorError
from bench.indicators import non_dominated, normalise

# Small integers make ties and duplicates frequent.
clouds = st.integers(1, 4).flatmap(
    lambda m: st.integers(0, 12).flatmap(
        lambda n: arrays(np.float64, (n, m), elements=st.integers(0, 4).map(float))
    )
)


def dominates(a, b):
    no_worse = all(x <= y for x, y in zip(a, b, strict=True))
    return no_worse and any(x < y for x, y in zip(a, b, strict=True))


@given(clouds)
def test_non_dominated_is_the_double_loop(points):
    twin = [not any(dominates(other, point) for other in points) for point in points]
    assert non_dominated(points).tolist() == twin


@given(clouds, st.randoms(use_true_random=False))
def test_non_dominated_does_not_depend_on_the_order(points, random):
    order = np.array(random.sample(range(len(points)), len(points)), dtype=int)
    assert non_dominated(points[order]).tolist() == non_dominated(points)[order].tolist()


def test_non_dominated_keeps_all_copies():
    assert non_dominated([[1, 1], [1, 1], [2, 1]]).tolist() == [True, True, False]


def test_non_dominated_of_no_point_and_of_one():
    assert non_dominated([]).shape == (0,)
    assert non_dominated(np.empty((0, 3))).dtype == np.bool_
    assert non_dominated([[5.0, 5.0]]).tolist() == [True]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_row_that_is_not_finite_is_named(bad):
    with pytest.raises(IndicatorError, match=r"points: row 1 is \[1\.0, -?(nan|inf)\]; expected"):
        non_dominated([[0.0, 0.0], [1.0, bad]])


@pytest.mark.parametrize("shape", [(3,), (2, 2, 2), (2, 0)])
def test_an_invalid_shape_is_named(shape):
    with pytest.raises(IndicatorError, match=r"expected an array of shape \[n, m\], got shape"):
        non_dominated(np.zeros(shape))


def test_text_is_refused():
    with pytest.raises(IndicatorError, match="points: expected an array of numbers, got could not"):
        non_dominated([["a", "b"]])


def test_normalise_maps_ideal_to_zero_and_nadir_to_one():
    scaled = normalise([[2.0, 30.0], [4.0, 10.0], [5.0, 20.0]], [2.0, 10.0], [4.0, 30.0])
    assert scaled.tolist() == [[0.0, 1.0], [1.0, 0.0], [1.5, 0.5]]
    assert normalise([], [0, 0], [1, 1]).shape == (0, 2)


def test_normalise_refuses_a_nadir_that_is_not_above_the_ideal():
    with pytest.raises(
        IndicatorError, match=r"nadir: objective 1 is 3\.0; expected more than the ideal, 3\.0"
    ):
        normalise([[1.0, 1.0]], [0.0, 3.0], [1.0, 3.0])


def test_normalise_refuses_other_lengths():
    with pytest.raises(IndicatorError, match=r"nadir: expected an array of shape \[2\]"):
        normalise([[1.0, 1.0]], [0.0, 0.0], [1.0])
    with pytest.raises(IndicatorError, match=r"points: expected an array of shape \[n, 2\]"):
        normalise([[1.0]], [0.0, 0.0], [1.0, 1.0])
