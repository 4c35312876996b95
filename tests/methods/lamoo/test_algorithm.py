import random

import numpy as np
import pytest

from bench.errors import MethodError
from bench.indicators import hypervolume, normalise
from bench.spaces import DARTS
from methods.cma_es import CMAES
from methods.lamoo import LaMOOCMAES, LaMOORandom
from methods.lamoo.tree import grow
from methods.random_search import RandomSearch

METHODS = [LaMOORandom, LaMOOCMAES, CMAES]
every_method = pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
LAMOO = [LaMOORandom, LaMOOCMAES]
every_lamoo = pytest.mark.parametrize("method", LAMOO, ids=lambda m: m.name)


@every_method
def test_is_documented(method):
    assert method.name
    assert method.source
    assert method.summary
    for setting in method.settings_spec.values():
        assert setting.reason
        assert setting.mark in {"paper", "released code", "ours"}


@every_method
@pytest.mark.parametrize("batch", [1, 5, 20])
@pytest.mark.parametrize("objectives", [2, 3])
def test_spends_the_budget_on_distinct_cells(method, batch, objectives, make_task, play):
    task = make_task(objectives=objectives)
    played = play(method, task, evaluations=53, batch=batch)
    asked = task.space.class_keys(played.architectures[10:])
    assert len(set(asked)) == len(asked) == 43
    assert not set(asked) & set(task.space.class_keys(played.architectures[:10]))


@every_method
@pytest.mark.parametrize("mode", ["enumerated", "continuous"])
def test_same_stream_same_run_other_stream_other_run(method, mode, make_task, play):
    task = make_task()
    first = play(method, task, mode=mode, evaluations=40)
    # After a first run, because the first import of scikit-learn draws from `random`.
    states = np.random.get_state(), random.getstate()  # noqa: NPY002
    again = play(method, task, mode=mode, evaluations=40)
    other = play(method, task, mode=mode, evaluations=40, stream=1)
    assert first.batches == again.batches
    assert first.batches[0] == other.batches[0]
    assert first.batches[1:] != other.batches[1:]
    now = np.random.get_state()  # noqa: NPY002
    assert now[2:] == states[0][2:]
    np.testing.assert_array_equal(now[1], states[0][1])
    assert random.getstate() == states[1]


@every_method
@pytest.mark.parametrize("batch", [1, 5])
def test_goes_on_when_the_space_is_exhausted(method, batch, make_task, play):
    played = play(method, make_task(tiny=True), evaluations=30, batch=batch)
    initial = set(played.architectures[:10])
    asked = played.architectures[10 : 10 + 12 - len(initial)]
    assert len(initial | set(asked)) == 12


@every_method
def test_continuous_mode_may_repeat(method, make_task, play):
    played = play(method, make_task(tiny=True), evaluations=30, mode="continuous")
    asked = played.architectures[10:]
    assert len(set(asked)) < len(asked)
    history = played.method._history
    cube = played.method._cube
    np.testing.assert_array_equal(cube.architectures(history.points), history.architectures)
    assert not np.array_equal(cube.centres(history.architectures), history.points)


@every_method
def test_history_is_what_was_told(method, make_task, play):
    played = play(method, make_task(), evaluations=31, batch=4)
    history = played.method._history
    np.testing.assert_array_equal(history.architectures, played.architectures)
    np.testing.assert_array_equal(history.objectives, played.objectives)
    assert len(history) == 31


DIFFICULT = {
    "all objectives equal": lambda cells: np.ones((len(cells), 2)),
    "one non-dominated point": lambda cells: np.where(
        (cells == cells[0]).all(axis=1)[:, None], 0.0, cells.sum(axis=1)[:, None] + [1.0, 2.0]
    ),
    "one objective constant": lambda cells: np.stack([cells.sum(axis=1), 0 * cells[:, 0]], axis=1),
    "beyond the reference point": lambda cells: 1e6 + cells[:, :2],
    "a front of all": lambda cells: np.stack([cells.sum(axis=1), -cells.sum(axis=1)], axis=1),
    "one failed by far": lambda cells: np.where(cells[:, :2] == 0, 1e12, cells[:, :2]),
}


@every_method
@pytest.mark.parametrize("mode", ["enumerated", "continuous"])
@pytest.mark.parametrize("objectives", DIFFICULT.values(), ids=DIFFICULT.keys())
def test_difficult_objectives(method, mode, objectives, make_task, play):
    task = make_task()
    task.evaluate = lambda cells: objectives(np.asarray(cells)).astype(float)
    assert len(play(method, task, evaluations=36, mode=mode).objectives) == 36


@every_lamoo
@pytest.mark.parametrize(
    "settings",
    [
        {"selection": "path"},
        {"assignment": "svm"},
        {"assignment": "svm", "selection": "path", "kernel": "rbf"},
        {"kernel": "linear"},
        {"good_median": False},
        {"cp": 0.0},
        {"cp_of": "absolute", "cp": 6.0},
        {"cp_of": "maximum", "maximum_hypervolume": 1e6},
        {"min_samples": 4, "max_nodes": 7},
    ],
    ids=str,
)
def test_every_setting_plays(method, settings, make_task, play):
    plain = play(method, make_task(), evaluations=40)
    other = play(method, make_task(), evaluations=40, **settings)
    assert len(other.objectives) == 40
    assert other.batches[0] == plain.batches[0]


@pytest.mark.parametrize(
    ("setting", "value"),
    [("kernel", "cubic"), ("assignment", "tree"), ("selection", "greedy"), ("mode", "fast")],
)
def test_unknown_values_are_errors(setting, value, make_task, play):
    with pytest.raises(MethodError, match=f"{setting} is '{value}'; expected one of"):
        play(LaMOORandom, make_task(), **{setting: value})


def test_a_share_of_an_unknown_maximum_is_an_error(make_task, play):
    with pytest.raises(MethodError, match="needs a value for 'maximum_hypervolume'"):
        play(LaMOORandom, make_task(), cp_of="maximum")


def test_exploration_constant_in_its_three_forms(make_task, play):
    task = make_task()

    def of(**settings):
        method = play(LaMOORandom, task, evaluations=15, **settings).method
        history = method._history
        root = grow(history.points, history.objectives, history.reference_point)
        return method._exploration(root) / root.hypervolume

    assert of() == pytest.approx(0.1)
    assert of(cp=0.5) == pytest.approx(0.5)
    assert of(cp=6.0, cp_of="absolute") < 1e-3
    assert of(cp=0.5, cp_of="maximum", maximum_hypervolume=1e12) > 1e3


@pytest.mark.parametrize("batches", [1, 3])
def test_a_leaf_serves_as_many_batches_as_set(batches, make_task, play, monkeypatch):
    grown = []

    def counted(points, *others):
        grown.append(len(points))
        return grow(points, *others)

    monkeypatch.setattr("methods.lamoo.algorithm.grow", counted)
    play(LaMOORandom, make_task(), evaluations=60, batches_per_tree=batches)
    assert grown == list(range(10, 60, 5 * batches))


def test_without_a_split_it_is_its_sampler(make_task, play):
    """Fewer than 16 samples, or a tree that is its root alone: LaMOO+CMA-ES is CMA-ES."""
    task = make_task()
    plain = play(CMAES, task, evaluations=40)
    assert play(LaMOOCMAES, task, evaluations=40, max_nodes=0).batches == plain.batches
    partial = play(LaMOOCMAES, task, evaluations=40, batch=5)
    # 10 and 15 samples are not split, 20 are.
    assert partial.batches[:3] == plain.batches[:3]
    assert partial.batches[3] != plain.batches[3]


@every_lamoo
def test_answers_influence_the_search(method, make_task, play):
    task, other = make_task(), make_task()
    sound = other.evaluate
    other.evaluate = lambda cells: -sound(cells)
    assert play(method, task).architectures[16:] != play(method, other).architectures[16:]


@pytest.mark.parametrize(("method", "sampler"), [(LaMOORandom, RandomSearch), (LaMOOCMAES, CMAES)])
def test_the_partition_is_better_than_its_sampler_alone(method, sampler, make_task, play):
    task = make_task()
    whole = task.evaluate(task.space.enumerate())
    low, high = whole.min(axis=0), whole.max(axis=0)

    def mean_hypervolume(searched_by):
        class WithReferencePoint(searched_by):
            # Far beyond the objectives, all nodes have about the same hypervolume.
            def __init__(self, problem, **settings):
                problem.reference_point = high + 0.1 * (high - low)
                super().__init__(problem, **settings)

        runs = [play(WithReferencePoint, task, repetition=r, evaluations=120) for r in range(8)]
        return np.mean([hypervolume(normalise(r.objectives, low, high), [1.1, 1.1]) for r in runs])

    assert mean_hypervolume(method) > mean_hypervolume(sampler)


@every_method
@pytest.mark.parametrize("mode", ["enumerated", "continuous"])
def test_plays_on_a_space_that_cannot_be_listed(method, mode, make_task, play):
    task = make_task()
    task.space = DARTS()
    task.evaluate = lambda cells: np.stack(
        [np.asarray(cells).sum(axis=1), 50.0 - np.asarray(cells)[:, :9].sum(axis=1)], axis=1
    ).astype(float)
    assert len(play(method, task, evaluations=24, mode=mode).objectives) == 24
