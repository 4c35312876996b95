"""The DARTS space of NAS-Bench-301: a normal and a reduction cell, each of four nodes.

The cells, their genotype text and the network around them are those of Liu et al., "DARTS:
Differentiable Architecture Search" (ICLR 2019), section 2.1 and appendix A, with the settings of
Siems et al., "NAS-Bench-301" (2020).
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats, Indices
from bench.errors import SpaceError
from bench.spaces.finite import Architectures, FiniteSpace

__all__ = ["CELLS", "DARTS", "OPERATIONS", "PAIRS", "DARTSSkeleton"]

OPERATIONS = (
    "max_pool_3x3",
    "avg_pool_3x3",
    "skip_connect",
    "sep_conv_3x3",
    "sep_conv_5x5",
    "dil_conv_3x3",
    "dil_conv_5x5",
)
MAX_POOL, AVG_POOL, SKIP, SEP3, SEP5, DIL3, DIL5 = range(7)

CELLS = ("normal", "reduce")

# The possible pairs of input nodes of nodes 2, 3, 4, 5, in the order of the categories.
PAIRS = tuple(tuple(combinations(range(node), 2)) for node in (2, 3, 4, 5))

_CELL_CARDINALITIES = (7,) * 8 + tuple(len(pairs) for pairs in PAIRS[1:])
_CELL_VARIABLES = len(_CELL_CARDINALITIES)
_CELLS_AT_ONCE = 512  # times 24 relabellings stay in the processor's cache
_STRIDES = np.cumprod((1, *_CELL_CARDINALITIES[:0:-1]))[::-1]  # of the index of a cell

# skip < average < maximum < dilated 3x3 < dilated 5x5 < separable 3x3 < separable 5x5.
_CAPACITY_RANK = (2, 1, 0, 5, 6, 3, 4)

# Integer of each operation in YAHPO Gym's nb301 (encoding_v2.json): alphabetical, from 1.
_YAHPO_OPERATION = np.asarray([4, 1, 7, 5, 6, 2, 3])
# Index of the first edge into nodes 2..5 among the 14 possible edges of a cell.
_FIRST_EDGE = np.asarray([0, 2, 5, 9])

_EDGE = r"""\(\s*['"](\w+)['"]\s*,\s*(\d+)\s*\)"""
_ANY_EDGE = _EDGE.replace(r"(\w+)", r"\w+").replace(r"(\d+)", r"\d+")
_EDGES = rf"\[\s*((?:{_ANY_EDGE}(?:\s*,\s*{_ANY_EDGE})*)?)\s*,?\s*\]"
_CONCAT = r"(?:\[\s*2\s*,\s*3\s*,\s*4\s*,\s*5\s*\]|range\(\s*2\s*,\s*6\s*\))"
_BODY = r"\s*,\s*".join(rf"{c}\s*=\s*{_EDGES}\s*,\s*{c}_concat\s*=\s*{_CONCAT}" for c in CELLS)
_GENOTYPE = re.compile(rf"\s*Genotype\(\s*{_BODY}\s*,?\s*\)\s*", re.ASCII)
_FORM = (
    "Genotype(normal=[('OPERATION', SOURCE), ... 8 in all], normal_concat=[2, 3, 4, 5], "
    "reduce=[...], reduce_concat=[2, 3, 4, 5])"
)


class DARTS(FiniteSpace):
    """The pairs of cells of NAS-Bench-301: 22 variables, about 1.08e18 architectures.

    Nodes 0 and 1 are the outputs of the two previous cells. Each of nodes 2 to 5 adds the results
    of two operations on two different earlier nodes; the concatenation of nodes 2 to 5 is the
    output. The variables are, for the normal cell and then for the reduction cell: the operations
    on the lower and the higher input of nodes 2, 3, 4, 5 (8 variables), and the pair of inputs of
    nodes 3, 4, 5 (3 variables, each an index into `PAIRS`).

    Operations are ranked by their number of weights. Skip and pooling have none: a skip is the
    identity, average pooling is linear, maximum pooling is not. A dilated convolution has one
    k x k depthwise and one 1x1 convolution, a separable one has two of each. Pairs of inputs have
    no order of capacity; their rank is their index.

    Examples
    --------
    >>> space = DARTS()
    >>> space.to_strings([[3] * 8 + [0] * 3 + [2] * 8 + [2, 5, 9]])[0][:63]
    "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('se"
    >>> space.size
    1076746950455072400
    """

    name = "darts"
    cardinalities = _CELL_CARDINALITIES * 2
    capacity_rank = ((_CAPACITY_RANK,) * 8 + tuple(tuple(range(len(p))) for p in PAIRS[1:])) * 2

    def to_strings(self, architectures: ArrayLike) -> list[str]:
        """Return the genotype [n] of each architecture, the lower input of each node first."""
        cells = self._cells(architectures)
        sources, operations = _unpack(cells.reshape(-1, _CELL_VARIABLES))
        texts = []
        for cell_sources, cell_operations in zip(
            sources.reshape(-1, 8).tolist(), operations.reshape(-1, 8).tolist(), strict=True
        ):
            edges = zip(cell_operations, cell_sources, strict=True)
            texts.append(", ".join(f"('{OPERATIONS[o]}', {s})" for o, s in edges))
        return [
            f"Genotype(normal=[{normal}], normal_concat=[2, 3, 4, 5], "
            f"reduce=[{reduction}], reduce_concat=[2, 3, 4, 5])"
            for normal, reduction in zip(texts[::2], texts[1::2], strict=True)
        ]

    def from_strings(self, strings: Sequence[str]) -> Architectures:
        """Return the architectures [n, 22] that these genotypes name.

        The two inputs of a node may be given in either order, and the concatenation also as
        `range(2, 6)`.

        Raises
        ------
        SpaceError
            If a string does not have the form above, an operation is unknown, or the inputs of a
            node are not two different earlier nodes; the message quotes what is wrong.
        """
        sources = np.zeros((len(strings), 2, 8), dtype=np.int64)
        operations = np.zeros((len(strings), 2, 8), dtype=np.int64)
        for row, string in enumerate(strings):
            match = _GENOTYPE.fullmatch(string)
            if match is None:
                raise SpaceError(f"not a DARTS genotype: {string[:300]!r}; expected {_FORM}")
            for i, (cell, text) in enumerate(zip(CELLS, match.groups(), strict=True)):
                sources[row, i], operations[row, i] = _read_edges(cell, text)
        packed = _pack(sources.reshape(-1, 4, 2), operations.reshape(-1, 4, 2))
        return self.check(packed.reshape(len(strings), self.variables))

    def canonical(self, architectures: ArrayLike) -> Architectures:
        """Return the smallest member [n, 22] of each architecture's isomorphism class.

        Two cells are isomorphic if a permutation of nodes 2 to 5 turns one into the other and
        every node still comes after its inputs: their concatenated outputs differ only in the
        order of the channels. There are 382,128,166 classes of cells. The smallest member is the
        first in the order of `index`. A surrogate trained on encodings may give different
        predictions for members of the same class.
        """
        smallest = _smallest_relabelling(self._cells(architectures).reshape(-1, _CELL_VARIABLES))
        cells: Architectures = (smallest[:, None] // _STRIDES % _CELL_CARDINALITIES).astype(np.int8)
        return cells.reshape(-1, self.variables)

    def class_keys(self, architectures: ArrayLike) -> list[Hashable]:
        """Return the index of each architecture's smallest member as its key."""
        cells = self._cells(architectures).reshape(-1, _CELL_VARIABLES)
        smallest = _smallest_relabelling(cells).reshape(-1, 2)
        return list((smallest @ (math.prod(_CELL_CARDINALITIES), 1)).tolist())

    def yahpo_inputs(self, architectures: ArrayLike) -> Indices:
        """Return the 34 categorical inputs [n, 34] of YAHPO Gym's nb301 surrogate.

        The first 28 are the operations on the 14 possible edges of the normal cell, then of the
        reduction cell: 0 if there is no edge, otherwise 1 to 7 in alphabetical order. Edges are
        ordered by target, then by source. The last 6 are the pairs of inputs of nodes 3, 4, 5 of
        the normal cell, then of the reduction cell, counted from 1.

        Notes
        -----
        The codes are those of `nb301/encoding_v2.json` and `config_space_v2.json` in the data of
        YAHPO Gym (Pfisterer et al., AutoML-Conf 2022).
        """
        cells = self._cells(architectures)
        n = len(cells)
        sources, operations = _unpack(cells.reshape(-1, _CELL_VARIABLES))
        edges = np.zeros((2 * n, 14), dtype=np.int64)
        taken = (_FIRST_EDGE[:, None] + sources).reshape(-1, 8)
        np.put_along_axis(edges, taken, _YAHPO_OPERATION[operations].reshape(-1, 8), axis=1)
        pairs = cells[:, :, 8:].astype(np.int64) + 1
        return np.concatenate([edges.reshape(n, 28), pairs.reshape(n, 6)], axis=1)

    def _cells(self, architectures: ArrayLike) -> Architectures:
        return self.check(architectures).reshape(-1, 2, _CELL_VARIABLES)


def _read_edges(cell: str, text: str) -> tuple[list[int], list[int]]:
    """Return the sources [8] and operations [8] of a cell's edges, in the order of the text."""
    edges = re.findall(_EDGE, text)
    if len(edges) != 8:
        raise SpaceError(
            f"not a DARTS genotype: {len(edges)} edges in {cell}; expected 8, two for each node"
        )
    for operation, _ in edges:
        if operation not in OPERATIONS:
            raise SpaceError(
                f"not a DARTS genotype: operation {operation!r} in {cell}; "
                f"expected one of {', '.join(OPERATIONS)}"
            )
    sources = [int(source) for _, source in edges]
    for node in range(2, 6):
        pair = sources[2 * node - 4 : 2 * node - 2]
        if tuple(sorted(pair)) not in PAIRS[node - 2]:
            raise SpaceError(
                f"not a DARTS genotype: node {node} of {cell} takes nodes {pair[0]} and {pair[1]}; "
                f"expected two different nodes from 0 to {node - 1}"
            )
    return sources, [OPERATIONS.index(operation) for operation, _ in edges]


def _unpack(cells: Architectures) -> tuple[Indices, Indices]:
    """Return the sources and the operations, both [n, 4 nodes, 2], of cells [n, 11]."""
    sources = np.empty((len(cells), 4, 2), dtype=np.int64)
    sources[:, 0] = PAIRS[0][0]
    for node in range(1, 4):
        sources[:, node] = np.asarray(PAIRS[node])[cells[:, 7 + node]]
    return sources, cells[:, :8].astype(np.int64).reshape(-1, 4, 2)


def _pack(sources: Indices, operations: Indices) -> Architectures:
    """Return the cells [n, 11] with these valid sources and operations [n, 4 nodes, 2].

    The two inputs of a node may be in either order.
    """
    order = np.argsort(sources, axis=2)
    lower, higher = np.moveaxis(np.take_along_axis(sources, order, axis=2), 2, 0)
    inputs = np.arange(2, 6)
    # Index of the pair (lower, higher) in the lexicographic order of all pairs of `inputs` nodes.
    pairs = lower * (2 * inputs - lower - 1) // 2 + higher - lower - 1
    ordered = np.take_along_axis(operations, order, axis=2).reshape(-1, 8)
    return np.concatenate([ordered, pairs[:, 1:]], axis=1).astype(np.int8)


def _smallest_relabelling(cells: Architectures) -> Indices:
    """Return, for each cell [n, 11], the least index [n] of its valid relabellings."""
    chunks = range(0, len(cells), _CELLS_AT_ONCE)
    return np.concatenate(
        [np.empty(0, dtype=np.int64), *(_smallest(cells[i : i + _CELLS_AT_ONCE]) for i in chunks)]
    )


def _smallest(cells: Architectures) -> Indices:
    fixed, lower, higher = _relabelled_terms()
    values = cells.astype(np.int64)
    index = np.zeros((len(fixed), len(cells)), dtype=np.int64)
    for node in range(4):
        pair = values[:, 7 + node] if node else np.zeros(len(cells), dtype=np.int64)
        index += fixed[:, node, pair]
        index += lower[:, node, pair] * values[:, 2 * node]
        index += higher[:, node, pair] * values[:, 2 * node + 1]
    smallest: Indices = index.min(axis=0)
    return smallest


@lru_cache(maxsize=1)
def _relabelled_terms() -> tuple[Indices, Indices, Indices]:
    """Return what each node adds to the index of a relabelled cell, all [24 labellings, 4, 10].

    A node whose inputs are pair p adds `fixed[labelling, node, p]`, and `lower` and `higher` times
    the operations on its lower and higher input. A labelling in which the node would not come after
    its inputs adds more than any index.
    """
    fixed = np.zeros((24, 4, len(PAIRS[-1])), dtype=np.int64)
    lower, higher = np.zeros_like(fixed), np.zeros_like(fixed)
    for labelling, labels in enumerate(permutations(range(4))):  # node 2 + i: 2 + labels[i]
        relabelled = (0, 1, *(2 + label for label in labels))
        for node, place in enumerate(labels):
            for pair, inputs in enumerate(PAIRS[node]):
                moved = [relabelled[each] for each in inputs]
                at = labelling, node, pair
                if tuple(sorted(moved)) not in PAIRS[place]:
                    fixed[at] = 2 * math.prod(_CELL_CARDINALITIES)
                    continue
                if place:
                    fixed[at] = _STRIDES[7 + place] * PAIRS[place].index(tuple(sorted(moved)))
                operations = _STRIDES[2 * place : 2 * place + 2]
                lower[at], higher[at] = operations if moved[0] < moved[1] else operations[::-1]
    return fixed, lower, higher


@dataclass(frozen=True)
class DARTSSkeleton:
    """The network around the cells: stem, a chain of cells, classifier; no auxiliary head.

    Reduction cells are at one third and two thirds of the chain; they halve the resolution and
    double the number of channels. A cell maps each of its two inputs to its own number of channels
    with a ReLU, a 1x1 convolution and a batch norm (at stride 2 if the input has twice the
    resolution); batch norms have scale and shift. The defaults are the training settings of
    NAS-Bench-301.

    Attributes
    ----------
    image : int
        Height and width of the input, in pixels; divisible by 4.
    in_channels, classes : int
        Channels of the input and number of classes.
    channels : int
        Channels of a node in the first cell; the stem has three times as many.
    cells : int
        Number of cells in the chain.
    """

    image: int = 32
    in_channels: int = 3
    classes: int = 10
    channels: int = 32
    cells: int = 8

    def flops(self, architectures: ArrayLike) -> Floats:
        """Return multiply-adds [n] of one forward pass of one image.

        Convolutions and the classifier are counted; pooling, norms, sums and biases are not.
        """
        counts = _count_operations(architectures)
        chain = self._chain()
        fixed = 27 * self.in_channels * self.channels * self.image**2
        fixed += 4 * chain[-1].channels * self.classes
        fixed += sum(c.inputs * c.channels * c.size_in**2 for c in chain)
        cells = [counts[c.reduction] @ _weights(c.channels) * c.size_out**2 for c in chain]
        total: Floats = fixed + np.sum(cells, axis=0)
        return total

    def params(self, architectures: ArrayLike) -> Floats:
        """Return the number of trainable parameters [n]."""
        counts = _count_operations(architectures)
        chain = self._chain()
        fixed = 27 * self.in_channels * self.channels + 6 * self.channels
        fixed += (4 * chain[-1].channels + 1) * self.classes
        fixed += sum((c.inputs + 4) * c.channels for c in chain)
        cells = [counts[c.reduction] @ (_weights(c.channels) + _norms(c.channels)) for c in chain]
        total: Floats = fixed + np.sum(cells, axis=0)
        return total

    def _chain(self) -> list[_ChainCell]:
        chain = []
        second_last, last = 3 * self.channels, 3 * self.channels
        channels, size = self.channels, self.image
        for position in range(self.cells):
            reduction = position in (self.cells // 3, 2 * self.cells // 3)
            channels *= 2 if reduction else 1
            size_out = size // 2 if reduction else size
            chain.append(_ChainCell(int(reduction), second_last + last, channels, size, size_out))
            second_last, last, size = last, 4 * channels, size_out
        return chain


class _ChainCell(NamedTuple):
    """A cell in its network: channels of both inputs together and of a node; sizes in pixels."""

    reduction: int
    inputs: int
    channels: int
    size_in: int
    size_out: int


def _count_operations(architectures: ArrayLike) -> Floats:
    """Return how often each operation occurs [2 cells, n, 8]; the last column: skips at stride 2.

    In a reduction cell, operations on node 0 or 1 have stride 2. A skip at stride 2 is a ReLU, two
    1x1 convolutions of half the channels and a batch norm.
    """
    cells = DARTS().check(architectures).reshape(-1, _CELL_VARIABLES)
    sources, operations = _unpack(cells)
    counts = (operations[..., None] == np.arange(8)).sum(axis=(1, 2)).astype(np.float64)
    counts[1::2, 7] = ((operations == SKIP) & (sources < 2)).sum(axis=(1, 2))[1::2]
    return np.stack([counts[::2], counts[1::2]])


def _weights(channels: int) -> Floats:
    """Return the number of convolution weights [8] per operation of `_count_operations`."""
    small = 9 * channels + channels**2
    large = 25 * channels + channels**2
    return np.asarray([0, 0, 0, 2 * small, 2 * large, small, large, channels**2], dtype=float)


def _norms(channels: int) -> Floats:
    """Return the number of scales and shifts [8] per operation of `_count_operations`."""
    return channels * np.asarray([0, 0, 0, 4, 4, 2, 2, 2], dtype=float)
