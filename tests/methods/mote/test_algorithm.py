"""MOTE-NAS on an estimate with known values."""

import numpy as np
import pytest

from bench.entrants.problem import Estimated
from bench.errors import MethodError
from bench.method import Evaluation, candidates
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


@pytest.fixture
def make_mote_problem(make_problem):
    """Return a function that makes a problem without designs, with an estimate of 7.5 seconds."""

    def estimate(name, cells):
        return Estimated(score(cells), np.full(len(cells), 7.5))

    def make(evaluations=20, stream=0, estimates=("mote",)):
        return make_problem(
            SPACE,
            reference=100.0,
            batch=evaluations,
            seed=stream,
            evaluations=evaluations,
            initial=SPACE.check([]),
            estimates=estimates,
            _estimate=estimate,
        )

    return make


def asked(problem, method, **settings):
    player = method(problem, **settings)
    cells = [c.architecture for c in player.ask(problem.evaluations)]
    told = [Evaluation(i, c, np.zeros(2), 1.0) for i, c in enumerate(candidates(cells))]
    problem.evaluations_left -= len(told)
    player.tell(told)
    return np.array(cells), player


@every_method
def test_asks_for_nothing_at_the_end(method, make_mote_problem):
    problem = make_mote_problem()
    cells, player = asked(problem, method)
    assert len(cells) == (1 if method is MOTENASEF else 20)
    assert player.ask(5) == []


@every_method
def test_same_stream_same_choice(method, make_mote_problem):
    first, again, other = (asked(make_mote_problem(stream=s), method)[0] for s in (0, 0, 1))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


@every_method
def test_candidates_have_the_best_estimates_of_the_pool(method, make_mote_problem):
    cells, player = asked(make_mote_problem(), method)
    pool = np.sort(player._pool.scores[~np.isnan(player._pool.scores)])[::-1]
    assert score(cells).tolist() == pool[: len(cells)].tolist()


@pytest.mark.parametrize("method", [MOTENAS, MOTENASPaper], ids=lambda m: m.name)
def test_evolution_beats_as_many_random_cells(method, make_mote_problem):
    best, random = [], []
    for stream in range(10):
        problem = make_mote_problem(stream=stream)
        cells, player = asked(problem, method, k=5)
        best.append(score(cells).mean())
        drawn = SPACE.sample(np.random.default_rng(100 + stream), len(player._pool))
        random.append(np.sort(np.nan_to_num(score(drawn), nan=-1.0))[-5:].mean())
    assert np.mean(best) > np.mean(random)


def test_cycles_parents_and_batches_of_the_released_form(make_mote_problem):
    sizes, parents = [], []

    class Watched(MOTENAS):
        def _near_parents(self, most, k):
            sizes.append(most)
            parents.append((len(self._pool), len(self._parents())))
            return super()._near_parents(most, k)

    asked(make_mote_problem(), Watched, k=5)
    assert sizes == [100] * 9 + [200] * 5  # 10 + k cycles, the first one random
    assert all(len_p == max(1, round(0.01 * pool)) for pool, len_p in parents)
    assert parents[0] == (10, 1)
    sizes.clear()
    asked(make_mote_problem(), Watched, k=5, cycles=3)
    assert sizes == [100, 100]


def test_the_form_of_the_text_takes_at_most_ten_k_neighbours(make_mote_problem):
    problem = make_mote_problem()
    _, player = asked(problem, MOTENASPaper, k=1, cycles=2, batch=50)
    assert len(player._pool) == 50 + 10


def test_estimates_are_charged_once(make_mote_problem):
    problem = make_mote_problem()
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


def test_architectures_without_an_estimate_rank_last(make_mote_problem):
    pool = EstimatedPool(make_mote_problem(), "mote")
    pool.add(SPACE.check([[4, 3, 3, 3, 3, 3], [0, 0, 0, 0, 0, 0], [3, 0, 0, 0, 0, 0]]))
    assert pool.best(3)[:, 0].tolist() == [3, 0, 4]


@every_method
def test_a_protocol_without_the_estimate_is_an_error(method, make_mote_problem):
    with pytest.raises(MethodError, match="has no estimate 'mote'; it has none"):
        method(make_mote_problem(estimates=()))
    with pytest.raises(MethodError, match="has no estimate 'synflow'; it has mote"):
        method(make_mote_problem(), estimate="synflow")
