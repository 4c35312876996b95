"""Records of claims: those that ship are valid, and faults are reported."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest

from bench.errors import CallError, ClaimError
from bench.protocol import load_search_protocol, released_protocols
from reports.claims import Evidence, load_paper, record_names
from reports.claims.published_curves import PublishedCurves, load_curves
from reports.claims.record import Claim, Paper
from reports.claims.record_files import read_record, record_path
from reports.claims.rules.efficient import SampleEfficiency
from reports.claims.rules.numbers import Arithmetic, Constant, OutOfReach
from reports.claims.rules.ranked import RankOrder, RankValue
from reports.claims.rules.value import Value

RECORD = """
name = "made"
short = "Made"
title = "A title"
authors = "A. Nobody"
venue = "Nowhere"
year = 2020

[[claims]]
id = "one"
topic = "Topic"
place = "page 1"
statement = "It is better."
published.how = "printed"
rule.kind = "difference"
rule.protocol = "nb201-digits"
rule.better = "nsga2"
rule.worse = "random"
"""


@pytest.fixture
def fault(tmp_path):
    """Give a function that returns the error of the made record with a piece replaced."""

    def give(old, new):
        assert old in RECORD
        path = tmp_path / "made.toml"
        path.write_text(RECORD.replace(old, new), encoding="utf-8")
        with pytest.raises(ClaimError) as raised:
            read_record(path, Paper)
        assert str(raised.value).startswith(f"{path}")
        return str(raised.value).removeprefix(f"{path}")

    return give


def test_the_made_record_is_valid(tmp_path):
    path = tmp_path / "made.toml"
    path.write_text(RECORD, encoding="utf-8")
    assert read_record(path, Paper).claims[0].rule.kind == "difference"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "made"', "name = [", " is not TOML: "),
        ("year = 2020", "", ": year: Field required"),
        ("year = 2020", 'year = "soon"', ": year: Input should be a valid integer"),
        ('venue = "Nowhere"', 'venue = "Nowhere"\ncolour = "red"', ": colour: Extra inputs"),
        ('id = "one"', 'id = "One!"', ": claims.0.id: String should match pattern"),
        ('how = "printed"', 'how = "rumoured"', ": claims.0.published.how: Input should be"),
        ('kind = "difference"', 'kind = "feeling"', ": claims.0.rule: Input tag 'feeling' found"),
        ('rule.better = "nsga2"', "", ": claims.0.rule.difference.better: Field required"),
        ('better = "nsga2"', 'best = "nsga2"', "claims.0.rule.difference.better: Field required"),
        (
            'rule.kind = "difference"',
            'rule.indicator = "beauty"\nrule.kind = "difference"',
            ": claims.0.rule.difference.indicator: Input should be 'hypervolume_ratio'",
        ),
        (
            'published.how = "printed"',
            'published.how = "printed"\npublished.value = 1.0\npublished.spread = 0.1',
            "spread needs published.runs, which is missing",
        ),
        (
            'published.how = "printed"',
            'published.how = "printed"\npublished.error = 0.1',
            "error, runs and spread need published.value",
        ),
        (
            'published.how = "printed"',
            'published.how = "printed"\npublished.value = 1.0',
            "compares a mean of runs with published.value and needs published.runs",
        ),
    ],
)
def test_faults_are_reported(fault, old, new, message):
    assert message in fault(old, new)


def test_two_claims_of_one_id(tmp_path):
    path = tmp_path / "made.toml"
    path.write_text(RECORD + RECORD[RECORD.index("[[claims]]") :], encoding="utf-8")
    with pytest.raises(ClaimError, match="two claims have the id 'one'"):
        read_record(path, Paper)


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "value", "protocol": "p", "method": "m"},
        {"kind": "constant", "protocol": "p"},
        {"kind": "arithmetic", "operation": "ratio", "terms": [1.0, 2.0]},
        {"kind": "sample-efficiency", "protocol": "p", "method": "m", "baseline": "b"},
    ],
)
def test_rules_on_a_published_number_need_one(rule):
    claim = {
        "id": "x",
        "topic": "t",
        "place": "p",
        "statement": "s",
        "published": {"how": "printed"},
        "rule": rule,
    }
    with pytest.raises(ValueError, match=f"{rule['kind']}' needs published.value"):
        Claim.model_validate(claim)
    claim["published"] |= {"value": 1.0, "runs": 7}
    assert Claim.model_validate(claim).rule.kind == rule["kind"]


@pytest.mark.parametrize(
    ("terms", "rounding", "message"),
    [([1.0, 0.05], [0.0, 0.05], "may be 0"), ([1.0, 2.0], [-0.1, 0.0], "not be negative")],
)
def test_impossible_arithmetic(terms, rounding, message):
    rule = {"kind": "arithmetic", "operation": "ratio", "terms": terms, "rounding": rounding}
    claim = {
        "id": "x",
        "topic": "t",
        "place": "p",
        "statement": "s",
        "published": {"how": "printed", "value": 1.0},
        "rule": rule,
    }
    with pytest.raises(ValueError, match=message):
        Claim.model_validate(claim)


@pytest.mark.parametrize(
    ("curve", "message"),
    [
        ({"evaluations": [1, 2], "values": [0.0]}, "one value for each of the 2"),
        ({"evaluations": [2, 1], "values": [0.0, 1.0]}, "evaluations must increase"),
    ],
)
def test_invalid_curves(curve, message):
    content = {
        "source": "s",
        "how": "printed",
        "indicator": "hypervolume_ratio",
        "error": 0.0,
        "curves": [{"protocol": "p", "method": "m", "label": "M", **curve}],
    }
    with pytest.raises(ValueError, match=message):
        PublishedCurves.model_validate(content)


# -- what ships ------------------------------------------------------------------------------------


def test_papers_have_the_names_of_their_files():
    assert "lamoo" in record_names()
    for name in record_names():
        assert load_paper(name).name == name
    with pytest.raises(CallError, match=r"unknown paper 'nobody': expected one of .*lamoo"):
        load_paper("nobody")


def test_a_missing_file_and_a_missing_curve_are_reported():
    with pytest.raises(CallError, match=r"cannot read .*nobody\.toml: No such file"):
        read_record(record_path("nobody"), Paper)
    with pytest.raises(ClaimError, match="no published curve of nobody under lamoo-nb201"):
        load_curves("lamoo-curves").of("lamoo-nb201", "nobody")


def _methods(rule):
    fields = ("better", "worse", "method", "baseline")
    return [getattr(rule, f) for f in fields if hasattr(rule, f)] + list(
        getattr(rule, "methods", ())
    )


def test_records_name_methods_that_exist():
    registered = {entry.name for entry in entry_points(group="monas.methods")}
    judged = {c.id: c.rule for name in record_names() for c in load_paper(name).claims}
    # Entries of ranking protocols are checked in rules/test_ranked.py.
    rules = {k: r for k, r in judged.items() if not isinstance(r, RankOrder | RankValue)}
    named = {getattr(rule, "protocol", None) for rule in rules.values()}
    entrants = {
        name: set(load_search_protocol(name).entrants())
        for name in named & set(released_protocols("search"))
    }
    for claim, rule in rules.items():
        known = registered | entrants.get(getattr(rule, "protocol", None), set())
        assert set(_methods(rule)) <= known, claim


def test_verdicts_that_need_no_results(tmp_path):
    evidence = Evidence(tmp_path)
    judged = {claim.id: claim.judge(evidence) for claim in load_paper("lamoo").claims}
    assert judged["efficiency-qehvi-own-curves"].verdict == "cannot be right as printed"
    assert judged["cp-tenth"].verdict == "cannot be right as printed"
    assert judged["cifar10"].verdict == "out of reach here"
    without = judged["better-qehvi"]
    assert without.verdict == "no results"
    assert without.command == ("monas run lamoo-nb201 --method lamoo-qehvi --method qehvi")


def test_the_test_functions_of_lamoo_have_the_units_of_the_paper():
    claims = [c for c in load_paper("lamoo").claims if c.topic.startswith("Branin-Currin")]
    protocols = {c.rule.protocol for c in claims}
    assert len(protocols) == 4
    for name in protocols:
        scales = load_search_protocol(name).rules.normalisation
        assert set(scales.ideal) == {0.0}
        assert set(scales.nadir) == {1.0}


def test_claims_and_curves_have_the_same_numbers():
    claims, compared = load_paper("lamoo").claims, 0
    for curve in load_curves("lamoo-curves").curves:
        points = dict(zip(curve.evaluations, curve.values, strict=True))
        for claim in claims:
            rule, published = claim.rule, claim.published
            if not isinstance(rule, Value) or rule.protocol != curve.protocol:
                continue
            of_curve = rule.method == curve.method and rule.evaluations in points
            if claim.id == f"random-below-{curve.method}" or of_curve:
                compared += 1
                assert published.value == points[rule.evaluations], claim.id
                if rule.evaluations == curve.evaluations[-1]:
                    assert published.spread == curve.spread, claim.id
    assert compared == 6 + 6 + 4


def test_drawn_pairs_are_not_claimed_and_have_the_indicator_of_the_claims():
    for name in record_names():
        paper = load_paper(name)
        rules = [c.rule for c in paper.claims if isinstance(c.rule, SampleEfficiency)]
        claimed = {(r.protocol, r.method, r.baseline) for r in rules}
        extras = [(c.protocol, *pair) for c in paper.comparisons for pair in c.pairs]
        assert len(extras) == len(set(extras) - claimed)
        # A protocol has one figure of ratios.
        indicators = {(each.protocol, each.indicator) for each in (*rules, *paper.comparisons)}
        assert len(indicators) == len({protocol for protocol, _ in indicators})


def test_numbers_that_mote_prints_twice_or_computes_are_compared_with_each_other(tmp_path):
    claims = [c for c in load_paper("mote").claims if isinstance(c.rule, Arithmetic)]
    assert {c.id for c in claims} == {
        "ef-minutes",
        "ef-figure-accuracy",
        "ef-figure-cost",
        "lga-figure-cost",
        "reduced-parameters",
        "reduced-flops",
    }
    for claim in claims:
        judgement = claim.judge(Evidence(tmp_path))
        assert judgement.verdict == "cannot be right as printed", claim.id
        # The ratio 1 or difference 0 of a number printed twice is implied, not printed.
        assert (claim.published.how == "implied") == (claim.published.number in (0.0, 1.0))


def test_printed_numbers_are_short():
    for name in record_names():
        for claim in load_paper(name).claims:
            if claim.published.how == "printed" and claim.published.value is not None:
                assert len(repr(claim.published.value)) <= 7, claim.id


def test_the_published_curves_give_the_ratios_read_at_full_resolution():
    # The ratios were first computed from every point of the poster's curves.
    curves = load_curves("lamoo-curves")
    lamoo = curves.of("lamoo-nb201", "lamoo-qehvi")
    read = {"qehvi": 1.84, "qparego": 2.31, "nsga2": 2.34, "nsga3": 2.35}
    for method, ratio in read.items():
        final, _, _ = curves.efficiency(lamoo, curves.of("lamoo-nb201", method))
        assert final == pytest.approx(ratio, abs=0.02)
    _, most, _ = curves.efficiency(lamoo, curves.of("lamoo-nb201", "qehvi"))
    assert most == pytest.approx(1.99, abs=0.02)
    long = [curves.of("lamoo-nb201-1000", m) for m in ("lamoo-cmaes", "cma-es")]
    assert curves.efficiency(*long)[0] == pytest.approx(1.46, abs=0.02)


def test_the_largest_hypervolume_is_not_the_published_one(real_tables, tmp_path):
    claims = {claim.id: claim for claim in load_paper("lamoo").claims}
    judgement = claims["largest-hypervolume"].judge(Evidence(tmp_path))
    assert judgement.verdict == "not reproduced"
    assert judgement.estimate.value == pytest.approx(8.0526, abs=1e-4)


def test_every_rule_has_an_explanation():
    for name in record_names():
        for claim in load_paper(name).claims:
            assert len(claim.rule.explanation) > 20
            assert claim.rule.interval
    assert OutOfReach(kind="out-of-reach", would_take="x").tested_by == ""
    rule = Constant(kind="constant", protocol="p")
    assert rule.tested_by == "p: front hypervolume"
