import numpy as np
import pytest

from bench.errors import MethodError
from methods.local_search import LocalSearch, _UsedWeights


def _distance(a, b):
    return int((np.asarray(a) != np.asarray(b)).sum())


def test_asks_for_neighbours_of_the_best_design(make_task, play):
    task = make_task()
    # With one direction of improvement every weight vector has the same best design.
    task.evaluate = lambda architectures: np.repeat(
        np.asarray(architectures).sum(axis=1)[:, None].astype(float), 2, axis=1
    )
    played = play(LocalSearch, task, evaluations=15)
    designs = played.architectures[:10]
    best = designs[int(np.argmin([sum(d) for d in designs]))]
    assert all(_distance(best, found) == 1 for found in played.architectures[10:])


def test_moves_when_the_sum_improves(make_task, play):
    task = make_task()
    task.evaluate = lambda architectures: np.repeat(
        (np.asarray(architectures) != 3).sum(axis=1)[:, None].astype(float), 2, axis=1
    )
    played = play(LocalSearch, task, evaluations=100, batch=1)
    assert played.objectives[:, 0].min() == 0.0  # six steps down at most
    current, value = None, np.inf
    for batch in played.batches[1:]:
        (candidate,) = batch
        parent = played.architectures[candidate.parent]
        parent_value = float(sum(c != 3 for c in parent))
        assert parent_value <= value or current is None
        current, value = parent, parent_value
        assert _distance(parent, candidate.architecture) == 1
        if value == 0.0:
            break
    assert value == 0.0


def test_restarts_at_random_when_set(make_task, play):
    played = play(LocalSearch, make_task(), evaluations=100, restart="random")
    starts = [c for batch in played.batches[1:] for c in batch if c.parent is None]
    assert played.batches[1] == starts[:1]  # not at a design
    assert all(len(batch) == 1 for batch in played.batches if batch[0] in starts)


def test_restarts_at_random_when_every_neighbourhood_is_exhausted(make_task, play):
    task = make_task()
    # Only one cell is ever the best: after its neighbours nothing is left to climb from.
    best = [1, 2, 3, 4, 1, 2]
    task.evaluate = lambda architectures: np.where(
        (np.asarray(architectures) == best).all(axis=1)[:, None], [0.0, 0.0], [1.0, 1.0]
    )
    designs = task.space.sample

    def with_the_best(rng, n):
        task.space.sample = designs  # all later draws are the method's own
        return np.concatenate([[best], designs(rng, n - 1)]).astype(np.int8)

    task.space.sample = with_the_best
    played = play(LocalSearch, task, evaluations=50)
    starts = [c for batch in played.batches[1:] for c in batch if c.parent is None]
    assert len(starts) == 1
    assert len(played.objectives) == 50


def test_restart_is_one_of_two(make_task, play):
    with pytest.raises(MethodError, match="restart is 'warm'; expected one of 'best', 'random'"):
        play(LocalSearch, make_task(), restart="warm")


def test_units_have_no_influence(make_task, play):
    task = make_task()
    sound = task.evaluate
    task.evaluate = lambda architectures: sound(architectures) * [0.5, 4.0]
    scaled = play(LocalSearch, task, evaluations=100).architectures
    assert play(LocalSearch, make_task(), evaluations=100).architectures == scaled


@pytest.mark.parametrize("objectives", [2, 6])
def test_climbs_have_distant_weights(objectives, make_task, play):
    task = make_task()
    task.objectives = tuple(f"f{j}" for j in range(objectives))
    task.evaluate = lambda a: np.ones((len(a), objectives))

    def closest(draws):
        played = play(LocalSearch, task, evaluations=100, weight_draws=draws)
        used = played.method._used_weights
        taken = np.array([*used._in_tree, *used._others])[:6]
        np.testing.assert_allclose(taken.sum(axis=1), 1.0)
        distance = np.linalg.norm(taken[:, None] - taken, axis=2)
        return distance[~np.eye(6, dtype=bool)].min()

    assert closest(20) > closest(1)


def test_at_least_one_weight_is_drawn(make_task, play):
    with pytest.raises(MethodError, match="weight_draws is 0; expected at least 1"):
        play(LocalSearch, make_task(), weight_draws=0)


@pytest.mark.parametrize("objectives", [2, 3, 8])
def test_distances_to_used_weights_are_those_to_the_nearest(objectives):
    rng, used = np.random.default_rng(0), _UsedWeights(objectives)
    drawn, added = rng.dirichlet(np.ones(objectives), size=20), []
    assert used.distances(drawn).tolist() == [0.0] * 20
    for weights in rng.dirichlet(np.ones(objectives), size=1500):
        used.add(weights)
        added.append(weights)
        if len(added) in (1, 100, 101, 102, 250, 1500):
            expected = np.linalg.norm(drawn[:, None] - np.array(added), axis=2).min(axis=1)
            np.testing.assert_array_equal(used.distances(drawn), expected)
