"""The three growing and three shrinking operators of Pareto-NASH, as edits of an encoding."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bench.spaces import FiniteSpace, ListedSpace, NASBench201
from bench.spaces.nasbench201 import CONV1, CONV3, NONE, POOL, SKIP

__all__ = ["EDITS", "Architecture", "apply_operators", "resample_one_variable", "typed_edit"]

Architecture = tuple[int, ...]

# Name: (operations it applies to, operations it may replace them with). The paper's operators
# change whole layers of an open-ended network; these are their counterparts on six edges (*ours*).
EDITS = {
    "deepen": ((NONE, SKIP, POOL), (CONV1, CONV3)),
    "widen": ((CONV1,), (CONV3,)),
    "add skip": ((NONE,), (SKIP,)),
    "remove": ((CONV1, CONV3, SKIP), (NONE,)),
    "prune": ((CONV3,), (CONV1,)),
    "substitute": ((CONV1, CONV3), (POOL, SKIP)),
}


def typed_edit(rng: np.random.Generator, cell: Architecture) -> tuple[Architecture, str]:
    """Return a NAS-Bench-201 cell with one edge edited, and the name of the operator.

    The operator is drawn uniformly among those with a legal edge, then the edge, then the new
    operation.

    Parameters
    ----------
    rng : numpy.random.Generator
    cell : tuple of int [6]
        One operation for each edge.
    """
    legal = _legal_edits(cell)
    name, edges = legal[rng.integers(len(legal))]
    edge = edges[rng.integers(len(edges))]
    _, after = EDITS[name]
    operation = after[rng.integers(len(after))]
    return (*cell[:edge], operation, *cell[edge + 1 :]), name


@lru_cache(maxsize=5**6)
def _legal_edits(cell: Architecture) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Return the operators that apply to a cell, each with the edges that it can edit."""
    edges = {
        name: tuple(edge for edge, operation in enumerate(cell) if operation in before)
        for name, (before, _) in EDITS.items()
    }
    return tuple((name, found) for name, found in edges.items() if found)


def resample_one_variable(
    rng: np.random.Generator, space: FiniteSpace, architecture: Architecture
) -> tuple[Architecture, str]:
    """Return a neighbour of an architecture, and the name of the operator, `resample`.

    One variable is moved to another category; in a space that lists its members the neighbour is
    one of the nearest members.

    Parameters
    ----------
    rng : numpy.random.Generator
    space : FiniteSpace
    architecture : tuple of int [variables]
    """
    if isinstance(space, ListedSpace):
        around = space.neighbours(architecture)
        return tuple(around[rng.integers(len(around))].tolist()), "resample"
    movable = _movable(space.cardinalities)
    variable = movable[rng.integers(len(movable))]
    cardinality = space.cardinalities[variable]
    step = int(rng.integers(1, cardinality))
    moved = (architecture[variable] + step) % cardinality
    return (*architecture[:variable], moved, *architecture[variable + 1 :]), "resample"


@lru_cache(maxsize=8)
def _movable(cardinalities: tuple[int, ...]) -> tuple[int, ...]:
    """Return the variables that have another category."""
    return tuple(v for v, c in enumerate(cardinalities) if c > 1)


def apply_operators(
    rng: np.random.Generator, space: FiniteSpace, parent: Architecture, n: int, *, typed: bool
) -> tuple[Architecture, tuple[str, ...]]:
    """Return the child that n operators, one after another, make of a parent, and their names.

    Parameters
    ----------
    rng : numpy.random.Generator
    space : FiniteSpace
    parent : tuple of int [variables]
    n : int
        Number of operators.
    typed : bool
        Use the six operators where they are defined, on NAS-Bench-201; elsewhere, or if false,
        resample one variable n times.
    """
    child, names = parent, []
    for _ in range(n):
        if typed and isinstance(space, NASBench201):
            child, name = typed_edit(rng, child)
        else:
            child, name = resample_one_variable(rng, space, child)
        names.append(name)
    return child, tuple(names)
