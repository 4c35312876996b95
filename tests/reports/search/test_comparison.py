"""Methods that a report shows, of a protocol with several rosters."""

from __future__ import annotations

import pytest

from bench.errors import CallError
from reports import build_report
from reports.search.comparison import of_rosters

FINALS = {
    "random": [0.5, 0.6],
    "nsga2": [0.6, 0.7],
    "lamoo-random": [0.7, 0.6],
    "lamoo-random-rbf": [0.6, 0.6],
    "qehvi": [0.4, 0.5],
    "of-mine": [0.9, 0.8],
}


@pytest.fixture
def results(make_results):
    return make_results(
        FINALS,
        protocol="lamoo-nb201",
        unfinished=[("qparego", 0, "failed", "a"), ("moead", 0, "failed", "b")],
    )


@pytest.mark.parametrize(
    ("rosters", "shown", "unfinished"),
    [
        (("main",), ["random", "nsga2", "lamoo-random", "of-mine"], ["moead"]),
        (("bayesian",), ["random", "qehvi", "of-mine"], ["qparego"]),
        (("ablations",), ["random", "lamoo-random", "lamoo-random-rbf", "of-mine"], []),
        ((), [*FINALS], ["qparego", "moead"]),
    ],
)
def test_a_roster_is_shown_with_random_and_varied_methods(results, rosters, shown, unfinished):
    some = of_rosters(results, rosters)
    assert set(some.methods) == set(shown)
    assert [each.label for each in some.unfinished] == unfinished


def test_an_unknown_roster_is_an_error(results):
    with pytest.raises(CallError, match="has no roster 'elsewhere'"):
        of_rosters(results, ("elsewhere",))


def test_each_roster_has_a_folder_of_its_own(results, tmp_path):
    name = f"lamoo-nb201-{results.protocol.short_id}"
    for rosters, folder in ((("main",), name), (("ablations",), f"{name}-ablations")):
        build_report([results], tmp_path, rosters=rosters)
        page = (tmp_path / folder / "report.md").read_text(encoding="utf-8")
        assert ("lamoo-random-rbf" in page) == (folder != name)
        assert "qehvi" not in page.replace("lamoo-qehvi", "")
