"""Comparisons in pairs, against definitions and an independent implementation."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench.errors import IndicatorError
from bench.indicators import (
    holm,
    least_repetitions,
    mean_ranks,
    paired_wilcoxon,
    pairs_told_apart,
    pairwise_p,
    pairwise_wins,
    signed_rank_posterior,
    significance_groups,
)
from bench.indicators._letters import compact_letters


def rng(seed=0):
    return np.random.default_rng(seed)


# -- mean ranks --------------------------------------------------------------------------------


@given(arrays(np.float64, (4, 5), elements=st.integers(0, 3).map(float)))
def test_mean_ranks_count_better_methods(scores):
    twin = [
        np.mean(
            [
                1
                + sum(row[r] > own[r] for row in scores)
                + (sum(row[r] == own[r] for row in scores) - 1) / 2
                for r in range(5)
            ]
        )
        for own in scores
    ]
    assert mean_ranks(scores) == pytest.approx(twin)


def test_mean_ranks_need_repetitions():
    with pytest.raises(IndicatorError, match="scores: expected an array of shape"):
        mean_ranks(np.empty((3, 0)))


# -- letters -----------------------------------------------------------------------------------


def relations(k):
    pairs = list(combinations(range(k), 2))
    return st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)).map(
        lambda flags: symmetric(k, [p for p, flag in zip(pairs, flags, strict=True) if flag])
    )


def symmetric(k, pairs):
    differ = np.zeros((k, k), dtype=bool)
    for i, j in pairs:
        differ[i, j] = differ[j, i] = True
    return differ


def maximal_groups(differ):
    """Return all maximal sets without a significant pair, by brute force."""
    k = len(differ)
    groups = [
        set(members)
        for size in range(1, k + 1)
        for members in combinations(range(k), size)
        if not any(differ[i, j] for i, j in combinations(members, 2))
    ]
    return [group for group in groups if not any(group < other for other in groups)]


@given(st.integers(1, 7).flatmap(relations))
def test_methods_share_a_letter_exactly_when_they_do_not_differ(differ):
    letters = compact_letters(differ)
    for i, j in combinations(range(len(differ)), 2):
        assert bool(set(letters[i]) & set(letters[j])) == (not differ[i, j])


@given(st.integers(1, 7).flatmap(relations))
def test_letters_are_the_maximal_groups(differ):
    letters = compact_letters(differ)
    columns = {
        letter: {m for m, own in enumerate(letters) if letter in own}
        for letter in sorted(set("".join(letters)))
    }
    assert sorted(map(sorted, columns.values())) == sorted(map(sorted, maximal_groups(differ)))
    assert list(columns) == list("abcdefghijklmnopqrstuvwxyz"[: len(columns)])
    assert letters[0].startswith("a")


def test_too_many_letters_are_refused():
    # Ten pairs that differ, and no other: 2 ** 10 maximal groups.
    differ = symmetric(20, [(2 * i, 2 * i + 1) for i in range(10)])
    with pytest.raises(
        IndicatorError, match="1024 letters needed for 20 methods; expected at most"
    ):
        compact_letters(differ)


def test_significance_groups_are_lettered_by_median_in_the_given_order():
    base = rng().normal(size=20) * 0.01
    noise = rng(5).normal(size=20) * 0.01
    assert significance_groups([base, base + 3, base + 1, base + 1 + noise]) == ["c", "a", "b", "b"]


def test_significance_groups_need_not_be_transitive():
    noise = rng(1).normal(size=(3, 20))
    scores = noise + np.array([[0.0], [0.6], [1.2]])
    p = holm([paired_wilcoxon(scores[i], scores[j]) for i, j in [(0, 1), (1, 2), (0, 2)]])
    assert (p <= 0.05).tolist() == [False, False, True]
    assert significance_groups(scores) == ["b", "ab", "a"]


def test_significance_groups_of_one_method_and_of_few_repetitions():
    assert significance_groups([[0.1, 0.2, 0.3]]) == ["a"]
    assert significance_groups([[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]) == ["a", "a"]


def test_invalid_arguments_of_significance_groups_are_named():
    with pytest.raises(IndicatorError, match=r"alpha: expected a level in \(0, 1\), got 5"):
        significance_groups([[0.1], [0.2]], alpha=5)
    with pytest.raises(IndicatorError, match=r"scores: row 1 has no run"):
        significance_groups([[0.1], [math.nan]])
    with pytest.raises(IndicatorError, match=r"scores: row 1 is \[inf\]"):
        significance_groups([[0.1], [math.inf]])


# -- missing repetitions -----------------------------------------------------------------------


def normal(seed, methods, repetitions):
    return rng(seed).normal(size=(methods, repetitions)) + np.arange(methods)[:, None]


def without(scores, method, repetitions):
    scores = scores.copy()
    scores[method, repetitions] = np.nan
    return scores


def test_wins_are_counted_where_both_have_a_run():
    wins = pairwise_wins([[1.0, 2.0, math.nan], [1.0, 1.0, 1.0]])
    assert wins[:, 0, 1].tolist()[:2] == [0.5, 1.0]
    assert wins[:, 1, 0].tolist()[:2] == [0.5, 0.0]
    assert np.isnan(wins[2]).tolist() == [[True, True], [True, False]]


def test_a_repetition_of_one_method_has_no_effect():
    scores = normal(1, 4, 12)
    extra = np.concatenate([scores, np.full((4, 1), np.nan)], axis=1)
    extra[2, 12] = 99.0
    np.testing.assert_array_equal(mean_ranks(extra), mean_ranks(scores))
    assert significance_groups(extra) == significance_groups(scores)
    assert pairs_told_apart(extra) == pairs_told_apart(scores)


def test_a_method_with_few_repetitions_does_not_change_the_groups_of_others():
    scores = normal(2, 4, 12)
    few = without(scores, 3, slice(5, None))
    assert significance_groups(few)[3] == "abcdefgh"[: len(set("".join(significance_groups(few))))]
    others = significance_groups(scores[:3])
    assert significance_groups(few)[:3] == others
    assert pairs_told_apart(few) == pairs_told_apart(scores[:3])


def test_mean_ranks_of_others_use_all_that_they_share():
    scores = without(normal(3, 3, 8), 2, slice(2, None))
    shares = [
        np.mean([scores[1, r] > scores[0, r] for r in range(8)]),
        np.mean([scores[2, r] > scores[0, r] for r in range(2)]),
    ]
    assert mean_ranks(scores)[0] == pytest.approx(1 + sum(shares))


def test_a_method_that_shares_nothing_has_no_rank():
    ranks = mean_ranks([[1.0, 2.0, np.nan], [2.0, 1.0, np.nan], [np.nan, np.nan, 3.0]])
    assert ranks.tolist()[:2] == [2.0, 2.0]
    assert np.isnan(ranks[2])


@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.0625])
def test_fewer_repetitions_than_needed_are_never_significant(alpha):
    needed = least_repetitions(alpha)
    assert paired_wilcoxon(np.arange(1, needed + 1), np.zeros(needed)) <= alpha
    assert paired_wilcoxon(np.arange(1, needed), np.zeros(needed - 1)) > alpha


def test_pairwise_p_values_are_adjusted_over_the_tested_pairs():
    scores = without(normal(5, 4, 9), 0, slice(5, None))
    p = pairwise_p(scores)
    raw = [paired_wilcoxon(scores[i], scores[j]) for i, j in [(1, 2), (1, 3), (2, 3)]]
    assert [p[1, 2], p[1, 3], p[2, 3]] == holm(raw).tolist()
    assert np.isnan(p[0]).all()
    np.testing.assert_array_equal(p, p.T)


# -- resolution --------------------------------------------------------------------------------


def test_pairs_told_apart_are_those_without_a_common_letter():
    scores = rng(1).normal(size=(5, 20)) + 0.4 * np.arange(5)[:, None]
    letters = significance_groups(scores)
    expected = sum(not set(a) & set(b) for a, b in combinations(letters, 2))
    assert 0 < expected < 10
    assert pairs_told_apart(scores) == expected


def test_more_repetitions_tell_more_pairs_apart_unless_they_are_equal():
    scores = rng(1).normal(size=(5, 20)) + 0.4 * np.arange(5)[:, None]
    counts = [pairs_told_apart(scores, n, rng=rng()) for n in (50, 100, 200)]
    assert counts == sorted(counts)
    assert pairs_told_apart(scores) < counts[0] <= counts[2] <= 10
    equal = np.tile(scores[:1], (3, 1))
    assert pairs_told_apart(equal, 200, rng=rng()) == 0.0
    assert pairs_told_apart(scores[:1], 200, rng=rng()) == 0.0


# -- better, practically equal, worse ----------------------------------------------------------

SCORES = np.array([0.962, 0.958, 0.971, 0.949, 0.966, 0.955, 0.973, 0.961, 0.968, 0.957])
DIFFERENCES = np.array([0.004, -0.009, 0.013, 0.007, 0.0, 0.011, -0.002, 0.016, 0.005, 0.009])


def slow_posterior(differences, region, samples, generator):
    """Compute the test from its definition: gamma variables, and loops over pairs."""
    values = [0.0, *differences]
    wins = {"better": 0, "equal": 0, "worse": 0}
    for _ in range(samples):
        gammas = [generator.gammavariate(0.5 if i == 0 else 1.0, 1.0) for i in range(len(values))]
        total = sum(gammas)
        mass = {"better": 0.0, "equal": 0.0, "worse": 0.0}
        for g, x in zip(gammas, values, strict=True):
            for h, y in zip(gammas, values, strict=True):
                mean = (x + y) / 2
                name = "better" if mean > region else "worse" if mean < -region else "equal"
                mass[name] += g * h / total**2
        wins[max(mass, key=mass.get)] += 1
    return [wins[name] / samples for name in ("better", "equal", "worse")]


@pytest.mark.parametrize("region", [0.0021, 0.0051, 0.0081])
def test_the_posterior_agrees_with_an_independent_implementation(region):
    from random import Random

    fast = signed_rank_posterior(SCORES, SCORES - DIFFERENCES, region, rng=rng())
    slow = slow_posterior(DIFFERENCES, region, 3000, Random(1))
    assert fast == pytest.approx(slow, abs=0.035)  # the slow one has a standard error of 0.009


@pytest.mark.parametrize(
    ("region", "expected"),
    [(0.002, (0.9559, 0.0007, 0.0434)), (0.005, (0.5295, 0.4696, 0.0009))],
)
def test_the_posterior_agrees_with_that_of_baycomp(region, expected):
    # baycomp 1.0 (0ce309b), SignedRankTest.probs of 400,000 samples with random_state=1.
    scores = np.array([*SCORES, 0.964, 0.970])
    other = scores - np.array([*DIFFERENCES, -0.012, 0.008])
    assert signed_rank_posterior(scores, other, region, rng=rng()) == pytest.approx(
        expected, abs=0.02
    )


@pytest.mark.parametrize("region", [0.0, 0.005])
def test_a_pair_without_any_difference_is_practically_equal(region):
    assert signed_rank_posterior(SCORES, SCORES, region, rng=rng()) == (0.0, 1.0, 0.0)


def test_the_posterior_of_the_swapped_pair_is_swapped():
    other = SCORES - DIFFERENCES
    better, equal, worse = signed_rank_posterior(SCORES, other, 0.005, rng=rng())
    assert signed_rank_posterior(other, SCORES, 0.005, rng=rng()) == (worse, equal, better)
    assert better + equal + worse == pytest.approx(1.0)


def test_invalid_arguments_of_the_posterior_are_named():
    with pytest.raises(IndicatorError, match=r"region: expected a difference of at least 0"):
        signed_rank_posterior([0.1], [0.2], -1.0, rng=rng())
    with pytest.raises(IndicatorError, match="a: expected at least one pair"):
        signed_rank_posterior([], [], 0.1, rng=rng())
