"""Rules on sample efficiency, measured and published, on made results."""

from __future__ import annotations

import numpy as np
import pytest
from published_numbers import PROTOCOL, RATIO, value

from reports.claims import Evidence
from reports.claims.published_curves import PublishedCurve, PublishedCurves
from reports.claims.rules.efficient import PublishedEfficiency, SampleEfficiency


def efficiency(at="baseline final", **more):
    options = {"indicator": RATIO, "method": "fast", "baseline": "slow", **more}
    return SampleEfficiency(kind="sample-efficiency", protocol=PROTOCOL, at=at, **options)


@pytest.mark.parametrize(
    ("claimed", "verdict"),
    [(1.5, "reproduced"), (1.98, "reproduced"), (2.25, "not reproduced")],
)
def test_claimed_factors(evidence_with_traces, claimed, verdict):
    ramp = np.linspace(0.1, 0.9, 200)
    fast = np.interp(np.arange(200) * 2.0, np.arange(200), ramp)
    evidence = evidence_with_traces({"fast": np.tile(fast, (8, 1)), "slow": np.tile(ramp, (8, 1))})
    judgement = efficiency().judge(value(claimed), evidence)
    assert judgement.verdict == verdict
    assert judgement.estimate.value == pytest.approx(200 / 101)
    assert judgement.repetitions == 8


def test_a_slower_method_is_not_reproduced_whatever_is_claimed(evidence_with_traces):
    ramp = np.linspace(0.1, 0.9, 200)
    evidence = evidence_with_traces(
        {"fast": np.tile(ramp**2, (8, 1)), "slow": np.tile(ramp, (8, 1))}
    )
    judgement = efficiency().judge(value(0.5), evidence)
    assert judgement.verdict == "not reproduced"
    assert "not reached by fast: a bound" in judgement.sentence


def test_an_interval_that_holds_the_claimed_factor_above_the_ratio_is_not_settled(
    evidence_with_traces,
):
    ramp = np.linspace(0.1, 0.3, 200)
    speeds = np.array([1.0, 1.1, 1.2, 1.3, 2.5, 2.6, 2.7, 2.8])
    fast = 0.1 + speeds[:, None] * (ramp - 0.1)
    evidence = evidence_with_traces({"fast": fast, "slow": np.tile(ramp, (8, 1))})
    judgement = efficiency().judge(value(1.95), evidence)
    low, middle, high = judgement.estimate.low, judgement.estimate.value, judgement.estimate.high
    assert 1.0 < low < middle < 1.95 < high
    assert judgement.verdict == "not settled"
    assert efficiency().judge(value(high + 0.1), evidence).verdict == "not reproduced"
    assert efficiency().judge(value(middle - 0.1), evidence).verdict == "reproduced"


def test_the_maximum_over_levels_is_another_claim(evidence_with_traces):
    slow = np.concatenate([np.full(89, 0.1), [0.5], np.linspace(0.5, 0.9, 110)])
    fast = np.concatenate([np.full(29, 0.1), np.full(61, 0.5), np.linspace(0.5, 0.9, 110)])
    evidence = evidence_with_traces({"fast": np.tile(fast, (8, 1)), "slow": np.tile(slow, (8, 1))})
    assert efficiency("maximum").judge(value(2.9), evidence).verdict == "reproduced"
    judgement = efficiency().judge(value(2.9), evidence)
    assert (judgement.verdict, judgement.estimate.value) == ("not reproduced", 1.0)
    assert "and at most 3.00 [3.00, 3.00]" in judgement.sentence


# -- published curves ----------------------------------------------------------------------------

STRAIGHT = PublishedCurves(
    source="made curves",
    how="measured from a figure",
    indicator="log10_hypervolume_difference",
    error=0.01,
    curves=(
        PublishedCurve(
            protocol="p", method="fast", label="F", evaluations=(10, 50, 100), values=(0, -1, -2)
        ),
        PublishedCurve(
            protocol="p", method="slow", label="S", evaluations=(10, 100), values=(0, -1)
        ),
    ),
)


def test_a_published_curve_is_straight_between_its_points():
    fast, slow = STRAIGHT.curves
    levels = np.array([0.1, 0.0, -0.5, -1.0, -1.5, -2.1])
    assert fast.reaches(levels, -1.0).tolist() == [10.0, 10.0, 30.0, 50.0, 75.0, np.inf]
    final, most, level = STRAIGHT.efficiency(fast, slow)
    assert (final, most, level) == (2.0, 2.0, -1.0)
    less, _, _ = STRAIGHT.efficiency(fast, slow, shift=-0.02)
    assert less == pytest.approx(100 / 51)


@pytest.mark.parametrize(
    ("claimed", "verdict"), [(2.0, "reproduced"), (2.25, "cannot be right as printed")]
)
def test_published_efficiency(monkeypatch, tmp_path, claimed, verdict):
    monkeypatch.setattr("reports.claims.rules.efficient.load_curves", {"made": STRAIGHT}.get)
    rule = PublishedEfficiency(
        kind="published-efficiency", curves="made", protocol="p", method="fast", baseline="slow"
    )
    judgement = rule.judge(value(claimed), Evidence(tmp_path))
    assert judgement.verdict == verdict
    assert judgement.estimate.low == pytest.approx(100 / 51)
    assert "made curves: 2.00 at S's last value -1" in judgement.sentence
