"""The evolutionary baselines, local search and MO-TPE on every kind of space."""

import importlib.util
import random
import subprocess
import sys
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from playing import run

from bench.entrants.registry import Found
from bench.errors import MethodError
from bench.method import Setting
from bench.protocol import load_search_protocol
from bench.results.search import load_search_results
from bench.spaces import DARTS, ListedSpace, NASBench201, NASBenchMacro
from methods.aging_evolution import AgingEvolution
from methods.local_search import LocalSearch
from methods.moead import MOEAD
from methods.motpe import MOTPE
from methods.nsga3 import NSGA3
from methods.random_search import RandomSearch
from methods.sms_emoa import SMSEMOA

needs_optuna = pytest.mark.skipif(
    importlib.util.find_spec("optuna") is None, reason="Optuna is an optional extra"
)
POPULATIONS = [AgingEvolution, MOEAD, NSGA3, SMSEMOA]
METHODS = [*POPULATIONS, LocalSearch, pytest.param(MOTPE, marks=needs_optuna)]

every_method = pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)


def _listed():
    members = DARTS().canonical(DARTS().sample(np.random.default_rng(3), 300))
    return ListedSpace(DARTS(), np.unique(members, axis=0))


SPACES = {
    "nasbench201": NASBench201,
    "nasbench-macro": NASBenchMacro,
    "darts": DARTS,
    "listed": _listed,
}


def _task(space, objectives):
    """Return analytic objectives on any space: each a sum over variables, in its own units."""
    rng = np.random.default_rng(objectives)
    worth = rng.random((sum(space.cardinalities), objectives))

    def evaluate(architectures):
        sums = space.encode_one_hot(architectures) @ worth
        return sums * 10.0 ** np.arange(-2, objectives - 2)

    names = tuple(f"f{j}" for j in range(objectives))
    return SimpleNamespace(
        space=space,
        objectives=names,
        cheap_objectives=(),
        reference_point=10.0 ** np.arange(-2, objectives - 2) * space.variables,
        evaluate=evaluate,
        cheap=lambda architectures: evaluate(architectures)[:, []],
    )


@every_method
def test_is_documented(method):
    assert method.name
    assert method.source
    assert method.summary
    for setting in method.settings_spec.values():
        assert isinstance(setting, Setting)
        assert setting.reason


@every_method
def test_refuses_a_setting_it_does_not_have(method, make_task, play):
    with pytest.raises(MethodError, match="has no setting 'colour'"):
        play(method, make_task(), colour="blue")


@every_method
@pytest.mark.parametrize("batch", [1, 5, 20])
def test_spends_the_budget_on_distinct_cells(method, batch, make_task, play):
    task = make_task(objectives=3)
    played = play(method, task, evaluations=73, batch=batch)
    assert len(played.objectives) == 73
    keys = task.space.class_keys(played.architectures)
    assert len(set(keys)) == 63 + len(set(keys[:10]))


@every_method
@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("objectives", [2, 6])
def test_every_space_and_number_of_objectives(method, space, objectives, play):
    task = _task(SPACES[space](), objectives)
    first = play(method, task, evaluations=32)  # `play` checks that all of it is legal
    again = play(method, task, evaluations=32)
    assert first.batches == again.batches
    assert len(set(task.space.class_keys(first.architectures[10:]))) == 22


@every_method
def test_another_stream_is_another_run(method, make_task, play):
    first, other = play(method, make_task()), play(method, make_task(), stream=1)
    assert first.batches[0] == other.batches[0]
    assert first.batches[1:] != other.batches[1:]


@every_method
@pytest.mark.parametrize("tiny", [False, True])
def test_plays_when_all_objectives_are_equal(method, tiny, make_task, play):
    task = make_task(objectives=3, tiny=tiny)
    task.evaluate = lambda architectures: np.full((len(architectures), 3), 7.0)
    assert len(play(method, task).objectives) == 60


@every_method
def test_plays_when_one_design_dominates_all(method, make_task, play):
    task = make_task()
    sound = task.evaluate
    task.evaluate = lambda architectures: np.where(
        (np.asarray(architectures) == 3).all(axis=1)[:, None], -1.0, sound(architectures)
    )
    designs = task.space.sample

    def with_the_best(rng, n):
        task.space.sample = designs  # all later draws are the method's own
        return np.concatenate([[[3] * 6], designs(rng, n - 1)]).astype(np.int8)

    task.space.sample = with_the_best
    assert len(play(method, task).objectives) == 60


@every_method
def test_plays_beyond_the_reference_point(method, make_task, play):
    task = make_task()
    task.reference_point = np.zeros(2)
    assert len(play(method, task).objectives) == 60


@every_method
@pytest.mark.parametrize("batch", [1, 5])
def test_goes_on_when_the_space_is_exhausted(method, batch, make_task, play):
    played = play(method, make_task(tiny=True), evaluations=40, batch=batch)
    initial = {tuple(row) for row in played.problem.initial.tolist()}
    asked = played.architectures[10 : 10 + 12 - len(initial)]
    assert len(initial | set(asked)) == 12


@pytest.mark.parametrize("method", POPULATIONS, ids=lambda m: m.name)
@pytest.mark.parametrize("objectives", [2, 6])
@pytest.mark.parametrize("size", [2, 3, 50])
def test_plays_with_tiny_and_large_populations(method, size, objectives, play):
    task = _task(NASBench201(), objectives)
    assert len(play(method, task, population_size=size).objectives) == 60


@pytest.mark.parametrize("method", [NSGA3, SMSEMOA, AgingEvolution], ids=lambda m: m.name)
def test_plays_with_a_population_of_one(method, make_task, play):
    assert len(play(method, make_task(), population_size=1).objectives) == 60


@every_method
def test_leaves_the_global_state_alone(method, make_task, play):
    before, python_before = np.random.get_state(), random.getstate()  # noqa: NPY002
    filters, numbers = list(warnings.filters), np.geterr()
    play(method, make_task())
    after = np.random.get_state()  # noqa: NPY002
    np.testing.assert_array_equal(before[1], after[1])
    assert before[2:] == after[2:]
    assert python_before == random.getstate()
    assert filters == list(warnings.filters)
    assert numbers == np.geterr()


@every_method
def test_prints_nothing(method, make_task, play, capfd):
    play(method, make_task())
    assert capfd.readouterr() == ("", "")


def test_heavy_libraries_are_imported_when_a_method_is_made():
    code = (
        "import sys\n"
        "from methods import aging_evolution, local_search, moead, motpe, nsga3, sms_emoa\n"
        "heavy = {'pymoo', 'optuna', 'torch', 'scipy', 'moocore'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@every_method
def test_better_than_random_search_on_a_published_table(method, real_tables, tmp_path):
    protocol = load_search_protocol("nb201-cifar10")
    task = protocol.task()
    for player in (RandomSearch, method):
        for repetition in range(3):
            found = Found(player.name, player.name, player)
            outcome = run(protocol, task, found, repetition, tmp_path)
            assert (outcome.status, outcome.error) == ("done", None)
    results = load_search_results(protocol, tmp_path)

    def mean(name):
        return np.mean([r.hypervolume_ratio for r in results.of(name)])

    assert mean(method.name) > mean("random")
