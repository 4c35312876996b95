"""`monas verify`: what is checked, recomputed and played again, and what the report makes of it."""

from __future__ import annotations

import json

import pytest
from forgery import best_of_table, forge, lines_of
from method_bodies import RANDOM_BODY
from playing import cut, planned, reseal

from bench.errors import CallError, ResultsError
from bench.protocol import load_protocol
from bench.results import load_results
from bench.results.verdicts import VERDICTS_FILE
from bench.runs.sweep import perform
from bench.verify import find_journals, verify, write_verdicts


@pytest.fixture(scope="module")
def played(small_protocol_file, tmp_path_factory):
    """Return the bytes of the journals of two methods, by path below the folder of results."""
    folder = tmp_path_factory.mktemp("played")
    for run in planned(
        small_protocol_file, results=folder, entrants=["random", "pareto-nash-tab"]
    ).runs:
        assert perform(run).status == "done"
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.jsonl")}


@pytest.fixture
def results(played, tmp_path):
    """Return a folder of results of which a test can change the files."""
    folder = tmp_path.resolve() / "results"
    for path, content in played.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def _journal(results, label, repetition):
    (path,) = results.glob(f"small/*/{label}/{repetition:03d}.jsonl")
    return path


def _verified(results, protocol, **options):
    return verify(find_journals([results], [protocol]), **options)


def _tiers(verified):
    return {(e.found.path.parent.name, e.found.path.stem): e.verdict.tier for e in verified}


def test_without_a_replay_runs_are_recomputed(results, small_protocol, small_protocol_file, monas):
    verified = _verified(results, small_protocol)
    assert len(verified) == 6
    assert {(each.verdict.tier, each.verdict.reason) for each in verified} == {("recomputed", "")}
    status, out, err = monas("verify", results, "--protocol", small_protocol_file)
    assert status == 0, err
    assert "pareto-nash-tab" in out
    assert not [*results.rglob(VERDICTS_FILE)]


def test_runs_are_replayed_bitwise_and_the_report_says_so(
    results, small_protocol, small_protocol_file, monas, tmp_path
):
    status, out, err = monas(
        "verify", results, "--protocol", small_protocol_file, "--rerun", "2", "--seed", "5",
        "--json", "--workers", "1",
    )  # fmt: skip
    assert status == 0, err
    said = json.loads(out)
    assert said["counts"] == {"replayed bitwise": 4, "recomputed": 2}
    assert said["seed"] == 5
    chosen = {each["path"] for each in said["journals"] if each["played_again"]}
    assert {path.rsplit("/", 2)[1] for path in chosen} == {"random", "pareto-nash-tab"}
    found = load_results(small_protocol, results)
    words = "replayed bitwise (2 of 3), recomputed"
    assert found.tiers == {"random": words, "pareto-nash-tab": words}
    status, _, err = monas("report", small_protocol_file, "--results", results, "--out", tmp_path)
    assert status == 0, err
    page = next(tmp_path.glob("small-*/report.html")).read_text(encoding="utf-8")
    assert page.count(words) == 2
    forge(next(path for path in map(type(results), chosen)), _other_machine)
    assert (
        "replayed bitwise (1 of 3), recomputed"
        in load_results(small_protocol, results).tiers.values()
    )


def _other_machine(lines):
    lines[0]["processor"] = "another"


def test_architectures_from_the_table_are_found_by_a_replay(
    results, small_protocol, small_protocol_file, small_task, monas
):
    forged = _journal(results, "random", 1)
    forge(forged, best_of_table(small_task))
    assert {*_tiers(_verified(results, small_protocol)).values()} == {"recomputed"}
    status, out, err = monas(
        "verify", results, "--protocol", small_protocol_file, "--rerun", "all", "--workers", "1"
    )
    assert status == 1, err
    (line,) = [line for line in out.splitlines() if str(forged) in line]
    assert line.startswith(f"recomputed: not repeated: {forged} line 3: candidate 0: ")
    assert "3 repetitions are too few for a test, which needs 10" in line
    tiers = load_results(small_protocol, results).tiers
    assert tiers["random"] == "replayed bitwise (2 of 3), recomputed"


def test_a_count_that_is_not_that_of_the_replay_is_refused(results, small_protocol, monas):
    def more(lines):
        for line in lines[2:-1]:
            line["cheap_queries"] += 1000

    forged = _journal(results, "pareto-nash-tab", 2)
    forge(forged, more)
    verified = verify(find_journals([forged], [small_protocol]), rerun=None)
    assert _tiers(verified) == {("pareto-nash-tab", "002"): "refused"}
    assert f"{forged} line 3: cheap_queries 1" in verified[0].verdict.reason
    write_verdicts(verified)
    with pytest.raises(ResultsError, match=rf"{forged} was refused by `monas verify`: .*queries"):
        load_results(small_protocol, results)


def test_a_change_of_the_code_is_said(results, small_protocol):
    def older(lines):
        lines[0]["subject"]["source_sha256"] = "0" * 64

    path = _journal(results, "random", 0)
    forge(path, older)
    (only,) = verify(find_journals([path], [small_protocol]), rerun=None)
    assert only.verdict.tier == "replayed bitwise"
    assert only.verdict.reason == "by code that has changed since"


def test_what_is_not_true_is_refused_and_the_others_are_checked(results, small_protocol):
    broken, stopped = _journal(results, "random", 0), _journal(results, "random", 1)
    broken.write_bytes(broken.read_bytes().replace(b'"number":3', b'"number":4', 1))
    cut(stopped)
    _journal(results, "random", 2).rename(broken.with_name("007.jsonl"))
    verified = {each.found.path: each.verdict for each in _verified(results, small_protocol)}
    assert verified[broken].tier == "refused"
    assert f"{broken} line 5 does not follow" in verified[broken].reason
    assert (verified[stopped].tier, verified[stopped].reason) == ("recomputed", "not finished")
    moved = verified[broken.with_name("007.jsonl")]
    assert moved.tier == "refused"
    assert "which belongs at" in moved.reason


def test_a_protocol_that_is_not_released_is_named_by_its_file(results, monas):
    status, out, err = monas("verify", results)
    assert status == 1
    assert "protocol small" in out + err
    assert "name its file with --protocol" in out + err
    with pytest.raises(CallError, match="no such file or folder"):
        find_journals([results / "nothing"], [])
    assert monas("verify", results, "--rerun", "some")[0] == 2


def test_the_class_of_a_file_is_played_by_request_alone(
    small_protocol, small_protocol_file, method_file, tmp_path, monas
):
    spec = method_file(RANDOM_BODY)
    (run, *_) = planned(small_protocol_file, results=tmp_path / "results", entrants=[spec]).runs
    assert perform(run).status == "done"
    file, marker = tmp_path / "toy.py", tmp_path / "was imported"
    code = file.read_text(encoding="utf-8")
    file.write_text(f"open({str(marker)!r}, 'w').close()\n{code}", encoding="utf-8")
    found = find_journals([tmp_path / "results"], [small_protocol])
    (only,) = verify(found, rerun=None)
    assert (only.verdict.tier, only.is_well) == ("recomputed", False)
    assert "is named with --method FILE:CLASS" in only.verdict.reason
    out = tmp_path / "out"
    status, _, err = monas(
        "report", small_protocol_file, "--results", tmp_path / "results", "--out", out
    )
    assert status == 0, err
    assert not marker.exists()
    (only,) = verify(found, rerun=None, named=[spec])
    assert only.verdict.tier == "replayed bitwise"
    assert marker.exists()


def test_rankings_are_played_again(tmp_path):
    protocol, results = load_protocol("kendall-digits"), tmp_path.resolve() / "results"
    for run in planned(
        "kendall-digits", results=results, entrants=["tse", "validation-accuracy"]
    ).runs:
        assert perform(run).status == "done"
    verified = verify(find_journals([results], []), rerun=None)
    assert {each.verdict.tier for each in verified} == {"replayed bitwise"}
    write_verdicts(verified)
    assert {*load_results(protocol, results).tiers.values()} == {"replayed bitwise"}


def test_a_damaged_file_of_verdicts_is_an_error(results, small_protocol):
    path = small_protocol.home(results) / VERDICTS_FILE
    for content in ("{", "[]", '{"schema":1,"suite_version":"1","journals":{"a":{"tier":"best"}}}'):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(ResultsError, match=rf"{path}.*; remove it, and run `monas verify"):
            load_results(small_protocol, results)


def test_a_journal_in_another_place_is_found_by_its_lines(results, small_protocol, tmp_path):
    copy = tmp_path / "copy.jsonl"
    reseal(copy, lines_of(_journal(results, "random", 0)))
    (only,) = verify(find_journals([copy], [small_protocol]))
    assert only.verdict.tier == "refused"
    assert "which belongs at" in only.verdict.reason
