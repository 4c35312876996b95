import numpy as np
import pytest
from scipy.stats import chisquare

from bench.spaces import NASBench201
from methods._shared.unseen import Unseen
from methods.random_search import RandomSearch


def test_draw_is_uniform_over_encodings():
    drawn = Unseen(NASBench201()).sample(np.random.default_rng(0), 1)
    counts = np.zeros((6, 5))
    for seed in range(3000):
        drawn = Unseen(NASBench201()).sample(np.random.default_rng(seed), 1)
        counts[np.arange(6), drawn[0]] += 1
    assert (chisquare(counts, axis=1).pvalue > 1e-4).all()


@pytest.mark.parametrize("left", [0, 1, 3])
def test_finds_the_last_unasked_classes(left):
    space = NASBench201()
    classes = space.from_index(space.canonical_indices())
    unasked = Unseen(space)
    unasked.remove(classes[left:])
    drawn = unasked.sample(np.random.default_rng(0), 5)
    assert drawn.shape == (5, 6)
    assert drawn.dtype == np.int8
    found = {tuple(row) for row in space.canonical(drawn[:left])}
    assert found == {tuple(row) for row in classes[:left]}


def test_repeats_once_everything_was_asked(make_task, play):
    played = play(RandomSearch, make_task(tiny=True), evaluations=100)
    assert len(set(played.architectures)) == 12
    assert len(set(played.architectures[50:])) > 6  # drawn anew, not one over and over


def test_sampling_asks_for_nothing_by_itself():
    unasked = Unseen(NASBench201())
    drawn = unasked.sample(np.random.default_rng(0), 4)
    assert unasked.first_of_class(drawn).all()
    unasked.remove(drawn)
    assert not unasked.first_of_class(drawn).any()
