"""Finite spaces: enumeration, variation, encodings, and the properties shared by all spaces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import SpaceError
from bench.spaces import DARTS, HWGPT, NASBench201, NASBenchMacro, get_space
from bench.spaces.finite import LISTABLE

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
def test_mutation_always_changes_something_and_stays_valid(cell, seed, rate):
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
        ([[], []], r"shape \[n, 6\], got \[2, 0\]"),
        ([[0, 1, 2, 3, 4, 5]], "category 5 at variable 5; expected 0 to 4"),
        ([[0, 1, 2, 3, 4, -1]], "category -1 at variable 5"),
        ([[0.0, 1, 2, 3, 4, 1]], "integer categories, got float64"),
    ],
)
def test_invalid_architectures_are_described(given_, message):
    with pytest.raises(SpaceError, match=message):
        SPACE.check(given_)


def test_an_unknown_space_lists_all_names():
    with pytest.raises(SpaceError, match=r"'nope': expected one of darts, hwgpt-s, .*nasbench201"):
        get_space("nope")


# -- properties of every space --------------------------------------------------------------------

EVERY = [DARTS(), HWGPT(), NASBench201(), NASBenchMacro()]
every_space = pytest.mark.parametrize("space", EVERY, ids=lambda space: space.name)
seeds = st.integers(0, 2**32 - 1)


@every_space
def test_a_space_is_found_by_its_name(space):
    assert type(get_space(space.name)) is type(space)


@every_space
def test_capacity_ranks_order_all_categories(space):
    assert len(space.capacity_rank) == space.variables
    for ranks, categories in zip(space.capacity_rank, space.cardinalities, strict=True):
        assert sorted(ranks) == list(range(categories))


@every_space
def test_samples_are_valid_and_use_every_category(space):
    drawn = space.sample(np.random.default_rng(2), 2000)
    assert space.check(drawn).shape == (2000, space.variables)
    for variable, categories in enumerate(space.cardinalities):
        share = np.bincount(drawn[:, variable], minlength=categories) / 2000
        assert abs(share - 1 / categories).max() < 0.06


@every_space
@given(seeds)
def test_indices_round_trip(space, seed):
    indices = np.random.default_rng(seed).integers(0, space.size, size=8)
    assert np.array_equal(space.index(space.from_index(indices)), indices)


@every_space
def test_first_and_last_index(space):
    ends = space.from_index([0, space.size - 1])
    assert ends.tolist() == [[0] * space.variables, [c - 1 for c in space.cardinalities]]
    for outside in (-1, space.size):
        with pytest.raises(SpaceError, match=f"{space.name}: expected indices from 0 to"):
            space.from_index([outside])


@every_space
@given(seeds)
def test_strings_round_trip(space, seed):
    drawn = space.sample(np.random.default_rng(seed), 8)
    strings = space.to_strings(drawn)
    assert np.array_equal(space.from_strings(strings), drawn)
    assert space.to_strings(space.from_strings(strings)) == strings


@every_space
@given(seeds)
def test_canonical_is_a_valid_projection(space, seed):
    drawn = space.sample(np.random.default_rng(seed), 8)
    before = drawn.copy()
    representatives = space.check(space.canonical(drawn))
    assert np.array_equal(drawn, before)
    assert np.array_equal(space.canonical(representatives), representatives)
    assert space.class_keys(drawn) == space.class_keys(representatives)


@every_space
@given(seeds)
def test_variation_is_valid(space, seed):
    rng = np.random.default_rng(seed)
    first, second = space.sample(rng, 6), space.sample(rng, 6)
    mutants = space.check(space.mutate(rng, first))
    assert (mutants != first).any(axis=1).all()
    children = space.check(space.crossover(rng, first, second))
    assert ((children == first) | (children == second)).all()


@every_space
@given(seeds)
def test_neighbours_are_all_single_changes(space, seed):
    centre = space.sample(np.random.default_rng(seed), 1)[0]
    around = space.check(space.neighbours(centre))
    assert len(np.unique(around, axis=0)) == len(around)
    assert len(around) == sum(space.cardinalities) - space.variables
    assert ((around != centre).sum(axis=1) == 1).all()


@every_space
@given(seeds)
def test_encodings_are_unique(space, seed):
    drawn = space.sample(np.random.default_rng(seed), 8)
    ordinal, one_hot = space.encode_ordinal(drawn), space.encode_one_hot(drawn)
    assert ordinal.shape == (8, space.variables)
    assert ordinal.min() >= 0.0
    assert ordinal.max() <= 1.0
    assert one_hot.shape == (8, sum(space.cardinalities))
    assert (one_hot.sum(axis=1) == space.variables).all()
    distinct = len(np.unique(drawn, axis=0))
    assert len(np.unique(ordinal, axis=0)) == len(np.unique(one_hot, axis=0)) == distinct


@every_space
def test_no_architectures_give_empty_results(space):
    for found in (space.check([]), space.canonical([]), space.from_strings([])):
        assert found.shape == (0, space.variables)
        assert found.dtype == np.int8
    assert space.to_strings([]) == space.class_keys([]) == []


@every_space
def test_only_small_spaces_are_enumerated(space):
    assert space.listable == (space.size <= LISTABLE)
    if space.listable:
        assert len(space.enumerate()) == space.size
    else:
        with pytest.raises(SpaceError, match=rf"{space.name}: {space.size:,} .*at most 1,000,000"):
            space.enumerate()
