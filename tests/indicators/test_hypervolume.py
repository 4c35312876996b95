"""Hypervolume and its traces against grid counting, inclusion-exclusion and the definition."""

from itertools import combinations, product
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench.errors import IndicatorError
from bench.indicators import (
    _archive,
    hypervolume,
    hypervolume_trace,
    incumbent_hypervolume_trace,
    log_regret,
    non_dominated,
)

SIDE = 4


def grid_clouds(most, low=0):
    """Draw clouds with ties, duplicates and points on or beyond the reference point [SIDE] * m."""
    coordinates = st.integers(low, SIDE + 1).map(float)
    return st.integers(2, 3).flatmap(
        lambda m: st.integers(low, most).flatmap(
            lambda n: arrays(np.float64, (n, m), elements=coordinates)
        )
    )


def float_clouds(most):
    return st.integers(2, 3).flatmap(
        lambda m: st.integers(0, most).flatmap(
            lambda n: arrays(np.float64, (n, m), elements=st.floats(-1.0, 1.0, width=32))
        )
    )


def count_cells(points, m):
    """Count the unit cells that some point dominates: exact for integer points."""
    return sum(
        any(all(x <= c for x, c in zip(point, cell, strict=True)) for point in points)
        for cell in product(range(SIDE), repeat=m)
    )


def inclusion_exclusion(points, reference):
    total = 0.0
    for size in range(1, len(points) + 1):
        for subset in combinations(points, size):
            corner = np.max(subset, axis=0)
            box = prod(max(0.0, r - c) for r, c in zip(reference, corner, strict=True))
            total += (-1) ** (size + 1) * box
    return total


# -- hypervolume -------------------------------------------------------------------------------


@given(grid_clouds(10))
def test_hypervolume_counts_cells(points):
    m = points.shape[1]
    assert hypervolume(points, [SIDE] * m) == count_cells(points, m)


@given(float_clouds(7))
def test_hypervolume_is_inclusion_exclusion(points):
    reference = [0.75] * points.shape[1]
    twin = inclusion_exclusion(points, reference)
    assert hypervolume(points, reference) == pytest.approx(twin, abs=1e-9)


@given(grid_clouds(8), st.randoms(use_true_random=False))
def test_hypervolume_ignores_order_and_duplicates(points, random):
    reference = [SIDE] * points.shape[1]
    rows = list(points) + list(points[: len(points) // 2])
    random.shuffle(rows)
    assert hypervolume(np.array(rows), reference) == hypervolume(points, reference)


@given(float_clouds(8))
def test_hypervolume_never_shrinks_when_a_point_is_added(points):
    reference = [0.75] * points.shape[1]
    assert hypervolume(points[:-1], reference) <= hypervolume(points, reference) + 1e-12


@given(grid_clouds(8, low=1))
def test_hypervolume_grows_with_a_point_that_dominates_all(points):
    m = points.shape[1]
    better = np.vstack([points, np.zeros(m)])
    assert hypervolume(better, [SIDE] * m) == SIDE**m > hypervolume(points, [SIDE] * m)


@given(grid_clouds(8), st.integers(-5, 5))
def test_hypervolume_moves_with_its_reference_point(points, shift):
    reference = np.full(points.shape[1], float(SIDE))
    assert hypervolume(points + shift, reference + shift) == hypervolume(points, reference)


@given(grid_clouds(8), st.sampled_from([0.25, 2.0, 8.0]))
def test_hypervolume_scales_with_an_objective(points, factor):
    scale = np.array([factor] + [1.0] * (points.shape[1] - 1))
    reference = np.full(points.shape[1], float(SIDE))
    assert hypervolume(points * scale, reference * scale) == factor * hypervolume(points, reference)


def test_hypervolume_of_an_empty_set_is_zero():
    assert hypervolume([], [1.0, 1.0]) == 0.0
    assert hypervolume(np.empty((0, 2)), [1.0, 1.0]) == 0.0


def test_hypervolume_of_one_point_is_its_box():
    assert hypervolume([[0.25, 0.5]], [1.0, 1.0]) == 0.375
    assert hypervolume([[0.25]], [1.0]) == 0.75


def test_points_outside_the_reference_point_are_ignored():
    assert hypervolume([[2.0, 0.0], [1.0, 0.0], [0.5, 0.5]], [1.0, 1.0]) == 0.25
    assert hypervolume([[2.0, 2.0]], [1.0, 1.0]) == 0.0


@pytest.mark.parametrize(("bad", "shown"), [(np.nan, "nan"), (np.inf, "inf"), (-np.inf, "-inf")])
def test_a_row_that_is_not_finite_is_named(bad, shown):
    message = (
        f"points: row 2 is [0.5, {shown}]; expected finite numbers "
        "(apply the protocol's missing-value rule first)"
    )
    for function in (hypervolume, hypervolume_trace):
        with pytest.raises(IndicatorError) as caught:
            function([[0.0, 1.0], [1.0, 0.0], [0.5, bad]], [2.0, 2.0])
        assert str(caught.value) == message


def test_a_reference_point_that_does_not_fit_is_refused():
    with pytest.raises(
        IndicatorError, match=r"points: expected an array of shape \[n, 3\], got shape \[1, 2\]"
    ):
        hypervolume([[0.0, 1.0]], [1.0, 1.0, 1.0])
    with pytest.raises(IndicatorError, match="reference_point: position 1 is nan"):
        hypervolume([[0.0, 1.0]], [1.0, np.nan])
    with pytest.raises(IndicatorError, match="reference_point: expected an array of shape"):
        hypervolume([[0.0, 1.0]], 1.0)


# -- traces ------------------------------------------------------------------------------------


@pytest.fixture(params=[1, 3, 256])
def block(request, monkeypatch):
    """Use small blocks, so that the few points of the tests fill several."""
    monkeypatch.setattr(_archive, "_BLOCK", request.param)


@pytest.mark.usefixtures("block")
def test_trace_is_the_hypervolume_of_every_prefix():
    rng = np.random.default_rng(1)
    for _ in range(40):
        points = rng.integers(0, SIDE + 2, size=(rng.integers(0, 15), rng.integers(2, 5)))
        reference = [SIDE] * points.shape[1]
        twin = [hypervolume(points[: t + 1], reference) for t in range(len(points))]
        assert hypervolume_trace(points, reference).tolist() == twin


@pytest.mark.usefixtures("block")
def test_incumbent_trace_matches_its_definition():
    rng = np.random.default_rng(2)
    for _ in range(40):
        n = rng.integers(0, 15)
        search = rng.integers(0, 5, size=(n, rng.integers(1, 4)))
        score = rng.integers(0, SIDE + 2, size=(n, rng.integers(2, 4)))
        repeats = rng.integers(0, max(n, 1), size=n // 2)
        search = np.vstack([search, search[repeats]])
        score = np.vstack([score, score[repeats]])
        reference = [SIDE] * score.shape[1]
        twin = [
            hypervolume(score[: t + 1][non_dominated(search[: t + 1])], reference)
            for t in range(len(search))
        ]
        assert incumbent_hypervolume_trace(search, score, reference).tolist() == twin


def test_a_long_trace_is_the_hypervolume_of_every_prefix():
    rng = np.random.default_rng(3)
    points = rng.random((700, 3)) + np.linspace(1.0, 0.0, 700)[:, None]
    trace = hypervolume_trace(points, [1.5] * 3)
    for t in range(0, 700, 23):
        assert trace[t] == pytest.approx(hypervolume(points[: t + 1], [1.5] * 3), rel=1e-12)


@given(float_clouds(12))
def test_trace_never_decreases(points):
    trace = hypervolume_trace(points, [0.75] * points.shape[1])
    assert (np.diff(trace) >= 0.0).all()


@given(grid_clouds(12))
def test_incumbent_trace_of_the_scores_themselves_is_the_trace(points):
    reference = [SIDE] * points.shape[1]
    same = incumbent_hypervolume_trace(points, points, reference)
    assert same.tolist() == hypervolume_trace(points, reference).tolist()


def test_incumbent_trace_may_fall():
    trace = incumbent_hypervolume_trace([[2], [1], [3]], [[1, 1], [3, 3], [0, 0]], [4, 4])
    assert trace.tolist() == [9.0, 1.0, 1.0]


def test_traces_of_no_points_are_empty():
    assert hypervolume_trace([], [1.0, 1.0]).shape == (0,)
    assert incumbent_hypervolume_trace([], [], [1.0, 1.0]).shape == (0,)


def test_incumbent_trace_needs_one_score_per_evaluation():
    with pytest.raises(IndicatorError, match=r"score: expected 2 rows, .* got 1"):
        incumbent_hypervolume_trace([[0, 0], [1, 1]], [[0, 0]], [2, 2])
    with pytest.raises(IndicatorError, match=r"search: row 0 is \[nan\]"):
        incumbent_hypervolume_trace([[np.nan]], [[0, 0]], [2, 2])


# -- regret ------------------------------------------------------------------------------------


def test_log_regret_is_floored():
    regret = log_regret([[0.0, 0.9], [1.0, 1.5]], 1.0)
    assert regret == pytest.approx(np.array([[0.0, -1.0], [-12.0, -12.0]]))
    assert log_regret(1.0, 1.0, floor=1e-3) == pytest.approx(-3.0)


def test_log_regret_refuses_invalid_arguments():
    with pytest.raises(IndicatorError, match=r"floor: expected a positive number, got 0\.0"):
        log_regret([0.5], 1.0, floor=0.0)
    with pytest.raises(IndicatorError, match="expected finite hypervolumes, got nan or inf"):
        log_regret([np.nan], 1.0)
