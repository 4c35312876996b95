"""NAS-Bench-201: a cell of four nodes and six edges, one of five operations on each edge.

The cell and its string form are those of Dong and Yang, "NAS-Bench-201: Extending the Scope of
Reproducible Neural Architecture Search" (ICLR 2020), section 2; so is the skeleton whose size
`Skeleton` counts. Nothing here trains or looks anything up.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.errors import SpaceError
from bench.spaces.finite import Architectures, FiniteSpace

__all__ = ["EDGES", "OPERATIONS", "NASBench201", "Skeleton"]

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
NONE, SKIP, CONV1, CONV3, POOL = range(5)

# (source node, target node) of each variable, in the order of the string form.
EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))

# none < skip < pool < 1x1 < 3x3, by what an edge can represent.
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

        The classes are the 6,466 that the benchmark's authors count (ICLR 2020, section 2.1):
        two cells are one when the expressions of their outputs, with `none` as zero and
        `skip_connect` as identity, are written alike after sorting each sum. The smallest member
        is that with the fewest parameters, then the fewest operations other than `none`, then the
        first in capacity order. Two equal terms count as one text whether one convolution is used
        twice or two stand side by side; the smallest member is then that with the shared one.
        """
        representative, _ = _classes()
        return self.from_index(representative[self.index(architectures)])

    def class_keys(self, architectures: ArrayLike) -> list[Hashable]:
        """Return the index of each architecture's representative."""
        representative, _ = _classes()
        return list(representative[self.index(architectures)].tolist())

    def canonical_indices(self) -> NDArray[np.int64]:
        """Return the index [6466] of every class's representative, ascending."""
        representative, _ = _classes()
        return np.unique(representative)

    def connected(self, architectures: ArrayLike) -> NDArray[np.bool_]:
        """Tell [n] whether any path without `none` leads from the input to the output."""
        live = self.check(architectures) != NONE
        reach = [np.ones(len(live), dtype=bool)]
        for target in (1, 2, 3):
            edges = [e for e, (_, t) in enumerate(EDGES) if t == target]
            reach.append(np.logical_or.reduce([live[:, e] & reach[EDGES[e][0]] for e in edges]))
        return reach[3]


@lru_cache(maxsize=1)
def _classes() -> tuple[NDArray[np.int64], int]:
    """Map every index to its class's representative, [15625]; and count the classes.

    Sums are compared as the text the benchmark's authors compare (operations by name, an erased
    term as `#`), because a few sums of sums are told apart by that text alone: the published 6,466
    depends on it. (As functions of the input there are fewer, 4,930.)
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
    place = np.empty(space.size, dtype=np.int64)
    place[order] = np.arange(space.size)
    places = place.tolist()
    representative = np.empty(space.size, dtype=np.int64)
    for members in outputs.values():
        representative[members] = min(members, key=places.__getitem__)
    return representative, len(outputs)


@dataclass(frozen=True)
class Skeleton:
    """The network around a cell: stem, three stages with a residual block between, classifier.

    The counts are closed forms of NAS-Bench-201's network; with its CIFAR-10 settings the all-3x3
    cell has 220.12 MFLOPs (multiply-adds, the benchmark's convention) and 1.5315 M parameters.

    Attributes
    ----------
    image : int
        Height and width of the input, in pixels; divisible by 4.
    in_channels, classes : int
        Channels of the input and number of classes.
    channels : int
        Channels of the first stage; doubled from stage to stage.
    cells : int
        Cells in each of the three stages.
    reduction : {"residual", "pooling"}
        What halves the resolution between stages. `residual` is the benchmark's own block;
        `pooling` (*ours*) an average pool and a 1x1 convolution, so that in a small network the
        cell, and not what lies between cells, decides what can be computed.
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

    def flops(self, architectures: ArrayLike) -> NDArray[np.float64]:
        """Return multiply-adds [n] of one forward pass of one image."""
        conv1, conv3 = _count_convolutions(architectures)
        first, *later = self.stages
        per_conv1 = self.cells * sum(c * c * p * p for c, p in self.stages)
        fixed = 9 * self.in_channels * first[0] * first[1] ** 2
        for c, p in later:  # a 1x1 convolution; if residual, two 3x3 ones, at the new resolution
            fixed += (c // 2) * c * p * p
            if self.reduction == "residual":
                fixed += (9 * (c // 2) * c + 9 * c * c) * p * p
        fixed += later[-1][0] * self.classes + self.classes
        return fixed + per_conv1 * (conv1 + 9 * conv3)

    def params(self, architectures: ArrayLike) -> NDArray[np.float64]:
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
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    cells = NASBench201().check(architectures)
    return (cells == CONV1).sum(axis=1).astype(float), (cells == CONV3).sum(axis=1).astype(float)
