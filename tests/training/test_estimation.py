"""Measurement of network estimators."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from bench.errors import SpaceError, TrainingError  # noqa: E402
from bench.estimator import CombinedEstimator, NetworkEstimator  # noqa: E402
from bench.spaces import DARTS, DARTSSkeleton, NASBench201, Skeleton  # noqa: E402
from bench.training.estimation import measure  # noqa: E402
from bench.training.images.noisy_digits import noisy_digits  # noqa: E402
from bench.training.networks.factory import TorchNetworkFactory  # noqa: E402

DIGITS = noisy_digits()
SKELETON = Skeleton(8, 1, 10, 4, 1, "pooling")
CELLS = NASBench201().sample(np.random.default_rng(5), 6)


class Logits(NetworkEstimator):
    name = "logits"

    def score(self, factory):
        images, _ = factory.images(4)[0]
        noise = torch.randn(images.shape, generator=factory.generator(), device=factory.device)
        with torch.no_grad():
            return float(factory.network()(images + noise).sum())


class Broken(NetworkEstimator):
    name = "broken"

    def score(self, factory):
        return {3: np.inf, 0: -np.inf, 1: np.nan}.get(factory.architecture[0], 1.0)


class Both(CombinedEstimator):
    name = "both"
    parts = (Logits, Broken)

    def combine(self, scores):
        return np.nan_to_num(scores).sum(axis=1)


def test_scores_are_those_of_the_estimator():
    done = []
    scores, seconds = measure(
        Logits(), "nasbench201", CELLS, DIGITS, SKELETON, seed=3, finished=done.append
    )
    assert done == [1, 2, 3, 4, 5, 6]
    assert scores.shape == seconds.shape == (6,)
    assert (seconds > 0).all()
    alone = [Logits().score(TorchNetworkFactory(c, DIGITS, SKELETON, seed=3)) for c in CELLS]
    assert scores.tolist() == alone
    assert len(set(scores.tolist())) == 6


def test_scores_do_not_depend_on_architectures_before():
    forwards = measure(Logits(), "nasbench201", CELLS, DIGITS, SKELETON, seed=3)[0]
    backwards = measure(Logits(), "nasbench201", CELLS[::-1], DIGITS, SKELETON, seed=3)[0]
    assert forwards.tolist() == backwards[::-1].tolist()
    other = measure(Logits(), "nasbench201", CELLS, DIGITS, SKELETON, seed=4)[0]
    assert not (forwards == other).any()


def test_scores_that_are_not_finite_are_nan():
    cells = [[3] * 6, [0] * 6, [1] * 6, [2] * 6]
    scores = measure(Broken(), "nasbench201", cells, DIGITS, SKELETON, seed=0)[0]
    assert np.isnan(scores).tolist() == [True, True, True, False]


def test_a_combination_is_computed_from_its_parts():
    both, _ = measure(Both(), "nasbench201", CELLS, DIGITS, SKELETON, seed=3)
    parts = [
        measure(part(), "nasbench201", CELLS, DIGITS, SKELETON, seed=3)[0] for part in Both.parts
    ]
    assert both.tolist() == np.nan_to_num(np.stack(parts, axis=1)).sum(axis=1).tolist()


def test_darts_architectures():
    architectures = DARTS().sample(np.random.default_rng(5), 2)
    skeleton = DARTSSkeleton(8, 1, 10, 4, 3)
    scores, _ = measure(Logits(), "darts", architectures, DIGITS, skeleton, seed=0)
    assert np.isfinite(scores).all()
    assert scores[0] != scores[1]


def test_no_architectures_give_empty_arrays():
    scores, seconds = measure(Logits(), "nasbench201", CELLS[:0], DIGITS, SKELETON, seed=0)
    assert scores.shape == seconds.shape == (0,)


@pytest.mark.parametrize("space", ["darts", "hwgpt"])
def test_a_skeleton_of_another_space_is_refused(space):
    with pytest.raises(TrainingError, match=rf"no network for space '{space}' in a Skeleton"):
        measure(Logits(), space, CELLS, DIGITS, SKELETON, seed=0)


def test_wrong_arguments_are_refused():
    with pytest.raises(SpaceError):
        measure(Logits(), "nasbench201", [[9] * 6], DIGITS, SKELETON, seed=0)
    with pytest.raises(TrainingError, match="made for these images"):
        measure(Logits(), "nasbench201", CELLS, DIGITS, Skeleton(32, 3, 10), seed=0)
    labels = np.full_like(DIGITS.train[1], 10)
    images = replace(DIGITS, train=(DIGITS.train[0], labels))
    with pytest.raises(TrainingError, match="label 10"):
        measure(Logits(), "nasbench201", CELLS, images, SKELETON, seed=0)


def test_a_missing_device_is_named(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(TrainingError, match="no CUDA device on this machine, got device 'cuda'"):
        measure(Logits(), "nasbench201", CELLS, DIGITS, SKELETON, seed=0, device="cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_cuda_agrees_with_the_cpu():
    on_cpu = measure(Logits(), "nasbench201", CELLS, DIGITS, SKELETON, seed=0)
    on_cuda = measure(Logits(), "nasbench201", CELLS, DIGITS, SKELETON, seed=0, device="cuda")
    assert np.isfinite(on_cuda[0]).all()
    assert on_cpu[0].shape == on_cuda[0].shape
