import numpy as np

from methods.nsga2 import NSGA2


def test_first_population_is_the_designs_and_random_cells(make_task, play):
    # Without mutation every offspring of the first generation combines categories of its parents,
    # which are the designs.
    played = play(NSGA2, make_task(), evaluations=20, population_size=10, mutation_probability=0)
    designs = np.array(played.architectures[:10])
    for child in played.architectures[10:]:
        assert all(child[v] in designs[:, v] for v in range(6))


def test_a_generation_is_asked_for_in_batches(make_task, play):
    played = play(NSGA2, make_task(), evaluations=70, batch=8)
    sizes = [len(batch) for batch in played.batches]
    assert sizes == [10, 8, 2, 8, 8, 4, 8, 8, 4, 8, 2]


def test_pymoo_has_the_objectives_that_were_told(make_task, play):
    task = make_task()
    played = play(NSGA2, task, evaluations=70)
    population = played.method._algorithm.pop
    expected = task.evaluate(population.get("X").astype(int))
    np.testing.assert_array_equal(population.get("F"), expected)
    assert len(population) == 20


def test_the_scale_of_the_objectives_has_no_influence(make_task, play):
    task = make_task()
    plain = play(NSGA2, task).architectures
    sound = task.evaluate
    task.evaluate = lambda architectures: sound(architectures) * [1.0, 1024.0]
    assert play(NSGA2, task).architectures == plain
