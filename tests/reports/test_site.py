"""Reports on disk: pages, figures, tables and the index."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from playing import run

from bench.entrants.method import find_method
from bench.errors import CallError
from bench.protocol import load_search_protocol
from bench.results.search import load_search_results
from reports import build_report

FIGURES = ("anytime", "seconds", "attainment", "difference-1", "profile", "final", "pairs")
BASE = np.linspace(0.7, 0.8, 8)


def folder_of(results, out):
    return out / f"{results.protocol.name}-{results.protocol.short_id}"


def texts(results, out):
    build_report([results], out)
    folder = folder_of(results, out)
    html, markdown = (folder / f"report.{s}" for s in ("html", "md"))
    return html.read_text(encoding="utf-8"), markdown.read_text(encoding="utf-8")


class Cells(HTMLParser):
    """The tables of a page, and every tag that it opens."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.rows, self._open = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, _attrs):
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._open = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._open = False

    def handle_data(self, data):
        if self._open:
            self.rows[-1][-1] += data


def test_the_same_results_give_the_same_bytes(make_results, tmp_path):
    # Another order of runs and other wall-clock seconds are still the same results.
    finals = {"random": BASE, "good": BASE + 0.1}
    swapped = dict(reversed(finals.items()))
    written = []
    for name, chosen, seconds in (("a", finals, 0.5), ("b", swapped, 99.0)):
        three = make_results(chosen, protocol="nb201-digits-3obj", seconds=seconds)
        two = make_results(chosen, seconds=seconds)
        index = build_report([three, two] if name == "a" else [two, three], tmp_path / name)
        assert index == tmp_path / name / "index.html"
        files = sorted(p for p in (tmp_path / name).rglob("*") if p.is_file())
        written.append({p.relative_to(tmp_path / name): p.read_bytes() for p in files})
    assert written[0] == written[1]
    joint = 3 + 2 * 2  # page, table, figures
    assert len(written[0]) == 2 + 2 * (6 + 2 * len(FIGURES)) + joint
    for path, content in written[0].items():
        assert str(tmp_path).encode() not in content, path


def test_figures_exist_and_svgs_are_xml(make_results, tmp_path):
    results = make_results({"random": BASE, "good": BASE + 0.1})
    html, _ = texts(results, tmp_path)
    for name in FIGURES:
        stem = folder_of(results, tmp_path) / "figures" / name
        root = ET.parse(stem.with_suffix(".svg")).getroot()
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert len(root.findall(".//{http://www.w3.org/2000/svg}path")) > 10
        png = stem.with_suffix(".png").read_bytes()
        assert png.startswith(b"\x89PNG")
        assert len(png) > 5000
        assert b"Software" not in png
    assert html.count("data:image/svg+xml;base64,") == len(FIGURES)


def test_a_page_needs_no_other_files(make_results, tmp_path):
    html, _ = texts(make_results({"random": BASE}), tmp_path)
    assert not re.search(r'(src|href)="(https?:)?//', html)
    assert not {"script", "link", "iframe"} & set(Cells(html).tags)
    assert "prefers-color-scheme: dark" in html


def test_csv_files_are_not_rounded_and_have_no_wall_clock_seconds(make_results, tmp_path):
    results = make_results({"random": BASE, "good": BASE + 0.1})
    build_report([results], tmp_path)
    folder = folder_of(results, tmp_path)
    runs = pd.read_csv(folder / "runs.csv")
    assert len(runs) == 16
    assert "ask_tell_seconds" not in runs.columns
    good = runs[runs.method == "good"].sort_values("repetition")
    np.testing.assert_allclose(good.hypervolume_ratio, BASE + 0.1)
    highest = max(results.protocol.rules.targets)
    below = runs.hypervolume_ratio < highest
    assert below.any()
    assert np.isinf(runs[f"evaluations_to_{highest:g}"][below]).all()
    with (folder / "leaderboard.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["method"] for row in rows] == ["good", "random"]
    assert float(rows[0]["hypervolume_ratio_median"]) == pytest.approx(np.median(BASE) + 0.1)
    assert rows[1]["p_against_random_holm"] == ""
    assert rows[0]["protocol_id"] == results.protocol.id


def test_a_method_worse_than_random_is_named(make_results, tmp_path):
    results = make_results({"random": BASE, "good": BASE + 0.1, "poor": BASE - 0.1})
    for text in texts(results, tmp_path):
        sentence = re.search(
            r"Not better than random search at the full budget: [^.]*\.[^<*]*", text
        )
        assert "poor (median difference -0.1000" in sentence[0]
        assert "significantly worse" in sentence[0]
        assert "good" not in sentence[0]
    assert "random search at the full budget: poor." in (tmp_path / "index.md").read_text()


def test_when_all_methods_beat_random_search_the_page_says_so(make_results, tmp_path):
    results = make_results({"random": BASE, "good": BASE + 0.1, "fine": BASE + 0.05})
    for text in texts(results, tmp_path):
        assert "Every method beats random search at the full budget" in text
        assert "Not better than random" not in text


def test_too_few_repetitions_for_significance_are_reported(make_results, tmp_path):
    html, markdown = texts(make_results({"random": [0.5, 0.5], "good": [0.9, 0.9]}), tmp_path)
    assert "With so few repetitions no method could be" in html
    assert "With so few repetitions no method could be" in markdown


def test_failed_runs_are_listed_with_their_reasons(make_results, tmp_path):
    unfinished = [("good", 8, "unfinished", "it was stopped"), ("bad", 9, "timeout", "too slow")]
    results = make_results(
        {"random": BASE, "good": BASE + 0.1}, unfinished=unfinished, failed={"good": [2]}
    )
    html, _ = texts(results, tmp_path)
    rows = Cells(html).rows
    kept = f"{BASE[2] + 0.1:.4f}"
    assert ["good", "failed", "gave up", "2", kept] in rows
    assert ["good", "unfinished", "it was stopped", "8", "\N{EN DASH}"] in rows
    assert ["bad", "timeout", "too slow", "9", "\N{EN DASH}"] in rows
    assert "kept the value reached until then" in html
    good = next(row for row in rows if row[0] == "good" and len(row) == 12)
    assert good[-3:-1] == [f"7 of {results.protocol.rules.repetitions}", "2, 1 kept"]


def test_every_board_says_how_many_pairs_it_tells_apart(make_results, tmp_path):
    results = make_results({"random": BASE, "good": BASE + 0.1, "fine": BASE + 0.1001})
    for text in texts(results, tmp_path):
        assert "Resolution: 8 repetitions tell 3 of 3 pairs of methods apart." in text
        assert "3 with 50, 3 with 100, 3 with 200" in text
        assert "Practically equal to fine, more probably than not different: good." in text
    pairs = pd.read_csv(folder_of(results, tmp_path) / "pairs.csv")
    assert pairs["first"].tolist() == ["fine", "fine", "good"]


def test_the_board_says_who_has_fewer_repetitions(make_results, tmp_path):
    results = make_results({"random": BASE, "good": BASE[:6] + 0.1})
    for text in texts(results, tmp_path):
        assert "Fewer repetitions than others: good (6)." in text
        assert "6 to 8 of 20" in text


def test_a_pair_is_drawn_where_a_protocol_has_both(make_results, tmp_path):
    finals = {"random": BASE, "good": BASE + 0.1, "bad": BASE - 0.1}
    results = make_results(finals)
    build_report([results], tmp_path, pairs=[("bad", "random"), ("good", "bad")])
    markdown = (folder_of(results, tmp_path) / "report.md").read_text(encoding="utf-8")
    assert "Attainment: bad against random" in markdown
    assert "Attainment: good against bad" in markdown
    for pair in (("good", "nobody"), ("good", "good")):
        with pytest.raises(CallError, match="no reported protocol has runs of both good and"):
            build_report([results], tmp_path, pairs=[pair])


def test_markup_in_names_and_errors_is_only_text(make_results, tmp_path, nasty):
    unfinished = [(nasty, 8, "failed", "<img src=x onerror=alert(1)> | a\nb")]
    results = make_results({"random": BASE, nasty: BASE + 0.1}, unfinished=unfinished)
    html, markdown = texts(results, tmp_path)
    page = Cells(html)
    assert "script" not in page.tags
    assert page.tags.count("img") == len(FIGURES)
    assert [nasty, "failed", "<img src=x onerror=alert(1)> | a b", "8", "\N{EN DASH}"] in page.rows
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "script" not in Cells(index).tags
    assert nasty in [cell for row in Cells(index).rows for cell in row]
    for text in (markdown, (tmp_path / "index.md").read_text(encoding="utf-8")):
        assert "<script" not in text
        assert "<img" not in text
    unescaped = re.compile(r"(?<!\\)\|")
    line = next(ln for ln in markdown.splitlines() if "onerror" in ln)
    assert len(unescaped.findall(line)) == 6


def test_targets_that_are_not_reached_are_shown(make_results, tmp_path):
    results = make_results({"random": [0.5, 0.6, 0.75], "good": [0.96, 0.97, 0.98]})
    html, markdown = texts(results, tmp_path)
    assert "not reached in 2 of 3" in html
    assert "not reached in 3 of 3" in markdown
    assert "inf" not in [cell for row in Cells(html).rows for cell in row]


def test_three_objectives_make_a_page(make_results, tmp_path):
    results = make_results({"random": BASE, "good": BASE + 0.1}, protocol="nb201-digits-3obj")
    html, _ = texts(results, tmp_path)
    assert "every pair of objectives" in html
    svg = folder_of(results, tmp_path) / "figures" / "attainment.svg"
    axes = re.findall(r'id="axes_\d+"', svg.read_text(encoding="utf-8"))
    assert len(axes) == 2 * 3


@pytest.mark.parametrize("protocol", ["nb201-digits", "nb201-digits-3obj"])
@pytest.mark.parametrize("method", ["random", "lonely"])
def test_one_run_of_one_method_makes_a_page(make_results, tmp_path, protocol, method):
    results = make_results({method: [1.0]}, protocol=protocol)
    html, _ = texts(results, tmp_path)
    sentence = "Only random search was run" if method == "random" else "There is no run of random"
    assert sentence in html
    assert "Sample efficiency" not in html


def test_without_a_common_repetition_no_pair_is_compared(make_results, tmp_path):
    results = make_results({"random": [0.8], "b": [0.9]}, repetitions={"random": [0], "b": [1]})
    html, markdown = texts(results, tmp_path)
    for text in (html, markdown):
        assert "No method shares a repetition with random search" in text
        assert "0.9000" in text
        assert "Pairs with" not in text
    assert not (folder_of(results, tmp_path) / "pairs.csv").exists()


def test_the_page_has_the_provenance(make_results, tmp_path):
    settings = {"good": {"population": 20, "operator": "swap"}}
    results = make_results({"random": BASE, "good": BASE + 0.1}, settings=settings)
    html, _ = texts(results, tmp_path)
    rows = Cells(html).rows
    assert ["good", "7", "abcdef012345", 'operator = "swap", population = 20', "8"] in rows
    assert ["Packages", "numpy 1.2.3", "16"] in rows
    assert ["Commit of the suite", "0123456789ab with uncommitted changes", "16"] in rows
    assert ["Processor", "A <fast> processor, 1 numeric thread(s)", "16"] in rows
    assert "are mixed" not in html


def test_mixed_settings_of_one_method_are_reported(make_results, tmp_path):
    one = make_results({"random": BASE})
    two = make_results(
        {"random": [0.5]}, repetitions={"random": [8]}, settings={"random": {"k": 1}}
    )
    mixed = type(one)(**{**vars(one), "runs": one.runs + two.runs})
    html, _ = texts(mixed, tmp_path)
    assert "Runs of different code or settings are mixed: random." in html


def test_the_page_explains_the_attainable_ratio_and_names_the_table(make_results, tmp_path):
    results = make_results({"random": BASE})
    rules = results.protocol.rules
    _, markdown = texts(results, tmp_path)
    assert f"| Attainable ratio | {rules.normalisation.attainable:.4f}" in markdown
    assert rules.task.tables[0].content_sha256[:12] in markdown
    assert results.protocol.label in markdown


def test_wrong_calls_are_errors(make_results, tmp_path):
    results = make_results({"random": BASE})
    with pytest.raises(CallError, match="no results to report"):
        build_report([], tmp_path)
    with pytest.raises(CallError, match="given twice"):
        build_report([results, results], tmp_path)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CallError, match=r"cannot write .*--out"):
        build_report([results], tmp_path / "file")


METHODS = """
from bench.method import Method, candidates

class Random(Method):
    name = "plain"
    def ask(self, n):
        return candidates(self.problem.space.sample(self.problem.rng, n))
    def tell(self, evaluations):
        pass

class Stubborn(Random):
    name = "stubborn"
    def ask(self, n):
        return candidates(self.problem.initial[:1])

class Broken(Random):
    name = "broken"
    def ask(self, n):
        raise RuntimeError("<b>no idea</b>")
"""


def test_a_report_of_real_runs(tmp_path):
    file = tmp_path / "methods.py"
    file.write_text(METHODS)
    protocol = load_search_protocol("nb201-digits")
    task, lines = protocol.task(), []
    for repetition in range(2):
        for name in ("Random", "Stubborn", "Broken"):
            run(protocol, task, find_method(f"{file}:{name}"), repetition, tmp_path / "results")
    results = load_search_results(protocol, tmp_path / "results")
    build_report([results], tmp_path / "out", progress=lines.append)
    html = (folder_of(results, tmp_path / "out") / "report.html").read_text(encoding="utf-8")
    rows = Cells(html).rows
    assert sum(row[:2] == ["broken", "failed"] for row in rows) == 2
    random, stubborn = (
        next(row for row in rows if row[0] == name and len(row) == 12)
        for name in ("plain", "stubborn")
    )
    expected = np.median([r.hypervolume_ratio for r in results.of("plain")])
    assert random[2] == f"{expected:.4f}"
    assert float(stubborn[2]) < float(random[2])
    assert len(lines) == 1
    assert protocol.label in lines[0]


def test_csv_files_have_the_same_line_ends_on_every_system(make_results, tmp_path):
    results = make_results({"random": BASE})
    build_report([results], tmp_path)
    content = (folder_of(results, tmp_path) / "runs.csv").read_bytes()
    assert b"\r" not in content
    assert pd.read_csv(io.BytesIO(content)).shape[0] == len(BASE)


def test_selected_architectures_have_a_section_if_the_protocol_asks(make_results, tmp_path):
    asks = make_results({"random": BASE, "good": BASE + 0.1}, protocol="mote-nb201-cifar10")
    for text in texts(asks, tmp_path):
        assert "Selected architectures" in text
        assert "Not significantly different: good." in text  # all select the same error here
    assert (folder_of(asks, tmp_path) / "selected.csv").exists()
    other = make_results({"random": BASE, "good": BASE + 0.1})
    for text in texts(other, tmp_path):
        assert "Selected architectures" not in text
    assert not (folder_of(other, tmp_path) / "selected.csv").exists()
