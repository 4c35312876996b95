"""Rules on rank correlations, on made results with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from bench.protocol import load_ranking_protocol
from bench.results.ranking import EntryResult, RankingResults, SetResult
from reports.claims import Evidence, MissingEvidence, PublishedNumber, load_paper
from reports.claims.rules.ranked import RankOrder, RankValue
from reports.claims.rules.run_mean import RunMean

PROTOCOL = "kendall-digits"
NOISE = 0.01 * np.sin(np.arange(50.0))  # the same effect of a subset on every entry


def entry(label, tau, spread=1.0):
    subsets = tau + spread * NOISE
    low, high = np.quantile(subsets, (0.025, 0.975))
    found = SetResult(
        architectures=1000,
        without_score=0,
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
    def give(*entries):
        results = RankingResults(load_ranking_protocol(PROTOCOL), entries, (), {"all": 1000})
        return Evidence(tmp_path, {PROTOCOL: results})

    return give


def published(value=None, **more):
    unit = "" if value is None else "u"
    return PublishedNumber(how="printed", value=value, unit=unit, **more)


@pytest.mark.parametrize(
    ("claimed", "subset", "verdict"),
    [
        (0.68, False, "reproduced"),
        (0.69, False, "not reproduced"),
        (0.69, True, "reproduced"),
        (0.72, True, "not reproduced"),
    ],
)
def test_a_tau_is_compared_with_a_number(evidence, claimed, subset, verdict):
    rule = RankValue(kind="rank-value", protocol=PROTOCOL, entry="a", on_a_subset=subset)
    judgement = rule.judge(published(claimed, error=0.005), evidence(entry("a", 0.683)))
    assert judgement.verdict == verdict
    assert judgement.estimate.value == 0.683


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
    results = evidence(entry("a", 0.68), *(entry(name, tau) for name, tau in taus.items()))
    rule = RankOrder(kind="rank-order", protocol=PROTOCOL, better="a", worse=tuple(taus))
    judgement = rule.judge(published(size), results)
    assert judgement.verdict == verdict
    assert judgement.estimate.value == pytest.approx(0.68 - max(taus.values()))
    assert judgement.estimate.low == pytest.approx(
        judgement.estimate.value
    )  # noise cancels in pairs


def test_a_lead_that_varies_over_subsets_is_not_settled(evidence):
    results = evidence(entry("a", 0.680), entry("b", 0.678, spread=-1.0))
    rule = RankOrder(kind="rank-order", protocol=PROTOCOL, better="a", worse=("b",))
    assert rule.judge(published(), results).verdict == "not settled"


def test_the_lead_over_every_other_entry_must_be_settled(evidence):
    # The lead over b is the same on all subsets, that over c varies by 0.028.
    results = evidence(entry("a", 0.70), entry("b", 0.68), entry("c", 0.675, spread=-3.0))
    rule = RankOrder(kind="rank-order", protocol=PROTOCOL, better="a", worse=("b", "c"))
    judgement = rule.judge(published(), results)
    assert judgement.verdict == "not settled"
    assert judgement.estimate.value == pytest.approx(0.02)
    assert "b (0.680) +0.020 [+0.020, +0.020], c (0.675) +0.025 [-0.0" in judgement.sentence
    alone = RankOrder(kind="rank-order", protocol=PROTOCOL, better="a", worse=("b",))
    assert alone.judge(published(), results).verdict == "reproduced"
    behind = evidence(entry("a", 0.70), entry("b", 0.69, spread=9.0), entry("c", 0.72))
    assert rule.judge(published(), behind).verdict == "not reproduced"


def test_the_level_is_corrected_for_the_number_of_others(evidence):
    deviation = 2.0 * np.std(NOISE, ddof=1)
    others = {name: entry(name, 0.6, spread=-1.0) for name in "bcde"}
    results = evidence(entry("a", 0.7), *others.values())
    for worse, quantile in (("b",), 2.0095752), (tuple(others), 2.5932597):  # 49 degrees of freedom
        rule = RankOrder(kind="rank-order", protocol=PROTOCOL, better="a", worse=worse)
        found = rule.judge(published(), results).estimate
        assert found.high - found.value == pytest.approx(quantile * deviation)
        assert found.value - found.low == pytest.approx(quantile * deviation)


def test_a_missing_entry_is_reported_with_the_command(evidence):
    rule = RankValue(kind="rank-value", protocol=PROTOCOL, entry="other")
    with pytest.raises(MissingEvidence, match="no finished entry 'other'") as missing:
        rule.judge(published(0.5), evidence(entry("a", 0.5)))
    assert missing.value.command.startswith(f"monas run {PROTOCOL}")


def test_correlations_on_an_unknown_number_of_cells_are_compared_with_subsets():
    taus = [c.rule for c in load_paper("mote").claims if isinstance(c.rule, RankValue)]
    assert len(taus) == 6
    assert all(rule.on_a_subset for rule in taus)


def test_the_record_of_mote_names_entries_and_methods_that_exist():
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
