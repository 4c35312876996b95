"""MOTE's reduced network: its published size, closed forms and initial weights."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from bench.spaces import NASBench201  # noqa: E402
from methods.mote.training.network import ReducedNetwork, ReducedSkeleton  # noqa: E402

MOTE = ReducedSkeleton(image=32, in_channels=3, classes=10)
SMALL = ReducedSkeleton(image=8, in_channels=1, classes=7, channels=4, pool=2)
CELLS = [[0] * 6, [3] * 6, [1, 2, 3, 4, 0, 2], [4, 2, 2, 1, 1, 3]]


def make(cell, skeleton, seed=0):
    return ReducedNetwork(cell, skeleton, torch.Generator().manual_seed(seed))


def test_mean_sizes_are_the_published_ones():
    space = NASBench201()
    every = space.from_index(range(space.size))
    assert round(MOTE.params(every).mean() / 1e3, 1) == 26.1
    assert round(MOTE.flops(every).mean() / 1e6, 2) == 14.25


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("skeleton", [MOTE, SMALL])
def test_closed_forms_equal_the_network(cell, skeleton):
    network = make(cell, skeleton)
    assert sum(p.numel() for p in network.parameters()) == skeleton.params([cell])[0]
    adds = []

    def count(module, _, output):
        per_output = module.weight[0].numel() + (module.bias is not None)
        adds.append(output[0].numel() * per_output)

    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
            module.register_forward_hook(count)
    images = torch.zeros(2, skeleton.in_channels, skeleton.image, skeleton.image)
    assert network(images).shape == (2, skeleton.classes)
    assert sum(adds) == skeleton.flops([cell])[0]


def test_the_two_cells_do_not_share_weights():
    first, second = (m for m in make([3] * 6, SMALL).body if type(m).__name__ == "Cell")
    assert first is not second
    pairs = zip(first.parameters(), second.parameters(), strict=True)
    assert any(not torch.equal(a, b) for a, b in pairs)


def test_initial_weights_are_glorot_uniform_from_the_given_generator():
    network = make([3] * 6, MOTE)
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            area = module.kernel_size[0] * module.kernel_size[1]
            limit = (6 / (area * (module.in_channels + module.out_channels))) ** 0.5
            weight = module.weight.detach()
            assert float(weight.abs().max()) <= limit
            assert float(weight.std()) == pytest.approx(limit / 3**0.5, rel=0.05)
        elif isinstance(module, torch.nn.BatchNorm2d):
            assert (module.eps, module.momentum) == (1e-4, 0.003)
    assert not network.classifier.bias.any()
    torch.manual_seed(5)
    again, other = make([3] * 6, MOTE), make([3] * 6, MOTE, seed=1)
    assert torch.equal(network.body[0].weight, again.body[0].weight)
    assert not torch.equal(network.body[0].weight, other.body[0].weight)


def test_a_disconnected_cell_gives_the_same_logits_for_every_image():
    logits = make([0] * 6, SMALL)(torch.randn(3, 1, 8, 8, generator=torch.Generator()))
    assert torch.equal(logits[0], logits[1])
