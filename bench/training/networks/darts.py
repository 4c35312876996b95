"""Networks made of DARTS cells: stem, a chain of normal and reduction cells, classifier.

Layers and strides are those of Liu et al., "DARTS: Differentiable Architecture Search" (ICLR 2019),
without auxiliary head and drop path; `bench.spaces.DARTSSkeleton` computes FLOPs and parameters.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from bench.spaces import DARTSSkeleton
from bench.spaces.darts import AVG_POOL, DIL3, DIL5, MAX_POOL, PAIRS, SEP3, SEP5, SKIP

__all__ = ["DARTSNetwork"]

_KERNEL = {SEP3: 3, SEP5: 5, DIL3: 3, DIL5: 5}
_CELL_VARIABLES = 11  # eight operations, and the pairs of inputs of the last three nodes


class DARTSNetwork(nn.Module):
    """A network from images [batch, channels, h, w] to logits [batch, classes].

    Parameters
    ----------
    architecture : sequence of int
        The 22 variables of `bench.spaces.DARTS`.
    skeleton : DARTSSkeleton
        Sizes of the network around the cells.
    stem : bool
        Without a stem, the input has `3 * skeleton.channels` channels, those of the stem's output.
    """

    def __init__(
        self, architecture: Sequence[int], skeleton: DARTSSkeleton, *, stem: bool = True
    ) -> None:
        super().__init__()
        channels = skeleton.channels
        self.in_channels = skeleton.in_channels if stem else 3 * channels
        self.stem = (
            nn.Sequential(
                nn.Conv2d(skeleton.in_channels, 3 * channels, 3, 1, 1, bias=False),
                nn.BatchNorm2d(3 * channels),
            )
            if stem
            else nn.Identity()
        )
        self.cells = nn.ModuleList()
        before, last, shrunk = 3 * channels, 3 * channels, False
        for position in range(skeleton.cells):
            reduction = position in (skeleton.cells // 3, 2 * skeleton.cells // 3)
            channels *= 2 if reduction else 1
            variables = architecture[_CELL_VARIABLES:] if reduction else architecture
            self.cells.append(
                _Cell(variables[:_CELL_VARIABLES], (before, last), channels, reduction, shrunk)
            )
            before, last, shrunk = last, 4 * channels, reduction
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(last, skeleton.classes)

    def forward(self, images: Tensor) -> Tensor:
        """Return logits [batch, classes] of images [batch, channels, h, w]."""
        before = last = self.stem(images)
        for cell in self.cells:
            before, last = last, cell(before, last)
        return self.classifier(self.pool(last).flatten(1))


class _Cell(nn.Module):
    """One cell: four nodes, each the sum of two operations, concatenated to the output."""

    def __init__(
        self,
        variables: Sequence[int],
        inputs: tuple[int, int],
        channels: int,
        reduction: bool,
        shrunk: bool,
    ) -> None:
        super().__init__()
        # The input before the last has twice the resolution if the last cell was a reduction.
        shrink = _FactorizedReduction if shrunk else _relu_conv_norm
        self.preprocess = nn.ModuleList(
            [shrink(inputs[0], channels), _relu_conv_norm(inputs[1], channels)]
        )
        pairs = [PAIRS[0][0], *(PAIRS[n][variables[7 + n]] for n in (1, 2, 3))]
        self.sources = [source for pair in pairs for source in pair]
        self.operations = nn.ModuleList(
            _operation(operation, channels, 2 if reduction and source < 2 else 1)
            for operation, source in zip(variables[:8], self.sources, strict=True)
        )

    def forward(self, before: Tensor, last: Tensor) -> Tensor:
        nodes = [p(x) for p, x in zip(self.preprocess, (before, last), strict=True)]
        for node in range(4):
            lower, higher = self.sources[2 * node : 2 * node + 2]
            a, b = self.operations[2 * node : 2 * node + 2]
            nodes.append(a(nodes[lower]) + b(nodes[higher]))
        return torch.cat(nodes[2:], dim=1)


def _operation(operation: int, channels: int, stride: int) -> nn.Module:
    if operation == MAX_POOL:
        return nn.MaxPool2d(3, stride, 1)
    if operation == AVG_POOL:
        return nn.AvgPool2d(3, stride, 1, count_include_pad=False)
    if operation == SKIP:
        return nn.Identity() if stride == 1 else _FactorizedReduction(channels, channels)
    kernel = _KERNEL[operation]
    if operation in (DIL3, DIL5):
        return _depthwise(channels, kernel, stride, 2)
    return nn.Sequential(
        _depthwise(channels, kernel, stride, 1), _depthwise(channels, kernel, 1, 1)
    )


def _depthwise(channels: int, kernel: int, stride: int, dilation: int) -> nn.Module:
    """Return ReLU, depthwise convolution, pointwise convolution and batch norm."""
    padding = dilation * (kernel // 2)
    return nn.Sequential(
        nn.ReLU(),
        nn.Conv2d(
            channels, channels, kernel, stride, padding, dilation, groups=channels, bias=False
        ),
        nn.Conv2d(channels, channels, 1, bias=False),
        nn.BatchNorm2d(channels),
    )


def _relu_conv_norm(channels_in: int, channels_out: int) -> nn.Module:
    return nn.Sequential(
        nn.ReLU(),
        nn.Conv2d(channels_in, channels_out, 1, bias=False),
        nn.BatchNorm2d(channels_out),
    )


class _FactorizedReduction(nn.Module):
    """Half the resolution: two 1x1 convolutions of stride 2, the second shifted by one pixel."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.relu = nn.ReLU()
        half = channels_out // 2
        self.even = nn.Conv2d(channels_in, half, 1, 2, bias=False)
        self.odd = nn.Conv2d(channels_in, channels_out - half, 1, 2, bias=False)
        self.norm = nn.BatchNorm2d(channels_out)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(x)
        shifted = nn.functional.pad(x, (0, 1, 0, 1))[:, :, 1:, 1:]  # padded for odd sizes
        return self.norm(torch.cat([self.even(x), self.odd(shifted)], dim=1))
