import moocore
import numpy as np
import pytest

from bench.errors import MethodError
from methods.sms_emoa import SMSEMOA, least_contributor


@pytest.mark.parametrize("batch", [1, 4])
def test_as_many_are_removed_as_were_added(batch, make_task, play):
    played = play(SMSEMOA, make_task(), evaluations=60, batch=batch, population_size=12)
    assert [len(b) for b in played.batches[1:]][1:-1] == [batch] * (len(played.batches) - 3)
    assert len(played.method._algorithm.pop) == 12


@pytest.mark.parametrize("m", [2, 3, 4, 6])
def test_removing_the_least_contributor_costs_least(m):
    rng = np.random.default_rng(m)
    for _ in range(20):
        points = rng.random((9, m))
        front = points / np.linalg.norm(points, axis=1, keepdims=True)
        low, high = front.min(axis=0), front.max(axis=0)
        reference = high + 0.5 * (high - low)
        without = [
            moocore.hypervolume(np.delete(front, i, axis=0), ref=reference) for i in range(9)
        ]
        found = least_contributor(rng, front, offset=0.5)
        assert without[found] == pytest.approx(max(without), rel=1e-12)


def test_contributions_are_estimated_where_exact_ones_are_slow():
    rng = np.random.default_rng(0)
    points = rng.random((40, 8))
    front = points / np.linalg.norm(points, axis=1, keepdims=True)
    front[17] = front[5] * (1 + 1e-9)  # dominated by another: it contributes nothing
    state = rng.bit_generator.state
    found = least_contributor(rng, front, offset=1.0)
    assert rng.bit_generator.state != state  # numbers were drawn
    low, span = front.min(axis=0), np.ptp(front, axis=0)
    reference = low + 2.0 * span
    box = np.prod(reference - low)
    samples = low + 2.0 * span * np.random.default_rng(1).random((200_000, 8))
    dominated = np.stack([(p <= samples).all(axis=1) for p in front], axis=1)
    alone = dominated[dominated.sum(axis=1) == 1].sum(axis=0) / len(samples)
    assert alone[found] * box <= np.quantile(alone, 0.25) * box


@pytest.mark.parametrize("objectives", [2, 8])
def test_the_first_of_equal_points_is_removed(objectives):
    rng = np.random.default_rng(0)
    assert least_contributor(rng, np.ones((30, objectives)), offset=1.0) == 0


@pytest.mark.parametrize("objectives", [7, 8])
def test_many_objectives(objectives, make_task, play):
    task = make_task()
    worth = np.random.default_rng(1).random((30, objectives))
    task.objectives = tuple(f"f{j}" for j in range(objectives))
    task.evaluate = lambda a: task.space.encode_one_hot(a) @ worth
    assert len(play(SMSEMOA, task, evaluations=60, batch=10).objectives) == 60


def test_of_equal_points_a_member_is_removed_before_a_newcomer(make_task, play):
    task = make_task()
    task.evaluate = lambda architectures: np.ones((len(architectures), 2))
    played = play(SMSEMOA, task, evaluations=41, batch=1, population_size=10)
    alive = [tuple(row) for row in played.method._algorithm.pop.get("X").tolist()]
    assert alive == played.architectures[30:40]  # the last answer is used by the next ask


def test_the_reference_offset_decides_the_contribution_of_the_ends(make_task, play):
    near, far = (play(SMSEMOA, make_task(), reference_offset=o) for o in (0.01, 1.0))
    assert near.architectures != far.architectures
    assert far.architectures == play(SMSEMOA, make_task()).architectures


def test_the_reference_point_must_be_beyond_the_worst(make_task, play):
    with pytest.raises(MethodError, match="reference_offset is 0; expected more than 0"):
        play(SMSEMOA, make_task(), reference_offset=0)
