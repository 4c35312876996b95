"""Published numbers of estimators that are measured on networks."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playing import planned

from bench.data import catalogue_entry
from bench.protocol import load_ranking_protocol
from bench.results.ranking import load_ranking_results
from bench.runs.sweep import perform

ROOT = Path(__file__).resolve().parent.parent.parent
PROTOCOL = load_ranking_protocol("kendall-nb201-networks")
FOLDER = ROOT / "reports" / "published" / f"{PROTOCOL.name}-{PROTOCOL.short_id}"
# Definitions that depend on no image and no random weight.
DETERMINISTIC = ("params", "flops", "synflow")


def rows(file):
    with (FOLDER / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def agreement():
    """Spearman's correlation by pair of entries."""
    return {
        frozenset((row["entry"], row["other"])): float(row["spearman"])
        for row in rows("agreement.csv")
        if row["spearman"]
    }


def test_deterministic_scores_agree_with_published_ones(agreement):
    for name in DETERMINISTIC:
        assert agreement[frozenset((name, f"published-{name}"))] > 0.99


def test_every_entry_is_published():
    assert {row["entry"] for row in rows("ranks.csv")} == {e.label for e in PROTOCOL.rules.roster}
    assert {row["cells"] for row in rows("ranks.csv")} == {"200"}


def test_the_readme_has_the_published_numbers(agreement):
    text = (ROOT / "methods" / "zero_cost" / "README.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- (.*?) -->\n(.*?)<!-- end -->", text, flags=re.DOTALL)
    assert block[1] == PROTOCOL.label
    by_entry = {row["entry"]: row for row in rows("ranks.csv")}

    def tau(row):
        low, high = float(row["kendall_low"]), float(row["kendall_high"])
        return f"{float(row['kendall_tau']):.3f} [{low:.3f}, {high:.3f}]"

    shown = {}
    for line in block[2].strip().splitlines()[2:]:
        name, spearman, ours, theirs = (cell.strip() for cell in line.strip("|").split("|"))
        shown[name.strip("`")] = (spearman, ours, theirs)
    expected = {}
    for name, row in by_entry.items():
        if row["source"] == "networks":
            theirs = by_entry.get(f"published-{name}")
            value = agreement.get(frozenset((name, f"published-{name}")))
            spearman = "none published" if value is None else f"{value:.3f}"
            expected[name] = (spearman, tau(row), tau(theirs) if theirs else "")
    assert shown == expected


def test_stored_scores_and_sizes_are_computed_again(real_tables, tmp_path):
    pytest.importorskip("torch")
    missing = [t.name for t in PROTOCOL.rules.tables if not catalogue_entry(t.name).path.exists()]
    if missing:
        pytest.skip(f"table {missing[0]} is not on this machine")
    names = [e.label for e in PROTOCOL.rules.roster if e.column or e.label in {"params", "flops"}]
    for each in planned(PROTOCOL.name, results=tmp_path, entrants=names).runs:
        assert perform(each).status == "done"
    results = load_ranking_results(PROTOCOL, tmp_path)
    published = {row["entry"]: float(row["kendall_tau"]) for row in rows("ranks.csv")}
    found = {entry.label: entry.sets["sample"].tau for entry in results.entries}
    assert found == pytest.approx({name: published[name] for name in names}, abs=1e-9)
