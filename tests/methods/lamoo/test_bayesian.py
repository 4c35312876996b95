"""LaMOO around a surrogate: the region is a bound, and is relaxed when it is exhausted."""

import numpy as np
import pytest

from bench.errors import MethodError
from bench.indicators import non_dominated
from bench.spaces import DARTS, NASBench201
from methods._shared.unseen import Unseen
from methods.lamoo import LaMOOEHVITuned, LaMOOQEHVI
from methods.lamoo.boundary import Boundary
from methods.lamoo.cube import Cube
from methods.lamoo.pool import make_pool
from methods.lamoo.region import Region, Step
from methods.lamoo.samplers import History
from methods.lamoo.surrogate_sampler import SurrogateSampler
from methods.lamoo.tree import TreeRules, grow, leaves


class LargestFirst:
    """A surrogate that prefers many and costly operations, and keeps what it chose from."""

    def __init__(self, space):
        self.problem = type("P", (), {"space": space})

    def describe(self, architectures):
        inputs = self.problem.space.encode_ordinal(architectures)
        return inputs, np.zeros((len(inputs), 2))

    def fit(self, inputs, objectives):
        self.fitted = inputs, objectives

    def prepare(self, n, rng):
        self.prepared = n

    def score(self, candidates):
        return candidates.inputs.sum(axis=1)

    def choose(self, candidates, n, rng):
        self.chosen_from = candidates
        return np.argsort(-self.score(candidates), kind="stable")[:n].tolist()


def history_on(space, rng, n=80):
    cells = space.sample(rng, n)
    size = space.encode_ordinal(cells).sum(axis=1)
    objectives = np.stack([10.0 - size + rng.random(n), size], axis=1)
    return History(cells, Cube(space).centres(cells), objectives, np.array([11.0, 9.0]))


@pytest.mark.parametrize("space", [NASBench201(), DARTS()], ids=lambda s: s.name)
def test_the_choice_is_the_best_of_the_region(space):
    rng = np.random.default_rng(0)
    history = history_on(space, rng)
    unseen = Unseen(space)
    pool = make_pool(Cube(space), unseen, mode="enumerated")
    pool.remove(history.architectures)
    root = grow(history.points, history.objectives, history.reference_point, TreeRules())
    for leaf in leaves(root):
        surrogate = LargestFirst(space)
        points = SurrogateSampler(surrogate, unseen).propose(leaf.region, history, pool, 3, rng)
        assert len(points) == surrogate.prepared == 3
        assert leaf.region.contains(points).all()
        np.testing.assert_array_equal(surrogate.fitted[1], history.objectives)  # all of them
        found = pool.cube.architectures(points)
        assert unseen.first_of_class(found).all()
        inside = leaf.region.contains(pool.cube.centres(surrogate.chosen_from.architectures))
        assert inside.all()
        if space.listable:
            cells = space.enumerate()
            cells = cells[leaf.region.contains(pool.cube.centres(cells))]
            cells = cells[[bool(unseen.first_of_class(c[None])[0]) for c in cells]]
            best = np.sort(space.encode_ordinal(cells).sum(axis=1))[-3:]
            np.testing.assert_allclose(
                np.sort(space.encode_ordinal(found).sum(axis=1)), best, rtol=1e-12
            )


def test_local_search_climbs_beyond_the_random_points():
    space, rng = DARTS(), np.random.default_rng(0)
    history = history_on(space, rng)
    unseen = Unseen(space)
    pool = make_pool(Cube(space), unseen, mode="enumerated")
    surrogate = LargestFirst(space)
    whole = Region.whole(len(history))
    points = SurrogateSampler(surrogate, unseen).propose(whole, history, pool, 1, rng)
    drawn = space.encode_ordinal(space.sample(np.random.default_rng(1), 15_000)).sum(axis=1)
    assert space.encode_ordinal(pool.cube.architectures(points)).sum() > drawn.max()


def test_local_search_starts_at_good_members_of_the_region():
    """As without LaMOO: random points of a large space are far from all good ones."""
    space, rng = DARTS(), np.random.default_rng(0)
    history = history_on(space, rng)
    unseen = Unseen(space)
    pool = make_pool(Cube(space), unseen, mode="enumerated")
    pool.remove(history.architectures)
    root = grow(history.points, history.objectives, history.reference_point, TreeRules())
    leaf = max(leaves(root), key=lambda leaf: len(leaf.region.members))
    surrogate = LargestFirst(space)
    SurrogateSampler(surrogate, unseen).propose(leaf.region, history, pool, 1, rng)
    seen = {tuple(row) for row in surrogate.chosen_from.architectures.tolist()}
    members = leaf.region.members
    good = history.architectures[members][non_dominated(history.objectives[members])]
    for centre in good:
        near = space.neighbours(centre)
        near = near[leaf.region.contains(pool.cube.centres(near))]
        near = near[unseen.first_of_class(near)]
        assert len({tuple(row) for row in near.tolist()} & seen) > 0.3 * min(len(near), 200)


def test_a_region_without_unseen_members_is_relaxed():
    space, rng = NASBench201(), np.random.default_rng(0)
    history = history_on(space, rng)
    unseen = Unseen(space)
    pool = make_pool(Cube(space), unseen, mode="enumerated")
    good = np.zeros(len(history), dtype=bool)
    good[:40] = True
    boundary = Boundary.fit(history.points, good, kernel="rbf")
    cells = space.enumerate()
    pool.remove(cells[boundary.on_good_side(pool.cube.centres(cells))])
    region = Region((Step(boundary, good=True),), np.arange(40))
    points = SurrogateSampler(LargestFirst(space), unseen).propose(region, history, pool, 2, rng)
    assert len(points) == 2
    assert not region.contains(points).any()


@pytest.mark.parametrize("method", [LaMOOQEHVI, LaMOOEHVITuned], ids=lambda m: m.name)
def test_continuous_mode_is_refused(method, make_task, play):
    with pytest.raises(MethodError, match="setting 'mode' is 'continuous'; expected 'enumerated'"):
        play(method, make_task(), mode="continuous")


@pytest.mark.parametrize("method", [LaMOOQEHVI, LaMOOEHVITuned], ids=lambda m: m.name)
@pytest.mark.parametrize("value", [1.0, 50.0])
def test_equal_objectives_are_played(method, value, make_task, play):
    task = make_task()
    task.evaluate = lambda architectures: np.full((len(np.asarray(architectures)), 2), value)
    assert len(play(method, task, evaluations=24).objectives) == 24
