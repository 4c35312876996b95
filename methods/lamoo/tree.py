"""The partition tree: nodes with samples, split between the good and the bad ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from bench.arrays import Floats, Indices
from bench.indicators import hypervolume
from methods.lamoo.boundary import Boundary, Kernel
from methods.lamoo.labels import dominance_numbers, good_half
from methods.lamoo.region import Region, Step

__all__ = ["Assignment", "Node", "TreeRules", "grow", "leaves"]

Assignment = Literal["label", "svm"]


@dataclass(frozen=True)
class TreeRules:
    """Rules of growing a tree.

    Attributes
    ----------
    kernel, degree
        Of the boundaries; see `Boundary`.
    assignment : {"label", "svm"}
        Which child gets a sample: by its own label (the authors' code), or by its side of the
        boundary (the paper's text: D_t intersected with the child's region).
    with_median : bool
        See `good_half`.
    min_samples : int
        A node with fewer is not split.
    max_nodes : int
        No level is added once the tree has more nodes than this.
    """

    kernel: Kernel = "poly"
    degree: int = 4
    assignment: Assignment = "label"
    with_median: bool = True
    min_samples: int = 16
    max_nodes: int = 50


@dataclass(eq=False)
class Node:
    """A node of the tree.

    Attributes
    ----------
    members : array of int [k]
        The samples, as ascending indices of the history.
    hypervolume : float
        Of the members alone, in the product of the objectives' units.
    path : tuple of Step
        From the root to the node.
    parent_size : int
        Number of samples of the parent; 0 at the root.
    children : tuple of Node
        The good one first; empty for a leaf.
    """

    members: Indices
    hypervolume: float
    path: tuple[Step, ...] = ()
    parent_size: int = 0
    children: tuple[Node, ...] = ()

    @property
    def size(self) -> int:
        """Number of samples."""
        return len(self.members)

    @property
    def region(self) -> Region:
        """The node's part of the space."""
        return Region(self.path, self.members)


def grow(
    points: Floats, objectives: Floats, reference_point: Floats, rules: TreeRules | None = None
) -> Node:
    """Return the root of a new tree over all samples.

    Parameters
    ----------
    points : array [n, variables]
        Samples in the unit cube.
    objectives : array [n, m]
        Minimised, in the units of the reference point.
    reference_point : array [m]
        The same for all nodes.
    rules : TreeRules, optional
        The defaults when not given.

    Notes
    -----
    Zhao et al., JMLR 25(177), 2024, Algorithm 1, lines 4 to 9.
    """
    rules = rules or TreeRules()
    root = Node(np.arange(len(points)), hypervolume(objectives, reference_point))
    level, nodes = [root], 1
    while level and nodes <= rules.max_nodes:
        below: list[Node] = []
        for node in level:
            node.children = _split(node, points, objectives, reference_point, rules)
            below.extend(node.children)
        level, nodes = below, nodes + len(below)
    return root


def leaves(root: Node) -> list[Node]:
    """Return the nodes without children, from left (good) to right."""
    return [leaf for c in root.children for leaf in leaves(c)] if root.children else [root]


def _split(
    node: Node, points: Floats, objectives: Floats, reference_point: Floats, rules: TreeRules
) -> tuple[Node, ...]:
    """Return the good and the bad child; no children if the node cannot be split.

    A node with too few samples is not split, nor one whose samples are all on one side of the
    boundary. *ours*: nor one whose dominance numbers are all equal, since the good half would be
    the older half, or whose samples are all the same point, which no boundary splits.
    """
    if node.size < rules.min_samples:
        return ()
    numbers = dominance_numbers(objectives[node.members])
    samples = points[node.members]
    if (numbers == numbers[0]).all() or (samples == samples[0]).all():
        return ()
    good = good_half(numbers, with_median=rules.with_median)
    boundary = Boundary.fit(samples, good, kernel=rules.kernel, degree=rules.degree)
    good_side = boundary.on_good_side(samples)
    if good_side.all() or not good_side.any():
        return ()
    if rules.assignment == "svm":
        good = good_side
    return tuple(
        Node(
            members=node.members[good == side],
            hypervolume=hypervolume(objectives[node.members[good == side]], reference_point),
            path=(*node.path, Step(boundary, side)),
            parent_size=node.size,
        )
        for side in (True, False)
    )
