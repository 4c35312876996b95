"""The ranking over protocols, against a slow implementation that ranks drawn repetitions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from bench.indicators import pairwise_wins, ranks_of_shares
from reports.joint.joint_ranking import make_joint_ranking, mean_shares, resampled_shares


def normal(seed, methods, repetitions):
    return np.random.default_rng(seed).normal(size=(methods, repetitions))


# Scores of four methods: of each family, of each of its protocols [methods, repetitions].
SCORES = [
    [normal(1, 4, 6), normal(2, 4, 5), normal(3, 4, 6)],
    [normal(4, 4, 7)],
    [normal(5, 4, 4), normal(6, 4, 8)],
]


def wins_of(scores):
    return [[pairwise_wins(each) for each in family] for family in scores]


def slow_rank(drawn):
    """Rank the methods in each drawn repetition, and average on three levels."""
    families = []
    for family in drawn:
        protocols = []
        for scores in family:
            ranks = [stats.rankdata(-column) for column in scores.T]
            protocols.append(np.mean(ranks, axis=0))
        families.append(np.mean(protocols, axis=0))
    return np.mean(families, axis=0)


def slow_bootstrap(scores, resamples, rng):
    """Draw as `resampled_shares` documents it, one resample after the other."""
    drawn = [[[] for _ in scores] for _ in range(resamples)]
    for number, family in enumerate(scores):
        for _ in family:
            protocols = rng.integers(0, len(family), size=resamples)
            for chosen, table in enumerate(family):
                rows = [b for b in range(resamples) if protocols[b] == chosen]
                repetitions = rng.integers(0, table.shape[1], size=(len(rows), table.shape[1]))
                for b, columns in zip(rows, repetitions, strict=True):
                    drawn[b][number].append(table[:, columns])
    return np.array([slow_rank(each) for each in drawn])


def test_mean_ranks_are_those_of_ranked_repetitions():
    ranks = ranks_of_shares(mean_shares(wins_of(SCORES)))
    np.testing.assert_allclose(ranks, slow_rank(SCORES))


def test_the_bootstrap_agrees_with_a_slow_implementation():
    shares = resampled_shares(wins_of(SCORES), 50, np.random.default_rng(0))
    slow = slow_bootstrap(SCORES, 50, np.random.default_rng(0))
    np.testing.assert_allclose(ranks_of_shares(shares), slow)


def test_the_spread_of_the_bootstrap_agrees_with_independent_draws():
    fast = ranks_of_shares(resampled_shares(wins_of(SCORES), 2000, np.random.default_rng(1)))
    generator, slow = np.random.default_rng(2), []
    for _ in range(600):
        drawn = []
        for family in SCORES:
            chosen = [family[generator.integers(len(family))] for _ in family]
            drawn.append([t[:, generator.integers(0, t.shape[1], t.shape[1])] for t in chosen])
        slow.append(slow_rank(drawn))
    np.testing.assert_allclose(fast.mean(axis=0), np.mean(slow, axis=0), atol=0.06)
    np.testing.assert_allclose(fast.std(axis=0), np.std(slow, axis=0), rtol=0.15)


def test_a_pair_is_compared_on_what_it_shares():
    scores = [[table.copy() for table in family] for family in SCORES]
    scores[0][1][3] = np.nan  # a protocol that the last method has not run
    scores[1][0][3] = np.nan  # a whole family
    scores[2][0][3, 2:] = np.nan  # some repetitions
    shares = mean_shares(wins_of(scores))
    others = mean_shares(wins_of(SCORES))
    np.testing.assert_array_equal(shares[:3, :3], others[:3, :3])
    first = [np.mean([np.mean(scores[0][i][0] > scores[0][i][3]) for i in (0, 2)])]
    third = [np.mean(t[0, :n] > t[3, :n]) for t, n in zip(scores[2], (2, 8), strict=True)]
    assert shares[0, 3] == pytest.approx(np.mean([*first, np.mean(third)]))
    drawn = resampled_shares(wins_of(scores), 200, np.random.default_rng(0))
    whole = resampled_shares(wins_of(SCORES), 200, np.random.default_rng(0))
    np.testing.assert_array_equal(drawn[:, :3, :3], whole[:, :3, :3])


FINALS = {
    "random": 0.70 + 0.01 * normal(7, 1, 8)[0],
    "nsga2": 0.72 + 0.01 * normal(8, 1, 8)[0],
    "moead": 0.71 + 0.01 * normal(9, 1, 8)[0],
}
PROTOCOLS = ("nb201-digits", "nb201-digits-3obj", "nb301")


@pytest.fixture
def results(make_results):
    return [make_results(FINALS, protocol=name) for name in PROTOCOLS]


def rows_of(results):
    return {row.method: row for row in make_joint_ranking(results).rows}


def test_rows_have_ranks_intervals_and_places(results):
    ranking = make_joint_ranking(results)
    assert [row.method for row in ranking.rows] == ["nsga2", "moead", "random"]
    for number, row in enumerate(ranking.rows, start=1):
        placed = row.placed
        assert (row.protocols, row.families, placed.place) == (3, 2, number)
        assert 1.0 <= row.low <= row.rank <= row.high <= 3.0
        assert 1 <= placed.first <= placed.place <= placed.last <= 3
    table = np.array([*FINALS.values()])
    expected = dict(zip(FINALS, stats.rankdata(-table, axis=0).mean(axis=1), strict=True))
    for row in ranking.rows:
        assert row.rank == pytest.approx(expected[row.method])
        assert row.by_family == pytest.approx([expected[row.method]] * 2)


def test_each_family_counts_once(make_results):
    swapped = {"random": FINALS["nsga2"] + 1, "nsga2": FINALS["random"]}
    other = {"random": FINALS["random"], "nsga2": FINALS["nsga2"] + 1}
    several = [make_results(swapped, protocol=name) for name in PROTOCOLS[:2]]
    ranking = make_joint_ranking([*several, make_results(other, protocol="nb301")])
    assert [row.rank for row in ranking.rows] == [1.5, 1.5]
    first = {
        each.family: [m for m, p in each.places.items() if p[1] == 1] for each in ranking.without
    }
    assert first == {"darts": ["random"], "nasbench201": ["nsga2"]}
    assert all(row.low == row.high for row in ranking.rows)


def test_one_extra_repetition_of_one_method_changes_nothing(make_results, results):
    more = FINALS | {"moead": [*FINALS["moead"], 0.99]}
    again = [make_results(more, protocol=PROTOCOLS[0]), *results[1:]]
    assert make_joint_ranking(again) == make_joint_ranking(results)


def test_a_method_with_half_of_the_protocols_has_no_place_and_changes_nothing(make_results):
    alone = [make_results(FINALS, protocol=name) for name in PROTOCOLS]
    more = FINALS | {"few": FINALS["random"] + 1}
    with_few = [*alone[:2], make_results(more, protocol=PROTOCOLS[2])]
    before, after = rows_of(alone), rows_of(with_few)
    few = after.pop("few")
    assert after == before
    assert (few.placed, few.protocols, few.families, few.rank) == (None, 1, 1, 1.0)
    assert few.low == few.high == 1.0


def test_a_placed_method_without_a_protocol_takes_nothing_from_others(make_results, results):
    some = {method: ratios for method, ratios in FINALS.items() if method != "moead"}
    fewer = [make_results(some, protocol=PROTOCOLS[0]), *results[1:]]
    before, after = rows_of(results), rows_of(fewer)
    assert (after["moead"].protocols, after["moead"].families) == (2, 2)
    for method in FINALS:
        assert after[method].rank == pytest.approx(before[method].rank)
        assert after[method].placed.place == before[method].placed.place


def test_a_method_that_shares_nothing_has_no_rank(make_results):
    both = {"random": [0.5] * 8, "nsga2": [0.6] * 8}
    results = [
        *(make_results(both, protocol=name) for name in PROTOCOLS[:2]),
        make_results({"moead": [0.5] * 8}, protocol="nb301"),
    ]
    rows = rows_of(results)
    assert rows["moead"].placed is None
    assert np.isnan(rows["moead"].rank)
    assert (rows["nsga2"].rank, rows["nsga2"].placed.place) == (1.0, 1)
