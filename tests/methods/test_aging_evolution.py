import numpy as np
import pytest

from bench.errors import MethodError
from methods._shared.dominance import crowding, domination_ranks
from methods.aging_evolution import AgingEvolution


def test_parents_are_among_the_last(make_task, play):
    played = play(AgingEvolution, make_task(), evaluations=90, population_size=15, batch=5)
    number = 0
    for batch in played.batches:
        told = number
        for candidate in batch:
            if candidate.parent is not None:
                assert told - 15 <= candidate.parent < told
            number += 1
    assert sum(c.parent is not None for b in played.batches for c in b) > 60


def test_children_differ_in_one_variable(make_task, play):
    played = play(AgingEvolution, make_task(), evaluations=90)
    for candidate in (c for batch in played.batches for c in batch if c.parent is not None):
        parent = np.array(played.architectures[candidate.parent])
        assert (parent != candidate.architecture).sum() == 1


def test_a_tournament_of_all_is_won_by_the_first_front(make_task, play):
    played = play(AgingEvolution, make_task(), evaluations=60, population_size=20, sample_size=20)
    number = 0
    for batch in played.batches:
        window = played.objectives[max(0, number - 20) : number]
        for candidate in batch:
            if candidate.parent is not None:
                place = candidate.parent - max(0, number - 20)
                ranks = domination_ranks(window)
                assert ranks[place] == 0
                assert np.isinf(crowding(window, ranks)[place])
        number += len(batch)


def test_ranks_agree_with_counting():
    points = np.random.default_rng(0).integers(0, 6, size=(60, 3)).astype(float)
    dominates = (points[:, None] <= points[None]).all(2) & (points[:, None] < points[None]).any(2)
    expected = np.zeros(60, dtype=int)
    for _ in range(60):  # one more than the worst of those that dominate
        expected = np.where(
            dominates.any(axis=0), (dominates * (expected[:, None] + 1)).max(axis=0), 0
        )
    np.testing.assert_array_equal(domination_ranks(points), expected)


def test_crowding_without_differences():
    assert crowding(np.ones((4, 2)), np.zeros(4, dtype=np.int64)).tolist() == [0.0] * 4
    assert crowding(np.ones((1, 2)), np.zeros(1, dtype=np.int64)).tolist() == [0.0]


@pytest.mark.parametrize("setting", ["population_size", "sample_size"])
def test_sizes_are_positive(setting, make_task, play):
    with pytest.raises(MethodError, match=f"{setting} is 0; expected at least 1"):
        play(AgingEvolution, make_task(), **{setting: 0})
