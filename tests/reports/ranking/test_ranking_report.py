"""Reports of ranking protocols, and the commands that make them."""

from __future__ import annotations

from pathlib import Path

import pytest
from playing import planned

from bench.protocol import load_ranking_protocol
from bench.results.ranking import load_ranking_results
from bench.runs.sweep import perform
from reports import build_report
from reports.ranking.agreement import agreement_frame
from reports.ranking.label_placement import place_labels
from reports.ranking.ranking_page import make_ranking_page


@pytest.fixture
def results_with(rules, estimator_file, tmp_path):
    """Give a function that runs the small protocol with one more estimator of curves."""

    def give(name, body):
        path = rules()
        more = estimator_file(
            f"    def score(self, curves):\n        {body}\n", base="CurveEstimator", name=name
        )
        for entrants in ([], [more]):
            for each in planned(path, results=tmp_path / "r", entrants=entrants).runs:
                perform(each)
        return load_ranking_results(load_ranking_protocol(str(path)), tmp_path / "r")

    return give


@pytest.fixture
def results(results_with):
    return results_with("bad", "raise ValueError('<b>|no</b>')")


def test_the_page_has_every_section_and_entry(results):
    page = make_ranking_page(results)
    assert page.label == results.protocol.label
    titles = [section.title for section in page.sections]
    assert titles == [
        "Sampled cells",
        "All cells",
        "Figures",
        "Entries without a result",
        "Provenance",
    ]
    rows = page.sections[1].tables[0].rows
    taus = [float(row[2]) for row in rows]
    assert taus == sorted(taus, reverse=True)
    assert {row[0] for row in rows} == {"tse", "tse-2", "fast", "params"}
    assert page.sections[3].tables[0].rows[0][:2] == ("bad", "failed")
    by_label = {row[0]: row for row in rows}
    assert by_label["fast"][6] == "\N{EN DASH}"
    assert by_label["tse"][7] == "0"


def test_the_same_results_give_the_same_bytes(results, tmp_path):
    first = build_report([], tmp_path / "a", ranked=[results])
    build_report([], tmp_path / "b", ranked=[results])
    written = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*.*"))
    assert len(written) == 2 + 5 + 2 * 5
    for path in written:
        assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes()
    index = first.read_text(encoding="utf-8")
    assert "small-ranking" in index
    assert "Against random search" not in index
    folder = tmp_path / "a" / f"small-ranking-{results.protocol.short_id}"
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert "<b>|no</b>" not in html
    assert "&lt;b&gt;" in html
    assert "ranks.csv" in html
    assert "leaderboard.csv" not in html
    assert (folder / "ranks.csv").read_text(encoding="utf-8").count("\n") == 9


def test_agreement_is_spearmans_correlation_of_scores(results):
    from scipy.stats import spearmanr

    from bench.data import load_table

    frame = agreement_frame(results)
    assert list(frame.columns) == ["set", "entry", "other", "spearman"]
    every = frame[frame["set"] == "all"]
    assert len(every) == 4 * 3 / 2
    table = load_table("nb201-digits")
    own = {"fast": -table.column("latency_ms"), "params": table.column("params")}
    pair = every[every["entry"].isin(own) & every["other"].isin(own)]
    expected = spearmanr(own["fast"], own["params"]).statistic
    assert pair["spearman"].tolist() == pytest.approx([expected])
    tse = every[every["entry"].isin(["tse", "tse-2"]) & every["other"].isin(["tse", "tse-2"])]
    assert expected < 0.0 < tse["spearman"].item() < 1.0


def test_equal_scores_have_no_agreement(results_with, tmp_path):
    results = results_with("same", "return np.ones(len(curves.losses))")
    frame = agreement_frame(results)
    with_same = (frame["entry"] == "same") | (frame["other"] == "same")
    assert frame["spearman"][with_same].isna().all()
    assert frame["spearman"][~with_same].notna().all()
    build_report([], tmp_path / "out", ranked=[results])


def test_labels_do_not_overlap_and_stay_within_the_figure():
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 4))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    points = [(0.5, 0.5 + 0.001 * i, f"name {i}") for i in range(12)] + [(0.99, 0.01, "corner")]
    place_labels(ax, points, [], width=4, height=4)
    renderer = figure.canvas.get_renderer() if hasattr(figure.canvas, "get_renderer") else None
    boxes = [text.get_window_extent(renderer) for text in ax.texts]
    assert len(boxes) == 13
    for i, box in enumerate(boxes):
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.width
        for other in boxes[:i]:
            wide = min(box.x1, other.x1) - max(box.x0, other.x0)
            tall = min(box.y1, other.y1) - max(box.y0, other.y0)
            assert wide <= 2 or tall <= 2, "two names cover each other"


def test_run_and_report(monas, rules, tmp_path):
    path = rules()
    status, out, err = monas("run", path, "--workers", 1)
    assert status == 0, err
    assert f"{path}: 4 runs done, 0 failed" in out
    assert "runs: 4 of 4" in err
    status, out, err = monas("run", path)
    assert (status, "nothing to do: every run" in out) == (0, True)
    assert "changed" not in err
    rules(("epochs = 2", "epochs = 3"))
    _, _, err = monas("run", path)
    assert "settings of tse-2 have changed since some of these runs; --restart with --method" in err
    rules()
    status, out, err = monas("report", path, "--out", tmp_path / "out")
    assert status == 0, err
    assert "small-ranking" in Path(out.strip().removeprefix("report: ")).read_text("utf-8")


def test_a_failed_entry_makes_the_status_1(monas, rules):
    path = rules(('column = "params"', 'column = "parameters"'))
    status, out, err = monas("run", path, "--workers", 1)
    assert status == 1
    assert "3 runs done, 1 failed" in out
    assert "params failed: table 'nb201-digits' has no column 'parameters'" in err
    status, out, err = monas("run", path, "--workers", 1, "--retry-failed")
    assert status == 1
    assert "1 runs of" in err


def test_wrong_calls(monas, rules):
    path = rules()
    status, _, err = monas("run", path, "--repetitions", 3)
    assert status == 2
    assert "is a ranking protocol: it has no repetitions" in err
    status, _, err = monas("run", path, "--roster", "bayesian")
    assert status == 2
    assert "small-ranking has no roster 'bayesian': expected one of main" in err
    status, _, err = monas("run", path, "--method", "nothing")
    assert status == 2
    assert "unknown estimator 'nothing'" in err


def test_missing_tables_are_skipped(monas, monkeypatch, tmp_path):
    monkeypatch.setenv("MONAS_DATA", str(tmp_path / "empty"))
    status, out, err = monas("run", "kendall-nb201-cifar10", "--if-here")
    assert status == 0
    assert "nothing to do" in out
    assert "kendall-nb201-cifar10 skipped: tables 'nb201'" in err
    status, _, err = monas("run", "kendall-nb201-cifar10")
    assert status == 1
    assert "not on this machine" in err
    status, _, err = monas("report", "kendall-nb201-cifar10", "--if-here")
    assert status == 2
    assert "no results in results" in err


def test_without_finished_entries_it_is_skipped_in_a_report_of_what_is_here(monas, rules):
    path = rules()
    monas("run", path, "--method", "params", "--workers", 1)
    (journal,) = Path("results").rglob("params.jsonl")
    journal.write_bytes(journal.read_bytes().splitlines(keepends=True)[0])
    status, _, err = monas("report", path)
    assert status == 1
    assert "monas: no finished run of small-ranking v1" in err
    monas("run", "nb201-digits", "--method", "random", "--repetitions", 1, "--workers", 1)
    status, _, err = monas("report", path, "nb201-digits", "--if-here")
    assert status == 0
    assert "small-ranking skipped: no finished run of small-ranking v1" in err


def test_listing_and_lock(monas, rules):
    status, out, _ = monas("list", "protocols")
    assert status == 0
    assert "kendall-digits v1" in out
    assert "nb201-digits v1" in out
    status, out, _ = monas("list", "estimators", "--settings")
    assert status == 0
    assert "mote  (version 1; needs curves)" in out
    assert "combination = 'box-cox'  [paper]" in out
    path = rules()
    status, out, _ = monas("protocol", "lock", path)
    assert (status, out) == (0, f"{load_ranking_protocol(str(path)).id}  small-ranking\n")
