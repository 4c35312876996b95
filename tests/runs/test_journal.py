"""Journals: damage is found, one process writes, and batches are parsed when they are needed."""

from __future__ import annotations

import json

import pytest
from playing import play, reseal

from bench.errors import JournalError
from bench.runs.journal_file import read_journal


def _change_digit(lines):
    lines[3] = lines[3].replace(b'"cheap_queries":0', b'"cheap_queries":1')
    return 4


def _change_layout(lines):
    lines[3] = lines[3].replace(b'"cheap_queries":0', b'"cheap_queries": 0')
    return 4


def _change_seal(lines):
    lines[-1] = lines[-1].replace(b'"seal":"', b'"seal":"0')
    return len(lines)


def _remove(lines):
    del lines[2]
    return 3


def _duplicate(lines):
    lines.insert(4, lines[4])
    return 6


def _swap(lines):
    lines[2], lines[3] = lines[3], lines[2]
    return 3


def _garbage(lines):
    lines[1] = b"{'not': json}\n"
    return 2


DAMAGE = [_change_digit, _change_layout, _change_seal, _remove, _duplicate, _swap, _garbage]


@pytest.fixture
def path(small_protocol, small_task, toy, tmp_path):
    """Return the journal of a finished run."""
    return play(small_protocol, small_task, toy, tmp_path).path


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_journal_is_refused_with_the_line(
    damage, path, small_protocol, small_task, toy, tmp_path
):
    lines = path.read_bytes().splitlines(keepends=True)
    number = damage(lines)
    path.write_bytes(b"".join(lines))
    with pytest.raises(JournalError, match=rf"000\.jsonl line {number} .*; move 000\.jsonl away"):
        play(small_protocol, small_task, toy, tmp_path)


FORGERIES = {
    "unknown key": (2, {"colour": "red"}, "colour: Extra inputs are not permitted, got 'red'"),
    "not a number": (2, {"cost_seconds": ["x"]}, r"cost_seconds\.0: .* got 'x'"),
    "an end before the end": (2, {"kind": "end"}, "kind: Input should be 'batch', got 'end'"),
    "schema of the future": (
        0,
        {"schema_version": 3},
        "schema_version: Input should be 1 or 2",
    ),
    "unknown status": (-1, {"status": "good"}, "status: .* got 'good'"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_sealed_lines_must_agree_with_the_schema(forgery, path):
    index, change, message = FORGERIES[forgery]
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    lines[index] |= change
    reseal(path, lines)
    number = range(len(lines))[index] + 1
    with pytest.raises(JournalError, match=rf"000\.jsonl line {number}: {message}"):
        _ = read_journal(path).batches


def test_batches_are_parsed_once_and_only_when_needed(path, monkeypatch):
    parsed = []
    loads = json.loads
    monkeypatch.setattr("json.loads", lambda line, **_: parsed.append(line) or loads(line))
    journal = read_journal(path)
    assert ['"header"' in parsed[0], '"end"' in parsed[1]] == [True, True]
    assert len(parsed) == 2
    assert len(journal.batches) == 8
    assert len(journal.architectures) == 42
    assert len(parsed) == 10
