"""Rosters: the entrants of a protocol, and variants of a method with their own names."""

from __future__ import annotations

import pytest
from method_bodies import RANDOM_BODY
from playing import planned

from bench.errors import CallError, MethodError, ProtocolError
from bench.protocol import load_search_protocol
from bench.runs.journal_file import read_journal
from bench.runs.sweep import perform

VARIANT = """
[[rosters.variants]]
name = "nsga2-few"
method = "nsga2"
settings = { population_size = 4 }

[[rosters.variants]]
method = "motpe"
"""


@pytest.fixture
def with_variants(small_protocol_file, tmp_path):
    text = small_protocol_file.read_text(encoding="utf-8")
    before = text[: text.index("# Several seconds a run")]
    path = tmp_path / "small.toml"
    path.write_text(before + VARIANT, encoding="utf-8")
    return path


def entrants(plan):
    return {(run.entry.label, run.entry.method) for run in plan.runs}


def test_the_main_roster_is_planned_unless_another_is_named(with_variants, tmp_path):
    protocol = with_variants
    main = {(name, name) for name in load_search_protocol(str(protocol)).entrants("main")}
    others = {("nsga2-few", "nsga2"), ("motpe", "motpe")}
    assert entrants(planned(protocol, results=tmp_path)) == main
    assert entrants(planned(protocol, results=tmp_path, rosters=["variants"])) == others
    assert entrants(planned(protocol, results=tmp_path, rosters=[])) == main | others


def test_rosters_do_not_change_the_id(small_protocol, with_variants):
    assert load_search_protocol(str(with_variants)).id == small_protocol.id


def test_a_variant_has_its_own_name(with_variants, tmp_path):
    few, many = (
        planned(with_variants, results=tmp_path, entrants=[name], repetitions=1).runs
        for name in ("nsga2-few", "nsga2")
    )
    journals = [read_journal(perform(*runs).path) for runs in (few, many)]
    assert [j.header.subject.name for j in journals] == ["nsga2-few", "nsga2"]
    assert [j.header.subject.variant_of for j in journals] == ["nsga2", None]
    assert [j.header.subject.settings["population_size"] for j in journals] == [4, 20]
    assert journals[0].architectures[:10] == journals[1].architectures[:10]  # the shared designs
    assert journals[0].architectures != journals[1].architectures
    made = planned(with_variants, results=tmp_path, entrants=["nsga2-few"], repetitions=1)
    (outcomes,), (outdated,) = made.ended.values(), made.outdated.values()
    assert [(o.label, o.status) for o in outcomes] == [("nsga2-few", "done")]
    assert outdated == ()


def test_an_unknown_setting_is_found_before_any_run(with_variants, tmp_path):
    text = with_variants.read_text(encoding="utf-8").replace("population_size", "populace")
    with_variants.write_text(text, encoding="utf-8")
    with pytest.raises(MethodError, match="method 'nsga2' has no setting 'populace'"):
        planned(with_variants, results=tmp_path, rosters=["variants"])


def test_a_class_cannot_have_the_name_of_a_variant(with_variants, method_file, tmp_path):
    spec = method_file(RANDOM_BODY, "nsga2-few")
    with pytest.raises(CallError, match="the name 'nsga2-few' is taken, by a method that is"):
        planned(with_variants, results=tmp_path, entrants=[spec])


def test_an_unknown_roster_is_an_error(with_variants, tmp_path):
    with pytest.raises(CallError, match="no roster 'elsewhere': expected one of main, variants"):
        planned(with_variants, results=tmp_path, rosters=["elsewhere"])


@pytest.mark.parametrize(
    ("found", "replaced", "message"),
    [
        ('name = "nsga2-few"\n', "", "'nsga2' is in the rosters twice"),
        ("rosters.variants", "rosters.main", r"rosters.main is the name of \[\[roster\]\]"),
        ("nsga2-few", "Few of them", "name"),
        (
            'name = "nsga2-few"\nmethod = "nsga2"',
            'method = "my.py:Mine"',
            "entry 'my.py:Mine' is a class in a file and needs a name",
        ),
    ],
)
def test_invalid_rosters_are_refused(with_variants, found, replaced, message):
    text = with_variants.read_text(encoding="utf-8")
    with_variants.write_text(text.replace(found, replaced), encoding="utf-8")
    with pytest.raises(ProtocolError, match=message):
        load_search_protocol(str(with_variants))
