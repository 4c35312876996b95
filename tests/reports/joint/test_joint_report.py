"""The report over several protocols: its page, figures and table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from reports import build_report
from reports.joint import can_be_joined
from reports.joint.families import families
from reports.joint.joint_figures import joint_profile, profiled

BASE = np.linspace(0.7, 0.8, 8)
FINALS = {"random": BASE, "good": BASE + 0.1, "bad": BASE - 0.1}


@pytest.fixture
def results(make_results):
    names = ("nb201-digits", "nb201-digits-3obj", "nb301")
    return [make_results(FINALS, protocol=name) for name in names]


def test_several_protocols_are_ranked_together(results, tmp_path):
    build_report(results, tmp_path)
    folder = tmp_path / "joint"
    ranks = pd.read_csv(folder / "ranks.csv")
    assert ranks["method"].tolist() == ["good", "random", "bad"]
    assert ranks["average_rank"].tolist() == [1.0, 2.0, 3.0]
    assert ranks["place_without_darts"].tolist() == [1, 2, 3]
    assert {path.name for path in (folder / "figures").glob("*.svg")} == {
        "ranks.svg",
        "profile.svg",
    }
    for suffix in ("html", "md"):
        page = (folder / f"report.{suffix}").read_text(encoding="utf-8")
        assert "nasbench201" in page
        assert "Without one family" in page
        for each in results:
            assert each.protocol.label in page
        index = (tmp_path / f"index.{suffix}").read_text(encoding="utf-8")
        assert "joint/report" in index
        assert "first by average rank: good" in index


def test_one_family_has_no_stability(results, tmp_path):
    build_report(results[:2], tmp_path)
    assert "Without one family" not in (tmp_path / "joint" / "report.md").read_text()


def test_a_single_protocol_or_methods_in_one_protocol_are_not_joined(make_results, tmp_path):
    one = make_results(FINALS)
    other = make_results({"random": BASE, "other": BASE}, protocol="nb301")
    assert not can_be_joined([one])
    assert not can_be_joined([one, other])
    index = build_report([one, other], tmp_path)
    assert not (tmp_path / "joint").exists()
    assert "joint" not in index.read_text(encoding="utf-8")


def test_the_profile_is_a_mean_over_families(make_results, results):
    grouped = families(each.protocol for each in results)
    methods, chosen = profiled(results)
    assert methods == ["bad", "good", "random"]
    assert {each.protocol.id for each in chosen} == {each.protocol.id for each in results}
    profile = joint_profile(results, grouped, "good")
    assert len(profile) == 200
    assert (np.diff(profile) >= 0).all()
    shares = {}
    for each in results:
        targets = np.array(each.protocol.rules.targets)
        reached = [(targets <= ratio + 1e-12).mean() for ratio in FINALS["good"]]
        shares[each.protocol.name] = np.mean(reached)
    nb201 = (shares["nb201-digits"] + shares["nb201-digits-3obj"]) / 2
    assert profile[-1] == pytest.approx((nb201 + shares["nb301"]) / 2)


def test_a_protocol_or_a_method_with_little_takes_nothing_from_the_profile(make_results, results):
    small = make_results({"good": BASE}, protocol="nbmacro")
    methods, chosen = profiled([*results, small])
    assert methods == ["bad", "good", "random"]
    assert small not in chosen
    assert len(chosen) == 3
    more = make_results(FINALS | {"new": BASE}, protocol="nbmacro")
    methods, chosen = profiled([*results, more])
    assert methods == ["bad", "good", "random"]
    assert len(chosen) == 4
    assert profiled([]) == ([], [])


def test_markup_in_names_is_only_text(make_results, tmp_path, nasty):
    finals = {"random": BASE, nasty: BASE + 0.1}
    build_report([make_results(finals, protocol=p) for p in ("nb201-digits", "nb301")], tmp_path)
    for suffix in ("html", "md"):
        assert "<script" not in (tmp_path / "joint" / f"report.{suffix}").read_text()
