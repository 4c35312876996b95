"""Selection of a leaf by upper confidence bounds, along a path or among all leaves."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from methods.lamoo.tree import Node, leaves

__all__ = ["exploration_constant", "select_leaf", "select_path", "upper_confidence_bound"]


def upper_confidence_bound(node: Node, cp: float) -> float:
    """Return HV + 2 Cp sqrt(2 ln(n_parent) / n), in the unit of the hypervolume.

    The hypervolume is that of the node's own samples, neither normalised nor averaged. The bound of
    the root, which has no parent, and of a node without samples is infinite.

    Parameters
    ----------
    node : Node
    cp : float
        In the unit of the hypervolume.

    Notes
    -----
    Zhao et al., JMLR 25(177), 2024, Algorithm 1, line 11.
    """
    if node.parent_size == 0 or node.size == 0:
        return math.inf
    bonus = math.sqrt(2.0 * math.log(node.parent_size) / node.size)
    return node.hypervolume + 2.0 * cp * bonus


def exploration_constant(share: float, hypervolume: float) -> float:
    """Return Cp as a share of a hypervolume, in its unit.

    *ours*: if the hypervolume is zero there is nothing to exploit, and Cp is 1: with any positive
    constant the bonus alone decides.

    Parameters
    ----------
    share : float
    hypervolume : float
    """
    return share * hypervolume if hypervolume > 0 else 1.0


def select_path(root: Node, cp: float, rng: np.random.Generator) -> Node:
    """Return the leaf at the end of the path of largest bounds from the root (Algorithm 1).

    Parameters
    ----------
    root : Node
    cp : float
        See `upper_confidence_bound`.
    rng : numpy.random.Generator
        For ties.
    """
    node = root
    while node.children:
        node = _largest(node.children, cp, rng)
    return node


def select_leaf(root: Node, cp: float, rng: np.random.Generator) -> Node:
    """Return the leaf of the largest bound, each with its own parent's size (Algorithm 2).

    Parameters
    ----------
    root : Node
    cp : float
        See `upper_confidence_bound`.
    rng : numpy.random.Generator
        For ties.
    """
    return _largest(leaves(root), cp, rng)


def _largest(nodes: Sequence[Node], cp: float, rng: np.random.Generator) -> Node:
    bounds = np.array([upper_confidence_bound(node, cp) for node in nodes])
    best = np.flatnonzero(bounds == bounds.max())  # ties are broken uniformly
    return nodes[int(best[rng.integers(len(best))])]
