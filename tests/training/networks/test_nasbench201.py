"""NAS-Bench-201 networks: sizes, and copies side by side."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from bench.spaces import Skeleton  # noqa: E402
from bench.training.networks.nasbench201 import CellNetwork  # noqa: E402

SKELETON = Skeleton(8, 1, 10, 4, 1, "pooling")
CELLS = [[0] * 6, [3] * 6, [1, 2, 3, 4, 0, 2], [4, 4, 4, 4, 4, 4], [0, 3, 0, 0, 2, 1]]


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
    images = torch.randn(16, 3, 8, 8, dtype=torch.float64)
    logits = together.train()(images)
    assert logits.shape == (16, 3, 10)
    for copy in range(3):
        alone = CellNetwork(cell, SKELETON).double()
        with torch.no_grad():
            for mine, shared in zip(alone.parameters(), together.parameters(), strict=True):
                mine.copy_(shared.chunk(3)[copy])
        torch.testing.assert_close(alone.train()(images[:, copy : copy + 1])[:, 0], logits[:, copy])
