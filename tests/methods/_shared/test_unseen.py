import numpy as np
import pytest
from scipy.stats import chisquare

from bench.spaces import Box, NASBench201
from methods._shared.unseen import Unseen, UnseenMembers

BOX = Box("cuboid", [("length", -1.0, 3.0), ("width", 0.1, 0.2), ("height", 5.0, 9.0)])


def test_draw_is_uniform_over_encodings():
    drawn = Unseen(NASBench201()).sample(np.random.default_rng(0), 1)
    counts = np.zeros((6, 5))
    for seed in range(3000):
        drawn = Unseen(NASBench201()).sample(np.random.default_rng(seed), 1)
        counts[np.arange(6), drawn[0]] += 1
    assert (chisquare(counts, axis=1).pvalue > 1e-4).all()


@pytest.mark.parametrize("left", [0, 1, 3])
def test_finds_the_last_unseen_classes(left):
    space = NASBench201()
    classes = space.from_index(space.canonical_indices())
    unseen = Unseen(space)
    unseen.remove(classes[left:])
    drawn = unseen.sample(np.random.default_rng(0), 5)
    assert drawn.shape == (5, 6)
    assert drawn.dtype == np.int8
    found = {tuple(row) for row in space.canonical(drawn[:left])}
    assert found == {tuple(row) for row in classes[:left]}


def test_sampling_marks_nothing_as_seen():
    unseen = Unseen(NASBench201())
    drawn = unseen.sample(np.random.default_rng(0), 4)
    assert unseen.first_of_class(drawn).all()
    unseen.remove(drawn)
    assert not unseen.first_of_class(drawn).any()


def test_points_of_a_box_are_classes():
    unseen, rng = Unseen(BOX), np.random.default_rng(0)
    drawn = unseen.sample(rng, 6)
    assert drawn.shape == (6, 3)
    unseen.remove(drawn[:2])
    new = unseen.first_of_class(np.concatenate([drawn, drawn]))
    np.testing.assert_array_equal(new, [False] * 2 + [True] * 4 + [False] * 6)
    assert Unseen(NASBench201()).sample(rng, 3).dtype == np.int8
    assert unseen.sample(rng, 0).shape == (0, 3)


def test_members_of_a_list_are_unseen_as_their_classes_are():
    space, rng = NASBench201(), np.random.default_rng(0)
    cells = space.sample(rng, 200)
    members, unseen = UnseenMembers(space, cells), Unseen(space)
    assert members.classes == len(set(space.class_keys(cells)))
    assert members.flags.all()
    for known in (members, unseen):
        known.remove(cells[:50])
    expected = [bool(unseen.first_of_class(cell[None])[0]) for cell in cells]
    assert members.flags.tolist() == expected
    assert members.classes == len(set(members.class_of[members.flags]))
