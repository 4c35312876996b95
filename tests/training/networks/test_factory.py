"""The network factory: reproducible networks, images and generators; checks of images."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from bench.errors import TrainingError  # noqa: E402
from bench.spaces import DARTS, DARTSSkeleton, Skeleton  # noqa: E402
from bench.training.images.image_set import ImageSet  # noqa: E402
from bench.training.images.noisy_digits import noisy_digits  # noqa: E402
from bench.training.networks.factory import TorchNetworkFactory, check_images  # noqa: E402

DIGITS = noisy_digits()
SKELETON = Skeleton(8, 1, 10, 4, 1, "pooling")
DARTS_SKELETON = DARTSSkeleton(8, 1, 10, 4, 3)
CELL = (3, 0, 2, 1, 4, 3)
GENOTYPE = tuple(DARTS().sample(np.random.default_rng(1), 1)[0].tolist())
FACTORIES = [(CELL, SKELETON), (GENOTYPE, DARTS_SKELETON)]


def factory_of(architecture=CELL, skeleton=SKELETON, *, seed=0):
    return TorchNetworkFactory(architecture, DIGITS, skeleton, seed=seed)


def numbers(network):
    return torch.cat([p.detach().double().flatten() for p in network.parameters()])


def same(a, b):
    return a.shape == b.shape and bool((a == b).all())


@pytest.mark.parametrize(("architecture", "skeleton"), FACTORIES)
def test_equal_factories_give_equal_networks_images_and_generators(architecture, skeleton):
    first, second = factory_of(architecture, skeleton), factory_of(architecture, skeleton)
    for initial in ("default", "kaiming-in", "kaiming-out", "normal"):
        assert same(
            numbers(first.network(initial=initial)), numbers(second.network(initial=initial))
        )
    assert same(first.images(40)[0][0], second.images(40)[0][0])
    assert same(
        torch.randn(5, generator=first.generator()), torch.randn(5, generator=second.generator())
    )


def test_seeds_architectures_and_calls_differ():
    factory = factory_of()
    once, twice = numbers(factory.network()), numbers(factory.network())
    assert not same(once, twice)
    assert not same(once, numbers(factory_of(seed=1).network()))
    assert not same(factory.images(40)[0][0], factory_of(seed=1).images(40)[0][0])
    stem = [next(f.network().parameters()) for f in (factory_of(), factory_of((3, 0, 2, 1, 4, 2)))]
    assert not same(*stem)
    draws = [torch.randn(5, generator=factory.generator()) for _ in range(2)]
    assert not same(*draws)


def test_global_random_state_is_neither_read_nor_changed():
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    one = numbers(factory_of().network())
    assert same(before, torch.random.get_rng_state())
    torch.manual_seed(2)
    assert same(one, numbers(factory_of().network()))


@pytest.mark.parametrize(("architecture", "skeleton"), FACTORIES)
@pytest.mark.parametrize("size", ["full", "small", "thin"])
def test_networks_map_images_to_logits(architecture, skeleton, size):
    network = factory_of(architecture, skeleton).network(size=size)
    assert network.training
    assert network(torch.randn(6, network.in_channels, 8, 8)).shape == (6, 10)
    if size == "thin":
        assert network(torch.randn(6, network.in_channels, 3, 3)).shape == (6, 10)
    pools = [m for m in network.modules() if isinstance(m, torch.nn.AdaptiveAvgPool2d)]
    assert len(pools) == 1
    assert network.classifier.weight.shape[0] == 10


def test_the_full_network_is_that_of_the_benchmark():
    """Stem of 16 channels; 3 stages of 5 cells, residual blocks between; BN, ReLU, pooling."""
    skeleton = Skeleton(32, 3, 10)
    network = factory_of((3,) * 6, skeleton).network()
    kinds = "".join(type(m).__name__[0] for m in network.body)
    assert kinds == "CB" + "C" * 5 + "_" + "C" * 5 + "_" + "C" * 5 + "BRA"
    assert network.body[0].weight.shape == (16, 3, 3, 3)
    assert [type(m).__name__ for m in network.body].count("_Reduction") == 2
    assert sum(p.numel() for p in network.parameters()) == 1_531_546  # Dong and Yang's API
    assert network(torch.zeros(2, 3, 32, 32)).shape == (2, 10)


def test_the_small_network_has_three_channels_and_one_cell_for_each_stage():
    network = factory_of((3,) * 6, Skeleton(32, 3, 10)).network(size="small")
    small = Skeleton(32, 3, 10, 3, 1)
    assert sum(p.numel() for p in network.parameters()) == small.params([(3,) * 6])[0]


def test_initial_weights_have_the_requested_distribution():
    wide = Skeleton(8, 1, 10, 64, 1)
    factory = factory_of((3,) * 6, wide)

    def layer(**settings):
        network = factory.network(**settings)
        return network.body[2].operations[0][1].weight.detach(), network.classifier.requires_grad_(
            False
        )

    weights, classifier = layer()
    assert float(weights.abs().max()) <= 1 / np.sqrt(64 * 9)
    assert float(weights.std()) == pytest.approx(1 / np.sqrt(64 * 9 * 3), rel=0.02)
    assert bool(classifier.bias.any())
    shapes = {"kaiming-in": 64 * 9, "kaiming-out": 64 * 9, "normal": 2}
    for initial, fan in shapes.items():
        weights, classifier = layer(initial=initial)
        assert float(weights.std()) == pytest.approx(np.sqrt(2 / fan), rel=0.02)
        assert not classifier.bias.any()
    outputs = layer(initial="kaiming-out")[1].weight  # 10 classes of 256 channels
    assert float(outputs.std()) == pytest.approx(np.sqrt(2 / 10), rel=0.05)
    inputs = layer(initial="kaiming-in")[1].weight
    assert float(inputs.std()) == pytest.approx(np.sqrt(2 / 256), rel=0.05)


def test_double_precision_has_the_same_weights():
    single, double = factory_of().network(), factory_of().network(double=True)
    assert next(double.parameters()).dtype == torch.float64
    assert same(numbers(single), numbers(double))


def test_when_all_images_are_used_a_new_order_follows():
    factory = factory_of()
    train, labels = DIGITS.train
    keys = {image.tobytes(): label for image, label in zip(train, labels, strict=True)}
    batches = factory.images(len(labels), batches=2)
    assert len(batches) == 2
    orders = []
    for images, found in batches:
        rows = [image.numpy().tobytes() for image in images]
        assert [keys[row] for row in rows] == found.tolist()
        orders.append(rows)
    assert sorted(orders[0]) == sorted(image.tobytes() for image in train)  # every one, once
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1]
    assert same(factory.images(5)[0][0], batches[0][0][:5])


def changed(**changes):
    pictures, labels = (a.copy() for a in DIGITS.train)
    return replace(DIGITS, train=(changes.get("pictures", pictures), changes.get("labels", labels)))


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (changed(pictures=DIGITS.train[0][:, 0]), r"shape \[909, 8, 8\].*expected \[n, 1, 8, 8\]"),
        (changed(pictures=DIGITS.train[0][:5]), r"shape \[5, 1, 8, 8\] with labels .*\[909\]"),
        (changed(labels=DIGITS.train[1] + 1), "label 10 in the training images; expected 0 to 9"),
        (changed(labels=DIGITS.train[1] - 1), "label -1 in the training images"),
        (changed(pictures=np.where(DIGITS.train[0] > 1, np.nan, DIGITS.train[0])), "not finite"),
        (changed(pictures=DIGITS.train[0][:0], labels=DIGITS.train[1][:0]), r"\[0, 1, 8, 8\]"),
    ],
)
def test_wrong_images_are_refused(images, message):
    with pytest.raises(TrainingError, match=message):
        check_images(images, SKELETON)


def test_images_of_the_skeleton_pass():
    check_images(DIGITS, SKELETON)
    with pytest.raises(TrainingError, match="give a skeleton made for these images"):
        check_images(DIGITS, Skeleton(32, 3, 10))
    assert isinstance(DIGITS, ImageSet)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_cuda_has_the_same_weights_and_images():
    here, there = factory_of(), TorchNetworkFactory(CELL, DIGITS, SKELETON, seed=0, device="cuda")
    network = there.network()
    assert next(network.parameters()).is_cuda
    assert same(numbers(here.network()), numbers(network).cpu())
    assert same(here.images(9)[0][0], there.images(9)[0][0].cpu())
    assert torch.randn(3, generator=there.generator(), device="cuda").is_cuda
