"""NAS-Bench-201: a cell of four nodes and six edges, one of five operations on each edge.

The cell and its string form are those of Dong and Yang, "NAS-Bench-201: Extending the Scope of
Reproducible Neural Architecture Search" (ICLR 2020), section 2. So is the network around the cell
(`Skeleton`).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats, Indices, Mask
from bench.errors import SpaceError
from bench.spaces.finite import Architectures, FiniteSpace

__all__ = ["EDGES", "OPERATIONS", "NASBench201", "Skeleton"]

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
NONE, SKIP, CONV1, CONV3, POOL = range(5)

# (source node, target node) of each variable, in the order of the string form.
EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))

# none < skip < pool < 1x1 < 3x3, by the functions that an edge can represent.
_CAPACITY_RANK = (0, 1, 3, 4, 2)


class NASBench201(FiniteSpace):
    """The 15,625 cells of NAS-Bench-201; 6,466 of them are distinct up to isomorphism.

    Examples
    --------
    >>> space = NASBench201()
    >>> space.to_strings([[3, 3, 3, 3, 3, 3]])
    ['|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|']
    >>> space.size
    15625
    """

    name = "nasbench201"
    cardinalities = (5,) * 6
    capacity_rank = (_CAPACITY_RANK,) * 6

    def to_strings(self, architectures: ArrayLike) -> list[str]:
        """Return `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|` for each architecture."""
        strings = []
        for cell in self.check(architectures):
            nodes: dict[int, str] = {}
            for (source, target), operation in zip(EDGES, cell, strict=True):
                nodes[target] = nodes.get(target, "|") + f"{OPERATIONS[operation]}~{source}|"
            strings.append("+".join(nodes[target] for target in (1, 2, 3)))
        return strings

    def from_strings(self, strings: Sequence[str]) -> Architectures:
        """Return the architectures [n, 6] that these strings name.

        Raises
        ------
        SpaceError
            If a string does not have the form above; the message quotes it and shows the form.
        """
        cells = []
        for string in strings:
            inputs = [node.strip("|").split("|") for node in string.split("+")]
            flat = [edge for node in inputs for edge in node]
            expected = [f"~{source}" for source, _ in EDGES]
            well_formed = [len(node) for node in inputs] == [1, 2, 3] and all(
                edge.endswith(end) and edge[: -len(end)] in OPERATIONS
                for edge, end in zip(flat, expected, strict=True)
            )
            if not well_formed:
                raise SpaceError(
                    f"not a NAS-Bench-201 cell: {string!r}; expected "
                    f"|op~0|+|op~0|op~1|+|op~0|op~1|op~2| with op one of {', '.join(OPERATIONS)}"
                )
            cells.append([OPERATIONS.index(edge[:-2]) for edge in flat])
        return self.check(np.asarray(cells, dtype=np.int8))

    def canonical(self, architectures: ArrayLike) -> Architectures:
        """Return the smallest member [n, 6] of each architecture's isomorphism class.

        The classes are the 6,466 that the benchmark's authors count (ICLR 2020, section 2.1). Two
        cells are in the same class if the expressions of their outputs are the same text after
        sorting the terms of each sum, with `none` as zero and `skip_connect` as identity. The
        smallest member is the one with the fewest parameters, then the fewest operations other
        than `none`, then the first in the order of capacity. The text of two equal terms does not
        show whether one convolution is used twice or two convolutions are used in parallel; in
        such a class the smallest member shares one convolution.
        """
        representative, _ = _classes()
        return self.from_index(representative[self.index(architectures)])

    def class_keys(self, architectures: ArrayLike) -> list[Hashable]:
        """Return the index of each architecture's representative as its key."""
        representative, _ = _classes()
        return list(representative[self.index(architectures)].tolist())

    def canonical_indices(self) -> Indices:
        """Return the index [6466] of the representative of each class, in ascending order."""
        representative, _ = _classes()
        return np.unique(representative)

    def connected(self, architectures: ArrayLike) -> Mask:
        """Return [n] whether any path without `none` leads from the input to the output."""
        live = self.check(architectures) != NONE
        reach = [np.ones(len(live), dtype=bool)]
        for target in (1, 2, 3):
            edges = [e for e, (_, t) in enumerate(EDGES) if t == target]
            reach.append(np.logical_or.reduce([live[:, e] & reach[EDGES[e][0]] for e in edges]))
        return reach[3]


@lru_cache(maxsize=1)
def _classes() -> tuple[Indices, int]:
    """Return the index [15625] of each architecture's representative, and the number of classes.

    Sums are compared as texts in the form of the benchmark's authors (operations by name, `#` for
    a term that is zero). The published number of 6,466 classes depends on that form, which
    distinguishes a few equal sums of sums. As functions of the input, there are only 4,930.
    """
    space = NASBench201()
    cells = space.enumerate()

    def term(source: str, operation: int) -> str:
        if operation == NONE or source == "#":
            return "#"
        return source if operation == SKIP else f"({source})@{OPERATIONS[operation]}"

    outputs: dict[str, list[int]] = {}
    by_index = iter(range(space.size))
    node1 = [term("0", o) for o in range(5)]
    from_input = node1
    for op01, op02, op12 in product(range(5), repeat=3):
        node2 = "+".join(sorted((from_input[op02], term(node1[op01], op12))))
        from_1 = [term(node1[op01], o) for o in range(5)]
        from_2 = [term(node2, o) for o in range(5)]
        for a in from_input:
            for b in from_1:
                for c in from_2:
                    outputs.setdefault("+".join(sorted((a, b, c))), []).append(next(by_index))

    ranks = np.asarray(_CAPACITY_RANK)[cells]
    cost = 9 * (cells == CONV3).sum(axis=1) + (cells == CONV1).sum(axis=1)
    active = (cells != NONE).sum(axis=1)
    order = np.lexsort((*ranks.T[::-1], active, cost))
    rank = np.empty(space.size, dtype=np.int64)
    rank[order] = np.arange(space.size)
    rank_of = rank.tolist()
    representative = np.empty(space.size, dtype=np.int64)
    for members in outputs.values():
        representative[members] = min(members, key=rank_of.__getitem__)
    return representative, len(outputs)


@dataclass(frozen=True)
class Skeleton:
    """The network around a cell: stem, three stages with a residual block between, classifier.

    FLOPs and parameters are closed forms of NAS-Bench-201's network. With its CIFAR-10 settings,
    the cell of six 3x3 convolutions has 220.12 MFLOPs (multiply-adds, the benchmark's convention)
    and 1.5315 M parameters.

    Attributes
    ----------
    image : int
        Height and width of the input, in pixels; divisible by 4.
    in_channels, classes : int
        Channels of the input and number of classes.
    channels : int
        Channels of the first stage; each later stage has twice as many as the previous one.
    cells : int
        Number of cells in each of the three stages.
    reduction : {"residual", "pooling"}
        The block that halves the resolution between stages. `residual` is the benchmark's block.
        `pooling` (*ours*) is average pooling and a 1x1 convolution, so that in a small network the
        cells, and not the blocks between them, determine what can be computed.
    """

    image: int
    in_channels: int
    classes: int
    channels: int = 16
    cells: int = 5
    reduction: Literal["residual", "pooling"] = "residual"

    @property
    def stages(self) -> tuple[tuple[int, int], ...]:
        """(channels, height and width) of each stage."""
        return tuple((self.channels * 2**s, self.image // 2**s) for s in range(3))

    def flops(self, architectures: ArrayLike) -> Floats:
        """Return multiply-adds [n] of one forward pass of one image."""
        conv1, conv3 = _count_convolutions(architectures)
        first, *later = self.stages
        per_conv1 = self.cells * sum(c * c * p * p for c, p in self.stages)
        fixed = 9 * self.in_channels * first[0] * first[1] ** 2
        for c, p in later:  # a 1x1 and, if residual, two 3x3 convolutions at the new resolution
            fixed += (c // 2) * c * p * p
            if self.reduction == "residual":
                fixed += (9 * (c // 2) * c + 9 * c * c) * p * p
        fixed += later[-1][0] * self.classes + self.classes
        return fixed + per_conv1 * (conv1 + 9 * conv3)

    def params(self, architectures: ArrayLike) -> Floats:
        """Return the number of trainable parameters [n]."""
        conv1, conv3 = _count_convolutions(architectures)
        first, *later = self.stages
        squares = self.cells * sum(c * c for c, _ in self.stages)
        norms = self.cells * sum(2 * c for c, _ in self.stages)
        fixed = 9 * self.in_channels * first[0] + 2 * first[0]
        for c, _ in later:
            fixed += (c // 2) * c
            if self.reduction == "residual":
                fixed += 9 * (c // 2) * c + 2 * c + 9 * c * c + 2 * c
            else:
                fixed += 2 * c
        last = later[-1][0]
        fixed += 2 * last + last * self.classes + self.classes
        return fixed + (squares + norms) * conv1 + (9 * squares + norms) * conv3


def _count_convolutions(
    architectures: ArrayLike,
) -> tuple[Floats, Floats]:
    cells = NASBench201().check(architectures)
    return (cells == CONV1).sum(axis=1).astype(float), (cells == CONV3).sum(axis=1).astype(float)
