"""Scores made of gradients, against finite differences on a tiny network."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.nn.functional import cross_entropy  # noqa: E402

from methods.zero_cost import (  # noqa: E402
    SNIP,
    Fisher,
    GradNorm,
    GraSP,
    Jacov,
    L2Norm,
    Plain,
    SynFlow,
    ZiCo,
)


def weight_tensors(network):
    return [network.body[0].weight, network.body[3].weight, network.classifier.weight]


def mean_loss(network, batch):
    return float(cross_entropy(network(batch[0]), batch[1]).detach())


def differences(function, tensor, step=1e-6):
    """Return the derivatives of function() by the entries of a tensor, one at a time."""
    flat = tensor.data.reshape(-1)
    found = []
    for i in range(len(flat)):
        kept = float(flat[i])
        sides = []
        for moved in (kept + step, kept - step):
            flat[i] = moved
            sides.append(function())
        flat[i] = kept
        found.append((sides[0] - sides[1]) / (2 * step))
    return np.asarray(found)


def slopes(network, batch):
    return [differences(lambda: mean_loss(network, batch), w) for w in weight_tensors(network)]


def values(network):
    return [w.detach().numpy().ravel() for w in weight_tensors(network)]


def test_sums_of_weights_and_gradients(factory):
    batch = factory.images(6)[0]
    scores = [e(batch=6).score(factory) for e in (GradNorm, Plain, SNIP)]
    for score, network, of_layer in zip(
        scores,
        factory.made,
        (
            lambda _, g: np.sqrt((g**2).sum()),
            lambda w, g: (w * g).sum(),
            lambda w, g: np.abs(w * g).sum(),
        ),
        strict=True,
    ):
        pairs = zip(values(network), slopes(network, batch), strict=True)
        assert score == pytest.approx(sum(of_layer(w, g) for w, g in pairs), rel=1e-6)


def test_l2_norm(factory):
    score = L2Norm().score(factory)
    assert score == pytest.approx(sum(np.sqrt((w**2).sum()) for w in values(factory.made[0])))


def test_grasp_by_differences(factory):
    """H g = (g(W + h g) - g(W - h g)) / 2h, every g by finite differences."""
    score = GraSP(batch=6).score(factory)
    network, batch, h = factory.made[0], factory.images(6)[0], 1e-4
    kept, g = values(network), slopes(network, batch)
    kept = [w.copy() for w in kept]
    sides = []
    for sign in (1, -1):
        for tensor, w, slope in zip(weight_tensors(network), kept, g, strict=True):
            tensor.data = torch.from_numpy(w + sign * h * slope).reshape(tensor.shape)
        sides.append(np.concatenate(slopes(network, batch)))
    product = (sides[0] - sides[1]) / (2 * h)
    assert score == pytest.approx(-(np.concatenate(kept) * product).sum(), rel=1e-4)


def test_fisher_by_loops(factory):
    """Gradients of activations are differences: a shift is added to the output of a layer."""
    score = Fisher(batch=5).score(factory)
    network, batch = factory.made[0], factory.images(5)[0]
    expected = 0.0
    for layer in (network.body[0], network.body[3], network.classifier):
        shown = []
        handle = layer.register_forward_hook(lambda _m, _i, out, to=shown: to.append(out.detach()))
        mean_loss(network, batch)
        handle.remove()
        a = shown[0]
        shift = torch.zeros_like(a)
        handle = layer.register_forward_hook(lambda _m, _i, out, shift=shift: out + shift)
        slope = differences(lambda: mean_loss(network, batch), shift).reshape(a.shape)
        handle.remove()
        for c in range(a.shape[1]):
            total = sum(float((a[n, c].numpy() * slope[n, c]).sum()) ** 2 for n in range(5))
            expected += layer.weight[c].numel() * 0.5 * total / 5
    assert score == pytest.approx(expected, rel=1e-5)


class LinearFactory:
    """A chain of linear layers without biases: every path is a product of weights."""

    def __init__(self, widths, *, norms=False) -> None:
        layers = []
        for before, after in pairwise(widths):
            layers += [nn.Conv2d(before, after, 1, bias=False)]
            layers += [nn.BatchNorm2d(after)] * norms
        self.layers = nn.Sequential(*layers, nn.Flatten()).double()
        for p, parameter in enumerate(self.layers.parameters()):
            generator = torch.Generator().manual_seed(p)
            nn.init.normal_(parameter, std=1e3, generator=generator)

    def network(self, **_):
        return self.layers

    def images(self, n):
        return [(torch.zeros(n, self.layers[0].weight.shape[1], 1, 1), None)]


def test_synflow_is_the_sum_over_paths():
    factory = LinearFactory((2, 3, 4, 2))
    matrices = [layer.weight.detach().numpy()[:, :, 0, 0] for layer in factory.layers[:-1]]
    paths = sum(
        abs(matrices[0][i, x] * matrices[1][j, i] * matrices[2][y, j])
        for x in range(2)
        for i in range(3)
        for j in range(4)
        for y in range(2)
    )
    # Each path is counted once for each of its three weights.
    assert SynFlow().score(factory) == pytest.approx(np.log(3 * paths), rel=1e-12)


def test_synflow_ignores_batch_norms_and_large_products_do_not_overflow():
    widths = (2, *[3] * 40, 2)
    score = SynFlow().score(LinearFactory(widths))
    assert score > 300  # 1e130: beyond float32
    normed = LinearFactory(widths, norms=True)
    for target, source in zip(
        [m for m in normed.layers if isinstance(m, nn.Conv2d)],
        LinearFactory(widths).layers[:-1],
        strict=True,
    ):
        target.weight.data = source.weight.data
    assert SynFlow().score(normed) == score


def test_synflow_of_convolutions_by_differences(factory):
    score = SynFlow().score(factory)
    network = type(factory.made[0])().double()
    for kept, given in zip(
        network.parameters(), type(factory)().network().parameters(), strict=True
    ):
        kept.data = given.data.abs()
    for norm in (1, 4):
        network.body[norm] = nn.Identity()
    ones = torch.ones(1, 2, 4, 4, dtype=torch.float64)

    def flow():
        return float(network(ones).sum().detach())

    expected = sum(
        np.abs(w.detach().numpy().ravel() * differences(flow, w)).sum()
        for w in weight_tensors(network)
    )
    assert score == pytest.approx(np.log(expected), rel=1e-7)


def test_jacov_by_differences(factory):
    score = Jacov(batch=5).score(factory)
    network, images = factory.made[0], factory.images(5)[0][0]
    jacobians = differences(lambda: float(network(images).sum().detach()), images).reshape(5, -1)
    centred = jacobians - jacobians.mean(axis=1, keepdims=True)
    c = np.empty((5, 5))
    for i in range(5):
        for j in range(5):
            norms = np.sqrt((centred[i] ** 2).sum() * (centred[j] ** 2).sum())
            c[i, j] = (centred[i] * centred[j]).sum() / norms
    v = np.linalg.eigvals(c).real
    k = 1e-5
    assert score == pytest.approx(-sum(np.log(x + k) + 1 / (x + k) for x in v), rel=1e-4)


def test_zico_by_loops(factory):
    score = ZiCo(batch=5, batches=3).score(factory)
    network = factory.made[0]
    by_batch = [slopes(network, batch) for batch in factory.images(5, batches=3)]
    expected = 0.0
    for layer in range(3):
        total = 0.0
        for w in range(len(by_batch[0][layer])):
            g = np.array([by_batch[b][layer][w] for b in range(3)])
            total += np.abs(g).mean() / np.sqrt(((g - g.mean()) ** 2).mean())
        expected += np.log(total)
    assert score == pytest.approx(expected, rel=1e-3)


def test_zico_of_equal_batches_has_no_layer_left(factory):
    once = factory.images(5)
    factory.images = lambda n, batches: once * batches
    assert np.isnan(ZiCo(batch=5).score(factory))
