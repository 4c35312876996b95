"""Limits and labels of figures."""

from __future__ import annotations

import numpy as np

from reports.rendering import style


def test_a_near_value_leaves_most_of_the_axis_to_the_data():
    assert style.near(0.96, 0.4, 0.9)
    assert style.near(0.5, 0.4, 0.9)
    assert style.near(0.2, 0.4, 0.9)
    assert not style.near(1.0, 0.05, 0.5)
    assert not style.near(0.0, 0.4, 0.9)


def test_positions_are_a_gap_apart_in_order_and_within_bounds():
    rng = np.random.default_rng(0)
    for _ in range(50):
        wanted = rng.random(rng.integers(1, 12)).round(1)
        positions = style.spread(wanted, gap=0.08, low=0.0, high=1.0)
        assert positions.min() >= -1e-12
        assert positions.max() <= 1.0 + 1e-12
        order = np.argsort(wanted, kind="stable")
        assert (np.diff(positions[order]) >= 0.08 - 1e-9).all()


def test_positions_that_are_far_apart_are_not_moved():
    wanted = np.array([0.9, 0.1, 0.5])
    np.testing.assert_allclose(style.spread(wanted, gap=0.2, low=0.0, high=1.0), wanted)
