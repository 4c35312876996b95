"""Rules on rank correlations and on means of runs, on made results with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from bench.protocol import load_ranking_protocol
from bench.results.ranking import EntryResult, RankingResults, SetResult
from reports.claims import Evidence, Missing, Published, load_paper
from reports.claims.rules.ranked import RankOrder, RankValue
from reports.claims.rules.selected import RunMean

PROTOCOL = "kendall-digits"
NOISE = 0.01 * np.sin(np.arange(50.0))  # what a subset does to every entry alike


def entry(label, tau, spread=1.0):
    subsets = tau + spread * NOISE
    low, high = np.quantile(subsets, (0.025, 0.975))
    found = SetResult(
        cells=1000,
        without=0,
        tau=tau,
        low=low,
        high=high,
        sd=float(subsets.std()),
        spearman=tau,
        top=tau,
        subsets=subsets,
        ranks=np.arange(1.0, 1001.0),
    )
    return EntryResult(label, None, "", 1.0, {"all": found})


@pytest.fixture
def evidence(tmp_path):
    def hold(*entries):
        results = RankingResults(load_ranking_protocol(PROTOCOL), entries, (), {"all": 1000})
        return Evidence(tmp_path, {PROTOCOL: results})

    return hold


def published(value=None, **more):
    unit = "" if value is None else "u"
    return Published(how="printed", value=value, unit=unit, **more)


@pytest.mark.parametrize(
    ("claimed", "subset", "verdict"),
    [
        (0.68, False, "reproduced"),
        (0.69, False, "not reproduced"),
        (0.69, True, "reproduced"),
        (0.72, True, "not reproduced"),
    ],
)
def test_a_tau_beside_a_number(evidence, claimed, subset, verdict):
    rule = RankValue(kind="rank-value", protocol=PROTOCOL, entry="a", on_a_subset=subset)
    outcome = rule.judge(published(claimed, error=0.005), evidence(entry("a", 0.683)))
    assert outcome.verdict == verdict
    assert outcome.estimate.value == 0.683


@pytest.mark.parametrize(
    ("taus", "size", "verdict"),
    [
        ({"b": 0.60, "c": 0.64}, None, "reproduced"),
        ({"b": 0.60, "c": 0.70}, None, "not reproduced"),
        ({"b": 0.60, "c": 0.64}, 0.03, "reproduced"),
        ({"b": 0.60, "c": 0.64}, 0.08, "not reproduced"),
    ],
)
def test_the_closest_of_the_others_decides(evidence, taus, size, verdict):
    held = evidence(entry("a", 0.68), *(entry(name, tau) for name, tau in taus.items()))
    rule = RankOrder(kind="rank-order", protocol=PROTOCOL, better="a", worse=tuple(taus))
    outcome = rule.judge(published(size), held)
    assert outcome.verdict == verdict
    assert outcome.estimate.value == pytest.approx(0.68 - max(taus.values()))
    assert outcome.estimate.low == pytest.approx(outcome.estimate.value)  # noise cancels in pairs


def test_what_differs_from_subset_to_subset_is_not_settled(evidence):
    held = evidence(entry("a", 0.680), entry("b", 0.678, spread=-1.0))
    rule = RankOrder(kind="rank-order", protocol=PROTOCOL, better="a", worse=("b",))
    assert rule.judge(published(), held).verdict == "not settled"


def test_each_of_the_others_must_be_left_behind(evidence):
    # The lead over b is the same on all subsets, that over c varies by 0.028.
    held = evidence(entry("a", 0.70), entry("b", 0.68), entry("c", 0.675, spread=-3.0))
    rule = RankOrder(kind="rank-order", protocol=PROTOCOL, better="a", worse=("b", "c"))
    outcome = rule.judge(published(), held)
    assert outcome.verdict == "not settled"
    assert outcome.estimate.value == pytest.approx(0.02)
    assert "b (0.680) +0.020 [+0.020, +0.020], c (0.675) +0.025 [-0.0" in outcome.sentence
    alone = RankOrder(kind="rank-order", protocol=PROTOCOL, better="a", worse=("b",))
    assert alone.judge(published(), held).verdict == "reproduced"
    behind = evidence(entry("a", 0.70), entry("b", 0.69, spread=9.0), entry("c", 0.72))
    assert rule.judge(published(), behind).verdict == "not reproduced"


def test_the_level_is_corrected_for_the_number_of_others(evidence):
    deviation = 2.0 * np.std(NOISE, ddof=1)
    others = {name: entry(name, 0.6, spread=-1.0) for name in "bcde"}
    held = evidence(entry("a", 0.7), *others.values())
    for worse, quantile in (("b",), 2.0095752), (tuple(others), 2.5932597):  # 49 degrees of freedom
        rule = RankOrder(kind="rank-order", protocol=PROTOCOL, better="a", worse=worse)
        found = rule.judge(published(), held).estimate
        assert found.high - found.value == pytest.approx(quantile * deviation)
        assert found.value - found.low == pytest.approx(quantile * deviation)


def test_an_entry_that_is_not_there_names_the_command(evidence):
    rule = RankValue(kind="rank-value", protocol=PROTOCOL, entry="other")
    with pytest.raises(Missing, match="no finished entry 'other'") as missing:
        rule.judge(published(0.5), evidence(entry("a", 0.5)))
    assert missing.value.command.startswith(f"monas run {PROTOCOL}")


@pytest.fixture
def runs(make_results, tmp_path):
    def hold(finals):
        results = make_results({"random": finals, "nsga2": [0.1] * len(finals)})
        return Evidence(tmp_path, {"nb201-digits": results})

    return hold


FINALS = [0.70, 0.72, 0.69, 0.71, 0.73, 0.70, 0.72, 0.71]  # mean 0.71, deviation 0.013


@pytest.mark.parametrize(
    ("claimed", "expect", "verdict"),
    [
        (0.71, "equal", "reproduced"),
        (0.719, "equal", "reproduced"),  # a mean of ten runs may lie there
        (0.723, "equal", "not settled"),
        (0.75, "equal", "not reproduced"),
        (0.75, "at most", "reproduced"),
        (0.65, "at most", "not reproduced"),
        (0.711, "at most", "not settled"),
    ],
)
def test_the_mean_of_runs_beside_another_mean_of_runs(runs, claimed, expect, verdict):
    options = {"protocol": "nb201-digits", "method": "random", "column": "hypervolume_ratio"}
    rule = RunMean(kind="run-mean", expect=expect, **options)
    outcome = rule.judge(published(claimed, runs=10), runs(FINALS))
    assert outcome.verdict == verdict
    assert outcome.estimate.value == pytest.approx(np.mean(FINALS))
    assert outcome.repetitions == len(FINALS)


def test_few_runs_settle_nothing_and_a_number_may_be_taken_from_100(runs):
    options = {"protocol": "nb201-digits", "method": "random", "column": "hypervolume_ratio"}
    rule = RunMean(kind="run-mean", less_from=100.0, **options)
    outcome = rule.judge(published(99.3, runs=10), runs(FINALS[:4]))
    assert outcome.verdict == "not settled"
    assert outcome.sentence.endswith("; fewer than 6 runs settle nothing")
    assert outcome.estimate.value == pytest.approx(100.0 - np.mean(FINALS[:4]))
    half = 3.1824463 * np.std(FINALS[:4], ddof=1) / 2.0  # Student's t with 3 degrees of freedom
    assert outcome.estimate.high - outcome.estimate.value == pytest.approx(half)


def test_runs_that_are_all_the_same_are_not_held_against_a_mean(runs):
    options = {"protocol": "nb201-digits", "method": "random", "column": "hypervolume_ratio"}
    equal = RunMean(kind="run-mean", **options)
    outcome = equal.judge(published(0.71, error=0.005, runs=10), runs([0.7] * 8))
    assert outcome.verdict == "not settled"
    assert "mean of 8 runs with a standard deviation of 0, -0.01" in outcome.sentence
    assert "all runs here give the same" in outcome.sentence
    bound = RunMean(kind="run-mean", expect="at most", **options)
    below = bound.judge(published(0.71), runs([0.7] * 8))
    assert below.verdict == "reproduced"
    assert below.sentence.endswith("; 8 of 8 runs stay within the bound")
    with pytest.raises(Missing, match="only 1 finished run of random under nb201-digits; an int"):
        bound.judge(published(0.71), runs([0.7]))


def test_a_column_that_runs_do_not_have_is_missing(runs):
    rule = RunMean(
        kind="run-mean", protocol="nb201-digits", method="random", column="selected_error"
    )
    with pytest.raises(Missing, match="have no 'selected_error'"):
        rule.judge(published(1.0), runs(FINALS))


def test_correlations_on_an_unknown_number_of_cells_are_held_against_subsets():
    taus = [c.rule for c in load_paper("mote").claims if isinstance(c.rule, RankValue)]
    assert len(taus) == 6
    assert all(rule.on_a_subset for rule in taus)


def test_the_record_of_mote_names_entries_and_methods_that_there_are():
    from bench.protocol import load_search_protocol

    for claim in load_paper("mote").claims:
        rule = claim.rule
        if isinstance(rule, RunMean):
            assert rule.method in load_search_protocol(rule.protocol).entrants()
        if isinstance(rule, RankValue | RankOrder):
            rules = load_ranking_protocol(rule.protocol).rules
            labels = {each.label for each in rules.roster}
            named = {rule.entry} if isinstance(rule, RankValue) else {rule.better, *rule.worse}
            assert named <= labels, claim.id
            assert rule.cells in {each.name for each in rules.sets}, claim.id
