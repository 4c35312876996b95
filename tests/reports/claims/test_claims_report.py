"""Pages of claims, on made results."""

from __future__ import annotations

import io
import re

import pandas as pd
import pytest

from bench.errors import CallError
from reports.claims import Estimate, Evidence, Judgement
from reports.claims.claims_page import basis, estimate_text
from reports.claims.claims_report import build_claims, judge
from reports.claims.figures import draw_plots


def test_the_page_has_every_verdict(paper, paper_evidence, tmp_path):
    judged = judge(paper, paper_evidence)
    verdicts = [each.judgement.verdict for each in judged]
    assert verdicts == ["reproduced", "not reproduced", "no results", "out of reach here"]
    path = build_claims(paper, judged, paper_evidence, tmp_path / "out")
    html = path.read_text(encoding="utf-8")
    markdown = (path.parent / "claims.md").read_text(encoding="utf-8")
    for text in (html, markdown):
        for each in judged:
            assert f"Statement {each.claim.id}." in text
        assert "<script>" not in text
        assert "<b>search" not in text
        assert "reproduced 1, not reproduced 1, out of reach here 1, no results 1, of 4" in text
        assert "monas run nb201-digits --method moead" in text
    assert "| hypervolume ratio | 0.1 |" in markdown
    assert "percentile bootstrap of the mean lead over paired repetitions" in html
    linked = re.findall(r'(?:href|src)="(?!data:|#)([^"]+)"', html)
    linked += re.findall(r"\]\((\S+)\)", markdown)
    assert len(linked) > 4
    for link in linked:
        assert (path.parent / link).is_file(), link
    anchors = re.findall(r'href="#([^"]+)"', html)
    assert "is-it-so" in anchors
    for anchor in anchors:
        assert f'id="{anchor}"' in html


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((54930.114, 54836.2, 55024.0), ("54930", "[54836, 55024]")),
        ((94.07256, 93.99415, 94.15096), ("94.073", "[93.994, 94.151]")),
        ((1.4123, 1.1987, 1.9021), ("1.41", "[1.20, 1.90]")),
        ((-0.00004, -0.0033, 0.0035), ("0.0000", "[-0.0033, 0.0035]")),
        ((8.0526123, 8.0526123, 8.0526123), ("8.05261", "[8.05261, 8.05261]")),
        ((94.105, 94.105 - 1e-14, 94.105 + 1e-14), ("94.105", "[94.105, 94.105]")),
    ],
)
def test_numbers_have_the_decimals_of_their_intervals(numbers, text):
    assert estimate_text(Judgement("reproduced", "", Estimate(*numbers, "u"))) == text


def test_the_reason_of_not_settled_has_the_number_of_repetitions_if_there_are_any():
    assert basis(Judgement("not settled", "so", repetitions=1)) == (
        "not settled with 1 repetition: so"
    )
    assert basis(Judgement("not settled", "so", repetitions=20)).startswith(
        "not settled with 20 rep"
    )
    assert basis(Judgement("not settled", "so")) == "so"


def test_the_numbers_of_the_table_are_not_rounded(paper, paper_evidence, tmp_path):
    judged = judge(paper, paper_evidence)
    path = build_claims(paper, judged, paper_evidence, tmp_path / "out")
    frame = pd.read_csv(io.BytesIO((path.parent / "claims.csv").read_bytes())).set_index("claim")
    assert frame.loc["better", "estimate"] == pytest.approx(0.1, abs=1e-12)
    assert frame.loc["faster", "published"] == 3.0
    assert frame.loc["missing", "verdict"] == "no results"
    assert frame.loc["missing", "command"].startswith("monas run")


def test_the_same_results_give_the_same_bytes(paper, paper_evidence, tmp_path):
    written = []
    for name in ("a", "b"):
        build_claims(paper, judge(paper, paper_evidence), paper_evidence, tmp_path / name)
        files = sorted(p for p in (tmp_path / name).rglob("*") if p.is_file())
        written.append({p.relative_to(tmp_path / name): p.read_bytes() for p in files})
    assert written[0] == written[1]
    names = {path.name for path in written[0]}
    assert names >= {"curves-nb201-digits.svg", "ratios-nb201-digits.png", "claims.csv"}


def test_without_results_nothing_is_drawn_and_the_page_is_written(paper, tmp_path):
    evidence = Evidence(tmp_path / "results")
    assert list(draw_plots(paper, evidence)) == []
    path = build_claims(paper, judge(paper, evidence), evidence, tmp_path / "out")
    html = path.read_text(encoding="utf-8")
    assert "Figures" not in html
    assert "no results 3" in html


def test_a_folder_that_cannot_be_written_is_an_error(paper, paper_evidence, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CallError, match=r"cannot write .*--out"):
        build_claims(paper, judge(paper, paper_evidence), paper_evidence, tmp_path / "file")
