"""Search protocols: identity, lock, constants, and messages for broken files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from released import PLAYABLE

from bench.errors import CallError, ProtocolError
from bench.indicators import hypervolume, non_dominated
from bench.method import candidates
from bench.protocol import load_search_protocol, read_lock, released_protocols
from bench.protocol.normalisation import (
    DraftNormalisation,
    front_digest,
    measure_normalisation,
    normalisation_toml,
)
from bench.protocol.search import parse_draft
from bench.tasks import make_task

EXACT = {
    name
    for name in released_protocols("search")
    if load_search_protocol(name).rules.normalisation.scheme in ("exact front", "z-score")
}
FOLDER = Path(__file__).resolve().parent.parent.parent / "protocols"


def test_the_lock_names_the_released_files():
    assert sorted(read_lock()) == released_protocols()


@pytest.mark.parametrize("name", released_protocols("search"))
def test_released_files_are_unchanged(name):
    assert load_search_protocol(name).id == read_lock()[name]


@pytest.mark.parametrize("name", PLAYABLE)
def test_constants_follow_from_the_table(name):
    protocol = load_search_protocol(name)
    frozen = protocol.rules.normalisation
    task = protocol.task()
    draft = DraftNormalisation(
        scheme=frozen.scheme,
        reference_point=frozen.reference_point,
        maximum=frozen.maximum,
    )
    measured = measure_normalisation(task, draft)
    if task.tolerance == 0:
        assert measured == frozen
    else:  # computed objectives, which another processor rounds differently
        assert measured.front_size == frozen.front_size
        assert measured.ideal == pytest.approx(frozen.ideal, rel=task.tolerance)
        assert measured.nadir == pytest.approx(frozen.nadir, rel=task.tolerance)


@pytest.mark.parametrize("name", [n for n in PLAYABLE if n in EXACT])
def test_the_exact_front_agrees_with_a_slow_twin(name):
    protocol = load_search_protocol(name)
    task = protocol.task()
    every = task.space.enumerate()
    points = np.unique(task.score(every[task.space.connected(every)]), axis=0)
    front, rest = [], points
    while len(rest):  # no remaining point dominates the one with the least sum
        least = rest[rest.sum(axis=1).argmin()]
        front.append(least)
        rest = rest[~(least <= rest).all(axis=1)]
    assert front_digest(np.asarray(front)) == protocol.rules.normalisation.front_sha256
    if protocol.rules.normalisation.scheme == "exact front":
        assert np.min(front, axis=0) == pytest.approx(protocol.rules.normalisation.ideal)
        assert np.max(front, axis=0) == pytest.approx(protocol.rules.normalisation.nadir)


@pytest.mark.parametrize("name", [n for n in PLAYABLE if n == "lamoo-nb201"])
def test_z_scores_have_mean_zero_and_deviation_one(name):
    protocol = load_search_protocol(name)
    task = protocol.task()
    scores = protocol.normalise(task.score(task.space.enumerate()))
    assert scores.mean(axis=0) == pytest.approx([0, 0], abs=1e-9)
    assert scores.std(axis=0) == pytest.approx([1, 1])
    best = hypervolume(
        protocol.normalise(task.front("score")), protocol.rules.normalisation.reference_point
    )
    assert best == pytest.approx(8.0526, abs=5e-5)  # the papers' own table gives 8.0699


@pytest.mark.parametrize("name", [n for n in PLAYABLE if n == "lamoo-nb201"])
def test_random_search_reaches_the_known_hypervolume(name):
    """Means over many repetitions, with replacement: -0.52 (sd 0.10) at 99, -1.04 at 1,000."""
    protocol = load_search_protocol(name)
    task = protocol.task()
    reference = protocol.rules.normalisation.reference_point
    best = hypervolume(protocol.normalise(task.front("score")), reference)
    rng = np.random.default_rng(0)
    found = {99: [], 1000: []}
    for _ in range(200):
        points = protocol.normalise(task.score(task.space.sample(rng, 1000)))
        for n, differences in found.items():
            differences.append(np.log10(best - hypervolume(points[:n], reference)))
    assert np.mean(found[99]) == pytest.approx(-0.52, abs=0.03)
    assert np.std(found[99]) == pytest.approx(0.10, abs=0.03)
    assert np.mean(found[1000]) == pytest.approx(-1.04, abs=0.04)


def test_an_alias_names_the_protocol():
    assert load_search_protocol("C-10/MOP5").id == load_search_protocol("evox-c10-mop5").id


def test_layout_comments_and_roster_do_not_change_the_id(tmp_path):
    text = (FOLDER / "nb201-digits.toml").read_text()
    copy = tmp_path / "copy.toml"
    copy.write_text("# another comment\n\n" + text)
    assert load_search_protocol(str(copy)).id == load_search_protocol("nb201-digits").id
    copy.write_text(text[: text.index("[[roster]]")] + '[[roster]]\nmethod = "random"\n')
    assert load_search_protocol(str(copy)).id == load_search_protocol("nb201-digits").id
    copy.write_text(text.replace("evaluations = 200", "evaluations = 201"))
    assert load_search_protocol(str(copy)).id != load_search_protocol("nb201-digits").id


def test_a_changed_released_file_is_refused(tmp_path, monkeypatch):
    for file in FOLDER.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    changed = tmp_path / "nb201-digits.toml"
    changed.write_text(changed.read_text().replace("batch = 5", "batch = 6"))
    monkeypatch.setattr("bench.protocol.loading._folder", lambda: tmp_path)
    with pytest.raises(ProtocolError, match=r"was changed after its release.*higher version"):
        load_search_protocol("nb201-digits")
    assert load_search_protocol("nb201-digits-3obj").name == "nb201-digits-3obj"


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
        "nadir must be above ideal",
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
        load_search_protocol(str(path))


def test_more_designs_than_architectures_are_refused(tmp_path):
    text = (FOLDER / "nb201-digits.toml").read_text()
    path = tmp_path / "many.toml"
    path.write_text(text.replace("initial = 10", "initial = 6467").replace("= 200", "= 7000"))
    protocol = load_search_protocol(str(path))
    with pytest.raises(ProtocolError, match=r"initial is 6467, and .*'nasbench201' has 6466 arch"):
        protocol.initial_designs(protocol.task().space, 0)


def test_unknown_names_list_the_known_ones():
    with pytest.raises(CallError, match="'nb2': expected one of evox-c10-mop5, "):
        load_search_protocol("nb2")


def test_a_table_with_other_content_is_refused(tmp_path):
    protocol = load_search_protocol("nb201-digits")
    path = tmp_path / "other.toml"
    path.write_text(
        (FOLDER / "nb201-digits.toml")
        .read_text()
        .replace(protocol.rules.task.tables[0].content_sha256, "0" * 64)
    )
    with pytest.raises(ProtocolError, match=r"this protocol was frozen on 000000000000"):
        load_search_protocol(str(path)).task()


def test_a_draft_can_be_measured(tmp_path):
    text = (FOLDER / "nb201-digits.toml").read_text()
    draft = tmp_path / "draft.toml"
    draft.write_text(text[: text.index("[normalisation]")])
    parsed = parse_draft(draft)
    block = normalisation_toml(measure_normalisation(make_task(parsed.task), parsed.normalisation))
    rest = text[text.index("[[roster]]") :]
    whole = tmp_path / "whole.toml"
    whole.write_text(draft.read_text() + block + "\n\n" + rest)
    assert load_search_protocol(str(whole)).id == load_search_protocol("nb201-digits").id


def test_streams_do_not_depend_on_other_methods(small_protocol):
    first = small_protocol.method_stream("a", 0).random(4)
    assert np.array_equal(first, small_protocol.method_stream("a", 0).random(4))
    for other in (("b", 0), ("a", 1)):
        assert not np.array_equal(first, small_protocol.method_stream(*other).random(4))


def test_the_search_front_is_scored_by_the_test_objectives(small_task):
    every = small_task.space.enumerate()
    every = every[small_task.space.connected(every)]
    search = small_task.evaluate(candidates(every)).objectives
    expected = np.unique(small_task.score(every[non_dominated(search)]), axis=0)
    assert np.array_equal(small_task.front("search"), expected)
