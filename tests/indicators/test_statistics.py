"""Intervals, the paired test and its correction against enumeration and definitions."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench.errors import IndicatorError
from bench.indicators import bootstrap_interval, holm, paired_wilcoxon

# -- bootstrap ---------------------------------------------------------------------------------


def rng(seed=0):
    return np.random.default_rng(seed)


def test_bootstrap_needs_only_the_generator():
    values = rng(1).normal(size=30)
    first, again, other = (bootstrap_interval(values, np.mean, rng=rng(s)) for s in (0, 0, 7))
    assert first == again != other


def test_bootstrap_is_the_percentiles_of_resampled_statistics():
    values = rng(1).normal(size=25)
    draws = rng().integers(0, 25, size=(200, 25))
    ordered = sorted(float(np.mean(values[draw])) for draw in draws)
    found = bootstrap_interval(values, np.mean, rng=rng(), level=0.9, resamples=200)
    assert found == pytest.approx((ordered[9], ordered[190]))


def plain_median(sample):
    return sorted(sample)[len(sample) // 2]


def test_bootstrap_accepts_a_statistic_without_an_axis():
    values = rng(1).normal(size=25)
    slow = bootstrap_interval(values, plain_median, rng=rng(), resamples=300)
    assert slow == bootstrap_interval(values, rng=rng(), resamples=300)


def test_bootstrap_of_a_mean_agrees_with_theory():
    values = rng(3).normal(size=400)
    low, high = bootstrap_interval(values, np.mean, rng=rng())
    half = 1.96 * values.std() / 20
    assert low == pytest.approx(values.mean() - half, abs=0.015)
    assert high == pytest.approx(values.mean() + half, abs=0.015)


def test_bootstrap_accepts_targets_never_reached():
    low, high = bootstrap_interval([3.0, 4.0, 5.0, math.inf, math.inf], rng=rng())
    assert (low, high) == (3.0, math.inf)


@given(st.floats(0.05, 0.45), st.integers(1, 50))
def test_a_higher_level_is_a_wider_interval(small, resamples):
    values = rng(2).normal(size=12)
    inner = bootstrap_interval(values, rng=rng(), level=small, resamples=resamples)
    outer = bootstrap_interval(values, rng=rng(), level=2 * small, resamples=resamples)
    assert outer[0] <= inner[0] <= inner[1] <= outer[1]


def test_invalid_arguments_of_the_bootstrap_are_named():
    with pytest.raises(IndicatorError, match="values: expected at least one repetition, got none"):
        bootstrap_interval([], rng=rng())
    with pytest.raises(IndicatorError, match="values: position 1 is nan"):
        bootstrap_interval([1.0, math.nan], rng=rng())
    with pytest.raises(IndicatorError, match=r"level: expected a confidence in \(0, 1\), got 95"):
        bootstrap_interval([1.0], rng=rng(), level=95)
    with pytest.raises(IndicatorError, match="resamples: expected at least 1, got 0"):
        bootstrap_interval([1.0], rng=rng(), resamples=0)


# -- Wilcoxon ----------------------------------------------------------------------------------


def wilcoxon_by_signs(differences):
    """Return the exact two-sided p-value, without ties and zeros, by enumerating all signs."""
    ranks = np.argsort(np.argsort(np.abs(differences))) + 1
    observed = sum(rank for rank, d in zip(ranks, differences, strict=True) if d > 0)
    signs = product([0, 1], repeat=len(ranks))
    totals = np.array([np.dot(chosen, ranks) for chosen in signs])
    return min(1.0, 2 * min((totals <= observed).mean(), (totals >= observed).mean()))


@pytest.mark.filterwarnings("error")
@given(st.lists(st.integers(1, 50), min_size=1, max_size=9, unique=True), st.data())
def test_wilcoxon_enumerates_signs(sizes, data):
    signs = data.draw(st.lists(st.sampled_from([-1, 1]), min_size=len(sizes), max_size=len(sizes)))
    differences = np.multiply(sizes, signs)
    p = paired_wilcoxon(differences, np.zeros(len(sizes)))
    assert p == pytest.approx(wilcoxon_by_signs(differences))


@pytest.mark.filterwarnings("error")
@given(arrays(np.float64, (2, 14), elements=st.integers(0, 5).map(float)))
def test_wilcoxon_is_symmetric(scores):
    a, b = scores
    p = paired_wilcoxon(a, b)
    assert 0.0 <= p <= 1.0
    assert p == pytest.approx(paired_wilcoxon(b, a))


def test_wilcoxon_of_equal_methods_is_one():
    assert paired_wilcoxon([0.1, 0.2], [0.1, 0.2]) == 1.0


def test_invalid_arguments_of_wilcoxon_are_named():
    with pytest.raises(IndicatorError, match=r"b: expected an array of shape \[2\]"):
        paired_wilcoxon([1, 2], [1, 2, 3])
    with pytest.raises(IndicatorError, match="a: expected at least one pair"):
        paired_wilcoxon([], [])
    with pytest.raises(IndicatorError, match="b: position 0 is inf"):
        paired_wilcoxon([1.0], [math.inf])


# -- Holm --------------------------------------------------------------------------------------


def holm_rejects(p, alpha):
    """Reject from the smallest p-value up, until the first hypothesis that is not rejected."""
    rejected = [False] * len(p)
    for step, i in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        if p[i] > alpha / (len(p) - step):
            break
        rejected[i] = True
    return rejected


@given(st.lists(st.floats(0.0, 1.0, width=16), max_size=8), st.floats(0.0001, 0.9999))
def test_holm_rejects_what_the_procedure_rejects(p, alpha):
    adjusted = holm(p)
    near = np.isclose(adjusted, alpha)
    assert ((adjusted <= alpha) | near).tolist() == (
        np.array(holm_rejects(p, alpha), dtype=bool) | near
    ).tolist()


@given(st.lists(st.floats(0.0, 1.0), max_size=8))
def test_holm_keeps_the_order_and_never_decreases(p):
    adjusted = holm(p)
    assert (adjusted >= p).all()
    assert (adjusted <= 1.0).all()
    assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0.0).all()


def test_holm_of_known_values():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]).shape == (0,)
    with pytest.raises(IndicatorError, match=r"p: position 1 is 1\.5; expected a probability"):
        holm([0.5, 1.5])
