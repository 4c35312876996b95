"""The trainer of the embedded table: repeatability, seeds, divergence and latency."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from bench.errors import TrainingError  # noqa: E402
from bench.training.images.noisy_digits import noisy_digits  # noqa: E402
from bench.training.train import Recipe, inference_latency, train_cell  # noqa: E402

QUICK = Recipe(epochs=1)


def test_training_is_repeatable_to_the_bit_and_learns():
    first, second = (train_cell([3, 0, 2, 1, 1, 4], noisy_digits(), QUICK) for _ in range(2))
    assert np.array_equal(first.train_loss, second.train_loss)
    assert np.array_equal(first.test_accuracy, second.test_accuracy)
    assert first.train_loss.shape == (3, 1)
    assert len(set(first.train_loss[:, 0].tolist())) == 3  # three different trainings
    longer = train_cell([3, 0, 2, 1, 1, 4], noisy_digits(), replace(QUICK, epochs=4))
    assert (longer.train_loss[:, -1] < longer.train_loss[:, 0]).all()
    assert longer.test_accuracy.min() > 30


def test_a_seed_does_not_depend_on_the_others():
    alone = train_cell([1, 3, 0, 1, 0, 3], noisy_digits(), replace(QUICK, seeds=(1,)))
    together = train_cell([1, 3, 0, 1, 0, 3], noisy_digits(), QUICK)
    assert alone.train_loss[0] == pytest.approx(together.train_loss[1], rel=1e-4)


def test_a_disconnected_cell_has_the_accuracy_of_chance():
    trained = train_cell([0] * 6, noisy_digits(), QUICK)
    assert (trained.test_accuracy < 15).all()


def test_divergence_is_an_error():
    with pytest.raises(TrainingError, match="diverged: its loss is not finite"):
        train_cell([3] * 6, noisy_digits(), replace(QUICK, learning_rate=1e20))


def test_latency_grows_with_the_number_of_operations():
    images = noisy_digits()
    least = inference_latency([0, 0, 0, 1, 0, 0], images, QUICK, repeats=50)
    most = inference_latency([3] * 6, images, QUICK, repeats=50)
    assert 0 < least < most
