import numpy as np
import pytest

from bench.indicators import non_dominated
from methods.pareto_nash_tab import ParetoNashTab, ParetoNashTabSingle, ParetoNashTabUniform


def test_children_name_a_parent_of_the_population_and_their_operators(make_task, play):
    played = play(ParetoNashTab, make_task(), evaluations=100)
    evaluated = 0
    for batch in played.batches:
        front = set(np.flatnonzero(non_dominated(played.objectives[:evaluated])))
        for candidate in batch:
            if candidate.parent is not None:
                assert candidate.parent in front
                assert 1 <= len(candidate.operators) <= 3
        evaluated += len(batch)
    lineages = [c.operators for batch in played.batches[1:] for c in batch]
    assert {len(names) for names in lineages} >= {1, 2, 3}


def test_one_operator_variant_changes_one_edge(make_task, play):
    played = play(ParetoNashTabSingle, make_task())
    flat = played.candidates
    for child in flat:
        if child.parent is not None:
            parent = flat[child.parent].architecture
            assert sum(a != b for a, b in zip(child.architecture, parent, strict=True)) == 1


def test_looks_up_the_costs_of_its_proposals_only(make_task, play):
    assert play(ParetoNashTab, make_task(), evaluations=60).problem.cheap_queries == 10 * 25
    assert play(ParetoNashTabUniform, make_task(), evaluations=60).problem.cheap_queries == 0


def test_without_cheap_objectives_it_is_the_uniform_variant(make_task, play):
    task = make_task(cheap=())
    plain, uniform = play(ParetoNashTab, task), play(ParetoNashTabUniform, task)
    assert plain.batches == uniform.batches


def test_inverse_density_differs_from_uniform(make_task, play):
    task = make_task()
    plain, uniform = play(ParetoNashTab, task), play(ParetoNashTabUniform, task)
    assert plain.architectures[10:] != uniform.architectures[10:]


def test_accepts_the_sparse_side_more_often(make_task, play):
    # Measured by the spread of the log costs evaluated: the claim of figure 4, on a smooth task.
    def spread(method):
        widths = [
            np.std(np.log(play(method, make_task(), repetition=r).objectives[10:, 1]))
            for r in range(12)
        ]
        return np.mean(widths)

    assert spread(ParetoNashTab) > spread(ParetoNashTabUniform)


@pytest.mark.parametrize("accepted", [1, 3, 25])
def test_generations_are_as_large_as_set(accepted, make_task, play):
    played = play(ParetoNashTab, make_task(), evaluations=60, batch=50, accepted=accepted)
    sizes = [len(batch) for batch in played.batches[1:]]
    assert set(sizes[:-1]) <= {accepted}
    assert sum(sizes) == 50


def test_random_cells_complete_the_number_of_proposals(make_task, play):
    # One edit from a small front reaches fewer than 150 cells: the rest have no parent.
    played = play(
        ParetoNashTabSingle, make_task(), evaluations=60, batch=50, proposals=150, accepted=50
    )
    children = [c for batch in played.batches[1:] for c in batch]
    assert {c.parent is None for c in children} == {True, False}
