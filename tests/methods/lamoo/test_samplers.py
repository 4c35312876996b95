import numpy as np
import pytest

from bench.spaces import NASBench201
from methods._shared.unseen import Unseen
from methods.lamoo.boundary import Boundary
from methods.lamoo.cma_sampler import CMAESSampler, fitness_order
from methods.lamoo.cube import Cube
from methods.lamoo.pool import make_pool
from methods.lamoo.region import Region, Step
from methods.lamoo.samplers import History, RandomSampler

SAMPLERS = {
    "random": RandomSampler,
    "cma-es": lambda: CMAESSampler(sigma=0.5, parents=5, failed_asks=5),
}
every_sampler = pytest.mark.parametrize("sampler", SAMPLERS.values(), ids=SAMPLERS.keys())
every_mode = pytest.mark.parametrize("mode", ["enumerated", "continuous"])


def history_of(cells, objectives):
    cube = Cube(NASBench201())
    reference = np.full(objectives.shape[1], 2.0)
    return History(np.asarray(cells), cube.centres(cells), objectives, reference)


@pytest.fixture
def history():
    """Eighty cells; the better, the smaller every coordinate."""
    cells = NASBench201().sample(np.random.default_rng(0), 80)
    far = Cube(NASBench201()).centres(cells)
    return history_of(cells, np.stack([far.mean(axis=1), far[:, :3].mean(axis=1)], axis=1))


@pytest.fixture
def region(history):
    good = history.objectives.sum(axis=1) < 0.9
    step = Step(Boundary.fit(history.points, good, kernel="rbf"), True)
    return Region((step,), np.flatnonzero(good))


def pool_with(history, mode):
    cube = Cube(NASBench201())
    pool = make_pool(cube, Unseen(cube.space), mode=mode)
    pool.remove(history.architectures)
    return pool


@every_sampler
@every_mode
@pytest.mark.parametrize("n", [1, 5, 20])
def test_proposals_are_in_the_region(sampler, mode, n, history, region):
    pool, rng = pool_with(history, mode), np.random.default_rng(0)
    points = sampler().propose(region, history, pool, n, rng)
    assert points.shape == (n, 6)
    assert region.contains(points).all()
    cells = pool.cube.architectures(points)
    if mode == "enumerated":
        keys = set(pool.cube.space.class_keys(cells))
        assert len(keys) == n
        assert not keys & set(pool.cube.space.class_keys(history.architectures))
        np.testing.assert_array_equal(pool.cube.centres(cells), points)


@every_sampler
@every_mode
def test_same_stream_same_proposals(sampler, mode, history, region):
    def proposed(seed):
        pool, rng = pool_with(history, mode), np.random.default_rng(seed)
        return sampler().propose(region, history, pool, 5, rng)

    np.testing.assert_array_equal(proposed(0), proposed(0))
    assert not np.array_equal(proposed(0), proposed(1))


def test_random_draws_unseen_members_uniformly(history, region):
    pool, rng = pool_with(history, "enumerated"), np.random.default_rng(0)
    members = len(pool.within(region, 1, rng))
    drawn = np.concatenate(
        [RandomSampler().propose(region, history, pool, 1, rng) for _ in range(100)]
    )
    # 100 draws from 4,000 members hit 99 different ones on average.
    assert members > 4000
    assert len(np.unique(drawn, axis=0)) > 93
    middle = pool.within(region, 1, rng).mean(axis=0)
    assert (np.abs(drawn.mean(axis=0) - middle) < 4 * 0.29 / np.sqrt(100)).all()


def test_order_by_dominance_then_volume_then_age():
    objectives = np.array([[1.0, 1.0], [0.0, 1.5], [0.5, 0.5], [1.5, 0.0], [0.5, 0.5], [3.0, 3.0]])
    history = history_of(np.zeros((6, 6), dtype=np.int8), objectives)
    # 2 and 4 have volume 1.5 x 1.5, 1 and 3 have 2 x 0.5; two dominate 0, five dominate 5.
    assert fitness_order(history).tolist() == [2, 4, 1, 3, 0, 5]
    for objective in (0, 1):
        values = history.objectives[fitness_order(history, objective), objective]
        assert (np.diff(values) >= 0).all()


def test_cma_es_samples_near_the_best_of_the_region(history):
    pool, rng = pool_with(history, "continuous"), np.random.default_rng(0)
    best = fitness_order(history)[:5]
    near = CMAESSampler(sigma=0.05, parents=5, failed_asks=5)
    points = np.concatenate(
        [near.propose(Region.whole(80), history, pool, 5, rng) for _ in range(20)]
    )
    to_best = np.linalg.norm(points[:, None] - history.points[best], axis=2).min(axis=1)
    anywhere = np.random.default_rng(1).random((100, 6))
    far = np.linalg.norm(anywhere[:, None] - history.points[best], axis=2).min(axis=1)
    assert to_best.mean() < 0.8 * far.mean()


@pytest.mark.parametrize("members", [[3], [3, 4], [3, 3, 3, 3, 3]])
def test_cma_es_with_few_or_equal_parents(members, history):
    pool, rng = pool_with(history, "enumerated"), np.random.default_rng(0)
    sampler = SAMPLERS["cma-es"]()
    points = sampler.propose(Region((), np.array(members)), history, pool, 5, rng)
    assert points.shape == (5, 6)
    assert np.isfinite(points).all()


def test_cma_es_falls_back_when_its_neighbourhood_is_exhausted(history):
    pool, rng = pool_with(history, "enumerated"), np.random.default_rng(0)
    everything = pool.cube.space.enumerate()
    pool.remove(
        everything[(everything != 3).any(axis=1)]
    )  # all except the cell of 3x3 convolutions
    narrow = CMAESSampler(sigma=0.01, parents=5, failed_asks=2)
    points = narrow.propose(Region.whole(80), history, pool, 5, rng)
    np.testing.assert_array_equal(pool.cube.architectures(points), [[3] * 6])
