"""Rosters: who takes part, and variants of a method under names of their own."""

from __future__ import annotations

import pytest
from method_bodies import RANDOM_BODY

from bench.errors import CallError, MethodError, ProtocolError
from bench.protocol.search import load_protocol
from bench.runs.journal import read_journal
from bench.runs.sweep import perform, plan, standing

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
    before = text[: text.index("# Need the extras")]
    path = tmp_path / "small.toml"
    path.write_text(before + VARIANT, encoding="utf-8")
    return path


def entrants(planned):
    return {(p.entrant, p.method) for p in planned}


def test_the_main_roster_is_planned_unless_another_is_named(with_variants, tmp_path):
    protocol = str(with_variants)
    main = {(name, name) for name in load_protocol(protocol).entrants("main")}
    others = {("nsga2-few", "nsga2"), ("motpe", "motpe")}
    assert entrants(plan([protocol], results=tmp_path)) == main
    assert entrants(plan([protocol], results=tmp_path, rosters=["variants"])) == others
    assert entrants(plan([protocol], results=tmp_path, rosters=[])) == main | others


def test_rosters_do_not_change_the_id(small_protocol, with_variants):
    assert load_protocol(str(with_variants)).id == small_protocol.id


def test_a_variant_goes_by_its_own_name(with_variants, tmp_path):
    protocol = str(with_variants)
    few, many = (
        plan([protocol], results=tmp_path, methods=[name], repetitions=1)
        for name in ("nsga2-few", "nsga2")
    )
    journals = [read_journal(perform(*planned).path) for planned in (few, many)]
    assert [j.header.method for j in journals] == ["nsga2-few", "nsga2"]
    assert [j.header.variant_of for j in journals] == ["nsga2", None]
    assert [j.header.settings["population_size"] for j in journals] == [4, 20]
    assert journals[0].architectures[:10] == journals[1].architectures[:10]  # the shared designs
    assert journals[0].architectures != journals[1].architectures
    stand = standing(protocol, results=tmp_path, methods=["nsga2-few"], repetitions=1)
    assert [(o.method, o.status) for o in stand.outcomes] == [("nsga2-few", "done")]
    assert stand.outdated == ()


def test_a_setting_that_the_method_does_not_have_is_found_before_anything_runs(
    with_variants, tmp_path
):
    text = with_variants.read_text(encoding="utf-8").replace("population_size", "populace")
    with_variants.write_text(text, encoding="utf-8")
    with pytest.raises(MethodError, match="method 'nsga2' has no setting 'populace'"):
        plan([str(with_variants)], results=tmp_path, rosters=["variants"])


def test_a_class_cannot_take_the_name_of_a_variant(with_variants, method_file, tmp_path):
    spec = method_file(RANDOM_BODY, "nsga2-few")
    with pytest.raises(CallError, match="the name 'nsga2-few' is taken, by a method that is"):
        plan([str(with_variants)], results=tmp_path, methods=[spec])


def test_an_unknown_roster_names_those_there_are(with_variants, tmp_path):
    with pytest.raises(CallError, match="no roster 'elsewhere': expected one of main, variants"):
        plan([str(with_variants)], results=tmp_path, rosters=["elsewhere"])


@pytest.mark.parametrize(
    ("found", "replaced", "message"),
    [
        ('name = "nsga2-few"\n', "", "'nsga2' stands in the rosters twice"),
        ("rosters.variants", "rosters.main", r"rosters.main is what \[\[roster\]\] is called"),
        ("nsga2-few", "Few of them", "name"),
    ],
)
def test_rosters_that_cannot_be(with_variants, found, replaced, message):
    text = with_variants.read_text(encoding="utf-8")
    with_variants.write_text(text.replace(found, replaced), encoding="utf-8")
    with pytest.raises(ProtocolError, match=message):
        load_protocol(str(with_variants))
