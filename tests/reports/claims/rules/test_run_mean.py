"""The rule on means of runs, on made results with known answers."""

from __future__ import annotations

import numpy as np
import pytest
from published_numbers import BASE, PROTOCOL, value

from reports.claims import MissingEvidence
from reports.claims.rules.run_mean import RunMean

OPTIONS = {"protocol": PROTOCOL, "method": "random", "column": "hypervolume_ratio"}


def runs(finals):
    """Return final ratios of random search, and others of another method."""
    return {"random": finals, "nsga2": [0.1] * len(finals)}


@pytest.mark.parametrize(
    ("claimed", "expect", "verdict"),
    [
        (0.71, "equal", "reproduced"),
        (0.719, "equal", "reproduced"),  # within the interval of a mean of ten runs
        (0.723, "equal", "not settled"),
        (0.75, "equal", "not reproduced"),
        (0.75, "at most", "reproduced"),
        (0.65, "at most", "not reproduced"),
        (0.711, "at most", "not settled"),
    ],
)
def test_a_mean_of_runs_is_compared_with_a_published_mean(evidence_of, claimed, expect, verdict):
    rule = RunMean(kind="run-mean", expect=expect, **OPTIONS)
    judgement = rule.judge(value(claimed, runs=10), evidence_of(runs(BASE)))
    assert judgement.verdict == verdict
    assert judgement.estimate.value == pytest.approx(np.mean(BASE))
    assert judgement.repetitions == len(BASE)


def test_few_runs_settle_nothing_and_the_column_can_be_subtracted_from_100(evidence_of):
    rule = RunMean(kind="run-mean", less_from=100.0, **OPTIONS)
    judgement = rule.judge(value(99.3, runs=10), evidence_of(runs(BASE[:4])))
    assert judgement.verdict == "not settled"
    assert judgement.sentence.endswith("; fewer than 6 runs settle nothing")
    assert judgement.estimate.value == pytest.approx(100.0 - np.mean(BASE[:4]))
    half = 3.1824463 * np.std(BASE[:4], ddof=1) / 2.0  # Student's t with 3 degrees of freedom
    assert judgement.estimate.high - judgement.estimate.value == pytest.approx(half)


def test_equal_runs_are_not_compared_with_a_mean(evidence_of):
    equal = RunMean(kind="run-mean", **OPTIONS)
    judgement = equal.judge(value(0.71, error=0.005, runs=10), evidence_of(runs([0.7] * 8)))
    assert judgement.verdict == "not settled"
    assert "mean of 8 runs with a standard deviation of 0, -0.01" in judgement.sentence
    assert "all runs here give the same value" in judgement.sentence
    bound = RunMean(kind="run-mean", expect="at most", **OPTIONS)
    below = bound.judge(value(0.71), evidence_of(runs([0.7] * 8)))
    assert below.verdict == "reproduced"
    assert below.sentence.endswith("; 8 of 8 runs are within the bound")
    message = "only 1 finished run of random under nb201-digits; an interval needs 2"
    with pytest.raises(MissingEvidence, match=message):
        bound.judge(value(0.71), evidence_of(runs([0.7])))


def test_a_column_that_runs_do_not_have_is_missing(evidence_of):
    rule = RunMean(
        kind="run-mean", protocol="nb201-digits", method="random", column="selected_error"
    )
    with pytest.raises(MissingEvidence, match="have no 'selected_error'"):
        rule.judge(value(1.0), evidence_of(runs(BASE)))
