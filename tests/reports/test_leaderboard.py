from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from bench.seeds import stream
from reports.search.comparison import run_frame
from reports.search.leaderboard import make_leaderboard
from reports.search.page import selected_verdict
from reports.search.selected import make_selected
from reports.search.tables import selected_frame


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
        "alike": random + 0.01 * rng.standard_normal(12),
    }


def test_numbers_agree_with_an_independent_computation(make_results, finals):
    results = make_results(finals)
    board = board_of(results)
    others = ["alike", "bad", "good"]
    raw = [stats.wilcoxon(finals[m], finals["random"]).pvalue for m in others]
    order = np.argsort(raw)
    adjusted, so_far = {}, 0.0
    for place, k in enumerate(order):
        so_far = max(so_far, min(1.0, (3 - place) * raw[k]))
        adjusted[others[k]] = so_far
    table = np.array([finals[m] for m in finals])
    mean_ranks = (len(finals) + 1 - stats.rankdata(table, axis=0)).mean(axis=1)
    ranks = dict(zip(finals, mean_ranks, strict=True))
    assert (board.compared[0], board.compared[-1]) == ("good", "bad")
    assert set(board.compared) == set(finals)
    for standing in board.standings:
        mine, measured = finals[standing.method], standing.measured
        assert measured.hypervolume_ratio == pytest.approx(np.median(mine), abs=1e-12)
        assert measured.log10_regret == pytest.approx(np.median(np.log10(1 - mine)), abs=1e-9)
        assert measured.average_rank == pytest.approx(ranks[standing.method])
        draw = stream(results.protocol.id, "bootstrap", standing.method)
        medians = np.median(mine[draw.integers(0, 12, size=(2000, 12))], axis=1)
        low, high = np.quantile(medians, (0.025, 0.975))
        assert measured.low == pytest.approx(low, abs=2e-3)
        assert measured.high == pytest.approx(high, abs=2e-3)
        if standing.method != "random":
            against = measured.against_random
            difference = mine - finals["random"]
            assert against.p == pytest.approx(adjusted[standing.method])
            assert against.share_better == np.mean(difference > 0)
            assert against.median_difference == pytest.approx(np.median(difference))


def test_igd_plus_is_the_median_over_repetitions(make_results):
    results = make_results({"random": [0.9, 0.7, 0.8]})
    expected = []
    for run in results.runs:
        worse = np.maximum(run.incumbents[None] - results.front[:, None], 0.0)
        expected.append(np.linalg.norm(worse, axis=2).min(axis=1).mean())
    measured = board_of(results).standings[0].measured
    assert measured.igd_plus == pytest.approx(np.median(expected))


def test_methods_are_judged_against_random_search(make_results, finals):
    board = board_of(make_results(finals))
    assert [s.method for s in board.better_than_random] == ["good"]
    assert [s.method for s in board.not_better_than_random] == ["alike", "bad"]
    letters = {s.method: set(s.measured.letters) for s in board.standings}
    assert letters["good"] == {"a"}
    assert not letters["good"] & letters["random"]
    assert letters["random"] & letters["alike"]


def test_only_common_repetitions_are_compared(make_results):
    board = board_of(
        make_results(
            {"random": [0.1, 0.8, 0.8], "b": [0.9, 0.9]},
            repetitions={"random": [0, 1, 2], "b": [1, 2]},
            unfinished=[("b", 0, "failed", "broke")],
        )
    )
    assert board.repetitions == (1, 2)
    assert board.held_back == ("b",)
    by_name = {s.method: s for s in board.standings}
    assert by_name["random"].measured.hypervolume_ratio == pytest.approx(0.8)
    assert (by_name["b"].done, by_name["b"].failed) == (2, 1)
    assert "nsga2" in board.not_run


def test_the_interval_does_not_depend_on_the_other_methods(make_results, finals):
    alone = board_of(make_results({"good": finals["good"]})).standings[0].measured
    among = {s.method: s.measured for s in board_of(make_results(finals)).standings}["good"]
    assert (alone.low, alone.high) == (among.low, among.high)


def test_a_method_that_only_failed_stands_last_and_unmeasured(make_results):
    unfinished = [("b", 0, "failed", "broke"), ("b", 1, "timeout", "slow")]
    board = board_of(make_results({"random": [0.5, 0.6]}, unfinished=unfinished))
    last = board.standings[-1]
    assert (last.method, last.done, last.failed, last.measured) == ("b", 0, 2, None)
    assert board.repetitions == (0, 1)


SELECTED = {
    "random": [4.0] * 12,
    "good": [3.0] * 11 + [4.5],
    "same": [4.0] * 12,
    "bad": [6.0] * 12,
}


@pytest.fixture
def selecting(make_results):
    """Results in which every method reaches the same hypervolume and selects what it should."""
    results = make_results({m: [0.5] * 12 for m in SELECTED}, protocol="mote-nb201-cifar10")
    norm = results.protocol.rules.normalisation
    runs = []
    for run in results.runs:
        search, score = run.search.copy(), run.score.copy()
        search[:, 0] = np.arange(len(search), 0, -1)  # the last did best in what was seen
        score[:, 0] = 0.0
        error = SELECTED[run.method][run.repetition]
        score[-1, 0] = (error - norm.ideal[0]) / (norm.nadir[0] - norm.ideal[0])
        runs.append(replace(run, search=search, score=score))
    return replace(results, runs=tuple(runs))


def test_what_is_selected_is_compared_with_random_search(selecting):
    frame = run_frame(selecting)
    found = {each.method: each for each in make_selected(selecting, frame)}
    assert [*found] == ["good", "random", "same", "bad"]
    assert {m: each.objective for m, each in found.items()} == pytest.approx(
        {m: np.median(v) for m, v in SELECTED.items()}
    )
    assert found["random"].against_random is None
    assert found["good"].against_random.share_better == 11 / 12
    assert found["bad"].against_random.is_worse
    assert found["same"].against_random.p == 1.0
    assert found["good"].seconds == 2.0 * selecting.protocol.rules.budget.evaluations
    assert selected_verdict(tuple(found.values())) == (
        "Selects better than random search (p < 0.05): good. Not significantly different: same. "
        "Worse: bad."
    )
    table = selected_frame(tuple(found.values()), selecting)
    assert table["selected_error_median"].tolist() == pytest.approx([3.0, 4.0, 4.0, 6.0])
    assert table["median_reduction_to_random"].tolist()[0] == pytest.approx(1.0)


def test_nothing_is_selected_where_the_protocol_does_not_ask(make_results):
    results = make_results({"random": [0.5] * 8})
    assert make_selected(results, run_frame(results)) == ()
