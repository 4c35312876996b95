"""MOTE-NAS for several objectives, on an estimate that is the true error."""

import numpy as np
import pytest

from bench.entrants.problem import Estimated
from bench.errors import MethodError
from bench.indicators import non_dominated
from methods.mote.multi_objective import MOTENASMany


@pytest.fixture
def task(make_task):
    task = make_task()
    task.estimates = ("mote",)
    return task


def test_asks_for_the_front_of_estimate_and_cheap_objectives(task, play):
    played = play(MOTENASMany, task, evaluations=13, batch=3)
    pool = played.method._pool.architectures
    designs = task.space.class_keys(played.architectures[:10])
    unseen = pool[[key not in designs for key in task.space.class_keys(pool)]]
    front = task.evaluate(unseen)[non_dominated(task.evaluate(unseen))].tolist()
    assert all(row in front for row in played.objectives[10:].tolist())


def test_asks_for_distinct_classes(task, play):
    played = play(MOTENASMany, task, evaluations=60)
    keys = task.space.class_keys(played.architectures)
    assert len(set(keys)) == 50 + len(set(keys[:10]))


def test_architectures_without_an_estimate_rank_last(task, play):
    sound = task.estimate

    def estimate(name, architectures):
        found = sound(name, architectures)
        missing = np.asarray(architectures)[:, 0] != 3
        return Estimated(np.where(missing, np.nan, found.scores), found.seconds)

    task.estimate = estimate
    task.cheap_objectives = ()
    played = play(MOTENASMany, task, evaluations=15)
    assert all(a[0] == 3 for a in played.architectures[10:])


def test_a_protocol_without_the_estimate_is_an_error(make_task, play):
    with pytest.raises(MethodError, match="has no estimate 'mote'; it has none"):
        play(MOTENASMany, make_task())
