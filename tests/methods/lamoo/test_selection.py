import math

import numpy as np
import pytest

from methods.lamoo.selection import (
    exploration_constant,
    select_leaf,
    select_path,
    upper_confidence_bound,
)
from methods.lamoo.tree import Node


def node(size, hypervolume, *children, parent=0):
    made = Node(np.arange(size), hypervolume, parent_size=parent, children=children)
    for child in children:
        child.parent_size = size
    return made


@pytest.fixture
def tree():
    """Return a root of 100 samples whose bad half has the leaf of the largest hypervolume."""
    good = node(51, 8.0, a := node(26, 5.0), b := node(25, 6.0))
    bad = node(49, 7.0, c := node(25, 7.0), d := node(24, 1.0))
    return node(100, 9.0, good, bad), (a, b, c, d)


def test_bound_by_hand():
    child = node(13, 3.0, parent=26)
    assert upper_confidence_bound(child, 0.8) == 3.0 + 2 * 0.8 * math.sqrt(2 * math.log(26) / 13)
    assert upper_confidence_bound(child, 1.0) - 3.0 == pytest.approx(1.42, abs=0.01)
    assert upper_confidence_bound(child, 0.0) == 3.0


def test_roots_and_empty_nodes_come_first():
    assert upper_confidence_bound(node(10, 3.0), 1.0) == math.inf
    assert upper_confidence_bound(node(0, 0.0, parent=10), 1.0) == math.inf


def test_path_and_leaf_choose_differently(tree):
    root, (_, b, c, _) = tree
    rng = np.random.default_rng(0)
    assert select_path(root, 0.0, rng) is b  # the better half first
    assert select_leaf(root, 0.0, rng) is c  # the best leaf of all


def test_large_constants_choose_the_smallest(tree):
    root, (*_, d) = tree
    assert select_leaf(root, 1e6, np.random.default_rng(0)) is d
    assert select_path(root, 1e6, np.random.default_rng(0)) is d


def test_each_leaf_has_its_own_parent():
    small = node(20, 0.0, x := node(10, 1.0), node(10, 0.0))
    large = node(80, 0.0, y := node(10, 1.0), node(70, 0.0))
    root = node(100, 1.0, small, large)
    assert upper_confidence_bound(y, 1.0) > upper_confidence_bound(x, 1.0)
    assert select_leaf(root, 1.0, np.random.default_rng(0)) is y


@pytest.mark.parametrize("select", [select_leaf, select_path])
def test_ties_are_broken_uniformly(select):
    root = node(20, 1.0, left := node(10, 1.0), node(10, 1.0))
    rng = np.random.default_rng(0)
    lefts = sum(select(root, 0.1, rng) is left for _ in range(400))
    assert 160 < lefts < 240  # four standard deviations


@pytest.mark.parametrize("select", [select_leaf, select_path])
def test_a_tree_of_its_root_alone(select):
    root = node(5, 0.0)
    assert select(root, 1.0, np.random.default_rng(0)) is root


def test_constant_is_a_share():
    assert exploration_constant(0.1, 8.07) == pytest.approx(0.807)
    assert exploration_constant(0.0, 8.07) == 0.0
    assert exploration_constant(0.1, 0.0) > 0.0


@pytest.mark.parametrize("scale", [1.0, 1e-6, 1e9])
def test_shares_do_not_depend_on_units(tree, scale):
    root, leaves = tree
    selected = []
    for share in (0.0, 0.3, 30.0):
        expected = select_leaf(root, share * 9.0, np.random.default_rng(0))
        for leaf in leaves:
            leaf.hypervolume *= scale
        cp = exploration_constant(share, 9.0 * scale)
        assert select_leaf(root, cp, np.random.default_rng(0)) is expected
        for leaf in leaves:
            leaf.hypervolume /= scale
        selected.append(leaves.index(expected))
    assert len(set(selected)) > 1
