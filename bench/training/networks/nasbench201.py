"""Networks made of NAS-Bench-201 cells, several independent copies side by side.

`CellNetwork(cell, skeleton, copies=k)` holds k networks of the same topology and no common weight:
copy j owns the channels [j*C, (j+1)*C) of every tensor, convolutions are grouped by copy, and batch
normalisation acts on each channel alone, so the k trainings are exactly k separate ones at two to
four times less cost than one after another on a CPU.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from bench.spaces import Skeleton
from bench.spaces.nasbench201 import CONV1, CONV3, EDGES, NONE, POOL, SKIP

__all__ = ["Cell", "CellNetwork"]


def _relu_conv_norm(
    channels_in: int, channels_out: int, kernel: int, stride: int, k: int
) -> nn.Module:
    return nn.Sequential(
        nn.ReLU(),
        nn.Conv2d(
            k * channels_in, k * channels_out, kernel, stride, kernel // 2, groups=k, bias=False
        ),
        nn.BatchNorm2d(k * channels_out),
    )


class Cell(nn.Module):
    """One cell, k copies side by side; an edge is its nodes and the module of its operation."""

    def __init__(self, cell: Sequence[int], channels: int, k: int = 1) -> None:
        super().__init__()
        self.edges: list[tuple[int, int, int]] = []
        self.operations = nn.ModuleList()
        for (source, target), operation in zip(EDGES, cell, strict=True):
            if operation == NONE:
                continue
            self.edges.append((source, target, len(self.operations)))
            if operation == CONV1:
                self.operations.append(_relu_conv_norm(channels, channels, 1, 1, k))
            elif operation == CONV3:
                self.operations.append(_relu_conv_norm(channels, channels, 3, 1, k))
            elif operation == POOL:
                self.operations.append(nn.AvgPool2d(3, 1, 1, count_include_pad=False))
            elif operation == SKIP:
                self.operations.append(nn.Identity())

    def forward(self, x: Tensor) -> Tensor:
        """Map a tensor to one of the same shape."""
        nodes: list[Tensor | None] = [x, None, None, None]
        for source, target, place in self.edges:
            # A node without a live input is zero: the convolution of it still has its shift.
            fed = nodes[source]
            out = self.operations[place](torch.zeros_like(x) if fed is None else fed)
            held = nodes[target]
            nodes[target] = out if held is None else held + out
        return torch.zeros_like(x) if nodes[3] is None else nodes[3]


class _Reduction(nn.Module):
    """The residual block between two stages: halves the resolution, doubles the channels."""

    def __init__(self, channels_in: int, channels_out: int, k: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _relu_conv_norm(channels_in, channels_out, 3, 2, k),
            _relu_conv_norm(channels_out, channels_out, 3, 1, k),
        )
        self.shortcut = nn.Sequential(
            nn.AvgPool2d(2, 2),
            nn.Conv2d(k * channels_in, k * channels_out, 1, groups=k, bias=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) + self.shortcut(x)


class _PoolingReduction(nn.Module):
    """Halves the resolution and doubles the channels, and computes as little as that allows."""

    def __init__(self, channels_in: int, channels_out: int, k: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.AvgPool2d(2, 2),
            nn.Conv2d(k * channels_in, k * channels_out, 1, groups=k, bias=False),
            nn.BatchNorm2d(k * channels_out),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)


class CellNetwork(nn.Module):
    """Stem, three stages of `skeleton.cells` cells, classifier: images to logits.

    Parameters
    ----------
    cell : sequence of int
        The six operations, in the order of `bench.spaces.nasbench201.EDGES`.
    skeleton : Skeleton
        Sizes of the network around the cell.
    copies : int
        Independent networks held side by side.
    """

    def __init__(self, cell: Sequence[int], skeleton: Skeleton, *, copies: int = 1) -> None:
        super().__init__()
        self.copies, self.classes = copies, skeleton.classes
        k, widths = copies, [channels for channels, _ in skeleton.stages]
        reduction = _Reduction if skeleton.reduction == "residual" else _PoolingReduction
        layers: list[nn.Module] = [
            nn.Conv2d(k * skeleton.in_channels, k * widths[0], 3, 1, 1, groups=k, bias=False),
            nn.BatchNorm2d(k * widths[0]),
        ]
        for stage, width in enumerate(widths):
            if stage:
                layers.append(reduction(widths[stage - 1], width, k))
            layers.extend(Cell(cell, width, k) for _ in range(skeleton.cells))
        layers += [nn.BatchNorm2d(k * widths[-1]), nn.ReLU(), nn.AdaptiveAvgPool2d(1)]
        self.body = nn.Sequential(*layers)
        self.classifier = nn.Conv2d(k * widths[-1], k * skeleton.classes, 1, groups=k)

    def forward(self, images: Tensor) -> Tensor:
        """Map images [batch, copies * channels, h, w] to logits [batch, copies, classes]."""
        logits = self.classifier(self.body(images))
        return logits.flatten(1).unflatten(1, (self.copies, self.classes))
