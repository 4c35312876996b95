"""Box spaces: sampling, the unit cube, and the checks of points."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import SpaceError
from bench.spaces import Box, NASBench201, Space

BOX = Box("shed", [("length", -1.0, 3.0), ("width", 0.1, 0.2)])
SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS)
def test_samples_are_valid_and_distinct(seed):
    drawn = BOX.sample(np.random.default_rng(seed), 50)
    assert drawn.shape == (50, 2)
    assert drawn.dtype == np.float64
    np.testing.assert_array_equal(BOX.check(drawn), drawn)
    assert len(set(BOX.class_keys(drawn))) == 50


def test_samples_are_uniform():
    shares = BOX.to_unit(BOX.sample(np.random.default_rng(0), 20_000))
    counts = [np.histogram(column, bins=10, range=(0, 1))[0] for column in shares.T]
    assert (np.abs(np.array(counts) - 2000) < 200).all()


@given(SEEDS)
def test_unit_cube_round_trip(seed):
    points = np.random.default_rng(seed).random((20, 2))
    np.testing.assert_allclose(BOX.to_unit(BOX.from_unit(points)), points, atol=1e-12)


def test_corners_and_points_outside():
    corners = BOX.from_unit([[0, 0], [1, 1], [-3, 9]])
    np.testing.assert_array_equal(corners, [[-1.0, 0.1], [3.0, 0.2], [-1.0, 0.2]])
    np.testing.assert_array_equal(BOX.check(corners), corners)
    np.testing.assert_array_equal(BOX.repair([[9, 0.15], [0, -9]]), [[3.0, 0.15], [0.0, 0.1]])


@given(SEEDS)
def test_rounding_never_leaves_the_box(seed):
    rng = np.random.default_rng(seed)
    low = rng.normal(scale=10.0 ** rng.integers(-6, 6), size=4)
    box = Box("any", [(str(i), x, x + 10.0 ** rng.integers(-8, 4)) for i, x in enumerate(low)])
    near_the_corner = 1.0 - rng.random((30, 4)) * 1e-15
    box.check(box.from_unit(np.concatenate([near_the_corner, np.ones((1, 4))])))
    assert (box.to_unit(box.upper[None]) <= 1.0).all()


@given(SEEDS)
def test_points_survive_json_to_the_last_bit(seed):
    drawn = BOX.sample(np.random.default_rng(seed), 20)
    read = BOX.check(json.loads(json.dumps(drawn.tolist())))
    assert read.tobytes() == drawn.tobytes()


def test_zeros_of_both_signs_are_equal():
    box = Box("zero", [("x", -1.0, 1.0)])
    assert box.class_keys([[-0.0]]) == box.class_keys([[0.0]])
    assert box.class_keys([[0]]) == box.class_keys([[0.0]])


def test_an_empty_list_has_the_right_shape_and_type():
    assert BOX.check([]).shape == (0, 2)
    assert BOX.check([]).dtype == np.float64


def test_inputs_are_not_changed():
    given_points = np.array([[9.0, 0.15]])
    BOX.repair(given_points)
    np.testing.assert_array_equal(given_points, [[9.0, 0.15]])


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([[0.0, 0.3]], r"shed: point \[0.0, 0.3\] has 0.3 for 'width' .*; expected 0.1 to 0.2"),
        ([[0.0, 0.15], [-2, 0.1]], r"has -2.0 for 'length' \(variable 0\); expected -1 to 3"),
        ([[float("nan"), 0.1]], "has nan for 'length'"),
        ([[float("inf"), 0.1]], "has inf for 'length'"),
        ([[0.0]], r"expected points of shape \[n, 2\], got \[1, 1\]"),
        ([[]], r"expected points of shape \[n, 2\], got \[1, 0\]"),
        ([0.0, 0.1], r"expected points of shape \[n, 2\], got \[2\]"),
        ([["a", "b"]], "expected real numbers, got <U1"),
        ([[None, 0.1]], "expected real numbers, got object"),
        ([[True, False]], "expected real numbers, got bool"),
    ],
)
def test_invalid_points_are_described(points, message):
    with pytest.raises(SpaceError, match=message):
        BOX.check(points)


def test_repair_refuses_nan():
    with pytest.raises(SpaceError, match="has nan for 'width'"):
        BOX.repair([[0.0, np.nan]])


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ([], "expected at least one variable"),
        ([("x", 1.0, 1.0)], "variable 'x' has bounds 1 and 1; expected two finite numbers"),
        ([("x", 0.0, np.inf)], "bounds 0 and inf"),
        ([("x", np.nan, 1.0)], "bounds nan and 1"),
    ],
)
def test_a_box_needs_valid_bounds(variables, message):
    with pytest.raises(SpaceError, match=message):
        Box("broken", variables)


def test_kinds_of_space():
    cells = NASBench201()
    assert isinstance(BOX, Space)
    assert isinstance(cells, Space)
    assert (BOX.kind, cells.kind) == ("box", "finite")
    assert (BOX.size, cells.size) == (None, 15_625)
    assert cells.check([]).dtype == np.int8
