"""The second schema of protocol files: every key has an effect."""

from __future__ import annotations

from pathlib import Path

import pytest
from method_bodies import RANDOM_BODY
from playing import planned

from bench.errors import ProtocolError
from bench.protocol import load_ranking_protocol, load_search_protocol
from bench.results import load_search_results
from bench.runs.sweep import perform

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def second(small_protocol_file, tmp_path):
    """Write the small protocol in the second schema, changed by (old, new) pairs."""

    def write(*changes):
        text = "schema = 2\n" + small_protocol_file.read_text(encoding="utf-8")
        text = text.replace('missing = "refuse"\n', "")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "second.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def played(method_file, tmp_path):
    """Play one repetition of a toy method under a protocol; return its results."""

    def play(path):
        toy = method_file(RANDOM_BODY)
        (run,) = planned(path, results=tmp_path / "r", entrants=[toy], repetitions=1).runs
        assert perform(run).status == "done"
        return load_search_results(load_search_protocol(str(path)), tmp_path / "r")

    return play


ALL = 'indicators = ["hypervolume_ratio", "log10_regret", "igd_plus", "evaluations_to_targets"]'
TARGETS = "targets = [0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.98]\n"


def test_indicators_are_the_columns_of_results(second, played):
    columns = {*played(second()).frame().columns}
    assert {"hypervolume_ratio", "log10_regret", "igd_plus", "evaluations_to_0.9"} <= columns
    few = played(second((ALL, 'indicators = ["hypervolume_ratio", "igd_plus"]'), (TARGETS, "")))
    changed = {*few.frame().columns}
    assert columns - changed == {"log10_regret"} | {c for c in columns if "_to_" in c}
    difference = 'indicators = ["hypervolume_ratio", "log10_hypervolume_difference"]'
    more = played(second((ALL, difference), (TARGETS, "")))
    assert "log10_hypervolume_difference" in more.frame().columns


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([('kind = "table"\n', 'kind = "table"\nmissing = "refuse"\n')], "task.missing has no eff"),
        ([(ALL, 'indicators = ["hypervolume_ratio"]')], "targets are needed by the indicator"),
        ([(TARGETS, "")], "targets are needed by the indicator evaluations_to_targets alone"),
        ([(ALL, 'indicators = ["igd_plus"]'), (TARGETS, "")], "must name hypervolume_ratio"),
        ([("schema = 2", "schema = 3")], "schema: Input should be 1 or 2, got 3"),
    ],
)
def test_keys_without_effect_are_refused(changes, message, second):
    with pytest.raises(ProtocolError, match=message):
        load_search_protocol(str(second(*changes)))


def test_another_front_than_the_frozen_one_is_an_error(second):
    protocol = load_search_protocol(str(second()))
    digest = protocol.rules.normalisation.front_sha256
    with pytest.raises(ProtocolError, match=r"the front of this task has 12 points, digest .*fr"):
        load_search_protocol(str(second((digest, "0" * 64)))).task()
    with pytest.raises(ProtocolError, match=r"the protocol says normalisation\.front_size 13"):
        load_search_protocol(str(second(("front_size = 12", "front_size = 13")))).task()


def test_rankings_have_the_second_schema(rules):
    changed = ('kind = "rank"', 'schema = 2\nkind = "ranking"')
    protocol = load_ranking_protocol(str(rules(changed)))
    assert protocol.rules.schema_version == 2
    with pytest.raises(ProtocolError, match="kind is 'rank'; expected 'ranking', and schema = 2"):
        load_ranking_protocol(str(rules(("version = 1", "version = 1\nschema = 2"))))
    unit = 'unit = "%"\n'
    with pytest.raises(ProtocolError, match=r"truth\.transform has no effect"):
        load_ranking_protocol(str(rules(changed, (unit, unit + 'transform = "mean"\n'))))


@pytest.mark.parametrize(
    ("indicators", "shown"),
    [
        ('["hypervolume_ratio"]', {"IGD+": False, "log10 regret": False}),
        ('["hypervolume_ratio", "log10_regret"]', {"IGD+": False, "log10 regret": True}),
    ],
)
def test_a_report_shows_the_indicators_that_are_named(indicators, shown, second, played, tmp_path):
    from reports import build_report

    results = played(second((ALL, f"indicators = {indicators}"), (TARGETS, "")))
    build_report([results], tmp_path / "out")
    (page,) = (tmp_path / "out").rglob("report.html")
    text = page.read_text(encoding="utf-8")
    assert {title: title in text for title in shown} == shown
    assert "Evaluations to targets" not in text
