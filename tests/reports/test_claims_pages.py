"""Pages and figures of claims, on made results."""

from __future__ import annotations

import io
import re

import numpy as np
import pandas as pd
import pytest

from bench.errors import CallError
from reports.claims import Estimate, Evidence, Outcome
from reports.claims.claims_page import basis, here
from reports.claims.figures.beside_published import OURS, PUBLISHED
from reports.claims.figures.content import draw_plots
from reports.claims.figures.efficiency_ratio import PairRatio, draw_ratios
from reports.claims.published_curves import Curves
from reports.claims.record import Paper
from reports.claims.site import build_claims, judge
from reports.rendering import style

PROTOCOL = "nb201-digits"
PAIR = {"protocol": PROTOCOL, "indicator": "hypervolume_ratio"}


def claim(name, rule, **published):
    return {
        "id": name,
        "topic": "Is it so?",
        "place": "Table 1",
        "statement": f"Statement {name}.",
        "published": {"how": "printed", **published},
        "rule": rule,
    }


@pytest.fixture
def paper(monkeypatch):
    curves = Curves.model_validate(
        {
            "source": "made curves",
            "how": "measured from a figure",
            "indicator": "hypervolume_ratio",
            "error": 0.01,
            "curves": [
                {
                    "protocol": PROTOCOL,
                    "method": method,
                    "label": label,
                    "evaluations": [20, 200],
                    "values": [0.3, end],
                    "spread": 0.02,
                }
                for method, label, end in (("nsga2", "NSGA-II", 0.5), ("moead", "MOEA/D", 0.95))
            ],
        }
    )
    monkeypatch.setattr("reports.claims.figures.content.load_curves", {"made-curves": curves}.get)
    return Paper.model_validate(
        {
            "name": "made",
            "short": "Made",
            "title": "On <b>search</b>",
            "authors": "A. Nobody",
            "venue": "Nowhere",
            "year": 2020,
            "curves": "made-curves",
            "comparisons": [
                {**PAIR, "pairs": [["random", "nsga2"], ["moead", "random"]]},
            ],
            "claims": [
                claim(
                    "better",
                    {"kind": "difference", **PAIR, "better": "nsga2", "worse": "random"},
                ),
                claim(
                    "faster",
                    {"kind": "sample-efficiency", **PAIR, "method": "nsga2", "baseline": "random"},
                    value=3.0,
                ),
                claim("missing", {"kind": "value", **PAIR, "method": "moead"}, value=0.9, runs=7),
                claim("far", {"kind": "out-of-reach", "would_take": "a <script> of years"}),
            ],
        }
    )


BASE = np.array([0.70, 0.72, 0.69, 0.71, 0.73, 0.70, 0.72, 0.71])


@pytest.fixture
def evidence(make_results, tmp_path):
    made = make_results({"random": BASE, "nsga2": BASE + 0.1})
    return Evidence(tmp_path / "results", {PROTOCOL: made})


def test_the_page_says_every_verdict(paper, evidence, tmp_path):
    judged = judge(paper, evidence)
    verdicts = [each.outcome.verdict for each in judged]
    assert verdicts == ["reproduced", "not reproduced", "no results", "out of reach here"]
    path = build_claims(paper, judged, evidence, tmp_path / "out")
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
    ("numbers", "said"),
    [
        ((54930.114, 54836.2, 55024.0), ("54930", "[54836, 55024]")),
        ((94.07256, 93.99415, 94.15096), ("94.073", "[93.994, 94.151]")),
        ((1.4123, 1.1987, 1.9021), ("1.41", "[1.20, 1.90]")),
        ((-0.00004, -0.0033, 0.0035), ("0.0000", "[-0.0033, 0.0035]")),
        ((8.0526123, 8.0526123, 8.0526123), ("8.05261", "[8.05261, 8.05261]")),
        ((94.105, 94.105 - 1e-14, 94.105 + 1e-14), ("94.105", "[94.105, 94.105]")),
    ],
)
def test_numbers_are_as_exact_as_their_intervals(numbers, said):
    assert here(Outcome("reproduced", "", Estimate(*numbers, "u"))) == said


def test_what_is_not_settled_says_over_how_many_repetitions_if_over_any():
    assert basis(Outcome("not settled", "so", repetitions=1)) == (
        "not settled with 1 repetition: so"
    )
    assert basis(Outcome("not settled", "so", repetitions=20)).startswith("not settled with 20 rep")
    assert basis(Outcome("not settled", "so")) == "so"


def test_the_table_has_full_numbers(paper, evidence, tmp_path):
    judged = judge(paper, evidence)
    path = build_claims(paper, judged, evidence, tmp_path / "out")
    frame = pd.read_csv(io.BytesIO((path.parent / "claims.csv").read_bytes())).set_index("claim")
    assert frame.loc["better", "estimate"] == pytest.approx(0.1, abs=1e-12)
    assert frame.loc["faster", "published"] == 3.0
    assert frame.loc["missing", "verdict"] == "no results"
    assert frame.loc["missing", "command"].startswith("monas run")


def test_the_same_results_give_the_same_bytes(paper, evidence, tmp_path):
    written = []
    for name in ("a", "b"):
        build_claims(paper, judge(paper, evidence), evidence, tmp_path / name)
        files = sorted(p for p in (tmp_path / name).rglob("*") if p.is_file())
        written.append({p.relative_to(tmp_path / name): p.read_bytes() for p in files})
    assert written[0] == written[1]
    names = {path.name for path in written[0]}
    assert names >= {"curves-nb201-digits.svg", "ratios-nb201-digits.png", "claims.csv"}


def plots_of(paper, evidence):
    return {plot.name: plot for plot in draw_plots(paper, evidence)}


def test_published_curves_stand_beside_ours_and_random_search(paper, evidence):
    plot = plots_of(paper, evidence)[f"curves-{PROTOCOL}"]
    nsga2, moead = [ax for ax in plot.figure.axes if ax.axison]
    colours = [line.get_color() for line in nsga2.lines if len(line.get_xdata()) > 2]
    assert OURS in colours
    published = next(line for line in nsga2.lines if line.get_color() == PUBLISHED)
    assert published.get_xdata().tolist() == [20, 200]
    ours = next(line for line in nsga2.lines if line.get_color() == OURS)
    results = evidence.searches(PROTOCOL, "nsga2")
    initial = results.protocol.rules.budget.initial
    expected = results.traces("nsga2").mean(axis=0)[initial - 1 :]
    np.testing.assert_allclose(ours.get_ydata(), expected)
    random = results.traces("random").mean(axis=0)
    passed = int((random > 0.5).argmax()) + 1
    assert nsga2.texts[0].get_text() == f"mean of random passes the\npublished end after {passed}"
    assert moead.texts[0].get_text() == "mean of random does not\nreach the published end"
    assert "moead, not run" in moead.get_title(loc="left")
    assert "The mean of 8 repetitions of random search" in plot.caption
    assert f"NSGA-II after {passed} evaluations; whether by more than chance" in plot.caption


def test_the_ratio_is_drawn_for_the_pairs_that_were_run(paper, evidence):
    figure = plots_of(paper, evidence)[f"ratios-{PROTOCOL}"].figure
    claimed, extra = [ax for ax in figure.axes if ax.axison]  # moead was not run
    texts = [text.get_text() for text in claimed.texts]
    assert "claimed 3" in texts
    assert "nsga2\nagainst random\n8 repetitions" in texts
    assert claimed.get_yscale() == "log"
    assert [t.get_text() for t in extra.texts] == ["random\nagainst nsga2\n8 repetitions"]


def made_ratios(count, most):
    levels = np.array([0.5, 0.7])
    return [
        PairRatio(f"m{k}", "b", 8, levels, levels + 0.6, levels + 0.5, np.array([1.0, most]), ())
        for k in range(count)
    ]


@pytest.mark.parametrize(("count", "columns"), [(2, 2), (5, 3), (9, 3), (14, 4)])
def test_ratios_are_laid_out_as_a_grid(count, columns):
    with style.settings():
        figure = draw_ratios(made_ratios(count, 2.0), title="t", lower=False, foot="f")
    shown = [ax.get_position() for ax in figure.axes if ax.axison]
    assert len(shown) == count
    assert len({round(box.x0, 6) for box in shown}) == columns
    for k, box in enumerate(shown):
        assert all(not box.overlaps(other) for other in shown[:k])


@pytest.mark.parametrize("most", [1.1, 1.5, 2.0, 4.0, 9.0, 30.0])
def test_ratios_can_be_read(most):
    with style.settings():
        figure = draw_ratios(made_ratios(1, most), title="t", lower=False, foot="f")
    (ax,) = figure.axes
    ticks = [float(tick.get_text()) for tick in ax.get_yticklabels()]
    assert 6 <= len(ticks) <= 12
    assert 1.0 in ticks
    assert (most > 10.0) or 1.4 in ticks


def test_a_single_ratio_has_room_for_its_words():
    foot = "lamoo-vehicle-safety-1000 v1 (49fdee0132b7), mean curves, 95 % bootstrap bands"
    title = "log10 hypervolume difference"
    with style.settings():
        figure = draw_ratios(made_ratios(1, 1.5), title=title, lower=True, foot=foot)
        figure.canvas.draw()
        for text in figure.texts:
            box = text.get_window_extent()
            assert box.x0 >= 0.0, text.get_text()
            assert box.x1 <= figure.bbox.x1, text.get_text()


def test_without_results_nothing_is_drawn_and_the_page_is_written(paper, tmp_path):
    evidence = Evidence(tmp_path / "results")
    assert plots_of(paper, evidence) == {}
    path = build_claims(paper, judge(paper, evidence), evidence, tmp_path / "out")
    html = path.read_text(encoding="utf-8")
    assert "Figures" not in html
    assert "no results 3" in html


def test_a_folder_that_cannot_be_written_is_told(paper, evidence, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CallError, match=r"cannot write .*--out"):
        build_claims(paper, judge(paper, evidence), evidence, tmp_path / "file")
