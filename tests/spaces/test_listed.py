"""A sample of a space: everything that is made of it lies in it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import SpaceError
from bench.spaces import HWGPT, ListedSpace, NASBenchMacro

BASE = HWGPT()
MEMBERS = np.unique(BASE.canonical(BASE.sample(np.random.default_rng(0), 300)), axis=0)[::-1]
SPACE = ListedSpace(BASE, MEMBERS)
SEEDS = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def members(rows):
    return {row.tobytes() for row in rows}


ALL = members(MEMBERS)


def test_places_are_those_of_the_list():
    assert SPACE.size == len(MEMBERS) == 300
    assert SPACE.listable
    assert np.array_equal(SPACE.enumerate(), MEMBERS)
    assert SPACE.index(MEMBERS).tolist() == list(range(300))
    assert np.array_equal(SPACE.from_strings(SPACE.to_strings(MEMBERS[:5])), MEMBERS[:5])


@given(rng=SEEDS)
def test_whatever_is_made_is_a_member(rng):
    drawn = SPACE.sample(rng, 8)
    for rows in (
        drawn,
        SPACE.mutate(rng, drawn),
        SPACE.crossover(rng, drawn[:4], drawn[4:]),
        SPACE.neighbours(drawn[0]),
        SPACE.repair(BASE.sample(rng, 6)),
    ):
        assert members(rows) <= ALL


@given(rng=SEEDS)
def test_repair_gives_the_nearest_and_leaves_members_alone(rng):
    wanted = BASE.sample(rng, 5)
    for row, nearest in zip(BASE.canonical(wanted), SPACE.repair(wanted), strict=True):
        assert (row != nearest).sum() == min((row != member).sum() for member in MEMBERS)
    assert np.array_equal(SPACE.repair(MEMBERS), MEMBERS)


def test_neighbours_are_the_nearest_others():
    around = SPACE.neighbours(MEMBERS[7])
    assert len(around) == sum(c - 1 for c in BASE.cardinalities)
    assert MEMBERS[7].tobytes() not in members(around)
    farthest = (around != MEMBERS[7]).sum(axis=1).max()
    others = [m for m in MEMBERS if m.tobytes() not in members(around)]
    assert all((m != MEMBERS[7]).sum() >= farthest for m in others if (m != MEMBERS[7]).any())


def test_what_is_not_listed_is_refused():
    stranger = next(
        row
        for row in BASE.canonical(BASE.sample(np.random.default_rng(5), 50))
        if row.tobytes() not in ALL
    )
    with pytest.raises(SpaceError, match=r"hwgpt-s: gpt-s-.* is not among the 300 architectures"):
        SPACE.check([stranger])
    with pytest.raises(SpaceError, match="category 9 at variable 0"):
        SPACE.check([[9, *MEMBERS[0][1:]]])


def test_a_list_holds_canonical_architectures_once():
    with pytest.raises(SpaceError, match="canonical architectures, each once"):
        ListedSpace(BASE, np.concatenate([MEMBERS, MEMBERS[:1]]))
    with pytest.raises(SpaceError, match="canonical architectures, each once"):
        ListedSpace(NASBenchMacro(), [[2, 2, 2, 0, 2, 2, 2, 2]])
