import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.indicators import hypervolume
from methods.lamoo.labels import dominance_numbers, good_half
from methods.lamoo.tree import TreeRules, grow, leaves

REFERENCE = np.array([1.2, 1.2])


def problem(n, seed=0):
    """Return points of the cube and two objectives; on the front the last five are smallest."""
    rng = np.random.default_rng(seed)
    points = (rng.integers(0, 5, size=(n, 6)) + 0.5) / 5
    far = points[:, 1:].mean(axis=1)
    return points, np.stack([points[:, 0] + far, 1.0 - points[:, 0] + far], axis=1) / 2


def all_nodes(node):
    return [node, *(n for child in node.children for n in all_nodes(child))]


rules = pytest.mark.parametrize(
    "rules",
    [
        TreeRules(kernel=kernel, assignment=assignment, with_median=with_median)
        for kernel in ("poly", "rbf", "linear")
        for assignment, with_median in (("label", True), ("label", False), ("svm", True))
    ],
    ids=lambda r: f"{r.kernel}-{r.assignment}-{r.with_median}",
)


@rules
@pytest.mark.parametrize("n", [16, 100, 130])
def test_children_partition_the_samples(rules, n):
    points, objectives = problem(n)
    root = grow(points, objectives, REFERENCE, rules)
    np.testing.assert_array_equal(root.members, np.arange(n))
    for node in all_nodes(root):
        assert node.hypervolume == hypervolume(objectives[node.members], REFERENCE)
        if node.children:
            assert node.size >= 16
            left, right = (child.members for child in node.children)
            assert len(left) > 0
            assert len(right) > 0
            np.testing.assert_array_equal(np.sort(np.concatenate([left, right])), node.members)
            assert [c.parent_size for c in node.children] == [node.size] * 2
    np.testing.assert_array_equal(
        np.sort(np.concatenate([leaf.members for leaf in leaves(root)])), np.arange(n)
    )
    if rules.kernel != "linear":
        assert root.children


@rules
def test_samples_are_assigned_by_the_rule(rules):
    points, objectives = problem(100)
    for node in all_nodes(grow(points, objectives, REFERENCE, rules)):
        if not node.children:
            continue
        boundary = node.children[0].path[-1].boundary
        if rules.assignment == "svm":
            expected = boundary.on_good_side(points[node.members])
        else:  # dominance numbers among the node's own samples
            numbers = dominance_numbers(objectives[node.members])
            expected = good_half(numbers, with_median=rules.with_median)
        np.testing.assert_array_equal(node.children[0].members, node.members[expected])


@rules
def test_a_path_extends_that_of_the_parent(rules):
    points, objectives = problem(100)
    root = grow(points, objectives, REFERENCE, rules)
    for node in all_nodes(root):
        for side, child in zip((True, False), node.children, strict=False):
            assert child.path[:-1] == node.path
            assert child.path[-1].good is side
            if rules.assignment == "svm":
                assert child.region.contains(points[child.members]).all()
    assert root.path == ()
    # The regions of the leaves partition the cube.
    drawn = np.random.default_rng(0).random((500, 6))
    inside = np.sum([leaf.region.contains(drawn) for leaf in leaves(root)], axis=0)
    np.testing.assert_array_equal(inside, 1)


def test_the_poly_boundary_mostly_agrees_with_the_labels():
    points, objectives = problem(100)
    root = grow(points, objectives, REFERENCE)
    good = root.children[0]
    assert good.path[0].contains(points[good.members]).mean() > 0.8


def test_regions_of_good_leaves_are_better():
    points, objectives = problem(100)
    all_points, all_objectives = problem(4000, seed=1)
    best, *_, worst = leaves(grow(points, objectives, REFERENCE))
    numbers = dominance_numbers(all_objectives)
    in_best, in_worst = (leaf.region.contains(all_points) for leaf in (best, worst))
    assert numbers[in_best].mean() < numbers.mean() < numbers[in_worst].mean()


@pytest.mark.parametrize(("n", "split"), [(1, False), (15, False), (16, True)])
def test_fewer_than_16_samples_are_not_split(n, split):
    assert bool(grow(*problem(n), REFERENCE).children) is split


def test_the_number_of_nodes_is_capped_after_a_level():
    points, objectives = problem(900)
    shape = {"min_samples": 4}
    for cap, at_most in ((50, 63), (2, 3), (3, 7)):
        root = grow(points, objectives, REFERENCE, TreeRules(max_nodes=cap, **shape))
        assert cap < len(all_nodes(root)) <= at_most
    assert len(all_nodes(grow(points, objectives, REFERENCE, TreeRules(max_nodes=0)))) == 1


def test_equal_objectives_are_not_split():
    points, _ = problem(40)
    root = grow(points, np.ones((40, 2)), REFERENCE)
    assert not root.children
    assert root.hypervolume == pytest.approx(0.04)


def test_a_front_is_not_split_by_age():
    points, _ = problem(40)
    front = np.stack([np.linspace(0, 1, 40), np.linspace(1, 0, 40)], axis=1)
    assert not grow(points, front, REFERENCE).children


def test_one_point_that_dominates_all_others():
    points, objectives = problem(40)
    objectives[7] = 0.0
    root = grow(points, objectives, REFERENCE)
    assert 7 in root.children[0].members
    assert root.children[0].hypervolume == root.hypervolume == pytest.approx(1.44)
    assert dominance_numbers(objectives)[7] == 0


@pytest.mark.parametrize("coordinate", [0.3, 0.5])
def test_duplicates_only_are_not_split(coordinate):
    points = np.full((40, 6), coordinate)
    objectives = np.arange(80.0).reshape(40, 2)
    assert not grow(points, objectives, REFERENCE).children


def test_beyond_the_reference_point_there_is_no_hypervolume():
    points, objectives = problem(100)
    root = grow(points, objectives + 5.0, REFERENCE)
    assert root.children
    assert {node.hypervolume for node in all_nodes(root)} == {0.0}


@given(st.integers(0, 10_000), st.integers(16, 60), st.sampled_from(["label", "svm"]))
def test_partition_under_noise(seed, n, assignment):
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 3, size=(n, 3)) / 3  # many duplicates, with different answers
    objectives = rng.integers(0, 3, size=(n, 2)).astype(float)
    root = grow(points, objectives, REFERENCE, TreeRules(assignment=assignment))
    members = np.concatenate([leaf.members for leaf in leaves(root)])
    np.testing.assert_array_equal(np.sort(members), np.arange(n))
