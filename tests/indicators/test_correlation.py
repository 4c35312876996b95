"""Kendall tau-b against counting pairs."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import IndicatorError
from bench.indicators import kendall_tau

paired = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=0, max_size=15)


def tau_by_pairs(x, y):
    balance = untied_x = untied_y = 0
    for i, j in combinations(range(len(x)), 2):
        balance += int(np.sign(x[i] - x[j]) * np.sign(y[i] - y[j]))
        untied_x += x[i] != x[j]
        untied_y += y[i] != y[j]
    return balance / math.sqrt(untied_x * untied_y) if untied_x and untied_y else math.nan


@pytest.mark.filterwarnings("error")
@given(paired)
def test_kendall_tau_counts_pairs(pairs):
    x, y = [a for a, _ in pairs], [b for _, b in pairs]
    assert kendall_tau(x, y) == pytest.approx(tau_by_pairs(x, y), nan_ok=True)


@given(st.lists(st.floats(-1e3, 1e3, width=32), min_size=2, max_size=20, unique=True))
def test_only_the_order_counts(x):
    ranks = np.argsort(np.argsort(x))
    assert kendall_tau(x, ranks) == pytest.approx(1.0)
    assert kendall_tau(x, -ranks) == pytest.approx(-1.0)


def test_a_constant_estimate_orders_nothing():
    assert math.isnan(kendall_tau([1, 1, 1], [1, 2, 3]))
    assert math.isnan(kendall_tau([1, 2, 3], [1, 1, 1]))
    assert math.isnan(kendall_tau([1], [2]))
    assert math.isnan(kendall_tau([], []))


def test_wrong_arguments_are_named():
    with pytest.raises(IndicatorError, match="y: position 1 is nan; expected finite numbers"):
        kendall_tau([1, 2], [1, np.nan])
    with pytest.raises(
        IndicatorError, match=r"y: expected an array of shape \[2\], got shape \[3\]"
    ):
        kendall_tau([1, 2], [1, 2, 3])
