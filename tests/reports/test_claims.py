"""Rules on made results with known answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.protocol import load_search_protocol
from reports.claims import Estimate, Evidence, Missing, Published
from reports.claims.measure import INDICATORS, percentiles, resampled_means
from reports.claims.published_curves import Curve, Curves
from reports.claims.rules.compared import Difference, Order
from reports.claims.rules.efficient import PublishedEfficiency, SampleEfficiency
from reports.claims.rules.numbers import Arithmetic, Constant, OutOfReach
from reports.claims.rules.value import Value
from reports.claims.sample_efficiency import sample_efficiency

PROTOCOL = "nb201-digits"
RATIO = "hypervolume_ratio"
BASE = np.array([0.70, 0.72, 0.69, 0.71, 0.73, 0.70, 0.72, 0.71])
DIRECTION = Published(how="printed")


def value(number, **more):
    return Published(how="printed", value=number, unit="u", **more)


def mean(number, **more):
    """Return a published mean of seven runs."""
    return value(number, runs=7, **more)


@pytest.fixture
def evidence(make_results, tmp_path):
    def hold(finals, **more):
        return Evidence(tmp_path, {PROTOCOL: make_results(finals, **more)})

    return hold


@pytest.fixture
def shaped(make_results, tmp_path):
    """Evidence whose runs have the given traces [repetitions, n], continued by their last value."""

    def hold(traces):
        results = make_results({name: t[:, -1] for name, t in traces.items()})
        n = results.protocol.rules.budget.evaluations

        def trace(run):
            given = traces[run.method][run.repetition]
            return np.concatenate([given, np.full(n - len(given), given[-1])])

        runs = tuple(replace(run, trace=trace(run)) for run in results.runs)
        return Evidence(tmp_path, {PROTOCOL: replace(results, runs=runs)})

    return hold


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
def test_difference(evidence, lead, size, verdict):
    held = evidence({"good": BASE + lead, "bad": BASE})
    published = DIRECTION if size is None else mean(size, error=1e-3, spread=0.0)
    outcome = difference().judge(published, held)
    assert outcome.verdict == verdict
    assert outcome.repetitions == len(BASE)
    assert outcome.estimate.value == pytest.approx(lead)
    assert outcome.estimate.low == pytest.approx(lead)
    assert outcome.estimate.high == pytest.approx(lead)


def test_a_difference_that_changes_sides_is_not_settled(evidence):
    change = 0.05 * np.array([1, -1, 1, -1, 1, -1, 1, -0.9])
    outcome = difference().judge(DIRECTION, evidence({"good": BASE + change, "bad": BASE}))
    assert outcome.verdict == "not settled"
    assert outcome.estimate.low < 0.0 < outcome.estimate.high
    assert "good leads bad in 4 of 8 paired repetitions" in outcome.sentence


def test_an_interval_that_excludes_the_size_but_not_0_contradicts_the_size(evidence):
    change = 0.05 * np.array([1, -1, 1, -1, 1, -1, 1, -0.9])
    held = evidence({"good": BASE + change, "bad": BASE})
    assert difference().judge(mean(0.2), held).verdict == "not reproduced"
    assert difference().judge(mean(0.01), held).verdict == "not settled"
    assert difference().judge(mean(0.2, error=0.18), held).verdict == "not settled"
    # Half-widths are 0.034 (ours), 0.018 (a spread of 0.02) and 0.047 (as ours vary).
    assert difference().judge(mean(0.05, spread=0.02), held).verdict == "not reproduced"
    assert difference().judge(mean(0.05), held).verdict == "not settled"


def test_few_repetitions_settle_nothing(evidence):
    held = evidence({"good": BASE[:5] + 0.1, "bad": BASE[:5]})
    outcome = difference().judge(DIRECTION, held)
    assert (outcome.verdict, outcome.repetitions) == ("not settled", 5)
    assert outcome.sentence.endswith("; fewer than 6 runs settle nothing")
    assert difference().judge(
        DIRECTION, evidence({"good": BASE[:6] + 0.1, "bad": BASE[:6]})
    ).verdict == ("reproduced")


def test_lower_is_better_where_the_indicator_says_so(evidence):
    held = evidence({"good": BASE + 0.1, "bad": BASE})
    rule = difference(indicator="log10_hypervolume_difference")
    outcome = rule.judge(DIRECTION, held)
    assert outcome.verdict == "reproduced"
    expected = np.mean(np.log10(1.0 - BASE) - np.log10(0.9 - BASE))
    assert outcome.estimate.value == pytest.approx(expected)


def test_only_the_two_methods_decide_which_repetitions_are_paired(evidence):
    held = evidence(
        {"good": BASE + 0.1, "bad": BASE[2:], "third": BASE[:1]},
        repetitions={"good": range(8), "bad": range(2, 8), "third": [0]},
    )
    outcome = difference().judge(DIRECTION, held)
    assert (outcome.repetitions, outcome.verdict) == (6, "reproduced")
    assert outcome.estimate.value == pytest.approx(0.1)


def test_a_claim_is_judged_after_the_evaluations_that_it_names(shaped):
    ahead, behind = np.tile([0.2, 0.6, 0.6], (8, 1)), np.tile([0.2, 0.4, 0.9], (8, 1))
    held = shaped({"good": ahead, "bad": behind})
    early = difference(evaluations=2).judge(DIRECTION, held)
    assert (early.verdict, early.estimate.value) == ("reproduced", pytest.approx(0.2))
    assert difference().judge(DIRECTION, held).verdict == "not reproduced"


def order(*methods):
    return Order(kind="order", protocol=PROTOCOL, indicator=RATIO, methods=methods)


def test_order(evidence):
    rng = np.random.default_rng(0)
    noise = 0.002 * rng.standard_normal((3, 8))
    finals = {"a": BASE + 0.1 + noise[0], "b": BASE + 0.05 + noise[1], "c": BASE + noise[2]}
    held = evidence(finals)
    right = order("a", "b", "c").judge(DIRECTION, held)
    assert (right.verdict, right.estimate.value) == ("reproduced", 1.0)
    assert "3 of 3 pairs stand as claimed and 0 the other way round" in right.sentence
    wrong = order("b", "a", "c").judge(DIRECTION, held)
    assert wrong.verdict == "not reproduced"
    assert wrong.estimate.value == pytest.approx(1 / 3)
    assert "(a before b)" in wrong.sentence
    assert "order after 200 evaluations: a, b, c" in wrong.sentence
    open_ = order("a", "b", "d").judge(DIRECTION, evidence({**finals, "d": finals["b"][::-1]}))
    assert open_.verdict == "not settled"
    few = order("b", "a").judge(DIRECTION, evidence({m: v[:5] for m, v in finals.items()}))
    assert few.verdict == "not settled"
    assert "pairs" not in few.sentence


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
def test_value(evidence, published, expect, verdict):
    outcome = of_value(expect).judge(published, evidence({"a": BASE}))
    assert outcome.verdict == verdict
    assert outcome.estimate.value == pytest.approx(BASE.mean())
    assert outcome.estimate.low < BASE.mean() < outcome.estimate.high


def test_runs_that_are_all_the_same_lend_no_spread(evidence):
    held = evidence({"a": np.full(8, 0.7)})
    lent = of_value().judge(mean(0.69), held)
    assert lent.verdict == "not settled"
    assert lent.sentence.endswith("so nothing tells how the paper's vary")
    assert of_value().judge(mean(0.69, spread=0.001), held).verdict == "not reproduced"
    assert difference(better="a", worse="a").judge(mean(0.1), held).verdict == "not settled"


def test_one_run_has_no_interval(evidence):
    with pytest.raises(Missing, match="only 1 repetition finished by a; an interval takes 2"):
        of_value().judge(mean(0.7), evidence({"a": BASE[:1]}))


def test_worse_is_higher_where_lower_is_better(evidence):
    held, number = evidence({"a": BASE}), mean(-2.0)
    rule = of_value("worse", indicator="log10_hypervolume_difference")
    outcome = rule.judge(number, held)
    assert outcome.verdict == "reproduced"
    assert "a here is worse than the published value" in outcome.sentence


def test_intervals_of_the_mean_agree_with_a_plain_bootstrap():
    values = np.random.default_rng(1).normal(size=20)
    low, high = percentiles(resampled_means([values[:, None]], np.random.default_rng(2))[0][:, 0])
    rng = np.random.default_rng(3)
    plain = [rng.choice(values, 20).mean() for _ in range(4000)]
    assert low == pytest.approx(np.quantile(plain, 0.025), abs=0.03)
    assert high == pytest.approx(np.quantile(plain, 0.975), abs=0.03)


def test_a_published_number_joins_its_own_interval():
    ours, runs = Estimate(1.0, 0.7, 1.4, "u"), np.array([0.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0])
    deviation = np.std(runs, ddof=1)
    for published, half in (
        # Student's t with 3 degrees of freedom, by 1 over the root of 4.
        (value(0.5, error=0.1, spread=1.0, runs=4), 3.1824463 / 2.0),
        # With 6: the spread is that of our seven runs, the mean one of the paper's four.
        (value(0.5, error=0.1, runs=4), 2.4469119 * deviation / 2.0),
    ):
        assert published.bounds() == pytest.approx((0.4, 0.6))
        assert published.interval(runs) == pytest.approx((0.5 - 0.1 - half, 0.5 + 0.1 + half))
        beyond = published.exceeded_by(ours, runs)
        assert beyond.value == 0.5
        assert beyond.low == pytest.approx(0.5 - np.hypot(0.3, half) - 0.1)
        assert beyond.high == pytest.approx(0.5 + np.hypot(0.4, half) + 0.1)


# -- sample efficiency -----------------------------------------------------------------------------


def first_time(mean, level):
    for number, reached in enumerate(mean, start=1):
        if reached >= level - 1e-12:
            return number
    return len(mean) + 1


def test_the_ratio_is_that_of_a_plain_search_at_every_level():
    rng = np.random.default_rng(5)
    slow = np.cumsum(rng.random((8, 40)), axis=1) / 40
    fast = np.cumsum(rng.random((8, 40)) * 1.7, axis=1) / 40
    found = sample_efficiency(fast, slow, INDICATORS[RATIO], initial=1, rng=rng)
    for level, ratio in zip(found.curve.levels, found.curve.ratio, strict=True):
        expected = first_time(slow.mean(axis=0), level) / first_time(fast.mean(axis=0), level)
        assert ratio == expected
    assert found.level == pytest.approx(slow.mean(axis=0)[-1])
    assert found.at[0] == 40 / first_time(fast.mean(axis=0), slow.mean(axis=0)[-1])
    assert found.most[0] == found.curve.ratio.max()
    assert found.reached
    assert (found.curve.low <= found.curve.ratio).mean() > 0.95
    assert (found.curve.ratio <= found.curve.high).mean() > 0.95


def test_without_any_chance_the_interval_is_the_ratio():
    ramp = np.linspace(0.0, 1.0, 101)[1:]
    twice = np.minimum(2.0 * ramp, 1.0)
    found = sample_efficiency(
        np.tile(twice, (6, 1)),
        np.tile(ramp, (6, 1)),
        INDICATORS[RATIO],
        initial=1,
        rng=np.random.default_rng(0),
    )
    assert found.at == (2.0, 2.0, 2.0)
    assert found.most == (2.0, 2.0, 2.0)
    back = sample_efficiency(
        np.tile(-ramp, (6, 1)),
        np.tile(-twice, (6, 1)),
        INDICATORS["log10_hypervolume_difference"],
        initial=1,
        rng=np.random.default_rng(0),
    )
    assert back.at == (0.5, 0.5, 0.5)
    assert back.level == -1.0


def test_a_level_out_of_reach_gives_a_bound():
    worse, better = np.full((6, 10), 0.4), np.full((6, 10), 0.6)
    found = sample_efficiency(
        worse, better, INDICATORS[RATIO], initial=1, rng=np.random.default_rng(0)
    )
    assert found.at == (1 / 11, 1 / 11, 1 / 11)
    assert not found.reached
    assert found.curve.levels.tolist() == [worse.mean(axis=0)[-1]]


def efficiency(at="baseline final", **more):
    options = {"indicator": RATIO, "method": "fast", "baseline": "slow", **more}
    return SampleEfficiency(kind="sample-efficiency", protocol=PROTOCOL, at=at, **options)


@pytest.mark.parametrize(
    ("claimed", "verdict"),
    [(1.5, "reproduced"), (1.98, "reproduced"), (2.25, "not reproduced")],
)
def test_claimed_factors(shaped, claimed, verdict):
    ramp = np.linspace(0.1, 0.9, 200)
    fast = np.interp(np.arange(200) * 2.0, np.arange(200), ramp)
    held = shaped({"fast": np.tile(fast, (8, 1)), "slow": np.tile(ramp, (8, 1))})
    outcome = efficiency().judge(value(claimed), held)
    assert outcome.verdict == verdict
    assert outcome.estimate.value == pytest.approx(200 / 101)
    assert outcome.repetitions == 8


def test_a_slower_method_is_not_reproduced_whatever_is_claimed(shaped):
    ramp = np.linspace(0.1, 0.9, 200)
    held = shaped({"fast": np.tile(ramp**2, (8, 1)), "slow": np.tile(ramp, (8, 1))})
    outcome = efficiency().judge(value(0.5), held)
    assert outcome.verdict == "not reproduced"
    assert "not reached by fast: a bound" in outcome.sentence


def test_an_interval_that_holds_the_claimed_factor_above_the_ratio_is_not_settled(shaped):
    ramp = np.linspace(0.1, 0.3, 200)
    speeds = np.array([1.0, 1.1, 1.2, 1.3, 2.5, 2.6, 2.7, 2.8])
    fast = 0.1 + speeds[:, None] * (ramp - 0.1)
    held = shaped({"fast": fast, "slow": np.tile(ramp, (8, 1))})
    outcome = efficiency().judge(value(1.95), held)
    low, middle, high = outcome.estimate.low, outcome.estimate.value, outcome.estimate.high
    assert 1.0 < low < middle < 1.95 < high
    assert outcome.verdict == "not settled"
    assert efficiency().judge(value(high + 0.1), held).verdict == "not reproduced"
    assert efficiency().judge(value(middle - 0.1), held).verdict == "reproduced"


def test_the_maximum_over_levels_is_another_claim(shaped):
    slow = np.concatenate([np.full(89, 0.1), [0.5], np.linspace(0.5, 0.9, 110)])
    fast = np.concatenate([np.full(29, 0.1), np.full(61, 0.5), np.linspace(0.5, 0.9, 110)])
    held = shaped({"fast": np.tile(fast, (8, 1)), "slow": np.tile(slow, (8, 1))})
    assert efficiency("maximum").judge(value(2.9), held).verdict == "reproduced"
    outcome = efficiency().judge(value(2.9), held)
    assert (outcome.verdict, outcome.estimate.value) == ("not reproduced", 1.0)
    assert "and at most 3.00 [3.00, 3.00]" in outcome.sentence


# -- published numbers -----------------------------------------------------------------------------

STRAIGHT = Curves(
    source="made curves",
    how="measured from a figure",
    indicator="log10_hypervolume_difference",
    error=0.01,
    curves=(
        Curve(
            protocol="p", method="fast", label="F", evaluations=(10, 50, 100), values=(0, -1, -2)
        ),
        Curve(protocol="p", method="slow", label="S", evaluations=(10, 100), values=(0, -1)),
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
    outcome = rule.judge(value(claimed), Evidence(tmp_path))
    assert outcome.verdict == verdict
    assert outcome.estimate.low == pytest.approx(100 / 51)
    assert "made curves: 2.00 at S's last value -1" in outcome.sentence


@pytest.mark.parametrize(
    ("operation", "terms", "printed", "error", "verdict"),
    [
        ("ratio", (2300.0, 34.4), 64.0, 3.0, "reproduced"),
        ("ratio", (1000.0, 18.3), 435.0, 0.5, "cannot be right as printed"),
        ("difference", (1.0, 0.25), 0.75, 0.0, "reproduced"),
        ("difference", (1.0, 0.25), 0.5, 0.1, "cannot be right as printed"),
    ],
)
def test_arithmetic(tmp_path, operation, terms, printed, error, verdict):
    rule = Arithmetic(kind="arithmetic", operation=operation, terms=terms)
    outcome = rule.judge(value(printed, error=error), Evidence(tmp_path))
    assert outcome.verdict == verdict
    assert outcome.estimate.value == (
        terms[0] / terms[1] if operation == "ratio" else terms[0] - terms[1]
    )


def test_rounding_widens_what_arithmetic_allows(tmp_path):
    rule = Arithmetic(
        kind="arithmetic", operation="ratio", terms=(1000.0, 18.3), rounding=(50.0, 0.05)
    )
    outcome = rule.judge(value(57.0), Evidence(tmp_path))
    assert outcome.verdict == "reproduced"
    assert outcome.estimate.low == pytest.approx(950 / 18.35)
    assert outcome.estimate.high == pytest.approx(1050 / 18.25)


def test_a_constant_is_computed_again_from_the_table(tmp_path):
    protocol = load_search_protocol(PROTOCOL)
    front = protocol.normalise(protocol.task().front("score"))
    area, last = 0.0, 1.1  # of the stairs below the reference point, from left to right
    for x, y in front[np.argsort(front[:, 0])]:
        area += (1.1 - x) * (last - y)
        last = y
    rule = Constant(kind="constant", protocol=PROTOCOL)
    right = rule.judge(value(area + 0.004, error=0.005), Evidence(tmp_path))
    assert right.verdict == "reproduced"
    assert right.estimate.value == pytest.approx(area)
    assert rule.judge(value(area + 0.004), Evidence(tmp_path)).verdict == "not reproduced"


def test_out_of_reach_says_what_it_would_take(tmp_path):
    rule = OutOfReach(kind="out-of-reach", would_take="a thousand\nGPUs.\n")
    outcome = rule.judge(DIRECTION, Evidence(tmp_path))
    assert outcome.verdict == "out of reach here"
    assert outcome.sentence == "it would take a thousand GPUs"
