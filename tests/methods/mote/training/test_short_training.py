"""MOTE's short training: repeatability, landscape, and losses that are not finite."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from bench.errors import TrainingError  # noqa: E402
from bench.training.images.noisy_digits import noisy_digits  # noqa: E402
from methods.mote.training import short_training as module  # noqa: E402
from methods.mote.training.network import ReducedNetwork  # noqa: E402
from methods.mote.training.short_training import POINTS, ShortRecipe, short_training  # noqa: E402

CELL = [3, 1, 2, 4, 1, 3]
QUICK = ShortRecipe(channels=4, pool=2, epochs=4, batch=303, learning_rate=0.01)


def train(recipe=QUICK, cell=CELL, images=None):
    return short_training(cell, images or noisy_digits(), recipe)


@pytest.mark.parametrize("landscape", ["fit", "evaluation"])
@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_training_is_repeatable_to_the_bit_and_learns(landscape, noise):
    recipe = replace(QUICK, landscape=landscape, noise=noise)
    first, second = train(recipe), train(recipe)
    assert first.losses.shape == (4,)
    assert first.landscape.shape == (POINTS,)
    assert first.losses.dtype == first.landscape.dtype == np.float32
    assert np.array_equal(first.losses, second.losses)
    assert np.array_equal(first.landscape, second.landscape)
    assert first.seconds > 0
    assert first.losses[-1] < first.losses[0]
    assert not np.array_equal(first.losses, train(replace(recipe, seed=1)).losses)


def test_the_landscape_begins_at_the_trained_and_ends_at_the_initial_weights():
    recipe = replace(QUICK, epochs=10, batch=128, learning_rate=1e-3)
    fit, evaluation = train(recipe), train(replace(recipe, landscape="evaluation"))
    assert np.array_equal(fit.losses, evaluation.losses)  # the training is the same
    for landscape in (fit.landscape, evaluation.landscape):
        assert landscape[0] == pytest.approx(fit.losses[-1], rel=0.1)
        assert landscape[-1] > 1.2 * landscape[0]
    # an epoch that starts at the initial weights is the first epoch, but for Adam's moments
    assert fit.landscape[-1] == pytest.approx(fit.losses[0], rel=0.1)
    # an evaluation does not train: at the initial weights the loss is that of an untrained network
    assert evaluation.landscape[-1] > fit.landscape[-1]


def test_points_are_on_the_line_with_their_statistics(monkeypatch):
    points = []

    def record(network, initial, trained, share):
        set_weights(network, initial, trained, share)
        points.append((share, {k: v.clone() for k, v in network.state_dict().items()}))
        ends.update(initial=initial, trained=trained)

    set_weights, ends = module._set_weights, {}
    monkeypatch.setattr(module, "_set_weights", record)
    train()
    assert [share for share, _ in points] == [g / 10 for g in reversed(range(POINTS))]
    names = [name for name in ends["initial"] if name.endswith("running_var")]
    assert names
    assert any(name.endswith("running_mean") for name in ends["initial"])
    assert not any(name.endswith("num_batches_tracked") for name in ends["initial"])
    for share, state in points:
        for name, start in ends["initial"].items():
            line = start * share + ends["trained"][name] * (1 - share)
            torch.testing.assert_close(state[name], line)
    first, last = points[0][1], points[-1][1]
    assert all(torch.equal(first[name], ends["initial"][name]) for name in ends["initial"])
    assert all(torch.equal(last[name], ends["trained"][name]) for name in ends["initial"])
    assert any(not torch.equal(first[name], last[name]) for name in names)


def test_the_mean_loss_is_over_every_image_once():
    images = noisy_digits()
    frozen = replace(QUICK, learning_rate=0.0, epochs=1, batch=500)
    training = train(frozen, cell=[0] * 6)  # the same logits for every image and batch
    logits = torch.zeros(len(images.train[1]), 10)
    expected = torch.nn.functional.cross_entropy(logits, torch.from_numpy(images.train[1]))
    assert training.losses[0] == pytest.approx(float(expected), rel=1e-5)
    assert np.allclose(training.landscape, float(expected), rtol=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x, y: (x, y + 9), r"label 18 in the training images; expected 0 to 9"),
        (lambda x, y: (x[:, :, :6], y), r"training images of shape \[909, 1, 6, 8\]"),
        (lambda x, y: (x * np.nan, y), "training image 0 has a pixel that is not finite"),
    ],
)
def test_wrong_images_are_refused(change, message):
    images = noisy_digits()
    with pytest.raises(TrainingError, match=message):
        train(images=replace(images, train=change(*images.train)))


def test_a_pool_larger_than_the_images_is_refused():
    with pytest.raises(TrainingError, match=r"a pool of 9x9 on images of 8x8 pixels; expected 1"):
        train(replace(QUICK, pool=9))


def test_label_smoothing_raises_the_loss():
    sharp = train(replace(QUICK, label_smoothing=0.0))
    assert train(replace(QUICK, label_smoothing=0.2)).losses[-1] > sharp.losses[-1]


class Unsteady(ReducedNetwork):
    """A network whose logits are NaN for the first `bad` batches."""

    bad = 0

    def forward(self, images):
        logits = super().forward(images)
        if Unsteady.bad > 0:
            Unsteady.bad -= 1
            logits.register_hook(
                torch.zeros_like
            )  # the gradient is zero, so that the weights stay finite
            return logits * float("nan")
        return logits


def test_a_training_with_nan_twice_has_no_losses(monkeypatch):
    monkeypatch.setattr(module, "ReducedNetwork", Unsteady)
    Unsteady.bad = 10**6
    training = train()
    assert 10**6 - Unsteady.bad == 2 * 4 * 3  # four epochs of three batches, twice
    assert not training.is_finite
    assert np.isnan(training.losses).all()
    assert np.isnan(training.landscape).all()
    assert training.losses.shape == (4,)
    assert training.landscape.shape == (POINTS,)


def test_a_training_with_nan_continues_once(monkeypatch):
    monkeypatch.setattr(module, "ReducedNetwork", Unsteady)
    Unsteady.bad = 1
    training = train()
    assert Unsteady.bad == 0
    steady = train()
    assert training.is_finite
    assert (
        training.losses[0] < steady.losses[0]
    )  # it continued from the weights of the first attempt
