"""Published results: parts of reports in the repository, and the tables of its READMEs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.cli import main
from bench.errors import CallError, ResultsError
from reports import build_report
from reports.publishing import publish, render_readmes
from reports.summary import SUMMARY_FILE, RankingSummary, SearchSummary, read_summary

ROOT = Path(__file__).resolve().parent.parent.parent
PUBLISHED = ROOT / "reports" / "published"

FINALS = {
    "random": [0.5] * 8,
    "nsga2": [0.6] * 8,
    "moead": [0.4] * 8,
    "lamoo-random-rbf": [0.7] * 8,
}
LISTS = ("protocols", "rosters", "selected", "rankings")


@pytest.fixture
def results(make_results):
    return make_results(FINALS, protocol="lamoo-nb201")


@pytest.fixture
def checkout(tmp_path):
    """Return a folder with copies of the READMEs, and of the summary of the main README."""
    into = tmp_path / "checkout" / "reports" / "published"
    for folder in PUBLISHED.glob("nb201-digits-3obj-*"):
        (into / folder.name).mkdir(parents=True)
        (into / folder.name / SUMMARY_FILE).write_bytes((folder / SUMMARY_FILE).read_bytes())
    for source, target in ((PUBLISHED, into), (ROOT, into.parents[1])):
        (target / "README.md").write_bytes((source / "README.md").read_bytes())
    return into


def block(readme: Path, name: str) -> list[str]:
    """Return the lines of a README between the two that mark a table."""
    lines = readme.read_text(encoding="utf-8").splitlines()
    return lines[lines.index(f"<!-- {name} -->") + 1 : lines.index(f"<!-- end of {name} -->")]


def test_rendering_the_committed_readmes_changes_nothing(tmp_path):
    into = tmp_path / "reports" / "published"
    into.mkdir(parents=True)
    for folder in PUBLISHED.iterdir():
        if folder.is_dir():
            (into / folder.name).symlink_to(folder)
    copies = {PUBLISHED: into, ROOT: tmp_path}
    for source, target in copies.items():
        (target / "README.md").write_bytes((source / "README.md").read_bytes())
    render_readmes(into)
    for source, target in copies.items():
        assert (target / "README.md").read_bytes() == (source / "README.md").read_bytes()


def test_published_folders_have_the_files_of_their_summaries():
    folders = [folder for folder in PUBLISHED.iterdir() if folder.is_dir()]
    assert folders
    for folder in folders:
        summary = read_summary(folder / SUMMARY_FILE)
        assert folder.name.startswith(f"{summary.protocol}-{summary.short_id}")
        expected = {SUMMARY_FILE, *summary.tables, *summary.figures.values()}
        assert {file.name for file in folder.iterdir()} == expected


def test_parts_of_a_report_are_published(results, checkout, tmp_path):
    out = tmp_path / "out"
    for rosters in (("main",), ("ablations",)):
        build_report([results], out, rosters=rosters)
    (out / "claims-some").mkdir()
    (out / "claims-some" / "claims.csv").write_text("paper,claim\n", encoding="utf-8")
    name = f"lamoo-nb201-{results.protocol.short_id}"
    (checkout / name).mkdir()
    (checkout / name / "old.png").touch()
    assert publish(out, checkout) == [name, f"{name}-ablations", "claims-some.csv"]
    for folder in (name, f"{name}-ablations"):
        assert {file.name for file in (checkout / folder).iterdir()} == {
            "summary.json",
            "leaderboard.csv",
            "pairs.csv",
            "runs.csv",
            "anytime.png",
        }
        for file in ("summary.json", "leaderboard.csv", "figures/anytime.png"):
            kept = checkout / folder / file.rpartition("/")[2]
            assert kept.read_bytes() == (out / folder / file).read_bytes()
    assert (checkout / "claims-some.csv").read_text(encoding="utf-8") == "paper,claim\n"


def test_the_readme_lists_published_reports(results, checkout, tmp_path):
    for rosters in (("main",), ("ablations",)):
        build_report([results], tmp_path / "out", rosters=rosters)
    publish(tmp_path / "out", checkout)
    digits = len(block(checkout / "README.md", "protocols")) - 1
    (line,) = [x for x in block(checkout / "README.md", "protocols") if "lamoo-nb201" in x]
    name = f"lamoo-nb201-{results.protocol.short_id}"
    assert digits == 3  # header, rule, nb201-digits-3obj
    assert line.startswith(f"| `lamoo-nb201` | [{results.protocol.short_id}]({name}/leaderboard")
    assert f"[figure]({name}/anytime.png)" in line
    assert line.endswith("| `nsga2` 0.6000 | 0.5000 | 1.0000 | 1 of 2 |")
    (line,) = block(checkout / "README.md", "rosters")[2:]
    assert line.startswith("| `lamoo-nb201`, ablations | ")
    assert line.endswith("| `lamoo-random-rbf` 0.7000 | 0.5000 | 1.0000 | 1 of 1 |")
    assert len(block(checkout / "README.md", "selected")) == 2


def test_selected_architectures_are_listed(make_results, checkout, tmp_path):
    results = make_results({"random": [0.5] * 8}, protocol="mote-nb201-cifar10")
    build_report([results], tmp_path / "out")
    publish(tmp_path / "out", checkout)
    (line,) = block(checkout / "README.md", "selected")[2:]
    assert line.endswith("| 0 of 0 |")
    assert "/selected.csv) | `random` " in line


def test_a_report_without_random_search_is_listed_with_dashes(make_results, checkout, tmp_path):
    results = make_results(
        {"nsga2": [0.8], "moead": [0.9]}, repetitions={"nsga2": [0], "moead": [1]}
    )
    build_report([results], tmp_path / "out")
    publish(tmp_path / "out", checkout)
    (line,) = [x for x in block(checkout / "README.md", "protocols") if "`nb201-digits`" in x]
    assert line.endswith("/anytime.png) | `moead` 0.9000 | \N{EN DASH} | 0.9820 | 0 of 0 |")


def test_the_summary_has_the_numbers_of_the_leaderboard(results, tmp_path):
    build_report([results], tmp_path)
    summary = read_summary(tmp_path / f"lamoo-nb201-{results.protocol.short_id}" / SUMMARY_FILE)
    assert isinstance(summary, SearchSummary)
    assert summary.label == results.protocol.label
    assert summary.roster == ("main",)
    assert (summary.best, summary.random_search, summary.repetitions) == ("nsga2", 0.5, 8)
    assert (summary.better_than_random.better, summary.better_than_random.compared) == (1, 2)
    rows = {row.method: row for row in summary.methods}
    assert [*rows] == ["nsga2", "random", "moead"]
    assert rows["nsga2"].better_than_random
    assert rows["random"].better_than_random is None
    assert rows["moead"].average_rank == 3.0
    assert (rows["moead"].repetitions, rows["moead"].failed) == (8, 0)
    assert (summary.resolution.pairs, summary.resolution.now) == (3, 3)
    assert summary.resolution.projected == {50: 3.0, 100: 3.0, 200: 3.0}


def test_the_main_readme_has_the_resolution_of_its_leaderboard(make_results, checkout, tmp_path):
    results = make_results(FINALS, protocol="nb201-digits-3obj")
    build_report([results], tmp_path / "out")
    publish(tmp_path / "out", checkout)
    lines = block(checkout.parents[1] / "README.md", "leaderboard")
    assert lines[-1].startswith("Resolution: 8 repetitions tell 6 of 6 pairs of methods apart.")


def test_a_readme_without_the_marks_of_a_table_is_an_error(checkout):
    readme = checkout / "README.md"
    for name in LISTS:
        text = readme.read_text(encoding="utf-8")
        readme.write_text(text.replace(f"<!-- end of {name} -->", ""), encoding="utf-8")
        with pytest.raises(CallError, match=f"nothing marks the table '{name}'; expected the line"):
            render_readmes(checkout)
        readme.write_text(text, encoding="utf-8")


def test_a_summary_that_is_none_is_an_error(tmp_path):
    path = tmp_path / SUMMARY_FILE
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ResultsError, match=r"summary\.json is not JSON: .*; make the report again"):
        read_summary(path)
    path.write_text('{"kind": "search"}', encoding="utf-8")
    with pytest.raises(ResultsError, match=r"summary\.json: search\.protocol: Field required"):
        read_summary(path)


def test_published_rankings_are_ordered_with_the_largest_set_first():
    found = [read_summary(path) for path in PUBLISHED.glob(f"kendall-*/{SUMMARY_FILE}")]
    assert len(found) >= 5
    for summary in found:
        assert isinstance(summary, RankingSummary)
        largest = summary.sets[0]
        assert all(each.cells <= largest.cells for each in summary.sets)
        taus = [entry.kendall_tau for entry in largest.entries]
        assert taus == sorted(taus, reverse=True)


def test_the_report_command_publishes_its_folder(
    small_protocol_file, monkeypatch, tmp_path, capsys
):
    published = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("reports.publishing.publish", lambda out: published.append(out) or ["a"])
    run = ["run", small_protocol_file, "--method", "random", "--repetitions", 1, "--workers", 1]
    report = ["report", small_protocol_file, "--out", "pages"]
    for words in (run, report, [*report, "--publish"]):
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        assert left.value.code == 0
    assert published == [Path("pages")]
    assert capsys.readouterr().out.endswith("published: a\n")
