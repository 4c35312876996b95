import numpy as np
import pytest

from bench.errors import SpaceError
from bench.spaces import DARTS, Box, ListedSpace, NASBench201
from bench.spaces.space import Space
from methods._shared.unseen import Unseen
from methods.lamoo.boundary import Boundary
from methods.lamoo.cube import BoxCube, Cube, make_cube
from methods.lamoo.pool import BoxPool, ContinuousPool, EnumeratedPool, RejectionPool, make_pool
from methods.lamoo.region import Region, Step

BOX = Box("cuboid", [("length", -1.0, 3.0), ("width", 0.1, 0.2), ("height", 5.0, 9.0)])


def corner(cube, *, bound, depth=1):
    """Return the region where the mean coordinate is below `bound`, at the end of `depth` steps."""
    rng = np.random.default_rng(0)
    points = rng.random((400, cube.space.variables))
    steps = []
    for part in np.linspace(bound, 0.6, depth)[::-1]:
        good = points.mean(axis=1) < part
        steps.append(Step(Boundary.fit(points, good, kernel="linear"), True))
    return Region(tuple(steps), np.arange(3))


@pytest.fixture
def cube():
    return Cube(NASBench201())


def listed():
    members = DARTS().canonical(DARTS().sample(np.random.default_rng(0), 300))
    return ListedSpace(DARTS(), np.unique(members, axis=0))


@pytest.mark.parametrize(
    "space", [NASBench201(), DARTS(), listed()], ids=["nb201", "darts", "list"]
)
def test_points_belong_to_their_architecture(space):
    cube, rng = Cube(space), np.random.default_rng(0)
    cells = space.sample(rng, 200)
    for points in (cube.centres(cells), cube.within_bins(cells, rng)):
        assert ((points >= 0) & (points < 1)).all()
        np.testing.assert_array_equal(cube.architectures(points), cells)
    found = cube.architectures(rng.random((50, space.variables)) * 1.2 - 0.1)
    np.testing.assert_array_equal(space.check(found), found)


def test_a_region_is_on_the_side_of_every_step(cube):
    points = np.random.default_rng(1).random((300, 6))
    region = corner(cube, bound=0.45, depth=3)
    expected = np.all([step.contains(points) for step in region.path], axis=0)
    np.testing.assert_array_equal(region.contains(points), expected)
    assert 0 < expected.sum() < 300
    other = Region((Step(region.path[0].boundary, False),), region.members)
    np.testing.assert_array_equal(
        other.contains(points), ~Region(region.path[:1], region.members).contains(points)
    )


def test_relaxing_drops_the_deepest_step(cube):
    region = corner(cube, bound=0.45, depth=2)
    wider = region.relaxed()
    assert wider.path == region.path[:1]
    np.testing.assert_array_equal(wider.members, region.members)
    assert wider.relaxed().is_whole
    assert wider.relaxed().relaxed().is_whole
    assert wider.relaxed().contains(np.random.default_rng(0).random((20, 6))).all()


def test_a_pool_for_every_space_and_mode(cube):
    def made(space, mode):
        return type(make_pool(Cube(space), Unseen(space), mode=mode))

    assert made(NASBench201(), "enumerated") is EnumeratedPool
    assert made(listed(), "enumerated") is EnumeratedPool
    assert made(DARTS(), "enumerated") is RejectionPool
    assert made(DARTS(), "continuous") is ContinuousPool


def test_enumerated_has_all_unseen_architectures_of_the_region(cube):
    space, rng = cube.space, np.random.default_rng(0)
    pool = EnumeratedPool(cube, Unseen(space))
    asked = space.sample(rng, 200)
    pool.remove(asked)
    region = corner(cube, bound=0.4)
    found = cube.architectures(pool.within(region, 5, rng))
    everything = space.enumerate()
    seen = np.isin(space.class_keys(everything), space.class_keys(asked))
    expected = everything[region.contains(cube.centres(everything)) & ~seen]
    np.testing.assert_array_equal(found, expected)
    assert 100 < len(found) < len(everything) / 2


@pytest.mark.parametrize("kind", [EnumeratedPool, RejectionPool])
def test_a_region_with_too_few_is_relaxed(kind, cube):
    space, rng = cube.space, np.random.default_rng(0)
    pool = kind(cube, Unseen(space))
    region = corner(cube, bound=0.4, depth=2)
    everything = space.enumerate()
    left = everything[region.contains(cube.centres(everything))]
    keys = np.array(space.class_keys(left))
    pool.remove(left[keys != keys[-1]])
    for n, is_wider in ((1, False), (40, True)):
        found = pool.within(region, n, rng)
        if kind is EnumeratedPool:  # rejection sampling may miss the last of a region
            assert bool(region.contains(found).all()) is not is_wider
        assert region.relaxed().contains(found).all()
        assert len(pool.take(found, n)) == n


@pytest.mark.parametrize("kind", [EnumeratedPool, RejectionPool])
def test_an_exhausted_space_has_nothing(kind, make_task):
    cube = Cube(make_task(tiny=True).space)
    pool, rng = kind(cube, Unseen(cube.space)), np.random.default_rng(0)
    pool.remove(cube.space.enumerate()[1:])
    found = pool.within(Region.whole(11), 5, rng)
    np.testing.assert_array_equal(cube.architectures(found), [[0, 0, 0]])
    pool.remove([[0, 0, 0]])
    assert pool.take(pool.within(Region.whole(12), 5, rng), 5).shape == (0, 3)


def test_taken_points_are_of_distinct_unseen_classes(cube):
    space, rng = cube.space, np.random.default_rng(0)
    pool = EnumeratedPool(cube, Unseen(space))
    asked = space.sample(rng, 300)
    pool.remove(asked)
    points = cube.centres(np.concatenate([asked, space.sample(rng, 60)]))
    taken = pool.take(points, 25)
    keys = space.class_keys(cube.architectures(taken))
    assert len(set(keys)) == 25
    assert not set(keys) & set(space.class_keys(asked))


def test_darts_by_rejection():
    space, rng = DARTS(), np.random.default_rng(0)
    cube = Cube(space)
    pool = RejectionPool(cube, Unseen(space))
    region = corner(cube, bound=0.47)
    found = pool.within(region, 5, rng)
    assert region.contains(found).all()
    assert len(pool.take(found, 5)) == 5


def test_continuous_points_fill_the_region(cube):
    pool, rng = ContinuousPool(cube), np.random.default_rng(0)
    region = corner(cube, bound=0.4)
    found = pool.within(region, 5, rng)
    assert region.contains(found).all()
    assert len(np.unique(found)) == found.size
    pool.remove(cube.architectures(found))
    np.testing.assert_array_equal(pool.take(found, 7), found[:7])
    np.testing.assert_array_equal(pool.snap(found), found)
    everywhere = pool.within(Region.whole(3), 5, rng)
    strata = np.floor(everywhere * len(everywhere)).astype(int)
    assert (np.sort(strata, axis=0) == np.arange(len(everywhere))[:, None]).all()


def test_an_impossible_region_is_relaxed_too(cube):
    step = corner(cube, bound=0.5).path[0]
    nowhere = Region((step, Step(step.boundary, False)), np.arange(3))
    for pool in (
        ContinuousPool(cube),
        EnumeratedPool(cube, Unseen(cube.space)),
        RejectionPool(cube, Unseen(cube.space)),
    ):
        found = pool.within(nowhere, 3, np.random.default_rng(0))
        assert len(found) >= 3
        assert nowhere.relaxed().contains(found).all()


# -- a box -----------------------------------------------------------------------------------------


def test_a_box_is_its_own_cube():
    cube = make_cube(BOX)
    assert isinstance(cube, BoxCube)
    rng = np.random.default_rng(0)
    drawn = BOX.sample(rng, 50)
    for points in (cube.centres(drawn), cube.within_bins(drawn, rng)):
        np.testing.assert_allclose(points, BOX.to_unit(drawn))
        np.testing.assert_allclose(cube.architectures(points), drawn)
    outside = cube.architectures(rng.random((50, 3)) * 1.4 - 0.2)
    np.testing.assert_array_equal(BOX.check(outside), outside)


@pytest.mark.parametrize("mode", ["enumerated", "continuous"])
def test_a_box_has_the_same_pool_in_both_modes(mode):
    cube = make_cube(BOX)
    pool = make_pool(cube, Unseen(BOX), mode=mode)
    assert isinstance(pool, BoxPool)
    rng = np.random.default_rng(0)
    known = rng.random((200, 3))
    region = Region((Step(Boundary.fit(known, known[:, 0] < 0.3), True),), np.arange(3))
    found = pool.within(region, 5, rng)
    assert region.contains(found).all()
    assert 0.2 < len(found) / 15_000 < 0.4
    np.testing.assert_array_equal(pool.snap(found), found)
    pool.remove(cube.architectures(found[1:3]))
    np.testing.assert_array_equal(
        pool.take(found[[0, 1, 0, 2, 3, 4]], 2), found[[0, 3]], strict=True
    )


def test_no_cube_over_an_unknown_kind_of_space():
    class Sphere(Space):
        kind, name, variables = "sphere", "ball", 3
        check = sample = repair = class_keys = None

    with pytest.raises(SpaceError, match="ball: expected a finite space or a box, got Sphere"):
        make_cube(Sphere())
