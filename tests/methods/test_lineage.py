"""Lineage: parents were evaluated before their children, and operators lead from one to the other.

An operator changes one variable of the parent, or takes one of its nearest members in a space that
lists its members. Methods that cross two parents, or whose parents were not evaluated, set none.
"""

import numpy as np
import pytest

from bench.entrants.method import find_method, registered_methods
from bench.spaces import DARTS, ListedSpace, NASBench201, NASBenchMacro
from bench.spaces.nasbench201 import CONV1, CONV3, NONE, POOL, SKIP

# The names of operators that each method may use.
OPERATORS = {
    "aging-evolution": {"mutate"},
    "local-search": {"step"},
    "pareto-nash-tab": {"deepen", "widen", "add skip", "remove", "prune", "substitute"},
    "pareto-nash-tab-1op": {"deepen", "widen", "add skip", "remove", "prune", "substitute"},
    "pareto-nash-tab-uniform": {"deepen", "widen", "add skip", "remove", "prune", "substitute"},
}
SLOW = {
    "ehvi-tuned",
    "lamoo-ehvi-tuned",
    "lamoo-qehvi",
    "mote-nas-paper",
    "motpe",
    "qehvi",
    "qnehvi",
    "qparego",
}

# (operator, operation before, operation after) on an edge of NAS-Bench-201.
EDITS = {
    *(("deepen", before, after) for before in (NONE, SKIP, POOL) for after in (CONV1, CONV3)),
    ("widen", CONV1, CONV3),
    ("add skip", NONE, SKIP),
    *(("remove", before, NONE) for before in (CONV1, CONV3, SKIP)),
    ("prune", CONV3, CONV1),
    *(("substitute", before, after) for before in (CONV1, CONV3) for after in (POOL, SKIP)),
}


def listed_space():
    members = DARTS().canonical(DARTS().sample(np.random.default_rng(3), 300))
    return ListedSpace(DARTS(), np.unique(members, axis=0))


SPACES = {
    "nasbench201": NASBench201,
    "nasbench-macro": NASBenchMacro,
    "darts": DARTS,
    "listed": listed_space,
}


@pytest.fixture
def run(make_task, play):
    """Return a function that plays a registered method and returns its candidates in order."""

    def played(name, space, evaluations):
        worth = np.random.default_rng(1).random((sum(space.cardinalities), 2))
        task = make_task()
        task.space, task.estimates, task.at_most = space, ("mote",), True
        task.evaluate = lambda rows: 1.0 + space.encode_one_hot(rows) @ worth
        return play(find_method(name).entrant, task, evaluations=evaluations).candidates

    return played


def reachable(space, parent, child, operators):
    """Return whether as many operators can lead from the parent to the child."""
    if isinstance(space, ListedSpace):
        reached = {tuple(parent)}
        for _ in operators:
            if tuple(child) in reached:
                break
            reached |= {tuple(n) for p in reached for n in space.neighbours(p).tolist()}
        return tuple(child) in reached
    return (np.asarray(parent) != np.asarray(child)).sum() <= len(operators)


def made_by(parent, child, operators):
    """Return whether these operators, in their order, can make one cell of another."""
    cells = {tuple(parent)}
    for operator in operators:
        cells = {
            (*cell[:edge], after, *cell[edge + 1 :])
            for cell in cells
            for edge in range(6)
            for name, before, after in EDITS
            if name == operator and cell[edge] == before
        }
    return tuple(child) in cells


@pytest.mark.parametrize("name", registered_methods())
def test_only_children_of_one_evaluated_parent_have_lineage(name, run):
    asked = run(name, NASBench201(), 20 if name in SLOW else 60)
    with_parent = [c for c in asked if c.parent is not None]
    assert bool(with_parent) is (name in OPERATORS)
    for candidate in asked:
        assert candidate.parent is None or type(candidate.parent) is int  # as a journal keeps it
        assert bool(candidate.operators) is (candidate.parent is not None)
        assert set(candidate.operators) <= OPERATORS.get(name, set())


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("space", SPACES)
def test_operators_lead_from_the_parent_to_the_child(name, space, run):
    space = SPACES[space]()
    asked = run(name, space, 60)
    children = [c for c in asked if c.parent is not None]
    assert len(children) > 10
    for child in children:
        parent = asked[child.parent].architecture
        assert reachable(space, parent, child.architecture, child.operators)


@pytest.mark.parametrize("name", [name for name in OPERATORS if "pareto" in name])
def test_typed_operators_make_the_child(name, run):
    asked = run(name, NASBench201(), 100)
    for child in asked:
        if child.parent is not None:
            parent = asked[child.parent].architecture
            assert made_by(parent, child.architecture, child.operators)
