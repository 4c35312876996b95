"""NAS-Bench-Macro: a chain of eight layers in three stages, each layer one of three blocks.

The layers, their codes and their string form are those of Su et al., "Prioritized Architecture
Sampling with Monto-Carlo Tree Search" (CVPR 2021), in the authors' repository NAS-Bench-Macro.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from bench.errors import SpaceError
from bench.spaces.finite import Architectures, FiniteSpace

__all__ = ["BLOCKS", "STAGES", "NASBenchMacro"]

# Identity, and MobileNetV2 blocks with expansion ratio 3 or 6 and kernel 3x3 or 5x5.
BLOCKS = ("identity", "MB3_K3", "MB6_K5")
IDENTITY, MB3_K3, MB6_K5 = range(3)

# (first layer, last layer + 1) of each stage; the first layer halves the resolution.
STAGES = ((0, 2), (2, 5), (5, 8))


class NASBenchMacro(FiniteSpace):
    """The 6,561 chains of NAS-Bench-Macro; 3,969 of them are distinct networks.

    The categories are in ascending order of capacity, by weights and by multiply-adds.

    Examples
    --------
    >>> space = NASBenchMacro()
    >>> space.to_strings([[2, 2, 2, 1, 2, 2, 0, 2]])
    ['22212202']
    >>> space.to_strings(space.canonical([[2, 2, 2, 1, 2, 2, 0, 2]]))
    ['22212220']
    """

    name = "nasbench-macro"
    cardinalities = (3,) * 8
    capacity_rank = ((0, 1, 2),) * 8

    def to_strings(self, architectures: ArrayLike) -> list[str]:
        """Return the eight digits [n] of each architecture, as in the published table."""
        return ["".join(map(str, row)) for row in self.check(architectures).tolist()]

    def from_strings(self, strings: Sequence[str]) -> Architectures:
        """Return the architectures [n, 8] that these strings name.

        Raises
        ------
        SpaceError
            If a string is not eight digits from 0 to 2.
        """
        for string in strings:
            if len(string) != self.variables or not set(string) <= set("012"):
                raise SpaceError(
                    f"not a NAS-Bench-Macro architecture: {string!r}; expected {self.variables} "
                    f"digits, each 0 ({BLOCKS[0]}), 1 ({BLOCKS[1]}) or 2 ({BLOCKS[2]})"
                )
        return self.check(np.asarray([[int(c) for c in s] for s in strings], dtype=np.int8))

    def canonical(self, architectures: ArrayLike) -> Architectures:
        """Return, for each architecture, the member [n, 8] of its class that was trained.

        In the first layer of a stage, `identity` is a strided 1x1 convolution; in the other layers
        it does nothing, so its position does not matter. The representative is that of the
        benchmark's training script (`train_benchmark.py`): the first layer is unchanged, the other
        blocks follow in their order, and the identities come last. In the published table, all
        members of a class have the measurements of this network.
        """
        moved = self.check(architectures).copy()
        for first, end in STAGES:
            rest = moved[:, first + 1 : end]
            order = np.argsort(rest == IDENTITY, axis=1, kind="stable")
            moved[:, first + 1 : end] = np.take_along_axis(rest, order, axis=1)
        return moved
