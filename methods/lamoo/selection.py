"""Which leaf to sample: upper confidence bounds on hypervolumes, on a path or over all leaves."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from methods.lamoo.tree import Node, leaves

__all__ = ["exploration_constant", "select_leaf", "select_path", "upper_confidence_bound"]


def upper_confidence_bound(node: Node, cp: float) -> float:
    """Return HV + 2 Cp sqrt(2 ln(n_parent) / n), in the unit of the hypervolume.

    The hypervolume is that of the node's own samples, neither normalised nor averaged. The root,
    which has no parent, and a node without samples have infinity.

    Source: Zhao et al., JMLR 25(177), 2024, Algorithm 1, line 11.
    """
    if node.parent_size == 0 or node.size == 0:
        return math.inf
    bonus = math.sqrt(2.0 * math.log(node.parent_size) / node.size)
    return node.hypervolume + 2.0 * cp * bonus


def exploration_constant(share: float, hypervolume: float) -> float:
    """Return Cp as a share of a hypervolume, in its unit.

    *ours*: of a hypervolume of zero, which leaves nothing to exploit, any positive constant does:
    the bonus alone then decides.
    """
    return share * hypervolume if hypervolume > 0 else 1.0


def select_path(root: Node, cp: float, rng: np.random.Generator) -> Node:
    """Return the leaf to which the child of the largest bound leads, level by level (Alg. 1)."""
    node = root
    while node.children:
        node = _largest(node.children, cp, rng)
    return node


def select_leaf(root: Node, cp: float, rng: np.random.Generator) -> Node:
    """Return the leaf of the largest bound, each with its own parent's size (Algorithm 2)."""
    return _largest(leaves(root), cp, rng)


def _largest(nodes: Sequence[Node], cp: float, rng: np.random.Generator) -> Node:
    bounds = np.array([upper_confidence_bound(node, cp) for node in nodes])
    best = np.flatnonzero(bounds == bounds.max())  # ties are broken uniformly
    return nodes[int(best[rng.integers(len(best))])]
