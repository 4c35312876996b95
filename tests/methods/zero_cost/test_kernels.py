"""Scores made of kernels, activation patterns and features, against loops on a tiny network."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch.nn.functional import cross_entropy  # noqa: E402

from bench.errors import MethodError  # noqa: E402
from methods.zero_cost import (  # noqa: E402
    KNAS,
    LGA,
    NASWOT,
    TENAS,
    LinearRegions,
    NTKCondition,
    ZenScore,
)
from methods.zero_cost._network import tangent_kernel  # noqa: E402
from methods.zero_cost.te_nas import _crops  # noqa: E402


def weight_tensors(network):
    return [network.body[0].weight, network.body[3].weight, network.classifier.weight]


def relu_inputs(network, images):
    first = network.body[1](network.body[0](images))
    second = network.body[4](network.body[3](first.clamp(min=0)))
    return [first.detach().numpy(), second.detach().numpy()]


def test_naswot_by_loops(factory):
    score = NASWOT(batch=6).score(factory)
    kernel = np.zeros((6, 6))
    for inputs in relu_inputs(factory.made[0], factory.images(6)[0][0]):
        on = inputs.reshape(6, -1) > 0
        for i in range(6):
            for j in range(6):
                kernel[i, j] += sum(bool(a) == bool(b) for a, b in zip(on[i], on[j], strict=True))
    assert score == pytest.approx(np.log(np.abs(np.linalg.det(kernel))))


def test_zen_by_hand(factory):
    score = ZenScore(batch=4, repeats=2, change=0.1).score(Float32(factory))
    expected = []
    draws = factory.generator()
    for network in Float32(type(factory)()).both():
        x, e = torch.randn(2, 4, 2, 4, 4, generator=draws)
        variances = np.ones(2)  # mean over channels of each norm's running variance, from 1
        maps = []
        for image in (x, x + 0.1 * e):
            first = network.body[0](image)
            second = network.body[3](network.body[1](first).clamp(min=0))
            for norm, out in enumerate((first, second)):
                of_channels = out.detach().transpose(0, 1).flatten(1).numpy().var(axis=1, ddof=1)
                variances[norm] = 0.9 * variances[norm] + 0.1 * of_channels.mean()
            maps.append(network.body[4](second).clamp(min=0).detach().numpy())
        moved = np.mean([np.abs(maps[0][n] - maps[1][n]).sum() for n in range(4)])
        expected.append(np.log(moved) + sum(np.log(np.sqrt(v)) for v in variances))
    assert score == pytest.approx(np.mean(expected), rel=1e-4)


class Float32:
    """The tiny factory in the precision that estimators use."""

    def __init__(self, factory) -> None:
        self.factory = factory
        self.device = factory.device
        self.generator = factory.generator

    def network(self, **settings):
        return self.factory.network(**settings).float()

    def images(self, n):
        return [(images.float(), labels) for images, labels in self.factory.images(n)]

    def both(self):
        return [self.network(), self.network()]


def kernel_by_loops(network, images, *, classifier=True):
    """Return inner products of gradients, image by image; batch norms see the whole batch."""
    named = dict(network.named_parameters())
    names = ["body.0.weight", "body.1.weight", "body.3.weight", "body.4.weight"]
    names += ["classifier.weight"] * classifier
    rows = []
    for n in range(len(images)):
        network.zero_grad()
        network(images)[n].sum().backward()
        rows.append(np.concatenate([named[name].grad.numpy().ravel() for name in names]))
    return np.array([[(a * b).sum() for b in rows] for a in rows])


@pytest.mark.parametrize("classifier", [True, False])
def test_tangent_kernel_by_loops(factory, classifier):
    network, images = factory.network(), factory.images(6)[0][0]
    found = tangent_kernel(network, images, classifier=classifier).numpy()
    assert found == pytest.approx(kernel_by_loops(network, images, classifier=classifier))


def test_ntk_condition_is_the_mean_over_draws(factory):
    score = NTKCondition(batch=4, repeats=2).score(factory)
    conditions = []
    for network in factory.made:
        eigenvalues = np.linalg.eigvals(kernel_by_loops(network, factory.images(4)[0][0])).real
        conditions.append(eigenvalues.max() / eigenvalues.min())
    assert len(conditions) == 2
    assert score == pytest.approx(-np.mean(conditions), rel=1e-6)


def test_lga_is_a_correlation(factory):
    score = LGA(batch=6).score(factory)
    images, labels = factory.images(6)[0]
    theta = kernel_by_loops(factory.made[0], images, classifier=False)
    y = [[1.0 if a == b else -1.0 for b in labels] for a in labels]
    assert score == pytest.approx(np.corrcoef(theta.ravel(), np.ravel(y))[0, 1])


def test_lga_without_a_correlation_is_replaced(factory):
    images, labels = factory.images(6)[0]
    factory.images = lambda n: [(images, torch.zeros_like(labels))]
    assert LGA(batch=6).score(factory) == 1e-4


def test_linear_regions_by_sets(factory):
    score = LinearRegions(batch=40, batches=2, pixels=1, repeats=2).score(factory)
    draws, counts = factory.generator(), []
    for network in factory.made:
        seen = set()
        for images, _ in factory.images(40, batches=2):
            inputs = _crops(images, 2, 1, draws)
            on = [a.reshape(40, -1) > 0 for a in relu_inputs(network, inputs)]
            seen |= {tuple(row) for row in np.concatenate(on, axis=1).tolist()}
        counts.append(len(seen))
    assert 1 < score < 80
    assert score == np.mean(counts)


def test_crops_are_squares_of_their_images():
    images = torch.arange(5 * 3 * 6 * 7, dtype=torch.float64).reshape(5, 3, 6, 7)
    crops = _crops(images, 2, 3, torch.Generator().manual_seed(0))
    assert crops.shape == (5, 2, 3, 3)
    corners = set()
    for n in range(5):
        for c in range(2):
            rest = int(crops[n, c, 0, 0]) - n * 126
            channel, row, column = rest // 42, rest % 42 // 7, rest % 7
            assert torch.equal(crops[n, c], images[n, channel, row : row + 3, column : column + 3])
            corners.add((row, column))
    assert len(corners) > 1
    with pytest.raises(MethodError, match="expected at least 8 each way"):
        _crops(images, 2, 8, torch.Generator())


def test_te_nas_adds_ranks():
    scores = np.array(
        [[-9.0, 30.0], [-5.0, 10.0], [-5.0, 20.0], [np.nan, 30.0], [np.nan, np.nan], [-1.0, 10.0]]
    )
    # By condition: worst first nan, -9, -5, -1; by regions: nan, 10, 20, 30.
    expected = [1 + 3, 2 + 1, 2 + 2, 0 + 3, np.nan, 3 + 1]
    assert np.array_equal(TENAS().combine(scores), expected, equal_nan=True)
    assert np.isnan(scores[3, 0])  # the input is not changed


def test_knas_is_the_mean_of_the_gram_matrix(factory):
    score = KNAS(images=5).score(factory)
    network, (images, labels) = factory.made[0], factory.images(5)[0]
    gradients = []
    for n in range(5):
        network.zero_grad()
        cross_entropy(network(images), labels, reduction="none")[n].backward()
        gradients.append(np.concatenate([w.grad.numpy().ravel() for w in weight_tensors(network)]))
    gram = [[(a * b).sum() for b in gradients] for a in gradients]
    assert score == pytest.approx(np.mean(gram))


def test_knas_in_the_released_form(factory):
    """Of the tiny network's parameters the two convolutions have 50 entries."""
    score = KNAS(form="released code", images=6).score(factory)
    network = factory.made[0]
    rows = []
    for image, label in factory.images(1, batches=6):
        network.zero_grad()
        cross_entropy(network(image), label).backward()
        convolutions = (network.body[0].weight, network.body[3].weight)
        rows.append([w.grad.numpy().ravel()[:50] for w in convolutions])
    expected = 0.0
    for tensor in range(2):
        for i in range(50):
            first = np.array([rows[k][tensor][i] for k in range(3)])
            second = np.array([rows[k][tensor][i] for k in range(3, 6)])
            expected += (first - first.mean()) @ (second - second.mean()) / 36
    assert score == pytest.approx(expected, rel=1e-6, abs=1e-18)
    with pytest.raises(
        MethodError, match="form is 'other'; expected one of 'paper', 'released code'"
    ):
        KNAS(form="other").score(factory)
