"""DARTS networks: sizes, connections and shapes."""

from __future__ import annotations

import re

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from bench.spaces import DARTS, DARTSSkeleton  # noqa: E402
from bench.spaces.darts import OPERATIONS  # noqa: E402
from bench.training.networks.darts import DARTSNetwork  # noqa: E402

SPACE = DARTS()
ARCHITECTURES = SPACE.sample(np.random.default_rng(7), 6)
EVERY_OPERATION = [[o] * 8 + [0] * 3 + [o] * 8 + [0] * 3 for o in range(7)]
SKELETONS = [DARTSSkeleton(8, 1, 10, 4, 3), DARTSSkeleton(16, 3, 7, 6, 5)]


def multiply_adds(network, images):
    """Return the multiply-adds of all convolutions and linear layers, counted output by output."""
    counted = []

    def count(layer, _, output):
        counted.append(output[0].numel() * layer.weight[0].numel())

    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
            module.register_forward_hook(count)
    network.eval()(images)
    return sum(counted)


@pytest.mark.parametrize("skeleton", SKELETONS)
@pytest.mark.parametrize("architecture", [*ARCHITECTURES.tolist(), *EVERY_OPERATION])
def test_closed_forms_equal_the_network(architecture, skeleton):
    network = DARTSNetwork(architecture, skeleton)
    params = sum(p.numel() for p in network.parameters())
    assert params == skeleton.params([architecture])[0]
    image = torch.zeros(1, skeleton.in_channels, skeleton.image, skeleton.image)
    assert multiply_adds(network, image) == skeleton.flops([architecture])[0]
    assert network(image).shape == (1, skeleton.classes)


def test_cells_are_connected_as_in_the_genotype():
    """Each operation is run separately on the output of its source, which is read from the text."""
    architecture = ARCHITECTURES[0]
    network = DARTSNetwork(architecture.tolist(), SKELETONS[0]).double().eval()
    text = SPACE.to_strings([architecture])[0]
    parts = [re.findall(r"\('(\w+)', (\d)\)", part) for part in text.split("reduce=")]
    genotype = dict(zip(("normal", "reduce"), parts, strict=True))
    for position, cell in enumerate(network.cells):
        edges = genotype["reduce" if position in {1, 2} else "normal"]
        inputs = [next(iter(p.parameters())).shape[1] for p in cell.preprocess]
        before = torch.randn(2, inputs[0], 8, 8, dtype=torch.float64)
        size = 4 if type(cell.preprocess[0]).__name__ == "_FactorizedReduction" else 8
        last = torch.randn(2, inputs[1], size, size, dtype=torch.float64)
        nodes = [cell.preprocess[0](before), cell.preprocess[1](last)]
        for node in range(4):
            total = 0
            for edge in (2 * node, 2 * node + 1):
                name, source = edges[edge]
                total = total + cell.operations[edge](nodes[int(source)])
                assert name in OPERATIONS
                kernels = {
                    m.kernel_size[0]
                    for m in cell.operations[edge].modules()
                    if isinstance(m, torch.nn.Conv2d) and m.groups > 1
                }
                expected = {int(name[-1])} if "conv" in name else set()
                assert kernels == expected
            nodes.append(total)
        torch.testing.assert_close(cell(before, last), torch.cat(nodes[2:], dim=1))


def test_reductions_halve_the_resolution_and_double_the_channels():
    skeleton = DARTSSkeleton(16, 3, 10, 4, 6)
    network = DARTSNetwork(ARCHITECTURES[1].tolist(), skeleton)
    shapes = []
    for cell in network.cells:
        cell.register_forward_hook(lambda _m, _i, output: shapes.append(tuple(output.shape[1:])))
    network(torch.zeros(2, 3, 16, 16))
    wide = [(16, 16), (16, 16), (32, 8), (32, 8), (64, 4), (64, 4)]
    assert shapes == [(channels, size, size) for channels, size in wide]


@pytest.mark.parametrize("architecture", EVERY_OPERATION)
def test_odd_sizes_without_a_stem(architecture):
    network = DARTSNetwork(architecture, DARTSSkeleton(3, 1, 10, 1, 3), stem=False)
    assert network.in_channels == 3
    assert network(torch.randn(5, 3, 3, 3)).shape == (5, 10)


def test_factorised_reduction_reads_every_second_pixel_twice():
    network = DARTSNetwork(EVERY_OPERATION[2], DARTSSkeleton(8, 1, 10, 2, 3)).double()
    reduction = network.cells[1].operations[0].eval()
    x = torch.randn(1, 4, 6, 6, dtype=torch.float64)
    on = x.clamp(min=0)
    even = torch.einsum("oc,nchw->nohw", reduction.even.weight[:, :, 0, 0], on[:, :, ::2, ::2])
    odd = torch.einsum("oc,nchw->nohw", reduction.odd.weight[:, :, 0, 0], on[:, :, 1::2, 1::2])
    torch.testing.assert_close(reduction(x), reduction.norm(torch.cat([even, odd], dim=1)))
