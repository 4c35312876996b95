"""Running estimators over architectures."""

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


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def test_scores_are_the_estimator_s():
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


def test_no_architecture_depends_on_those_before_it():
    forth = measure(Logits(), "nasbench201", CELLS, DIGITS, SKELETON, seed=3)[0]
    back = measure(Logits(), "nasbench201", CELLS[::-1], DIGITS, SKELETON, seed=3)[0]
    assert forth.tolist() == back[::-1].tolist()
    other = measure(Logits(), "nasbench201", CELLS, DIGITS, SKELETON, seed=4)[0]
    assert not (forth == other).any()


def test_what_is_not_finite_is_nan():
    cells = [[3] * 6, [0] * 6, [1] * 6, [2] * 6]
    scores = measure(Broken(), "nasbench201", cells, DIGITS, SKELETON, seed=0)[0]
    assert np.isnan(scores).tolist() == [True, True, True, False]


def test_a_combination_is_of_its_parts():
    both, _ = measure(Both(), "nasbench201", CELLS, DIGITS, SKELETON, seed=3)
    parts = [
        measure(part(), "nasbench201", CELLS, DIGITS, SKELETON, seed=3)[0] for part in Both.parts
    ]
    assert both.tolist() == np.nan_to_num(np.stack(parts, axis=1)).sum(axis=1).tolist()


def test_darts():
    architectures = DARTS().sample(np.random.default_rng(5), 2)
    skeleton = DARTSSkeleton(8, 1, 10, 4, 3)
    scores, _ = measure(Logits(), "darts", architectures, DIGITS, skeleton, seed=0)
    assert np.isfinite(scores).all()
    assert scores[0] != scores[1]


def test_no_architectures_no_scores():
    scores, seconds = measure(Logits(), "nasbench201", CELLS[:0], DIGITS, SKELETON, seed=0)
    assert scores.shape == seconds.shape == (0,)


@pytest.mark.parametrize("space", ["darts", "hwgpt"])
def test_space_and_skeleton_belong_together(space):
    with pytest.raises(TrainingError, match=rf"no network for space '{space}' in a Skeleton"):
        measure(Logits(), space, CELLS, DIGITS, SKELETON, seed=0)


def test_wrong_calls_are_told():
    with pytest.raises(SpaceError):
        measure(Logits(), "nasbench201", [[9] * 6], DIGITS, SKELETON, seed=0)
    with pytest.raises(TrainingError, match="made for these images"):
        measure(Logits(), "nasbench201", CELLS, DIGITS, Skeleton(32, 3, 10), seed=0)
    labels = np.full_like(DIGITS.train[1], 10)
    images = replace(DIGITS, train=(DIGITS.train[0], labels))
    with pytest.raises(TrainingError, match="label 10"):
        measure(Logits(), "nasbench201", CELLS, images, SKELETON, seed=0)


def test_a_missing_device_is_told(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(TrainingError, match="no CUDA device here, asked for 'cuda'"):
        measure(Logits(), "nasbench201", CELLS, DIGITS, SKELETON, seed=0, device="cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_cuda_agrees_with_the_cpu():
    here = measure(Logits(), "nasbench201", CELLS, DIGITS, SKELETON, seed=0)
    there = measure(Logits(), "nasbench201", CELLS, DIGITS, SKELETON, seed=0, device="cuda")
    assert np.isfinite(there[0]).all()
    assert here[0].shape == there[0].shape
