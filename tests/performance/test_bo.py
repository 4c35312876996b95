"""Speed of Bayesian optimisation beside BoTorch, one thread each.

A run of qEHVI beside the same run with BoTorch's fit; and one iteration at 100 observations (a fit,
the acquisition function, and the choice of 5 among all unseen cells) beside BoTorch's continuous
recipe, which is that of the papers: 20 restarts, 1,024 raw samples, 128 Monte Carlo samples,
maxiter 200.
"""

from __future__ import annotations

import time

import numpy as np
import pytest
from botorch_oracle import botorch_fit, preserved_torch_state
from playing import play

from bench.method import Evaluation, Problem, candidates
from bench.protocol import load_search_protocol
from methods.bo import QEHVI, QNEHVI, EHVITuned, QParEGO

OBSERVATIONS = 100
BATCH = 5


@pytest.fixture(scope="module")
def observed():
    """Return the task of nb201-digits, 100 random cells and their objectives."""
    protocol = load_search_protocol("nb201-digits")
    task = protocol.task()
    cells = task.space.sample(np.random.default_rng(0), OBSERVATIONS)
    return task, cells, task.evaluate(candidates(cells)).objectives


@pytest.fixture(scope="module")
def recipe_seconds(observed):
    """Return the seconds that the recipe takes for one iteration."""
    task, cells, objectives = observed
    began = time.perf_counter()
    chosen = _recipe(task.space.encode_ordinal(cells), objectives)
    assert chosen.shape == (BATCH, task.space.variables)
    return time.perf_counter() - began


def test_a_run_takes_a_quarter_of_the_time_with_botorchs_fit(benchmark, monkeypatch, tmp_path):
    """In seconds of the processor, which other processes disturb least; the first run imports."""
    protocol = load_search_protocol("nb201-digits")
    task = protocol.task()

    def seconds(name):
        began = time.process_time()
        outcome = play(protocol, task, "qehvi", tmp_path / name)
        taken = time.process_time() - began
        assert outcome.status == "done", outcome.error
        return taken

    botorch_fit(np.eye(3), np.arange(3.0))
    ours = [seconds("imports"), benchmark.pedantic(seconds, ("ours",))]
    monkeypatch.setattr("methods._gp.matern_surrogates.fit_matern", botorch_fit)
    theirs = seconds("theirs")
    benchmark.extra_info["ratio_to_botorchs_fit"] = round(min(ours) / theirs, 3)
    assert min(ours) <= 0.25 * theirs


@pytest.mark.parametrize("method", [QEHVI, QNEHVI, QParEGO, EHVITuned], ids=lambda m: m.name)
def test_an_iteration_beside_the_recipe(benchmark, observed, recipe_seconds, method):
    players = iter([_told(method, observed) for _ in range(6)])
    asked = benchmark.pedantic(lambda: next(players).ask(BATCH), rounds=5, warmup_rounds=1)
    assert len({c.architecture for c in asked}) == BATCH
    median = benchmark.stats.stats.median
    benchmark.extra_info["recipe_s"] = round(recipe_seconds, 2)
    benchmark.extra_info["ratio_to_the_recipe"] = round(median / recipe_seconds, 4)


def _told(method, observed):
    """Return a method in the middle of a run: fitted at 95 observations, and told 5 more."""
    task, cells, objectives = observed
    player = method(
        Problem(
            space=task.space,
            objectives=("error", "flops"),
            cheap_objectives=task.cheap_objectives,
            reference_point=objectives.max(axis=0) + 1.0,
            evaluations=200,
            batch=BATCH,
            initial=cells,
            rng=np.random.default_rng(1),
            _cheap=task.cheap,
            evaluations_left=100,
        )
    )
    answers = [
        Evaluation(i, c, row, 1.0)
        for i, (c, row) in enumerate(zip(candidates(cells), objectives, strict=True))
    ]
    player.tell(answers[:-BATCH])
    player.ask(BATCH)
    player.tell(answers[-BATCH:])
    return player


def _recipe(inputs, objectives):
    """Choose 5 points of the unit cube by BoTorch's own loop, as in its tutorial."""
    with preserved_torch_state():
        import torch
        from botorch.acquisition.multi_objective.monte_carlo import (
            qExpectedHypervolumeImprovement,
        )
        from botorch.fit import fit_gpytorch_mll
        from botorch.models import SingleTaskGP
        from botorch.optim import optimize_acqf
        from botorch.sampling import SobolQMCNormalSampler
        from botorch.utils.multi_objective.box_decompositions import (
            FastNondominatedPartitioning,
        )
        from gpytorch.mlls import ExactMarginalLogLikelihood

        torch.manual_seed(0)  # within preserved_torch_state, which restores the stream
        train = torch.from_numpy(inputs)
        outcomes = torch.from_numpy(
            -(objectives - objectives.mean(axis=0)) / objectives.std(axis=0)
        )
        model = SingleTaskGP(train, outcomes, outcome_transform=None)
        fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
        reference = outcomes.min(dim=0).values - 0.1
        acquisition = qExpectedHypervolumeImprovement(
            model,
            reference.tolist(),
            FastNondominatedPartitioning(reference, outcomes),
            sampler=SobolQMCNormalSampler(torch.Size([128]), seed=0),
        )
        chosen, _ = optimize_acqf(
            acquisition,
            bounds=torch.tensor([[0.0], [1.0]], dtype=torch.float64).repeat(1, inputs.shape[1]),
            q=BATCH,
            num_restarts=20,
            raw_samples=1024,
            options={"batch_limit": 5, "maxiter": 200},
            sequential=True,
        )
    return chosen
