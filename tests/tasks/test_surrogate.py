"""Surrogate tasks, with random weights of the shapes of the published model."""

from __future__ import annotations

import numpy as np
import pytest
from made_surrogate import made_arrays

from bench.data import Table
from bench.errors import ProtocolError
from bench.indicators import non_dominated
from bench.method import candidates
from bench.protocol.fronts import known_front
from bench.spaces import DARTS, DARTSSkeleton
from bench.tasks import SurrogateTask, SurrogateTaskSpec
from bench.tasks.yahpo import YahpoSurrogate

SPACE = DARTS()
DIGEST = "0" * 64
SPEC = {
    "kind": "surrogate",
    "space": "darts",
    "epoch": 50,
    "tables": [{"name": "nb301-yahpo", "content_sha256": DIGEST}],
    "objectives": [
        {"name": "error", "title": "E", "unit": "%", "quantity": "error"},
        {"name": "params", "title": "P", "unit": "M", "quantity": "params", "scale": 1e-6},
        {"name": "flops", "title": "F", "unit": "M", "quantity": "flops", "scale": 1e-6},
    ],
}


@pytest.fixture(scope="module")
def arrays():
    return made_arrays()


@pytest.fixture
def make(monkeypatch, arrays):
    monkeypatch.setattr("bench.tasks.pinned.load_table", lambda name: Table(name, arrays, DIGEST))

    def task(**changes):
        return SurrogateTask(SurrogateTaskSpec.model_validate(SPEC | changes))

    return task


def test_answers_are_predictions_and_closed_forms(make, arrays):
    architectures = SPACE.sample(np.random.default_rng(0), 12)
    answer = make().evaluate(candidates(architectures))
    predicted = YahpoSurrogate(arrays).predict(
        SPACE.yahpo_inputs(architectures), 50, one_by_one=True
    )
    assert np.array_equal(answer.objectives[:, 0], 100 * (1 - predicted["val_accuracy"]))
    assert np.array_equal(answer.objectives[:, 1], 1e-6 * DARTSSkeleton().params(architectures))
    assert np.array_equal(answer.objectives[:, 2], 1e-6 * DARTSSkeleton().flops(architectures))
    assert np.array_equal(answer.cost_seconds, predicted["runtime_s"])


def test_an_answer_does_not_depend_on_the_other_architectures(make):
    task = make()
    architectures = SPACE.sample(np.random.default_rng(1), 40)
    together = task.score(architectures)
    assert all(
        np.array_equal(task.score(architectures[i : i + 1])[0], together[i]) for i in range(40)
    )
    assert np.array_equal(task.cheap(architectures), together[:, 1:])


def test_answers_of_two_machines_may_differ_by_rounding(make):
    task = make()
    answer = task.score(SPACE.sample(np.random.default_rng(2), 3))
    assert task.same(answer, answer * (1 + 1e-6))
    assert not task.same(answer, answer * (1 + 1e-3))


def test_the_known_front_is_predicted_by_the_model(make):
    listed = SPACE.sample(np.random.default_rng(3), 30)
    task = make(known_front=listed.tolist())
    points = task.score(listed)
    expected = np.unique(points[non_dominated(points)], axis=0)
    for measurement in ("search", "score"):
        assert np.array_equal(task.front(measurement), expected)


def test_without_a_known_front_the_command_is_named(make):
    with pytest.raises(ProtocolError, match=r"known_front is empty: `monas protocol front FILE`"):
        make().front("score")


def test_an_objective_of_quantity_error_is_required(make):
    with pytest.raises(ValueError, match="needs one of quantity 'error'"):
        make(objectives=SPEC["objectives"][1:])


def test_pareto_local_search_ends_if_no_neighbour_enters(make):
    task = make(objectives=SPEC["objectives"][:2])
    reports = []
    found = known_front(task, searches=1, report=lambda *state: reports.append(state))
    points = task.score(found)
    assert len(non_dominated(points)) == len(points)
    assert non_dominated(points).all()
    for architecture in found[:: max(1, len(found) // 5)]:
        around = task.score(SPACE.neighbours(architecture))
        for point in around:
            covered = (points <= point).all(axis=1).any()
            assert covered, "a neighbour would enter"
    assert reports == [(reports[0][0], len(found))]
    assert np.array_equal(found, known_front(task, searches=1))
