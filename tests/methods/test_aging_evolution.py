import numpy as np
import pytest

from bench.errors import MethodError
from methods._shared.dominance import crowding, domination_ranks
from methods.aging_evolution import AgingEvolution


def test_parents_are_members_of_the_population(make_task, play):
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


def test_a_tournament_of_all_members_is_won_by_the_first_front(make_task, play):
    played = play(AgingEvolution, make_task(), evaluations=60, population_size=20, sample_size=20)
    number = 0
    for batch in played.batches:
        window = played.objectives[max(0, number - 20) : number]
        for candidate in batch:
            if candidate.parent is not None:
                member = candidate.parent - max(0, number - 20)
                ranks = domination_ranks(window)
                assert ranks[member] == 0
                assert np.isinf(crowding(window, ranks)[member])
        number += len(batch)


@pytest.mark.parametrize("setting", ["population_size", "sample_size"])
def test_sizes_are_positive(setting, make_task, play):
    with pytest.raises(MethodError, match=f"{setting} is 0; expected at least 1"):
        play(AgingEvolution, make_task(), **{setting: 0})
