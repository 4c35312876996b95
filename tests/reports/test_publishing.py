"""What the repository keeps of reports, and its summary."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports import build_report
from reports.publishing import PUBLISHED, leaderboard, publish, summary

FINALS = {
    "random": [0.5] * 8,
    "nsga2": [0.6] * 8,
    "moead": [0.4] * 8,
    "lamoo-random-rbf": [0.7] * 8,
}


@pytest.fixture
def results(make_results):
    return make_results(FINALS, protocol="lamoo-nb201")


def test_the_readme_is_made_from_what_is_there():
    text = (PUBLISHED / "README.md").read_text(encoding="utf-8")
    assert summary(text) == text
    front = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert leaderboard(front) == front


def test_of_a_report_its_tables_and_figure_are_kept(results, tmp_path):
    out, into = tmp_path / "out", tmp_path / "published"
    for rosters in (("main",), ("ablations",)):
        build_report([results], out, rosters=rosters)
    (out / "claims-some").mkdir()
    (out / "claims-some" / "claims.csv").write_text("paper,claim\n", encoding="utf-8")
    name = f"lamoo-nb201-{results.protocol.short_id}"
    assert publish(out, into) == [name, f"{name}-ablations", "claims-some.csv"]
    for folder in (name, f"{name}-ablations"):
        assert {file.name for file in (into / folder).iterdir()} == {
            "leaderboard.csv",
            "runs.csv",
            "anytime.png",
        }
        for file in ("leaderboard.csv", "figures/anytime.png"):
            kept = into / folder / file.rpartition("/")[2]
            assert kept.read_bytes() == (out / folder / file).read_bytes()
    assert (into / "claims-some.csv").read_text(encoding="utf-8") == "paper,claim\n"


def test_the_summary_follows_what_is_published(results, tmp_path):
    for folder in PUBLISHED.iterdir():
        if folder.is_dir():
            (tmp_path / folder.name).symlink_to(folder)
    name = f"lamoo-nb201-{results.protocol.short_id}"
    (tmp_path / name).unlink()
    build_report([results], tmp_path / "out")
    publish(tmp_path / "out", tmp_path)
    before = (PUBLISHED / "README.md").read_text(encoding="utf-8")
    changed = {*summary(before, tmp_path).splitlines()} - {*before.splitlines()}
    (line,) = changed
    assert line.startswith(f"| `lamoo-nb201` | [{results.protocol.short_id}]({name}/leaderboard")
    assert line.endswith("| `nsga2` 0.6000 | 0.5000 | 1.0000 | 1 of 2 |")
