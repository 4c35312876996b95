"""Rules that compare methods, on made results with known answers."""

from __future__ import annotations

import numpy as np
import pytest
from published_numbers import BASE, DIRECTION, PROTOCOL, RATIO, mean

from reports.claims.rules.compared import Difference, Order


def difference(**more):
    options = {"indicator": RATIO, "better": "good", "worse": "bad", **more}
    return Difference(kind="difference", protocol=PROTOCOL, **options)


@pytest.mark.parametrize(
    ("lead", "size", "verdict"),
    [
        (+0.10, None, "reproduced"),
        (-0.10, None, "not reproduced"),
        (+0.10, 0.10, "reproduced"),
        (+0.10, 0.30, "not reproduced"),
        (+0.10, 0.02, "not reproduced"),
    ],
)
def test_difference(evidence_of, lead, size, verdict):
    evidence = evidence_of({"good": BASE + lead, "bad": BASE})
    published = DIRECTION if size is None else mean(size, error=1e-3, spread=0.0)
    judgement = difference().judge(published, evidence)
    assert judgement.verdict == verdict
    assert judgement.repetitions == len(BASE)
    assert judgement.estimate.value == pytest.approx(lead)
    assert judgement.estimate.low == pytest.approx(lead)
    assert judgement.estimate.high == pytest.approx(lead)


def test_a_difference_that_changes_sides_is_not_settled(evidence_of):
    change = 0.05 * np.array([1, -1, 1, -1, 1, -1, 1, -0.9])
    judgement = difference().judge(DIRECTION, evidence_of({"good": BASE + change, "bad": BASE}))
    assert judgement.verdict == "not settled"
    assert judgement.estimate.low < 0.0 < judgement.estimate.high
    assert "good leads bad in 4 of 8 paired repetitions" in judgement.sentence


def test_an_interval_that_excludes_the_size_but_not_0_contradicts_the_size(evidence_of):
    change = 0.05 * np.array([1, -1, 1, -1, 1, -1, 1, -0.9])
    evidence = evidence_of({"good": BASE + change, "bad": BASE})
    assert difference().judge(mean(0.2), evidence).verdict == "not reproduced"
    assert difference().judge(mean(0.01), evidence).verdict == "not settled"
    assert difference().judge(mean(0.2, error=0.18), evidence).verdict == "not settled"
    # Half-widths are 0.034 (ours), 0.018 (a spread of 0.02) and 0.047 (as ours vary).
    assert difference().judge(mean(0.05, spread=0.02), evidence).verdict == "not reproduced"
    assert difference().judge(mean(0.05), evidence).verdict == "not settled"


def test_few_repetitions_settle_nothing(evidence_of):
    evidence = evidence_of({"good": BASE[:5] + 0.1, "bad": BASE[:5]})
    judgement = difference().judge(DIRECTION, evidence)
    assert (judgement.verdict, judgement.repetitions) == ("not settled", 5)
    assert judgement.sentence.endswith("; fewer than 6 runs settle nothing")
    assert difference().judge(
        DIRECTION, evidence_of({"good": BASE[:6] + 0.1, "bad": BASE[:6]})
    ).verdict == ("reproduced")


def test_equal_leads_have_no_spread_for_a_published_size(evidence_of):
    rule = difference(better="a", worse="a")
    judgement = rule.judge(mean(0.1), evidence_of({"a": np.full(8, 0.7)}))
    assert judgement.verdict == "not settled"


def test_lower_is_better_where_the_indicator_says_so(evidence_of):
    evidence = evidence_of({"good": BASE + 0.1, "bad": BASE})
    rule = difference(indicator="log10_hypervolume_difference")
    judgement = rule.judge(DIRECTION, evidence)
    assert judgement.verdict == "reproduced"
    expected = np.mean(np.log10(1.0 - BASE) - np.log10(0.9 - BASE))
    assert judgement.estimate.value == pytest.approx(expected)


def test_only_the_two_methods_decide_which_repetitions_are_paired(evidence_of):
    evidence = evidence_of(
        {"good": BASE + 0.1, "bad": BASE[2:], "third": BASE[:1]},
        repetitions={"good": range(8), "bad": range(2, 8), "third": [0]},
    )
    judgement = difference().judge(DIRECTION, evidence)
    assert (judgement.repetitions, judgement.verdict) == (6, "reproduced")
    assert judgement.estimate.value == pytest.approx(0.1)


def test_a_claim_is_judged_after_the_evaluations_that_it_names(evidence_with_traces):
    ahead, behind = np.tile([0.2, 0.6, 0.6], (8, 1)), np.tile([0.2, 0.4, 0.9], (8, 1))
    evidence = evidence_with_traces({"good": ahead, "bad": behind})
    early = difference(evaluations=2).judge(DIRECTION, evidence)
    assert (early.verdict, early.estimate.value) == ("reproduced", pytest.approx(0.2))
    assert difference().judge(DIRECTION, evidence).verdict == "not reproduced"


def order(*methods):
    return Order(kind="order", protocol=PROTOCOL, indicator=RATIO, methods=methods)


def test_order(evidence_of):
    rng = np.random.default_rng(0)
    noise = 0.002 * rng.standard_normal((3, 8))
    finals = {"a": BASE + 0.1 + noise[0], "b": BASE + 0.05 + noise[1], "c": BASE + noise[2]}
    evidence = evidence_of(finals)
    right = order("a", "b", "c").judge(DIRECTION, evidence)
    assert (right.verdict, right.estimate.value) == ("reproduced", 1.0)
    assert "3 of 3 pairs are ordered as claimed and 0 the other way round" in right.sentence
    wrong = order("b", "a", "c").judge(DIRECTION, evidence)
    assert wrong.verdict == "not reproduced"
    assert wrong.estimate.value == pytest.approx(1 / 3)
    assert "(a before b)" in wrong.sentence
    assert "order after 200 evaluations: a, b, c" in wrong.sentence
    open_ = order("a", "b", "d").judge(DIRECTION, evidence_of({**finals, "d": finals["b"][::-1]}))
    assert open_.verdict == "not settled"
    few = order("b", "a").judge(DIRECTION, evidence_of({m: v[:5] for m, v in finals.items()}))
    assert few.verdict == "not settled"
    assert "pairs" not in few.sentence
