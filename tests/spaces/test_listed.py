"""Listed spaces: sampling, variation and repair give members of the list."""

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


def keys(rows):
    return {row.tobytes() for row in rows}


ALL = keys(MEMBERS)


def test_indices_are_positions_in_the_list():
    assert SPACE.size == len(MEMBERS) == 300
    assert SPACE.listable
    assert np.array_equal(SPACE.enumerate(), MEMBERS)
    assert SPACE.index(MEMBERS).tolist() == list(range(300))
    assert np.array_equal(SPACE.from_strings(SPACE.to_strings(MEMBERS[:5])), MEMBERS[:5])


@given(rng=SEEDS)
def test_samples_and_varied_architectures_are_members(rng):
    drawn = SPACE.sample(rng, 8)
    for rows in (
        drawn,
        SPACE.mutate(rng, drawn),
        SPACE.crossover(rng, drawn[:4], drawn[4:]),
        SPACE.neighbours(drawn[0]),
        SPACE.repair(BASE.sample(rng, 6)),
    ):
        assert keys(rows) <= ALL


@given(rng=SEEDS)
def test_repair_returns_the_nearest_member_and_keeps_members(rng):
    wanted = BASE.sample(rng, 5)
    for row, nearest in zip(BASE.canonical(wanted), SPACE.repair(wanted), strict=True):
        assert (row != nearest).sum() == min((row != member).sum() for member in MEMBERS)
    assert np.array_equal(SPACE.repair(MEMBERS), MEMBERS)


def test_neighbours_are_the_nearest_other_members():
    around = SPACE.neighbours(MEMBERS[7])
    assert len(around) == sum(c - 1 for c in BASE.cardinalities)
    assert MEMBERS[7].tobytes() not in keys(around)
    farthest = (around != MEMBERS[7]).sum(axis=1).max()
    others = [m for m in MEMBERS if m.tobytes() not in keys(around)]
    assert all((m != MEMBERS[7]).sum() >= farthest for m in others if (m != MEMBERS[7]).any())


def test_architectures_that_are_not_listed_are_refused():
    unlisted = next(
        row
        for row in BASE.canonical(BASE.sample(np.random.default_rng(5), 50))
        if row.tobytes() not in ALL
    )
    with pytest.raises(SpaceError, match=r"hwgpt-s: gpt-s-.* is not among the 300 architectures"):
        SPACE.check([unlisted])
    with pytest.raises(SpaceError, match="category 9 at variable 0"):
        SPACE.check([[9, *MEMBERS[0][1:]]])


def test_members_must_be_canonical_and_distinct():
    with pytest.raises(SpaceError, match="canonical architectures, each once"):
        ListedSpace(BASE, np.concatenate([MEMBERS, MEMBERS[:1]]))
    with pytest.raises(SpaceError, match="canonical architectures, each once"):
        ListedSpace(NASBenchMacro(), [[2, 2, 2, 0, 2, 2, 2, 2]])
