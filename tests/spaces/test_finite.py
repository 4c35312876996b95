"""Properties of finite spaces that every space must have."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import SpaceError
from bench.spaces import NASBench201, get_space

SPACE = NASBench201()
cells = st.lists(st.integers(0, 4), min_size=6, max_size=6)


def test_enumeration_is_complete_and_ordered():
    everything = SPACE.enumerate()
    assert everything.shape == (15625, 6)
    assert len(np.unique(everything, axis=0)) == 15625
    assert np.array_equal(SPACE.index(everything), np.arange(15625))
    assert everything[1].tolist() == [0, 0, 0, 0, 0, 1]


@given(st.integers(0, 15624))
def test_index_round_trip(index):
    assert SPACE.index(SPACE.from_index([index]))[0] == index


@given(cells)
def test_neighbours_differ_in_exactly_one_variable(cell):
    around = SPACE.neighbours(cell)
    assert around.shape == (24, 6)
    assert ((around != np.asarray(cell)).sum(axis=1) == 1).all()
    assert len(np.unique(around, axis=0)) == 24


@given(cells, st.integers(0, 2**32 - 1), st.sampled_from([None, 0.0, 0.3, 1.0]))
def test_mutation_always_changes_something_and_stays_legal(cell, seed, rate):
    rng = np.random.default_rng(seed)
    parents = np.tile(np.asarray(cell, dtype=np.int8), (8, 1))
    before = parents.copy()
    children = SPACE.mutate(rng, parents, rate=rate)
    assert np.array_equal(parents, before)
    changed = (children != parents).sum(axis=1)
    assert (changed >= 1).all()
    assert SPACE.check(children).dtype == np.int8
    if rate == 1.0:
        assert (changed == 6).all()
    if rate == 0.0:
        assert (changed == 1).all()


@given(cells, cells, st.integers(0, 2**32 - 1))
def test_crossover_takes_every_variable_from_a_parent(first, second, seed):
    child = SPACE.crossover(np.random.default_rng(seed), [first], [second])[0]
    assert all(c in (a, b) for c, a, b in zip(child, first, second, strict=True))


def test_sampling_is_uniform_over_categories():
    drawn = SPACE.sample(np.random.default_rng(1), 20000)
    shares = np.stack([(drawn == c).mean(axis=0) for c in range(5)])
    assert abs(shares - 0.2).max() < 0.015


def test_ordinal_encoding_follows_capacity():
    # none < skip < pool < 1x1 < 3x3
    encoded = SPACE.encode_ordinal([[0, 1, 4, 2, 3, 0]])[0]
    assert encoded.tolist() == [0.0, 0.25, 0.5, 0.75, 1.0, 0.0]


@given(cells)
def test_one_hot_encoding_has_one_per_variable(cell):
    encoded = SPACE.encode_one_hot([cell])[0].reshape(6, 5)
    assert (encoded.sum(axis=1) == 1).all()
    assert encoded.argmax(axis=1).tolist() == cell


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ([[0, 1, 2]], r"shape \[n, 6\], got \[1, 3\]"),
        ([[0, 1, 2, 3, 4, 5]], "category 5 at variable 5; expected 0 to 4"),
        ([[0, 1, 2, 3, 4, -1]], "category -1 at variable 5"),
        ([[0.0, 1, 2, 3, 4, 1]], "integer categories, got float64"),
    ],
)
def test_illegal_architectures_are_named(given_, message):
    with pytest.raises(SpaceError, match=message):
        SPACE.check(given_)


def test_unknown_space_lists_those_there_are():
    with pytest.raises(SpaceError, match="'nope': expected one of nasbench201"):
        get_space("nope")
