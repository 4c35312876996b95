"""The leaderboard of a search protocol."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from bench.seeds import stream
from reports.search.comparison import run_frame
from reports.search.leaderboard import make_leaderboard


def board_of(results):
    return make_leaderboard(results, run_frame(results))


@pytest.fixture(scope="module")
def finals():
    rng = np.random.default_rng(3)
    random = 0.8 + 0.02 * rng.random(12)
    return {
        "random": random,
        "good": random + 0.05 + 0.01 * rng.random(12),
        "bad": random - 0.05 - 0.01 * rng.random(12),
        "equal": random + 0.01 * rng.standard_normal(12),
    }


def test_numbers_agree_with_an_independent_computation(make_results, finals):
    results = make_results(finals)
    board = board_of(results)
    others = ["equal", "bad", "good"]
    raw = [stats.wilcoxon(finals[m], finals["random"]).pvalue for m in others]
    order = np.argsort(raw)
    adjusted, so_far = {}, 0.0
    for position, k in enumerate(order):
        so_far = max(so_far, min(1.0, (3 - position) * raw[k]))
        adjusted[others[k]] = so_far
    table = np.array([finals[m] for m in finals])
    mean_ranks = (len(finals) + 1 - stats.rankdata(table, axis=0)).mean(axis=1)
    ranks = dict(zip(finals, mean_ranks, strict=True))
    assert (board.compared[0], board.compared[-1]) == ("good", "bad")
    assert set(board.compared) == set(finals)
    for row in board.rows:
        mine, measured = finals[row.method], row.measured
        assert measured.hypervolume_ratio == pytest.approx(np.median(mine), abs=1e-12)
        assert measured.further["log10_regret"] == pytest.approx(
            np.median(np.log10(1 - mine)), abs=1e-9
        )
        assert measured.average_rank == pytest.approx(ranks[row.method])
        draw = stream(results.protocol.id, "bootstrap", row.method)
        medians = np.median(mine[draw.integers(0, 12, size=(2000, 12))], axis=1)
        low, high = np.quantile(medians, (0.025, 0.975))
        assert measured.low == pytest.approx(low, abs=2e-3)
        assert measured.high == pytest.approx(high, abs=2e-3)
        if row.method != "random":
            against = measured.against_random
            difference = mine - finals["random"]
            assert against.p == pytest.approx(adjusted[row.method])
            assert against.share_better == np.mean(difference > 0)
            assert against.median_difference == pytest.approx(np.median(difference))


def test_igd_plus_is_the_median_over_repetitions(make_results):
    results = make_results({"random": [0.9, 0.7, 0.8]})
    expected = []
    for run in results.runs:
        worse = np.maximum(run.incumbents[None] - results.front[:, None], 0.0)
        expected.append(np.linalg.norm(worse, axis=2).min(axis=1).mean())
    measured = board_of(results).rows[0].measured
    assert measured.further["igd_plus"] == pytest.approx(np.median(expected))


def test_methods_are_compared_with_random_search(make_results, finals):
    board = board_of(make_results(finals))
    assert [s.method for s in board.better_than_random] == ["good"]
    assert [s.method for s in board.not_better_than_random] == ["equal", "bad"]
    letters = {s.method: set(s.measured.letters) for s in board.rows}
    assert letters["good"] == {"a"}
    assert not letters["good"] & letters["random"]
    assert letters["random"] & letters["equal"]


def rows_of(board):
    return {row.method: row for row in board.rows}


def test_pairs_are_compared_on_what_they_share(make_results):
    board = board_of(
        make_results(
            {"random": [0.1, 0.8, 0.9, 0.8], "b": [0.9, 0.85]},
            repetitions={"random": [0, 1, 2, 3], "b": [1, 2]},
            unfinished=[("b", 0, "unfinished", "it was stopped")],
        )
    )
    rows = rows_of(board)
    assert board.repetitions == (2, 4)
    assert [row.method for row in board.fewer] == ["b"]
    assert rows["random"].measured.hypervolume_ratio == pytest.approx(0.8)
    assert rows["b"].measured.average_rank == pytest.approx(1.5)
    assert rows["b"].measured.against_random.repetitions == 2
    assert rows["b"].measured.against_random.share_better == 0.5
    assert (rows["b"].done, rows["b"].failed, rows["b"].kept) == (2, 1, 0)
    assert "nsga2" in board.not_run


def test_one_extra_repetition_of_one_method_leaves_every_other_row_unchanged(make_results, finals):
    before = board_of(make_results(finals))
    for method in finals:
        for value in (0.01, 0.99):
            more = finals | {method: [*finals[method], value]}
            after = board_of(make_results(more))
            for other in finals.keys() - {method}:
                assert rows_of(after)[other] == rows_of(before)[other]
            assert after.resolution == before.resolution
            assert rows_of(after)[method].done == 13


def test_few_repetitions_of_one_method_never_shrink_the_comparison_of_others(make_results, finals):
    without = board_of(make_results(finals))
    for count in (1, 5):
        few = finals | {"few": finals["good"][:count] + 0.02}
        board = board_of(make_results(few))
        for method in finals:
            mine, alone = rows_of(board)[method].measured, rows_of(without)[method].measured
            assert mine.repetitions == alone.repetitions == 12
            assert (mine.low, mine.high) == (alone.low, alone.high)
            assert mine.against_random == alone.against_random
            assert set(mine.letters) & set(rows_of(board)["few"].measured.letters)
        assert board.resolution.now == without.resolution.now > 0
        assert [s.method for s in board.better_than_random] == ["good"]


def test_methods_without_a_shared_repetition_have_no_rank(make_results):
    board = board_of(
        make_results({"random": [0.8], "b": [0.9]}, repetitions={"random": [0], "b": [1]})
    )
    assert [row.measured.average_rank for row in board.rows] == [None, None]
    assert board.rows[0].measured.against_random is None
    assert board.better_than_random == board.not_better_than_random == ()


def test_a_failed_run_counts_with_what_it_had_reached(make_results, finals):
    failed = {"good": [0, 1, 2, 3]}
    gave_up = finals | {"good": [0.1] * 4 + list(finals["good"][4:])}
    board = rows_of(board_of(make_results(gave_up, failed=failed)))
    assert (board["good"].done, board["good"].failed, board["good"].kept) == (8, 4, 4)
    assert board["good"].measured.repetitions == 12
    assert board["good"].measured.hypervolume_ratio == pytest.approx(np.median(gave_up["good"]))
    others = rows_of(board_of(make_results(gave_up)))
    assert board["good"].measured == others["good"].measured


def test_more_repetitions_are_projected_to_tell_more_pairs_apart(make_results, finals):
    resolution = board_of(make_results(finals)).resolution
    assert resolution.pairs == 6
    assert resolution.now == 5  # all but random and equal
    assert list(resolution.projected) == [50, 100, 200]
    assert all(5 <= found <= 6 for found in resolution.projected.values())


def test_the_interval_does_not_depend_on_the_other_methods(make_results, finals):
    alone = board_of(make_results({"good": finals["good"]})).rows[0].measured
    among = {s.method: s.measured for s in board_of(make_results(finals)).rows}["good"]
    assert (alone.low, alone.high) == (among.low, among.high)


def test_a_method_that_never_evaluated_anything_is_last_and_not_measured(make_results):
    unfinished = [("b", 0, "failed", "broke"), ("b", 1, "timeout", "slow")]
    board = board_of(make_results({"random": [0.5, 0.6]}, unfinished=unfinished))
    last = board.rows[-1]
    assert (last.method, last.done, last.failed, last.measured) == ("b", 0, 2, None)
    assert board.repetitions == (2, 2)
