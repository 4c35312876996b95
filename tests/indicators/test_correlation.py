"""Rank correlations against counting pairs and against scipy, with and without missing scores."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.errors import IndicatorError
from bench.indicators import dense_ranks, fractional_ranks, kendall_tau, spearman_rho, top_members

paired = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=0, max_size=15)
scores = st.lists(
    st.one_of(st.sampled_from([math.nan, math.inf, -math.inf]), st.integers(-4, 4).map(float)),
    min_size=2,
    max_size=14,
)
every_correlation = pytest.mark.parametrize("correlation", [kendall_tau, spearman_rho])


def tau_by_pairs(x, y):
    balance = untied_x = untied_y = 0
    for i, j in combinations(range(len(x)), 2):
        balance += int(np.sign(x[i] - x[j]) * np.sign(y[i] - y[j]))
        untied_x += x[i] != x[j]
        untied_y += y[i] != y[j]
    return balance / math.sqrt(untied_x * untied_y) if untied_x and untied_y else math.nan


# -- complete scores ---------------------------------------------------------------------------


@pytest.mark.filterwarnings("error")
@given(paired)
def test_kendall_tau_counts_pairs(pairs):
    x, y = [a for a, _ in pairs], [b for _, b in pairs]
    assert kendall_tau(x, y) == pytest.approx(tau_by_pairs(x, y), nan_ok=True)


@every_correlation
@given(st.lists(st.floats(-1e3, 1e3, width=32), min_size=2, max_size=20, unique=True))
def test_only_the_order_counts(correlation, x):
    ranks = np.argsort(np.argsort(x))
    assert correlation(x, ranks) == pytest.approx(1.0)
    assert correlation(x, -ranks) == pytest.approx(-1.0)


@every_correlation
def test_a_constant_estimate_orders_nothing(correlation):
    assert math.isnan(correlation([1, 1, 1], [1, 2, 3]))
    assert math.isnan(correlation([1, 2, 3], [1, 1, 1]))
    assert math.isnan(correlation([1], [2]))
    assert math.isnan(correlation([], []))


@every_correlation
@pytest.mark.parametrize("missing", ["refuse", "last"])
def test_invalid_arguments_are_named(correlation, missing):
    with pytest.raises(IndicatorError, match="truth: position 1 is nan; expected finite numbers"):
        correlation([1, 2], [1, np.nan], missing=missing)
    with pytest.raises(
        IndicatorError, match=r"truth: expected an array of shape \[2\], got shape \[3\]"
    ):
        correlation([1, 2], [1, 2, 3], missing=missing)
    with pytest.raises(IndicatorError, match=r"scores: expected an array of shape \[n\]"):
        correlation([[1, 2]], [1, 2], missing=missing)


@every_correlation
def test_missing_scores_are_refused_by_default(correlation):
    with pytest.raises(IndicatorError, match="scores: position 0 is nan; expected finite numbers"):
        correlation([np.nan, 2], [1, 2])


# -- missing scores rank last ------------------------------------------------------------------


def key(score):
    """Return a key that orders scores; missing ones are equal and below every other."""
    return (1, score) if math.isfinite(score) else (0, 0.0)


@given(scores)
def test_dense_ranks_order_missing_scores_last(values):
    ranks = dense_ranks(values)
    for i, j in combinations(range(len(values)), 2):
        a, b = key(values[i]), key(values[j])
        assert (ranks[i] < ranks[j], ranks[i] > ranks[j]) == (a < b, a > b)
    assert set(ranks) - {0} == set(range(1, len(set(ranks) - {0}) + 1))


@given(scores)
def test_fractional_ranks_share_the_mean_of_ties(values):
    keys = [key(value) for value in values]
    twin = [sum(k < own for k in keys) + (sum(k == own for k in keys) + 1) / 2 for own in keys]
    assert fractional_ranks(values).tolist() == twin


@given(scores)
def test_correlations_with_missing_scores_are_those_of_scipy(values):
    truth = np.arange(len(values)) % 5 + 0.5
    known = [v if math.isfinite(v) else -99.0 for v in values]
    tau, rho = (f(values, truth, missing="last") for f in (kendall_tau, spearman_rho))
    if len(set(known)) == 1 or len(set(truth)) == 1:
        assert math.isnan(tau)
        assert math.isnan(rho)
    else:
        assert tau == pytest.approx(stats.kendalltau(known, truth).statistic)
        assert rho == pytest.approx(stats.spearmanr(known, truth).statistic)


def test_a_missing_score_never_improves_the_correlation():
    def tau(values):
        return kendall_tau(values, truth, missing="last")

    truth = np.arange(10.0)
    perfect = truth.copy()
    assert tau(perfect) == pytest.approx(1.0)
    without_the_worst, without_the_best = perfect.copy(), perfect.copy()
    without_the_worst[:2] = np.nan
    without_the_best[-2:] = np.nan
    assert tau(without_the_worst) < 1.0  # the two are tied now
    assert tau(without_the_best) < tau(without_the_worst)
    assert math.isnan(tau(np.full(10, np.nan)))


# -- the best architectures --------------------------------------------------------------------


@given(st.lists(st.integers(0, 9).map(float), min_size=1, max_size=30), st.floats(0.01, 0.99))
def test_top_members_are_the_best_share_and_its_ties(truth, share):
    values = np.asarray(truth)
    members = top_members(values, share)
    count = max(math.ceil(share * len(values)), 1)
    assert members.sum() >= count
    assert values[members].min() > max(values[~members], default=-1.0)
    assert (values > values[members].min()).sum() < count


def test_invalid_arguments_of_top_members_are_named():
    with pytest.raises(IndicatorError, match=r"share: expected a share .* in \(0, 1\], got 0"):
        top_members([1.0, 2.0], 0)
    with pytest.raises(IndicatorError, match="truth: position 1 is nan"):
        top_members([1.0, np.nan], 0.5)
