"""Families of protocols."""

from __future__ import annotations

from bench.protocol import load_search_protocol, released_protocols
from reports.joint.families import families


def names(*protocols):
    found = families(load_search_protocol(name) for name in protocols)
    return {family.name: [p.name for p in family.protocols] for family in found}


def test_protocols_that_share_a_space_or_a_table_are_a_family():
    assert names("nb301", "nb201-cifar10", "hwnas-many", "nbmacro", "nb201-digits") == {
        "darts": ["nb301"],
        "nasbench-macro": ["nbmacro"],
        "nasbench201": ["hwnas-many", "nb201-cifar10", "nb201-digits"],
    }


def test_a_family_does_not_depend_on_the_order():
    protocols = ["hwgpt-s", "lamoo-branin-currin", "lamoo-branin-currin-1000", "nb201-cifar100"]
    assert names(*protocols) == names(*reversed(protocols))
    assert len(names(*protocols)) == 3


def test_every_released_protocol_is_in_one_family():
    released = released_protocols("search")
    found = names(*released)
    assert sorted(name for members in found.values() for name in members) == sorted(released)
    assert len(found) > 4
