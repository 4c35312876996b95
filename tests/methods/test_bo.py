"""Bayesian searches on small and large spaces, and with answers that carry no information."""

import subprocess
import sys

import numpy as np
import pytest

from bench.errors import CallError
from bench.method import Evaluation, candidates
from bench.spaces import DARTS, ListedSpace, NASBench201
from methods._gp.surrogate import CandidateTable
from methods.bo import QEHVI, QNEHVI, EHVITuned, QParEGO

METHODS = [QEHVI, QNEHVI, QParEGO, EHVITuned]
every_method = pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)


def _answers(architectures, m):
    rows = np.asarray(architectures, dtype=np.float64)
    first = 3.0 + 10.0 / (1.0 + rows[:, ::2].sum(axis=1))
    return np.stack([first, 1.0 + rows.sum(axis=1), 2.0 + rows[:, 0]], axis=1)[:, :m]


def _play(method, problem, *, n=16, batch=3, answers=_answers, **settings):
    pytest.importorskip("botorch")
    m, player, asked = len(problem.objectives), method(problem, **settings), []

    def tell(batch):
        rows = answers([c.architecture for c in batch], m)
        player.tell([Evaluation(len(asked) + i, c, rows[i], 1.0) for i, c in enumerate(batch)])
        asked.extend(c.architecture for c in batch)

    tell(candidates(problem.initial))
    while len(asked) < 10 + n:
        batch_asked = list(player.ask(min(batch, 10 + n - len(asked))))
        problem.space.check([c.architecture for c in batch_asked])
        tell(batch_asked)
    return player, asked[10:]


def _distinct(space, asked):
    return len(set(space.class_keys(np.array(asked))))


@every_method
@pytest.mark.parametrize("objectives", [2, 3])
def test_replay_asks_for_the_same(method, objectives, make_problem):
    first, second = (
        _play(method, make_problem(objectives=objectives), n=4, batch=2)[1] for _ in range(2)
    )
    assert first == second
    assert _distinct(NASBench201(), first) == 4


@every_method
def test_a_space_too_large_to_list(method, make_problem):
    space = DARTS()
    problem = make_problem(space, reference=1000.0)
    assert _distinct(space, _play(method, problem, n=4, batch=2)[1]) == 4


@every_method
def test_a_listed_space_is_exhausted(method, make_problem):
    base = NASBench201()
    drawn = base.canonical(base.sample(np.random.default_rng(3), 25))
    space = ListedSpace(base, np.unique(drawn, axis=0))
    problem = make_problem(space)
    left = space.size - len(np.unique(problem.initial, axis=0))
    _, asked = _play(method, problem, n=left + 3, batch=7)
    assert len({tuple(row) for row in asked[:left]}) == left


@every_method
@pytest.mark.parametrize("kind", ["constant", "one objective constant", "beyond", "one point"])
def test_answers_without_information(method, kind, make_problem):
    def answers(architectures, m):
        rows = _answers(architectures, m)
        if kind == "constant":
            rows[:] = 5.0
        elif kind == "one objective constant":
            rows[:, 0] = 5.0
        elif kind == "beyond":
            rows += 1000.0
        else:  # the same first design dominates all
            rows[:, 0] = rows[:, 1]
        return rows

    _, asked = _play(method, make_problem(cheap=()), n=3, answers=answers)
    assert _distinct(NASBench201(), asked) == 3


@every_method
def test_designs_that_are_all_equal(method, make_problem):
    problem = make_problem()
    problem.initial = np.repeat(problem.initial[:1], 10, axis=0)
    assert _distinct(NASBench201(), _play(method, problem, n=3)[1]) == 3


@pytest.mark.parametrize("method", [QEHVI, QNEHVI, QParEGO], ids=lambda m: m.name)
@pytest.mark.parametrize("transform", ["log", "clipped"])
def test_known_objectives_and_other_scales(method, transform, make_problem):
    player, asked = _play(
        method, make_problem(), n=4, known=True, transform=transform, encoding="one-hot"
    )
    assert _distinct(NASBench201(), asked) == 4
    assert player._surrogate._processes[1] is None
    assert player._surrogate._processes[0].inputs.shape[1] == 30


def test_known_objectives_are_not_modelled(make_problem):
    problem = make_problem(objectives=3, cheap=(1,))
    player, _ = _play(EHVITuned, problem, n=3)
    modelled = [p is not None for p in player._surrogate._processes]
    assert modelled == [True, False, True]
    assert problem.cheap_queries > 6000  # every class once


def test_first_choice_has_the_largest_exact_improvement(make_problem):
    problem = make_problem()
    player, _ = _play(EHVITuned, problem, n=0)
    surrogate = player._surrogate
    surrogate.fit(player._inputs, player._objectives)
    found = player._unseen_candidates.candidates(
        problem.rng, player._architectures, surrogate.score
    )
    scores = surrogate.score(found)
    chosen = surrogate.choose(found, 5, problem.rng)
    assert scores[chosen[0]] == scores.max() > 0
    assert len(set(chosen)) == 5
    assert surrogate.choose(found, 1, problem.rng) == chosen[:1]


def test_isomorphic_cells_are_one_input(make_problem):
    player, _ = _play(EHVITuned, make_problem(), n=0)
    cells = NASBench201().sample(np.random.default_rng(1), 50)
    inputs, known = player._surrogate.describe(cells)
    same, costs = player._surrogate.describe(NASBench201().canonical(cells))
    np.testing.assert_array_equal(inputs, same)
    np.testing.assert_array_equal(known, costs)


@pytest.mark.parametrize("method", [QEHVI, EHVITuned], ids=lambda m: m.name)
def test_finds_better_points_than_its_designs(method, make_problem):
    from bench.indicators import hypervolume

    problem = make_problem(reference=40.0)
    _, asked = _play(method, problem, n=15, batch=5)
    designs = _answers(problem.initial, 2)
    random = _answers(NASBench201().sample(np.random.default_rng(9), 15), 2)
    reached = hypervolume(np.concatenate([designs, _answers(asked, 2)]), [40.0, 40.0])
    assert reached > hypervolume(np.concatenate([designs, random]), [40.0, 40.0])


def test_listing_the_methods_imports_no_heavy_library():
    """Importing torch and BoTorch takes a second and a half."""
    heavy = {"torch", "botorch", "scipy.stats"}
    code = f"import sys, methods.bo; print(sorted({heavy} & set(sys.modules)))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"


def test_without_botorch_the_message_says_how_to_get_it(make_problem, monkeypatch):
    monkeypatch.setitem(sys.modules, "botorch", None)
    with pytest.raises(CallError, match=r"needs botorch, .* `pip install 'monas-bench\[bo\]'`"):
        QEHVI(make_problem())


@every_method
def test_a_batch_has_distinct_classes(method, make_problem):
    """Isomorphic cells score the same: a pool of cells could be one class or two."""
    problem = make_problem(objectives=3)
    player, _ = _play(method, problem, n=6, pool=8, samples=32)
    surrogate, space = player._surrogate, problem.space
    cells = space.enumerate()
    candidates = CandidateTable(space, surrogate.describe).look_up(cells)
    surrogate.prepare(5, problem.rng)
    chosen = surrogate.choose(candidates, 5, problem.rng)
    assert len({candidates.keys[i] for i in chosen}) == len(chosen) == 5


def test_qparego_scores_by_the_improvement_it_chooses_by(make_problem):
    """Local search maximises this score; it once maximised the hypervolume improvement."""
    problem = make_problem()
    player, _ = _play(QParEGO, problem, n=4)
    surrogate, space = player._surrogate, problem.space
    cells = space.sample(np.random.default_rng(0), 400)
    candidates = CandidateTable(space, surrogate.describe).look_up(cells)
    for _ in range(5):
        surrogate.prepare(1, problem.rng)
        (chosen,) = surrogate.choose(candidates, 1, problem.rng)
        score = surrogate.score(candidates)
        assert score[chosen] == score.max() == 1.0
    surrogate.prepare(3, problem.rng)
    assert (surrogate.score(candidates) == 1.0).sum() >= 1
    assert not np.array_equal(
        np.argsort(surrogate.score(candidates)),
        np.argsort(super(type(surrogate), surrogate).score(candidates)),
    )
