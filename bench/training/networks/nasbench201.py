"""Networks made of NAS-Bench-201 cells, several independent copies side by side.

`CellNetwork(cell, skeleton, copies=k)` holds k networks of the same topology, with no shared
weights: copy j has the channels [j*C, (j+1)*C) of every tensor, convolutions are grouped by copy,
and batch normalisation treats each channel separately. The k trainings are therefore exactly k
separate ones; on a CPU they take a half to a quarter of the time of one after the other.
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
    """One cell, k copies side by side.

    Parameters
    ----------
    cell : sequence of int
        The six operations, in the order of `bench.spaces.nasbench201.EDGES`.
    channels : int
        Of each copy.
    k : int
        Number of copies.

    Attributes
    ----------
    edges : list of (int, int, int)
        Source node, target node and index in `operations` of every edge but those of none.
    """

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
        """Return the cell's output, of the shape of the input."""
        nodes: list[Tensor | None] = [x, None, None, None]
        for source, target, operation in self.edges:
            # A node without inputs is zero; its convolution still adds the batch norm's shift.
            value = nodes[source]
            out = self.operations[operation](torch.zeros_like(x) if value is None else value)
            total = nodes[target]
            nodes[target] = out if total is None else total + out
        return torch.zeros_like(x) if nodes[3] is None else nodes[3]


class _Reduction(nn.Module):
    """The residual block between two stages: half the resolution, twice the channels."""

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
    """Half the resolution and twice the channels, with as little computation as possible."""

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
    """Stem, three stages of `skeleton.cells` cells each, and classifier.

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
        """Return logits [batch, copies, classes] of images [batch, copies * channels, h, w]."""
        logits = self.classifier(self.body(images))
        return logits.flatten(1).unflatten(1, (self.copies, self.classes))
