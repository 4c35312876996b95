"""Protocols: identity, lock, constants, and what is said of a broken file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.errors import CallError, ProtocolError
from bench.indicators import non_dominated
from bench.protocol import (
    front_digest,
    load_protocol,
    measure_normalisation,
    normalisation_toml,
    parse_task,
    read_lock,
    released_protocols,
)

FOLDER = Path(__file__).resolve().parent.parent.parent / "protocols"


def test_lock_names_exactly_the_released_files():
    assert sorted(read_lock()) == released_protocols()


@pytest.mark.parametrize("name", released_protocols())
def test_released_files_are_what_they_were(name):
    assert load_protocol(name).id == read_lock()[name]


@pytest.mark.parametrize("name", released_protocols())
def test_constants_follow_from_the_table(name):
    rules = load_protocol(name).rules
    measured = measure_normalisation(rules.task, rules.normalisation.reference_point)
    assert measured == rules.normalisation


@pytest.mark.parametrize("name", released_protocols())
def test_exact_front_against_a_slow_twin(name):
    protocol = load_protocol(name)
    task = protocol.task()
    cells = task.space.enumerate()
    points = np.unique(task.score(cells[task.space.connected(cells)]), axis=0)
    front = [p for p in points if not ((points <= p).all(axis=1) & (points < p).any(axis=1)).any()]
    assert front_digest(np.asarray(front)) == protocol.rules.normalisation.front_sha256
    assert np.min(front, axis=0) == pytest.approx(protocol.rules.normalisation.ideal)
    assert np.max(front, axis=0) == pytest.approx(protocol.rules.normalisation.nadir)


def test_layout_and_comments_do_not_change_the_id(tmp_path):
    text = (FOLDER / "nb201-digits.toml").read_text()
    copy = tmp_path / "copy.toml"
    copy.write_text("# another comment\n\n" + text)
    assert load_protocol(str(copy)).id == load_protocol("nb201-digits").id
    copy.write_text(text.replace("evaluations = 200", "evaluations = 201"))
    assert load_protocol(str(copy)).id != load_protocol("nb201-digits").id


def test_a_changed_released_file_is_refused(tmp_path, monkeypatch):
    for file in FOLDER.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    changed = tmp_path / "nb201-digits.toml"
    changed.write_text(changed.read_text().replace("batch = 5", "batch = 6"))
    monkeypatch.setattr("bench.protocol._folder", lambda: tmp_path)
    with pytest.raises(ProtocolError, match=r"was changed after its release.*higher version"):
        load_protocol("nb201-digits")
    assert load_protocol("nb201-digits-3obj").name == "nb201-digits-3obj"


BROKEN = {
    "not TOML": (lambda t: t.replace("[budget]", "[budget"), "is not TOML"),
    "missing key": (lambda t: t.replace("batch = 5", ""), r"budget\.batch: Field required"),
    "unknown key": (
        lambda t: t.replace("batch = 5", "batch = 5\nsize = 3"),
        r"budget\.size: Extra",
    ),
    "wrong type": (
        lambda t: t.replace("batch = 5", 'batch = "five"'),
        r"budget\.batch: .*integer.*got 'five'",
    ),
    "unknown indicator": (
        lambda t: t.replace('"igd_plus"', '"igd"'),
        r"indicators\.2: .*'igd_plus'.*got 'igd'",
    ),
    "nadir below ideal": (
        lambda t: t.replace("ideal = [", "ideal = [999.0, 999.0] # ["),
        "nadir must lie above ideal",
    ),
    "too few numbers": (
        lambda t: t.replace("reference_point = [1.1, 1.1]", "reference_point = [1.1]"),
        "reference_point must have 2 numbers",
    ),
    "more designs than budget": (
        lambda t: t.replace("initial = 10", "initial = 300"),
        "initial must not exceed",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_file_is_explained(fault, tmp_path):
    change, message = BROKEN[fault]
    path = tmp_path / "broken.toml"
    path.write_text(change((FOLDER / "nb201-digits.toml").read_text()))
    with pytest.raises(ProtocolError, match=message):
        load_protocol(str(path))


def test_unknown_names_list_the_known():
    with pytest.raises(CallError, match="'nb2': expected one of nb201-digits, "):
        load_protocol("nb2")


def test_another_table_than_the_pinned_is_refused(tmp_path):
    protocol = load_protocol("nb201-digits")
    path = tmp_path / "other.toml"
    path.write_text(
        (FOLDER / "nb201-digits.toml")
        .read_text()
        .replace(protocol.rules.task.content_sha256, "0" * 64)
    )
    with pytest.raises(ProtocolError, match=r"this protocol was frozen on 000000000000"):
        load_protocol(str(path)).task()


def test_a_draft_can_be_measured_before_it_is_whole(tmp_path):
    text = (FOLDER / "nb201-digits.toml").read_text()
    draft = tmp_path / "draft.toml"
    draft.write_text(text[: text.index("[normalisation]")])
    block = normalisation_toml(measure_normalisation(parse_task(draft)))
    rest = text[text.index("[[roster]]") :]
    whole = tmp_path / "whole.toml"
    whole.write_text(draft.read_text() + block + "\n\n" + rest)
    assert load_protocol(str(whole)).id == load_protocol("nb201-digits").id


def test_streams_do_not_depend_on_other_methods(small_protocol):
    first = small_protocol.method_stream("a", 0).random(4)
    assert np.array_equal(first, small_protocol.method_stream("a", 0).random(4))
    for other in (("b", 0), ("a", 1)):
        assert not np.array_equal(first, small_protocol.method_stream(*other).random(4))


def test_searching_front_is_scored_on_what_is_held_back(small_task):
    everything = small_task.space.enumerate()
    everything = everything[small_task.space.connected(everything)]
    from bench.method import candidates

    search = small_task.evaluate(candidates(everything)).objectives
    expected = np.unique(small_task.score(everything[non_dominated(search)]), axis=0)
    assert np.array_equal(small_task.exact_front("search"), expected)
