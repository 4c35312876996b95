"""Every method that searches boxes, on the function tasks."""

import random
from types import SimpleNamespace

import numpy as np
import pytest

from bench.entrants.method import find_method, registered_methods
from bench.indicators import hypervolume
from bench.protocol import load_search_protocol
from bench.spaces import Box

PROTOCOLS = ["lamoo-branin-currin", "lamoo-vehicle-safety"]
BASELINES = [
    "cma-es",
    "lamoo-cmaes",
    "lamoo-random",
    "moead",
    "nsga2",
    "nsga3",
    "random",
    "sms-emoa",
]
BAYESIAN = ["lamoo-qehvi", "qehvi", "qnehvi", "qparego"]
BOX = Box("cuboid", [("length", -1.0, 3.0), ("width", 0.1, 0.2), ("height", 5.0, 9.0)])


class FunctionTask:
    """A function task whose `evaluate` returns an array, as `play` expects."""

    def __init__(self, name):
        self._task, protocol = load_search_protocol(name).task(), load_search_protocol(name)
        self.space, self.objectives = self._task.space, self._task.objectives
        self.cheap_objectives, self.cheap = (), self._task.cheap
        self.reference_point = protocol.raw_reference_point

    def evaluate(self, architectures):
        return self._task.score(self.space.check(architectures))


@pytest.fixture(scope="module", params=PROTOCOLS)
def task(request):
    return FunctionTask(request.param)


def method(name):
    return find_method(name).entrant


def test_the_rosters_list_every_method_that_searches_boxes():
    capable = {n for n in registered_methods() if "box" in find_method(n).entrant.spaces}
    assert capable == {*BASELINES, *BAYESIAN}
    for name in PROTOCOLS:
        protocol = load_search_protocol(name)
        assert sorted(protocol.entrants("main")) == BASELINES
        assert sorted(protocol.entrants("bayesian")) == BAYESIAN


@pytest.mark.parametrize("name", BASELINES)
@pytest.mark.parametrize("batch", [1, 5, 20])
def test_spends_the_budget_on_distinct_points(name, batch, task, play):
    played = play(method(name), task, evaluations=60, batch=batch)
    asked = task.space.check(played.architectures)
    assert len(asked) == 60
    assert len(np.unique(asked, axis=0)) == 60


@pytest.mark.parametrize("name", BASELINES)
def test_same_stream_same_run_other_stream_other_run(name, task, play):
    first, again = play(method(name), task), play(method(name), task)
    other = play(method(name), task, stream=1)
    assert first.batches == again.batches
    assert first.batches[0] == other.batches[0]
    assert first.batches[1:] != other.batches[1:]


@pytest.mark.parametrize("name", BAYESIAN)
def test_bayesian_methods_repeat_themselves(name, task, play):
    settings = {"evaluations": 22, "batch": 5, "samples": 32, "maxiter": 20}
    one = play(method(name), task, **settings)  # libraries draw when they are imported
    random_state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    two = play(method(name), task, **settings)
    assert one.batches == two.batches
    asked = task.space.check(one.architectures)
    assert len(np.unique(asked, axis=0)) == 22
    assert random.getstate() == random_state
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state[1])  # noqa: NPY002


@pytest.mark.parametrize("name", BAYESIAN)
def test_a_corner_is_asked_for_once(name, play):
    """All objectives are best in one corner, where every climb ends."""

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
def test_better_than_random_search_on_average(name, play):
    task = FunctionTask("lamoo-branin-currin")
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
