"""A space of finitely many architectures: one category for each of a fixed number of variables.

Architectures travel in bulk as int8 arrays of shape [n, variables]. What a particular benchmark
adds (string form, canonical form, an order of its operations) lives in a module of its own.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Hashable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.errors import SpaceError
from bench.spaces.space import Space

__all__ = ["LISTABLE", "Architectures", "FiniteSpace"]

Architectures = NDArray[np.int8]

LISTABLE = 1_000_000  # architectures; a list of more would take gigabytes on its way


class FiniteSpace(Space):
    """All combinations of `cardinalities[v]` categories for each variable v.

    Attributes
    ----------
    name : str
        The name protocols use.
    cardinalities : tuple of int
        Number of categories of each variable.
    capacity_rank : tuple of tuple of int
        `capacity_rank[v][c]` is the place of category c of variable v when its categories are
        ordered by capacity; the ordinal encoding is made of these.
    """

    kind = "finite"
    cardinalities: tuple[int, ...]
    capacity_rank: tuple[tuple[int, ...], ...]

    @property
    def variables(self) -> int:
        """Number of variables of an architecture."""
        return len(self.cardinalities)

    @property
    def size(self) -> int:
        """Number of architectures, isomorphic ones counted apart."""
        return int(np.prod(self.cardinalities, dtype=np.int64))

    @property
    def listable(self) -> bool:
        """Whether the space is small enough for `enumerate`: at most `LISTABLE` architectures."""
        return math.prod(self.cardinalities) <= LISTABLE

    def check(self, architectures: ArrayLike) -> Architectures:
        """Return `architectures` as an int8 array [n, variables], or say what is wrong with them.

        Raises
        ------
        SpaceError
            If the shape is not [n, variables], a value is not an integer, or a category does not
            exist.
        """
        found = np.asarray(architectures)
        if found.shape[:1] == (0,):
            return np.empty((0, self.variables), dtype=np.int8)
        if found.ndim != 2 or found.shape[1] != self.variables:
            raise SpaceError(
                f"{self.name}: expected architectures of shape [n, {self.variables}], "
                f"got {list(found.shape)}"
            )
        if not np.issubdtype(found.dtype, np.integer):
            raise SpaceError(f"{self.name}: expected integer categories, got {found.dtype}")
        wrong = (found < 0) | (found >= np.asarray(self.cardinalities))
        if wrong.any():
            row, variable = (int(i) for i in np.argwhere(wrong)[0])
            raise SpaceError(
                f"{self.name}: architecture {found[row].tolist()} has category "
                f"{int(found[row, variable])} at variable {variable}; expected 0 to "
                f"{self.cardinalities[variable] - 1}"
            )
        return found.astype(np.int8, copy=False)

    def index(self, architectures: ArrayLike) -> NDArray[np.int64]:
        """Return the place [n] of each architecture in `enumerate`."""
        checked = self.check(architectures).astype(np.int64)
        return checked @ self._strides

    def from_index(self, indices: ArrayLike) -> Architectures:
        """Return the architectures [n, variables] at these places of `enumerate`."""
        wanted = np.asarray(indices, dtype=np.int64)
        if wanted.size and (wanted.min() < 0 or wanted.max() >= self.size):
            raise SpaceError(f"{self.name}: expected indices from 0 to {self.size - 1}")
        digits = wanted[:, None] // self._strides % np.asarray(self.cardinalities)
        architectures: Architectures = digits.astype(np.int8)
        return architectures

    def enumerate(self) -> Architectures:
        """Return every architecture, [size, variables], the last variable changing fastest.

        Raises
        ------
        SpaceError
            If there are more than `LISTABLE`.
        """
        if not self.listable:
            raise SpaceError(
                f"{self.name}: {math.prod(self.cardinalities):,} architectures are too many to "
                f"list (at most {LISTABLE:,}); draw some with `sample`, or take those at given "
                f"places with `from_index`"
            )
        return self.from_index(np.arange(self.size))

    @cached_property
    def _strides(self) -> NDArray[np.int64]:
        after = np.asarray((*self.cardinalities[1:], 1), dtype=np.int64)
        return np.cumprod(after[::-1])[::-1]

    # -- sampling and variation ------------------------------------------------------------------

    def sample(self, rng: np.random.Generator, n: int) -> Architectures:
        """Draw n architectures [n, variables], each category alike, with replacement."""
        return rng.integers(0, self.cardinalities, size=(n, self.variables), dtype=np.int8)

    def neighbours(self, architecture: ArrayLike) -> Architectures:
        """Return all architectures [k, variables] that differ from this one in one variable."""
        centre = self.check(np.asarray(architecture)[None])[0]
        variable = np.repeat(np.arange(self.variables), self.cardinalities)
        category = np.concatenate([np.arange(c) for c in self.cardinalities])
        changed = np.repeat(centre[None], len(variable), axis=0)
        changed[np.arange(len(variable)), variable] = category
        others: Architectures = changed[category != centre[variable]]
        return others

    def mutate(
        self, rng: np.random.Generator, architectures: ArrayLike, *, rate: float | None = None
    ) -> Architectures:
        """Return mutated copies [n, variables]: each variable moves to another category.

        Parameters
        ----------
        rate : float, optional
            Probability that a variable moves; 1 / variables when not given. A row in which no
            variable moved has one, drawn uniformly, moved: a mutation always changes something.
        """
        parents = self.check(architectures)
        probability = 1.0 / self.variables if rate is None else rate
        moves = rng.random(parents.shape) < probability
        still = ~moves.any(axis=1)
        moves[still, rng.integers(0, self.variables, size=len(parents))[still]] = True
        cardinalities = np.asarray(self.cardinalities)
        steps = rng.integers(1, np.maximum(cardinalities, 2), size=parents.shape)
        return np.where(moves, (parents + steps) % cardinalities, parents).astype(np.int8)

    def crossover(
        self, rng: np.random.Generator, first: ArrayLike, second: ArrayLike
    ) -> Architectures:
        """Return uniform-crossover children [n, variables] of two sets of parents."""
        left, right = self.check(first), self.check(second)
        return np.where(rng.random(left.shape) < 0.5, left, right).astype(np.int8)

    def repair(self, architectures: ArrayLike) -> Architectures:
        """Return the architecture of the space nearest to each [n, variables].

        Whatever combines legal categories belongs to most spaces and is returned as it is; to one
        that lists its members (`ListedSpace`) it need not.
        """
        return self.check(architectures)

    # -- encodings -------------------------------------------------------------------------------

    def encode_ordinal(self, architectures: ArrayLike) -> NDArray[np.float64]:
        """Return the capacity rank of every category, scaled to [0, 1]: [n, variables]."""
        checked = self.check(architectures)
        columns = [
            np.asarray(self.capacity_rank[v], dtype=np.float64)[checked[:, v]]
            / max(self.cardinalities[v] - 1, 1)
            for v in range(self.variables)
        ]
        return np.stack(columns, axis=1)

    def encode_one_hot(self, architectures: ArrayLike) -> NDArray[np.float64]:
        """Return one indicator for each category of each variable: [n, sum(cardinalities)]."""
        checked = self.check(architectures)
        offsets = np.concatenate([[0], np.cumsum(self.cardinalities)[:-1]])
        encoded = np.zeros((len(checked), sum(self.cardinalities)))
        encoded[np.arange(len(checked))[:, None], offsets + checked] = 1.0
        return encoded

    def connected(self, architectures: ArrayLike) -> NDArray[np.bool_]:
        """Tell [n] whether the output depends on the input at all; always, unless overridden."""
        return np.ones(len(self.check(architectures)), dtype=bool)

    # -- what each benchmark says of itself ------------------------------------------------------

    @abstractmethod
    def to_strings(self, architectures: ArrayLike) -> list[str]:
        """Return the benchmark's own string for each architecture."""

    @abstractmethod
    def from_strings(self, strings: Sequence[str]) -> Architectures:
        """Return the architectures [n, variables] that these strings name."""

    def class_keys(self, architectures: ArrayLike) -> list[Hashable]:
        """Return, for each architecture, what it has in common with its class and no other."""
        return [row.tobytes() for row in self.canonical(architectures)]

    @abstractmethod
    def canonical(self, architectures: ArrayLike) -> Architectures:
        """Return, for each architecture, the representative [n, variables] of its class."""
