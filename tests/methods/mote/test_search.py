"""MOTE-NAS by its own rules, on an estimate whose every value a test knows."""

import numpy as np
import pytest

from bench.entrants.problem import Estimated
from bench.errors import MethodError
from bench.method import Evaluation, Problem, candidates
from bench.spaces import NASBench201
from methods.mote.algorithm import MOTENAS, MOTENASEF, MOTENASRS, MOTENASPaper
from methods.mote.pool import EstimatedPool, near

SPACE = NASBench201()
METHODS = [MOTENAS, MOTENASEF, MOTENASPaper, MOTENASRS]
every_method = pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)


def score(cells):
    """Return the number of 3x3 convolutions; none for cells that begin with pooling."""
    cells = np.asarray(cells)
    return np.where(cells[:, 0] == 4, np.nan, (cells == 3).sum(axis=1).astype(float))


def make_problem(evaluations=20, stream=0, estimates=("mote",)):
    def estimate(name, cells):
        return Estimated(score(cells), np.full(len(cells), 7.5))

    return Problem(
        space=SPACE,
        objectives=("error", "flops"),
        cheap_objectives=(1,),
        reference_point=np.array([100.0, 300.0]),
        evaluations=evaluations,
        batch=evaluations,
        initial=SPACE.check([]),
        rng=np.random.default_rng(stream),
        _cheap=lambda cells: np.zeros((len(cells), 1)),
        estimates=estimates,
        _estimate=estimate,
        evaluations_left=evaluations,
    )


def asked(problem, method, **settings):
    player = method(problem, **settings)
    cells = [c.architecture for c in player.ask(problem.evaluations)]
    told = [Evaluation(i, c, np.zeros(2), 1.0) for i, c in enumerate(candidates(cells))]
    problem.evaluations_left -= len(told)
    player.tell(told)
    return np.array(cells), player


@every_method
def test_ends_by_asking_for_nothing(method):
    problem = make_problem()
    cells, player = asked(problem, method)
    assert len(cells) == (1 if method is MOTENASEF else 20)
    assert player.ask(5) == []


@every_method
def test_same_stream_same_choice(method):
    first, again, other = (asked(make_problem(stream=s), method)[0] for s in (0, 0, 1))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


@every_method
def test_what_is_asked_for_has_the_best_estimates_of_the_pool(method):
    cells, player = asked(make_problem(), method)
    pool = np.sort(player._pool.scores[~np.isnan(player._pool.scores)])[::-1]
    assert score(cells).tolist() == pool[: len(cells)].tolist()


@pytest.mark.parametrize("method", [MOTENAS, MOTENASPaper], ids=lambda m: m.name)
def test_evolution_beats_as_many_random_cells(method):
    best, random = [], []
    for stream in range(10):
        problem = make_problem(stream=stream)
        cells, player = asked(problem, method, k=5)
        best.append(score(cells).mean())
        drawn = SPACE.sample(np.random.default_rng(100 + stream), len(player._pool))
        random.append(np.sort(np.nan_to_num(score(drawn), nan=-1.0))[-5:].mean())
    assert np.mean(best) > np.mean(random)


def test_cycles_parents_and_batches_of_the_released_form():
    sizes, parents = [], []

    class Watched(MOTENAS):
        def _near_parents(self, most, k):
            sizes.append(most)
            parents.append((len(self._pool), len(self._parents())))
            return super()._near_parents(most, k)

    asked(make_problem(), Watched, k=5)
    assert sizes == [100] * 9 + [200] * 5  # 10 + k cycles, the first one random
    assert all(len_p == max(1, round(0.01 * pool)) for pool, len_p in parents)
    assert parents[0] == (10, 1)
    sizes.clear()
    asked(make_problem(), Watched, k=5, cycles=3)
    assert sizes == [100, 100]


def test_the_worded_form_takes_at_most_ten_k_neighbours():
    problem = make_problem()
    _, player = asked(problem, MOTENASPaper, k=1, cycles=2, batch=50)
    assert len(player._pool) == 50 + 10


def test_estimates_are_paid_for_once():
    problem = make_problem()
    _, player = asked(problem, MOTENASRS, drawn=15)
    assert 200 < len(player._pool) <= 15 * 20
    assert problem.estimate_seconds == pytest.approx(7.5 * len(player._pool))
    problem.estimate("mote", player._pool.architectures)
    assert problem.estimate_seconds == pytest.approx(7.5 * len(player._pool))


def test_distance_is_that_of_one_hot_matrices():
    rng = np.random.default_rng(0)
    cells, parents = SPACE.sample(rng, 300), SPACE.sample(rng, 3)
    eye = np.eye(5)
    slow = [
        min(np.linalg.norm(eye[c] - eye[p]) / 2.0 for p in parents) <= 1.0 + 1e-12 for c in cells
    ]
    assert near(cells, parents, 1.0).tolist() == slow
    changed = (cells != parents[:1]).sum(axis=1)
    assert near(cells, parents[:1], 1.0).tolist() == (changed <= 2).tolist()
    assert near(SPACE.enumerate(), parents[:1], 1.0).sum() == 1 + 24 + 240  # 264 and itself


def test_what_has_no_estimate_ranks_last():
    pool = EstimatedPool(make_problem(), "mote")
    pool.add(SPACE.check([[4, 3, 3, 3, 3, 3], [0, 0, 0, 0, 0, 0], [3, 0, 0, 0, 0, 0]]))
    assert pool.best(3)[:, 0].tolist() == [3, 0, 4]


@every_method
def test_a_protocol_without_the_estimate_is_told(method):
    with pytest.raises(MethodError, match="has no estimate 'mote'; it has none"):
        method(make_problem(estimates=()))
    with pytest.raises(MethodError, match="has no estimate 'synflow'; it has mote"):
        method(make_problem(), estimate="synflow")
