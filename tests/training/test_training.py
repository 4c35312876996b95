"""Networks, image set and trainer behind the embedded table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from bench.errors import TrainingError  # noqa: E402
from bench.spaces import NASBench201, Skeleton  # noqa: E402
from bench.training.images.noisy_digits import noisy_digits  # noqa: E402
from bench.training.networks.nasbench201 import CellNetwork  # noqa: E402
from bench.training.train import Recipe, inference_latency, train_cell  # noqa: E402

SPACE = NASBench201()
SKELETON = Skeleton(8, 1, 10, 4, 1, "pooling")
CELLS = [[0] * 6, [3] * 6, [1, 2, 3, 4, 0, 2], [4, 4, 4, 4, 4, 4], [0, 3, 0, 0, 2, 1]]
QUICK = Recipe(epochs=1)


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("skeleton", [SKELETON, Skeleton(16, 3, 7, 8, 2)])
def test_closed_forms_equal_the_network(cell, skeleton):
    network = CellNetwork(cell, skeleton)
    params = sum(p.numel() for p in network.parameters())
    assert params == skeleton.params([cell])[0]
    adds = []

    def count(module, _, output):
        per_output = module.weight[0].numel() + (module.bias is not None) / (
            output.shape[2] * output.shape[3]
        )
        adds.append(output[0].numel() * per_output)

    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(count)
    network.eval()(torch.zeros(1, skeleton.in_channels, skeleton.image, skeleton.image))
    assert sum(adds) == skeleton.flops([cell])[0]


@pytest.mark.parametrize("cell", CELLS)
def test_copies_are_separate_networks(cell):
    together = CellNetwork(cell, SKELETON, copies=3).double()
    with torch.no_grad():
        for parameter in together.parameters():
            parameter.uniform_(-0.5, 0.5)
    pictures = torch.randn(16, 3, 8, 8, dtype=torch.float64)
    logits = together.train()(pictures)
    assert logits.shape == (16, 3, 10)
    for copy in range(3):
        alone = CellNetwork(cell, SKELETON).double()
        with torch.no_grad():
            for mine, shared in zip(alone.parameters(), together.parameters(), strict=True):
                mine.copy_(shared.chunk(3)[copy])
        torch.testing.assert_close(
            alone.train()(pictures[:, copy : copy + 1])[:, 0], logits[:, copy]
        )


def test_image_set_is_fixed_and_fair():
    images = noisy_digits()
    sizes = [len(labels) for _, labels in (images.train, images.validation, images.test)]
    assert sizes == [909, 298 * 5, 590 * 5]
    assert images.train[0].shape[1:] == (1, 8, 8)
    for _, labels in (images.train, images.validation, images.test):
        shares = np.bincount(labels, minlength=10) / len(labels)
        assert abs(shares - 0.1).max() < 0.01
    assert abs(float(images.train[0].mean())) < 1e-6
    assert float(images.test[0].var()) == pytest.approx(2.0, abs=0.05)  # digits 1 + noise 1


def test_no_test_image_is_trained_on():
    clean = noisy_digits(noise=0.0, copies=1)
    keys = [
        {row.tobytes() for row in split[0]} for split in (clean.train, clean.validation, clean.test)
    ]
    assert not keys[0] & keys[2]
    assert not keys[0] & keys[1]
    assert not keys[1] & keys[2]


def test_training_repeats_to_the_bit_and_learns():
    first, second = (train_cell([3, 0, 2, 1, 1, 4], noisy_digits(), QUICK) for _ in range(2))
    assert np.array_equal(first.train_loss, second.train_loss)
    assert np.array_equal(first.test_accuracy, second.test_accuracy)
    assert first.train_loss.shape == (3, 1)
    assert len(set(first.train_loss[:, 0].tolist())) == 3  # three seeds, three trainings
    longer = train_cell([3, 0, 2, 1, 1, 4], noisy_digits(), replace(QUICK, epochs=4))
    assert (longer.train_loss[:, -1] < longer.train_loss[:, 0]).all()
    assert longer.test_accuracy.min() > 30


def test_seeds_do_not_depend_on_their_company():
    alone = train_cell([1, 3, 0, 1, 0, 3], noisy_digits(), replace(QUICK, seeds=(1,)))
    together = train_cell([1, 3, 0, 1, 0, 3], noisy_digits(), QUICK)
    assert alone.train_loss[0] == pytest.approx(together.train_loss[1], rel=1e-4)


def test_disconnected_cell_sits_at_chance():
    trained = train_cell([0] * 6, noisy_digits(), QUICK)
    assert (trained.test_accuracy < 15).all()


def test_divergence_is_said():
    with pytest.raises(TrainingError, match="diverged: its loss is not finite"):
        train_cell([3] * 6, noisy_digits(), replace(QUICK, learning_rate=1e20))


def test_latency_grows_with_the_number_of_operations():
    images = noisy_digits()
    least = inference_latency([0, 0, 0, 1, 0, 0], images, QUICK, repeats=50)
    most = inference_latency([3] * 6, images, QUICK, repeats=50)
    assert 0 < least < most
