import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.spaces import NASBench201
from bench.spaces.nasbench201 import CONV1, CONV3, NONE, POOL, SKIP
from methods.pareto_nash_tab.operators import (
    EDITS,
    apply_operators,
    resample_one_variable,
    typed_edit,
)

SPACE = NASBench201()
cells = st.tuples(*[st.integers(0, 4)] * 6)
seeds = st.integers(0, 2**32 - 1)

# (operator, operation before, operation after).
ALLOWED = {
    *(("deepen", before, after) for before in (NONE, SKIP, POOL) for after in (CONV1, CONV3)),
    ("widen", CONV1, CONV3),
    ("add skip", NONE, SKIP),
    *(("remove", before, NONE) for before in (CONV1, CONV3, SKIP)),
    ("prune", CONV3, CONV1),
    *(("substitute", before, after) for before in (CONV1, CONV3) for after in (POOL, SKIP)),
}


@given(cells, seeds)
def test_typed_edit_changes_one_edge_according_to_its_name(cell, seed):
    child, name = typed_edit(np.random.default_rng(seed), cell)
    SPACE.check([child])
    changed = [edge for edge in range(6) if child[edge] != cell[edge]]
    assert len(changed) == 1
    assert (name, cell[changed[0]], child[changed[0]]) in ALLOWED


def test_every_allowed_edit_occurs_and_operators_are_equally_likely():
    rng = np.random.default_rng(0)
    cell = (NONE, SKIP, CONV1, CONV3, POOL, CONV3)  # every operator is legal
    seen, names = set(), []
    for _ in range(6000):
        child, name = typed_edit(rng, cell)
        edge = next(e for e in range(6) if child[e] != cell[e])
        seen.add((name, cell[edge], child[edge]))
        names.append(name)
    assert seen == ALLOWED
    shares = [names.count(name) / 6000 for name in EDITS]
    np.testing.assert_allclose(shares, 1 / 6, atol=0.02)


@pytest.mark.parametrize(
    ("operation", "legal"),
    [
        (NONE, {"deepen", "add skip"}),
        (SKIP, {"deepen", "remove"}),
        (POOL, {"deepen"}),
        (CONV1, {"widen", "remove", "substitute"}),
        (CONV3, {"remove", "prune", "substitute"}),
    ],
)
def test_only_operators_with_a_legal_edge_are_drawn(operation, legal):
    rng = np.random.default_rng(0)
    assert {typed_edit(rng, (operation,) * 6)[1] for _ in range(200)} == legal


@given(cells, seeds)
def test_resampling_moves_one_variable(cell, seed):
    child, name = resample_one_variable(np.random.default_rng(seed), SPACE, cell)
    SPACE.check([child])
    assert name == "resample"
    assert sum(a != b for a, b in zip(cell, child, strict=True)) == 1


@given(cells, seeds, st.integers(1, 3), st.booleans())
def test_sequences_are_legal_and_name_each_operator(cell, seed, n, typed):
    child, names = apply_operators(np.random.default_rng(seed), SPACE, cell, n, typed=typed)
    SPACE.check([child])
    assert len(names) == n
    assert set(names) <= (set(EDITS) if typed else {"resample"})


def test_other_spaces_resample(make_task):
    space = make_task(tiny=True).space
    rng = np.random.default_rng(0)
    children = {apply_operators(rng, space, (0, 0, 0), 1, typed=True) for _ in range(100)}
    assert {child for child, _ in children} == {
        tuple(n) for n in space.neighbours((0, 0, 0)).tolist()
    }
    assert {names for _, names in children} == {("resample",)}
