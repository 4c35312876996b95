"""Ranks with missing scores: the rank-last rule, against counting and against scipy."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.indicators.ranks import as_ranks, kendall, spearman, top_members

scores = st.lists(
    st.one_of(st.sampled_from([math.nan, math.inf, -math.inf]), st.integers(-4, 4).map(float)),
    min_size=2,
    max_size=14,
)


def key(score):
    """Return what a score is worth: missing ones are all alike and below every other."""
    return (1, score) if math.isfinite(score) else (0, 0.0)


@given(scores)
def test_ranks_order_as_the_rule_says(values):
    ranks = as_ranks(values)
    for i, j in combinations(range(len(values)), 2):
        a, b = key(values[i]), key(values[j])
        assert (ranks[i] < ranks[j], ranks[i] > ranks[j]) == (a < b, a > b)
    assert set(ranks) - {0} == set(range(1, len(set(ranks) - {0}) + 1))


@given(scores)
def test_kendall_and_spearman_of_what_is_there_are_scipys(values):
    truth = np.arange(len(values)) % 5 + 0.5
    known = [v if math.isfinite(v) else -99.0 for v in values]
    if len(set(known)) == 1 or len(set(truth)) == 1:
        assert math.isnan(kendall(values, truth))
        assert math.isnan(spearman(values, truth))
    else:
        assert kendall(values, truth) == pytest.approx(stats.kendalltau(known, truth).statistic)
        assert spearman(values, truth) == pytest.approx(stats.spearmanr(known, truth).statistic)


def test_leaving_the_worst_out_costs_and_never_pays():
    truth = np.arange(10.0)
    perfect = truth.copy()
    assert kendall(perfect, truth) == pytest.approx(1.0)
    without_the_worst, without_the_best = perfect.copy(), perfect.copy()
    without_the_worst[:2] = np.nan
    without_the_best[-2:] = np.nan
    assert kendall(without_the_worst, truth) < 1.0  # the two are tied now
    assert kendall(without_the_best, truth) < kendall(without_the_worst, truth)
    assert math.isnan(kendall(np.full(10, np.nan), truth))


@given(st.lists(st.integers(0, 9).map(float), min_size=1, max_size=30), st.floats(0.01, 0.99))
def test_the_top_is_the_share_and_its_ties(truth, share):
    values = np.asarray(truth)
    members = top_members(values, share)
    count = max(math.ceil(share * len(values)), 1)
    assert members.sum() >= count
    assert values[members].min() > max(values[~members], default=-1.0)
    assert (values > values[members].min()).sum() < count


def test_arguments_are_not_changed():
    values = np.array([1.0, np.nan, 3.0])
    kendall(values, [1, 2, 3])
    spearman(values, [1, 2, 3])
    assert np.isnan(values).tolist() == [False, True, False]
