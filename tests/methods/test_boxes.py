"""What every method promises that can search a box."""

import random
from types import SimpleNamespace

import numpy as np
import pytest

from bench.entrants.method import find_method, registered_methods
from bench.errors import MethodError, SpaceError
from bench.indicators import hypervolume
from bench.protocol import load_search_protocol
from bench.spaces import Box, NASBench201
from bench.spaces.space import Space
from methods._gp import fit as gaussian_process
from methods._shared.unseen import Unseen
from methods.lamoo.boundary import Boundary
from methods.lamoo.cube import BoxCube, make_cube
from methods.lamoo.pool import BoxPool, make_pool
from methods.lamoo.region import Region, Step

PROTOCOLS = ["lamoo-branin-currin", "lamoo-vehicle-safety"]
FIELD = ["cma-es", "lamoo-cmaes", "lamoo-random", "moead", "nsga2", "nsga3", "random", "sms-emoa"]
BAYESIAN = ["lamoo-qehvi", "qehvi", "qnehvi", "qparego"]
BOX = Box("shed", [("length", -1.0, 3.0), ("width", 0.1, 0.2), ("height", 5.0, 9.0)])


class OnBox:
    """A function task as the driver of these tests knows tasks: `evaluate` gives an array."""

    def __init__(self, name):
        self._task, protocol = load_search_protocol(name).task(), load_search_protocol(name)
        self.space, self.objectives = self._task.space, self._task.objectives
        self.cheap_objectives, self.cheap = (), self._task.cheap
        self.reference_point = protocol.raw_reference_point

    def evaluate(self, architectures):
        return self._task.score(self.space.check(architectures))


@pytest.fixture(scope="module", params=PROTOCOLS)
def on_box(request):
    return OnBox(request.param)


def method(name):
    if name in BAYESIAN:
        pytest.importorskip("botorch")
    return find_method(name).method


def test_the_rosters_list_the_methods_that_can():
    able = {n for n in registered_methods() if "box" in find_method(n).method.spaces}
    assert able == {*FIELD, *BAYESIAN}
    for name in PROTOCOLS:
        protocol = load_search_protocol(name)
        assert sorted(protocol.entrants("main")) == FIELD
        assert sorted(protocol.entrants("bayesian")) == BAYESIAN


@pytest.mark.parametrize("name", FIELD)
@pytest.mark.parametrize("batch", [1, 5, 20])
def test_spends_the_budget_on_distinct_points(name, batch, on_box, play):
    played = play(method(name), on_box, evaluations=60, batch=batch)
    asked = on_box.space.check(played.architectures)
    assert len(asked) == 60
    assert len(np.unique(asked, axis=0)) == 60


@pytest.mark.parametrize("name", FIELD)
def test_same_stream_same_run_other_stream_other_run(name, on_box, play):
    first, again = play(method(name), on_box), play(method(name), on_box)
    other = play(method(name), on_box, stream=1)
    assert first.batches == again.batches
    assert first.batches[0] == other.batches[0]
    assert first.batches[1:] != other.batches[1:]


@pytest.mark.parametrize("name", BAYESIAN)
def test_bayesian_ones_play_and_repeat_themselves(name, on_box, play):
    settings = {"evaluations": 22, "batch": 5, "samples": 32, "maxiter": 20}
    one = play(method(name), on_box, **settings)  # libraries draw when they are imported
    random_state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    two = play(method(name), on_box, **settings)
    assert one.batches == two.batches
    asked = on_box.space.check(one.architectures)
    assert len(np.unique(asked, axis=0)) == 22
    assert random.getstate() == random_state
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state[1])  # noqa: NPY002


@pytest.mark.parametrize("name", BAYESIAN)
def test_a_corner_is_asked_for_once(name, play):
    """All is best in one corner, where every climb ends."""

    def evaluate(architectures):
        rows = BOX.to_unit(architectures)
        return np.stack([rows.sum(axis=1), 2.0 + rows @ np.array([1.0, 2.0, 3.0])], axis=1)

    task = SimpleNamespace(
        space=BOX,
        objectives=("one", "two"),
        cheap_objectives=(),
        reference_point=np.array([4.0, 9.0]),
        evaluate=evaluate,
        cheap=lambda architectures: evaluate(architectures)[:, []],
    )
    played = play(method(name), task, evaluations=34, batch=4, samples=32, maxiter=20)
    asked = BOX.check(played.architectures)
    assert len(np.unique(asked, axis=0)) == 34


@pytest.mark.parametrize("name", ["lamoo-random", "qehvi"])
def test_what_learns_beats_random_search_on_average(name, play):
    task = OnBox("lamoo-branin-currin")
    settings = {"samples": 32, "maxiter": 20} if name == "qehvi" else {}
    evaluations, repetitions = (25, 2) if name == "qehvi" else (100, 8)

    def reached(chosen, **settings):
        return np.mean(
            [
                hypervolume(
                    play(
                        chosen, task, repetition=r, evaluations=evaluations, **settings
                    ).objectives,
                    task.reference_point,
                )
                for r in range(repetitions)
            ]
        )

    assert reached(method(name), **settings) > reached(method("random"))


# -- the cube, its pool, its encoding --------------------------------------------------------------


def test_a_box_is_its_own_cube():
    cube = make_cube(BOX)
    assert isinstance(cube, BoxCube)
    rng = np.random.default_rng(0)
    drawn = BOX.sample(rng, 50)
    for points in (cube.centres(drawn), cube.within_bins(drawn, rng)):
        np.testing.assert_allclose(points, BOX.to_unit(drawn))
        np.testing.assert_allclose(cube.architectures(points), drawn)
    beyond = cube.architectures(rng.random((50, 3)) * 1.4 - 0.2)
    np.testing.assert_array_equal(BOX.check(beyond), beyond)


@pytest.mark.parametrize("mode", ["enumerated", "continuous"])
def test_a_box_has_one_pool_whatever_the_mode(mode):
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


def test_the_encoding_is_the_unit_cube():
    drawn = BOX.sample(np.random.default_rng(0), 7)
    np.testing.assert_array_equal(
        gaussian_process.encode(BOX, drawn, "ordinal"), BOX.to_unit(drawn)
    )
    with pytest.raises(MethodError, match=r"'one-hot'; expected 'ordinal' for 'shed', .* a box"):
        gaussian_process.encode(BOX, drawn, "one-hot")


def test_unasked_points_of_a_box():
    unasked, rng = Unseen(BOX), np.random.default_rng(0)
    drawn = unasked.sample(rng, 6)
    assert drawn.shape == (6, 3)
    unasked.remove(drawn[:2])
    new = unasked.first_of_class(np.concatenate([drawn, drawn]))
    np.testing.assert_array_equal(new, [False] * 2 + [True] * 4 + [False] * 6)
    assert Unseen(NASBench201()).sample(rng, 3).dtype == np.int8
    assert unasked.sample(rng, 0).shape == (0, 3)


# -- the acquisition function ----------------------------------------------------------------------


class Hill:
    """A surrogate without a model: what is near `top`, and apart from what was chosen, is best."""

    pool = 60

    def __init__(self, top):
        self.top = np.asarray(top)

    def describe(self, rows):
        inputs = BOX.to_unit(rows)
        return inputs, np.zeros((len(inputs), 2))

    def score(self, candidates):
        return np.exp(-20.0 * ((candidates.inputs - self.top) ** 2).sum(axis=1))

    def choose(self, candidates, n, rng):
        gains, chosen = self.score(candidates), []
        for _ in range(n):
            apart = np.ones(len(candidates))
            for i in chosen:
                away = ((candidates.inputs - candidates.inputs[i]) ** 2).sum(axis=1)
                apart *= 1 - np.exp(-50.0 * away)
            chosen.append(int(np.argmax(gains * apart)))
        return chosen


@pytest.mark.parametrize("top", [[0.31, 0.72, 0.55], [0.0, 1.0, 0.5]])
def test_the_best_of_a_box_is_found_and_the_batch_spreads(top):
    from methods._gp.box import best_in_box, new_points, sobol_points
    from methods._gp.candidates import Described

    hill, rng = Hill(top), np.random.default_rng(0)
    starts = sobol_points(rng, 3)
    assert starts.shape == (1024, 3)
    assert not np.array_equal(starts, sobol_points(rng, 3))
    made = best_in_box(
        hill,
        Described(BOX, hill.describe),
        BOX,
        starts,
        4,
        rng,
        inside=new_points(BOX, Unseen(BOX)),
    )
    unit = BOX.to_unit(made)
    assert np.abs(unit - top).max(axis=1).min() < 0.01
    apart = np.linalg.norm(unit[:, None] - unit[None], axis=2)[np.triu_indices(4, 1)]
    assert apart.min() > 0.05


def test_the_best_of_a_region_stays_in_it():
    from methods._gp.box import best_in_box, sobol_points
    from methods._gp.candidates import Described

    hill, rng = Hill([0.31, 0.72, 0.55]), np.random.default_rng(0)
    starts = sobol_points(rng, 3)

    def inside(points):
        return points[:, 0] > 0.6

    made = best_in_box(hill, Described(BOX, hill.describe), BOX, starts, 3, rng, inside=inside)
    unit = BOX.to_unit(made)
    assert (unit[:, 0] >= 0.6).all()
    nearest = unit[np.abs(unit - hill.top).sum(axis=1).argmin()]
    np.testing.assert_allclose(nearest, [0.6, 0.72, 0.55], atol=0.02)
