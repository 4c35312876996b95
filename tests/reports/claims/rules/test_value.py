"""The rule on a measured value and a published number, on made results."""

from __future__ import annotations

import numpy as np
import pytest
from published_numbers import BASE, PROTOCOL, RATIO, mean

from reports.claims import MissingEvidence
from reports.claims.rules.value import Value


def of_value(expect="equal", **more):
    options = {"indicator": RATIO, "method": "a", **more}
    return Value(kind="value", protocol=PROTOCOL, expect=expect, **options)


@pytest.mark.parametrize(
    ("published", "expect", "verdict"),
    [
        (mean(0.71), "equal", "reproduced"),
        (mean(0.80), "equal", "not reproduced"),
        (mean(0.80, error=0.2), "equal", "reproduced"),
        (mean(0.80, spread=0.2), "equal", "reproduced"),
        (mean(0.80, spread=0.002), "equal", "not reproduced"),
        # Without a spread the seven runs vary as ours: their mean by 0.0116, ours by 0.009.
        (mean(0.721), "equal", "reproduced"),
        (mean(0.721, spread=0.0), "equal", "not reproduced"),
        (mean(0.7235), "equal", "not settled"),
        (mean(0.728), "equal", "not reproduced"),
        (mean(0.60), "better", "reproduced"),
        (mean(0.60), "worse", "not reproduced"),
        (mean(0.71), "better", "not settled"),
        (mean(0.80), "worse", "reproduced"),
        (mean(0.721), "worse", "not settled"),
        (mean(0.80), "better", "not reproduced"),
        (mean(0.80, error=0.2), "worse", "not settled"),
    ],
)
def test_value(evidence_of, published, expect, verdict):
    judgement = of_value(expect).judge(published, evidence_of({"a": BASE}))
    assert judgement.verdict == verdict
    assert judgement.estimate.value == pytest.approx(BASE.mean())
    assert judgement.estimate.low < BASE.mean() < judgement.estimate.high


def test_equal_runs_have_no_spread_for_a_published_mean(evidence_of):
    evidence = evidence_of({"a": np.full(8, 0.7)})
    without = of_value().judge(mean(0.69), evidence)
    assert without.verdict == "not settled"
    assert without.sentence.endswith("so the spread of the paper's runs is unknown")
    assert of_value().judge(mean(0.69, spread=0.001), evidence).verdict == "not reproduced"


def test_one_run_has_no_interval(evidence_of):
    message = "only 1 repetition finished by a; an interval needs 2"
    with pytest.raises(MissingEvidence, match=message):
        of_value().judge(mean(0.7), evidence_of({"a": BASE[:1]}))


def test_worse_is_higher_where_lower_is_better(evidence_of):
    evidence, number = evidence_of({"a": BASE}), mean(-2.0)
    rule = of_value("worse", indicator="log10_hypervolume_difference")
    judgement = rule.judge(number, evidence)
    assert judgement.verdict == "reproduced"
    assert "a here is worse than the published value" in judgement.sentence
