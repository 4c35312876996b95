"""IGD+ against its formula."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench.errors import IndicatorError
from bench.indicators import igd_plus

values = st.floats(-10.0, 10.0, width=32)
pairs = st.integers(1, 3).flatmap(
    lambda m: st.tuples(
        st.integers(1, 8).flatmap(lambda n: arrays(np.float64, (n, m), elements=values)),
        st.integers(1, 8).flatmap(lambda n: arrays(np.float64, (n, m), elements=values)),
    )
)


def igd_plus_twin(points, front):
    nearest = []
    for target in front:
        distances = []
        for point in points:
            worse = (max(p - z, 0.0) for p, z in zip(point, target, strict=True))
            distances.append(math.sqrt(sum(w * w for w in worse)))
        nearest.append(min(distances))
    return sum(nearest) / len(nearest)


@given(pairs)
def test_igd_plus_is_its_formula(pair):
    points, front = pair
    assert igd_plus(points, front) == pytest.approx(igd_plus_twin(points, front), abs=1e-9)


@given(pairs)
def test_igd_plus_never_grows_when_a_point_is_added(pair):
    points, front = pair
    assert igd_plus(points, front) <= igd_plus(points[:1], front) + 1e-12


@given(pairs)
def test_igd_plus_of_the_front_is_zero_and_ignores_order_and_duplicates(pair):
    points, front = pair
    assert igd_plus(front, front) == 0.0
    again = np.vstack([points[::-1], points])
    assert igd_plus(again, front) == pytest.approx(igd_plus(points, front), abs=1e-12)


def test_example_4_of_the_paper_prefers_the_dominating_set():
    front = [[10, 0], [6, 1], [2, 2], [1, 6], [0, 10]]
    better, worse = [[4, 2], [3, 3], [2, 4]], [[8, 2], [4, 4], [2, 8]]
    assert igd_plus(better, front) == pytest.approx(1.482842712474619)
    assert igd_plus(better, front) < igd_plus(worse, front)


def test_an_empty_set_is_infinitely_far():
    assert igd_plus([], [[0.0, 1.0]]) == math.inf


def test_invalid_arguments_are_named():
    with pytest.raises(IndicatorError, match="front: expected at least one point, got none"):
        igd_plus([[0.0, 1.0]], [])
    with pytest.raises(IndicatorError, match=r"points: expected an array of shape \[n, 2\]"):
        igd_plus([[0.0]], [[0.0, 1.0]])
    with pytest.raises(IndicatorError, match=r"front: row 0 is \[nan, 1\.0\]"):
        igd_plus([[0.0, 1.0]], [[np.nan, 1.0]])
