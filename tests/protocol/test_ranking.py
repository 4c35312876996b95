"""Ranking protocols: identity, lock, messages for broken files, samples and subsets."""

from __future__ import annotations

import numpy as np
import pytest

from bench.data import catalogue_entry
from bench.entrants.estimator import find_estimator
from bench.errors import CallError, DataError, ProtocolError
from bench.protocol import (
    load_protocol,
    load_ranking_protocol,
    load_search_protocol,
    read_lock,
    released_protocols,
)
from bench.tasks.ranking.task import RankingTask

RELEASED = released_protocols("ranking")


def test_the_lock_names_the_released_files():
    searches = released_protocols("search")
    assert sorted(read_lock()) == sorted([*searches, *RELEASED])
    assert not set(RELEASED) & set(searches)
    assert "nb201-digits" in searches


@pytest.mark.parametrize("name", RELEASED)
def test_released_files_are_unchanged(name):
    assert load_ranking_protocol(name).id == read_lock()[name]
    assert load_protocol(name) == load_ranking_protocol(name)


@pytest.mark.parametrize("name", RELEASED)
def test_released_rosters_name_registered_estimators(name):
    rules = load_ranking_protocol(name).rules
    for entry in rules.roster:
        if entry.estimator:
            estimator = find_estimator(entry.estimator).entrant
            estimator(**entry.settings)
            of_curves = rules.sources[entry.source].kind == "curves"
            assert (estimator.needs == "curves") == of_curves


@pytest.mark.parametrize("name", RELEASED)
def test_released_sets_have_their_sizes(name):
    protocol = load_ranking_protocol(name)
    if not all(catalogue_entry(t.name).path.exists() for t in protocol.rules.tables):
        pytest.skip("the tables are not on this machine")
    task = protocol.task()
    sizes = {each.name: len(task.members(each)) for each in protocol.rules.sets}
    expected = {
        "kendall-digits": {"sample": 100, "all": 6466},
        "kendall-nb201-networks": {"sample": 200},
    }
    assert sizes == expected.get(name, {"all": 15614, "reachable": 9438})


def test_a_protocol_of_another_kind_is_refused():
    with pytest.raises(CallError, match="is a ranking protocol: expected a search protocol, such"):
        load_search_protocol("kendall-digits")
    with pytest.raises(
        CallError, match=r"a search protocol: expected a ranking protocol, .*kendall-"
    ):
        load_ranking_protocol("nb201-digits")
    with pytest.raises(CallError, match=r"unknown protocol 'kendall': .*kendall-digits"):
        load_protocol("kendall")


def test_an_unknown_kind_is_refused(rules):
    with pytest.raises(ProtocolError, match="kind is 'tau'; expected 'ranking'"):
        load_protocol(str(rules(('kind = "rank"', 'kind = "tau"'))))


def test_the_roster_does_not_change_the_id_and_everything_else_does(rules):
    first = load_ranking_protocol(str(rules())).id
    assert load_ranking_protocol(str(rules(('label = "params"', 'label = "p"')))).id == first
    assert load_ranking_protocol(str(rules(("sample = 24", "sample = 25")))).id != first


BROKEN = {
    "unknown table": ('table = "nb201-digits"\nlosses', 'table = "nb202"\nlosses'),
    "unknown set table": ('tables = ["nb201-digits"]\nsize', 'tables = ["x"]\nsize'),
    "first of set tables": (
        'tables = ["nb201-digits"]\nsize',
        'tables = ["typo", "nb201-digits"]\nsize',
    ),
    "unknown source": ('source = "stored"\ncolumn = "params"', 'source = "s"\ncolumn = "params"'),
    "column of curves": (
        'source = "stored"\ncolumn = "params"',
        'source = "training"\ncolumn = "p"',
    ),
    "both": ('column = "params"', 'column = "params"\nestimator = "tse"'),
    "neither": ('column = "params"', "sign = 1"),
    "epochs of a column": ('column = "params"', 'column = "params"\nepochs = 3'),
    "epochs of networks": (
        'source = "stored"\ncolumn = "params"',
        'source = "networks"\nestimator = "x"\nepochs = 3',
    ),
    "twice": ('label = "params"', 'label = "fast"'),
    "unknown key": ("top_share = 0.1", "top_share = 0.1\ntop = 3"),
    "share": ("top_share = 0.1", "top_share = 1.5"),
    "sign": ("sign = -1", "sign = 2"),
    "images": ('images = "noisy-digits"', 'images = "imagenet"'),
    "images that are a table": ('images = "noisy-digits"', 'images = "cifar100-r10"'),
    "label": ('label = "params"', 'label = "../params"'),
}
MESSAGES = {
    "unknown table": r"sources\.training\.table names 'nb202', which is not among the tables",
    "unknown set table": r"sets\.all\.tables names 'x'",
    "first of set tables": r"sets\.all\.tables names 'typo', which is not among the tables",
    "unknown source": "'params' comes from source 's': expected one of networks, training, stored",
    "column of curves": r"'params': source 'training' \(curves\) needs an estimator",
    "both": "'params' needs either a column or an estimator",
    "neither": "'params' needs either a column or an estimator",
    "epochs of a column": "'params' is a column: it has no settings and no epochs",
    "epochs of networks": "'params': epochs are those of curves, not of networks",
    "twice": "'fast' is in the rosters twice",
    "unknown key": "top: Extra",
    "share": r"top_share: .*less than 1, got 1\.5",
    "sign": r"roster\.2\.sign: .*got 2",
    "images": r"sources\.networks\.networks\.images: .*got 'imagenet'",
    "images that are a table": r"sources\.networks\.images names 'cifar100-r10', which is not",
    "label": r"roster\.3\.label: .*got '\.\./params'",
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_file_is_explained(fault, rules):
    with pytest.raises(ProtocolError, match=MESSAGES[fault]):
        load_ranking_protocol(str(rules(BROKEN[fault])))


def test_a_sample_needs_networks(rules):
    text = rules().read_text(encoding="utf-8")
    a, b = text.index("[sources.networks]"), text.index("[sources.training]")
    path = rules()
    path.write_text(text[:a] + text[b:], encoding="utf-8")
    with pytest.raises(ProtocolError, match="sample = true needs a source of networks"):
        load_ranking_protocol(str(path))


def test_subsets_larger_than_their_set_are_refused(rules):
    protocol = load_ranking_protocol(str(rules(("size = 10", "size = 30"))))
    with pytest.raises(
        ProtocolError, match="set 'sample' has 24 architectures; expected at least 30"
    ):
        protocol.task()


def test_a_table_with_other_content_is_refused(rules):
    protocol = load_ranking_protocol(str(rules(('sha256 = "ed5', 'sha256 = "000'))))
    with pytest.raises(ProtocolError, match="frozen on 000126c58626"):
        protocol.task()


def test_unknown_truth_or_key_is_explained(rules):
    protocol = load_ranking_protocol(str(rules(('"test_accuracy_s0"', '"accuracy"'))))
    with pytest.raises(DataError, match="has no column 'accuracy': expected one of arch_str"):
        protocol.task()
    protocol = load_ranking_protocol(str(rules(('key = "index"', 'key = "flops"'))))
    with pytest.raises(DataError, match="'flops' has a value twice"):
        protocol.task()


def test_sample_and_subsets_are_always_the_same(protocol):
    first, again = protocol.task(), protocol.task()
    assert np.array_equal(first.sample, again.sample)
    assert len(np.unique(first.sample)) == 24
    for chosen in protocol.rules.sets:
        members = first.members(chosen)
        assert len(members) == (24 if chosen.sample else 6466)
        subsets = first.subsets(chosen)
        assert len(subsets) == chosen.draws
        for one, other in zip(subsets, again.subsets(chosen), strict=True):
            assert np.array_equal(one, other)
            assert len(np.unique(one)) == chosen.size
            assert one.max() < len(members)
    assert not np.array_equal(subsets[0], subsets[1])


def test_a_sample_is_drawn_from_its_set(rules, monkeypatch):
    everywhere = load_ranking_protocol(str(rules())).task()
    indices = RankingTask.indices

    def every_hundredth(self, table):
        found = indices(self, table)
        return np.where(found % 100 == 7, found, -1)

    monkeypatch.setattr(RankingTask, "indices", every_hundredth)
    path = rules(("size = 200", "size = 50"))
    restricted = load_ranking_protocol(str(path)).task()
    assert len(restricted.sample) == len(everywhere.sample) == 24
    assert (restricted.sample % 100 == 7).all()
    assert not (everywhere.sample % 100 == 7).all()
    with pytest.raises(ProtocolError, match=r"a sample of 70 networks needs .* got 65"):
        load_ranking_protocol(str(rules(("size = 200", "size = 50"), ("= 24", "= 70")))).task()


def test_truth_and_architectures_come_from_the_table(protocol):
    from bench.data import load_table

    table, task = load_table("nb201-digits"), protocol.task()
    assert np.array_equal(task.space.index(task.architectures), table.column("index"))
    row = 123
    seeds = [float(table.column(f"test_accuracy_s{s}")[row]) for s in range(3)]
    assert task.truth[row] == pytest.approx(sum(seeds) / 3)
    assert np.array_equal(task.indices("nb201-digits"), np.arange(6466))
