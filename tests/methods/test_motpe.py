import importlib.util
import logging
import sys

import numpy as np
import pytest

from bench.errors import CallError
from bench.spaces import ListedSpace, NASBench201
from methods.motpe import MOTPE

needs_optuna = pytest.mark.skipif(
    importlib.util.find_spec("optuna") is None, reason="Optuna is an optional extra"
)


def test_names_the_extra_that_installs_optuna(monkeypatch, make_task, play):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(CallError, match=r"pip install 'monas-bench\[optuna\]'"):
        play(MOTPE, make_task())


@needs_optuna
def test_optuna_is_told_everything_and_nothing_stays_pending(make_task, play):
    task = make_task()
    played = play(MOTPE, task, evaluations=50)
    trials = [t for t in played.method._study.trials if t.state.name == "COMPLETE"]
    told = [tuple(t.params.values()) for t in trials]
    assert sorted(told) == sorted(played.architectures)
    values = np.array([t.values for t in trials])
    np.testing.assert_array_equal(values, task.evaluate(np.array(told)))
    assert {t.state.name for t in played.method._study.trials} <= {"COMPLETE", "FAIL"}
    assert played.method._pending == {}


@needs_optuna
def test_repaired_architectures_are_told_as_evaluated(make_task, play):
    task = make_task()
    members = NASBench201().from_index(NASBench201().canonical_indices()[::40])
    task.space = ListedSpace(NASBench201(), members)
    played = play(MOTPE, task, evaluations=50)
    complete = [t for t in played.method._study.trials if t.state.name == "COMPLETE"]
    told = sorted(tuple(t.params.values()) for t in complete)
    assert told == sorted(played.architectures)


@needs_optuna
def test_the_last_architectures_are_better_than_random(make_task, play):
    task = make_task()
    # Both objectives count the edges without a 3x3 convolution: one good direction.
    task.evaluate = lambda architectures: (
        (np.asarray(architectures) != 3).sum(axis=1)[:, None] + np.array([[1.0, 2.0]])
    )
    played = play(MOTPE, task, evaluations=100)
    random_part, last = played.objectives[:10, 0], played.objectives[-30:, 0]
    assert last.mean() < random_part.mean() - 0.5


@needs_optuna
def test_the_log_level_of_optuna_is_restored(make_task, play):
    logger = logging.getLogger("optuna")
    before = logger.level
    play(MOTPE, make_task(), evaluations=20)
    assert logger.level == before


@needs_optuna
@pytest.mark.parametrize("multivariate", [True, False])
def test_plays_with_one_density_for_each_variable(multivariate, make_task, play):
    played = play(MOTPE, make_task(), evaluations=40, multivariate=multivariate)
    assert len(set(played.architectures[10:])) == 30
