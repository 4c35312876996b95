"""Journals that were changed and sealed again: refused with file and line, or the same result."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from forgery import Mutator, forge, lines_of
from playing import planned, reseal

from bench.errors import MonasError
from bench.protocol import load_protocol
from bench.results.reading import check_path
from bench.results.rules import check_rules
from bench.results.scores import check_measured, entry_scores
from bench.results.search import SearchJudge
from bench.runs.journal_file import read_journal
from bench.runs.sweep import perform
from bench.seeds import stream


def _played(protocol_spec, folder, label):
    (run, *_) = planned(protocol_spec, results=folder, entrants=[label]).runs
    assert perform(run).status == "done"
    return run.path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def searched(small_protocol_file, folder):
    return _played(small_protocol_file, folder, "pareto-nash-tab")


@pytest.fixture(scope="module")
def judge(small_protocol):
    return SearchJudge(small_protocol)


def _result(protocol, folder, path, recompute):
    """Return what the reading of a journal gives; None if it has no end that is done."""
    journal = read_journal(path)
    if journal is None:
        return None
    check_path(protocol, folder, journal)
    check_rules(protocol, journal)
    if journal.end is None or journal.end.status != "done":
        return None
    return recompute(journal)


def _search_result(judge):
    def recompute(journal):
        run = judge.recompute(journal)
        arrays = (run.search, run.score, run.trace, run.cost_seconds)
        return run.method, run.repetition, [a.tobytes() for a in arrays], run.estimate_seconds

    return recompute


def _check_mutations(protocol, folder, path, recompute, count):
    """Change a journal in many ways; return how many were refused."""
    original, refused = lines_of(path), 0
    expected = _result(protocol, folder, path, recompute)
    assert expected is not None
    for seed in range(count):
        changed = Mutator(stream("mutations", path.stem, seed))(original)
        reseal(path, changed)
        try:
            found = _result(protocol, folder, path, recompute)
        except MonasError as error:
            refused += 1
            said = str(error)
            assert f"{path} line " in said or (str(path) in said and " belongs " in said), seed
        else:
            assert found in (None, expected), seed
    reseal(path, original)
    return refused


def test_changed_searches_are_refused_or_give_the_same_result(
    small_protocol, folder, searched, judge, request
):
    count = request.config.getoption("--mutations")
    recompute = _search_result(judge)
    assert _check_mutations(small_protocol, folder, searched, recompute, count) > count / 2


@pytest.mark.parametrize("label", ["tse", "validation-accuracy"])
def test_changed_rankings_are_refused_or_give_the_same_scores(label, folder, request):
    protocol = load_protocol("kendall-digits")
    task = protocol.task()
    path = _played("kendall-digits", folder, label)

    def recompute(journal):
        check_measured(task, journal)
        scores = entry_scores(task, journal)
        return journal.header.subject.name, scores.values.tobytes(), repr(scores.seconds)

    count = request.config.getoption("--mutations") // 6
    assert _check_mutations(protocol, folder, path, recompute, count) > count / 4


def _end(lines):
    lines[-1]["evaluations"] = 7


def _batch_of_190(lines):
    for key in ("architectures", "values", "cost_seconds", "parents", "operators"):
        lines[2][key] = [each for line in lines[2:-1] for each in line[key]]
    return [*lines[:3], lines[-1]]


def _swapped(lines):
    lines[3], lines[4] = lines[4], lines[3]


def _after_end(lines):
    return [*lines, lines[-2] | {"number": len(lines) - 2}]


def _cost(lines):
    lines[3]["cost_seconds"] = [0.0] * len(lines[3]["cost_seconds"])


def _settings(lines):
    lines[0]["subject"]["settings"] = {"population": 1}


def _version(lines):
    lines[0]["subject"]["version"] = "99"


def _spec(lines):
    lines[0]["spec"] = "/tmp/mine.py:Mine"


def _change(line, key, value):
    def change(lines):
        lines[line][key] = value

    return change


FORGED = {
    "one large batch": (_batch_of_190, 3, r"32 architectures with 10 of 42 .* expected 1 to 5"),
    "numbers": (_change(3, "number", 17), 4, "batch 17, expected 2"),
    "reordered": (_swapped, 4, "batch 3, expected 2"),
    "after the end": (_after_end, 10, "kind: Input should be 'batch', got 'end'"),
    "end": (_end, -1, "evaluations 7; the lines before have 42"),
    "schema": (_change(0, "schema_version", 99), 1, "schema_version: Input should be 1 or 2"),
    "queries": (_change(2, "cheap_queries", -5), 3, "cheap_queries: .* greater than or equal to 0"),
    "fewer queries": (_change(-2, "cheap_queries", 0), -2, "cheap_queries 0, fewer than"),
    "cheaper": (_change(4, "estimate_seconds", -1e9), 5, "estimate_seconds: .* greater than"),
    "dearer": (_change(4, "estimate_seconds", 1e9), 5, "estimate_seconds 1e.09; small has no"),
    "free": (_cost, 4, r"evaluation 15 records cost_seconds \[0.0\]"),
    "settings": (_settings, 1, "settings = {'population': 1}; pareto-nash-tab has"),
    "version": (_version, 1, "version = '99'; pareto-nash-tab has '1'"),
    "code": (_spec, 1, "spec = '/tmp/mine.py:Mine'; pareto-nash-tab has 'pareto-nash-tab'"),
    "lineage": (_change(2, "parents", [99] * 5), 3, "parent 99; expected one of the 10"),
    "lengths": (
        _change(2, "values", []),
        3,
        "values has 0 entries; expected 5, one for each architecture",
    ),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forgery_is_refused_with_file_and_line(forgery, small_protocol, folder, searched, judge):
    change, line, message = FORGED[forgery]
    original = lines_of(searched)
    number = line if line > 0 else len(original) + 1 + line
    try:
        forge(searched, change)
        with pytest.raises(MonasError, match=rf"{searched} line {number}: {message}"):
            _result(small_protocol, folder, searched, _search_result(judge))
    finally:
        reseal(searched, original)


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31mred", "ns\u0433a2", "Upper", "../up"])
def test_names_that_cannot_be_told_apart_are_refused(name, searched):
    original = lines_of(searched)
    header = original[0] | {"subject": original[0]["subject"] | {"name": name}}
    try:
        reseal(searched, [header, *original[1:]])
        with pytest.raises(MonasError, match=r"line 1: subject.method.name: String should match"):
            read_journal(searched)
    finally:
        reseal(searched, original)


@pytest.mark.parametrize(
    "line",
    [
        b'{"kind":"batch","number":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"kind":"batch","number":0,"number":0}',
        b"[]",
        b"{}",
        b"\xff",
    ],
    ids=["deep", "a key twice", "a list", "empty", "no text"],
)
def test_a_line_that_is_no_line_is_refused(line, searched, tmp_path):
    header = json.dumps(lines_of(searched)[0])
    path = tmp_path / "000.jsonl"
    reseal(path, [json.loads(header)])
    before = json.loads(path.read_bytes())["seal"]
    seal = sha256(before.encode() + line).hexdigest()[:16].encode()
    path.write_bytes(path.read_bytes() + line[:-1] + b',"seal":"' + seal + b'"}\n')
    with pytest.raises(MonasError, match=r"000\.jsonl line 2"):
        _ = read_journal(path).batches
