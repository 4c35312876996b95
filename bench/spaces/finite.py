"""Finite spaces: a fixed number of categorical variables.

Architectures are rows of int8 arrays of shape [n, variables]. The string form, the canonical form
and the order of operations of each benchmark are in a module of its own.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Hashable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.arrays import Floats, Indices, Mask
from bench.errors import SpaceError
from bench.spaces.space import Space, as_rows

__all__ = ["LISTABLE", "Architectures", "FiniteSpace"]

Architectures = NDArray[np.int8]

LISTABLE = 1_000_000  # architectures; enumerating more would take gigabytes of memory


class FiniteSpace(Space):
    """All combinations of `cardinalities[v]` categories for each variable v.

    Attributes
    ----------
    name : str
        The name that protocols use.
    cardinalities : tuple of int
        Number of categories of each variable.
    capacity_rank : tuple of tuple of int
        `capacity_rank[v][c]` is the rank, from 0, of category c among the categories of variable v
        in ascending order of capacity. The ordinal encoding uses these ranks.
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
        """Number of architectures; isomorphic architectures are counted separately."""
        return int(np.prod(self.cardinalities, dtype=np.int64))

    @property
    def listable(self) -> bool:
        """Whether the space is small enough for `enumerate`: at most `LISTABLE` architectures."""
        return math.prod(self.cardinalities) <= LISTABLE

    def check(self, architectures: ArrayLike) -> Architectures:
        """Check architectures and return them as an int8 array [n, variables].

        Raises
        ------
        SpaceError
            If the shape is not [n, variables], a value is not an integer, or a category does not
            exist.
        """
        found = as_rows(architectures, self.name)
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

    def index(self, architectures: ArrayLike) -> Indices:
        """Return the index [n] of each architecture in `enumerate`."""
        checked = self.check(architectures).astype(np.int64)
        return checked @ self._strides

    def from_index(self, indices: ArrayLike) -> Architectures:
        """Return the architectures [n, variables] with these indices [n] in `enumerate`.

        Raises
        ------
        SpaceError
            If an index is negative, or not below `size`.
        """
        wanted = np.asarray(indices, dtype=np.int64)
        if wanted.size and (wanted.min() < 0 or wanted.max() >= self.size):
            raise SpaceError(f"{self.name}: expected indices from 0 to {self.size - 1}")
        digits = wanted[:, None] // self._strides % np.asarray(self.cardinalities)
        architectures: Architectures = digits.astype(np.int8)
        return architectures

    def enumerate(self) -> Architectures:
        """Return all architectures, [size, variables]; the last variable changes fastest.

        Raises
        ------
        SpaceError
            If there are more than `LISTABLE`.
        """
        if not self.listable:
            raise SpaceError(
                f"{self.name}: {math.prod(self.cardinalities):,} architectures are too many to "
                f"list (at most {LISTABLE:,}); draw some with `sample`, or take those at given "
                f"indices with `from_index`"
            )
        return self.from_index(np.arange(self.size))

    @cached_property
    def _strides(self) -> Indices:
        after = np.asarray((*self.cardinalities[1:], 1), dtype=np.int64)
        return np.cumprod(after[::-1])[::-1]

    # -- sampling and variation ------------------------------------------------------------------

    def sample(self, rng: np.random.Generator, n: int) -> Architectures:
        """Draw architectures uniformly, with replacement.

        Parameters
        ----------
        rng : numpy.random.Generator
            The only source of randomness.
        n : int
            Number of architectures to draw.

        Returns
        -------
        array of int8 [n, variables]
        """
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
        """Return mutated copies: each variable may change to another category.

        Parameters
        ----------
        rng : numpy.random.Generator
            The only source of randomness.
        architectures : array_like [n, variables]
            The parents.
        rate : float, optional
            Probability that a variable changes; by default 1 / variables. If no variable of a row
            would change, one is drawn uniformly and changed: a child always differs from its
            parent.

        Returns
        -------
        array of int8 [n, variables]
            The children. The new category of a variable is drawn uniformly from the others.
        """
        parents = self.check(architectures)
        probability = 1.0 / self.variables if rate is None else rate
        changes = rng.random(parents.shape) < probability
        unchanged = ~changes.any(axis=1)
        changes[unchanged, rng.integers(0, self.variables, size=len(parents))[unchanged]] = True
        cardinalities = np.asarray(self.cardinalities)
        steps = rng.integers(1, np.maximum(cardinalities, 2), size=parents.shape)
        return np.where(changes, (parents + steps) % cardinalities, parents).astype(np.int8)

    def crossover(
        self, rng: np.random.Generator, first: ArrayLike, second: ArrayLike
    ) -> Architectures:
        """Return the children of a uniform crossover.

        Parameters
        ----------
        rng : numpy.random.Generator
            The only source of randomness.
        first, second : array_like [n, variables]
            The parents, paired by row.

        Returns
        -------
        array of int8 [n, variables]
            Each variable of a child is that of the first or the second parent, with equal
            probability.
        """
        left, right = self.check(first), self.check(second)
        return np.where(rng.random(left.shape) < 0.5, left, right).astype(np.int8)

    def repair(self, architectures: ArrayLike) -> Architectures:
        """Return, for each row [n, variables], the nearest architecture of the space.

        Most spaces contain every combination of valid categories, so rows are returned unchanged;
        a `ListedSpace` contains only the members of its list.
        """
        return self.check(architectures)

    # -- encodings -------------------------------------------------------------------------------

    def encode_ordinal(self, architectures: ArrayLike) -> Floats:
        """Return the capacity rank of each category, scaled to [0, 1], as [n, variables]."""
        checked = self.check(architectures)
        columns = [
            np.asarray(self.capacity_rank[v], dtype=np.float64)[checked[:, v]]
            / max(self.cardinalities[v] - 1, 1)
            for v in range(self.variables)
        ]
        return np.stack(columns, axis=1)

    def encode_one_hot(self, architectures: ArrayLike) -> Floats:
        """Return one indicator per category of each variable, as [n, sum(cardinalities)]."""
        checked = self.check(architectures)
        offsets = np.concatenate([[0], np.cumsum(self.cardinalities)[:-1]])
        encoded = np.zeros((len(checked), sum(self.cardinalities)))
        encoded[np.arange(len(checked))[:, None], offsets + checked] = 1.0
        return encoded

    def connected(self, architectures: ArrayLike) -> Mask:
        """Return [n] whether the output of each network depends on its input.

        True for every architecture unless a space overrides this.
        """
        return np.ones(len(self.check(architectures)), dtype=bool)

    # -- specific to each benchmark --------------------------------------------------------------

    @abstractmethod
    def to_strings(self, architectures: ArrayLike) -> list[str]:
        """Return the string [n] that the benchmark uses for each architecture."""

    @abstractmethod
    def from_strings(self, strings: Sequence[str]) -> Architectures:
        """Return the architectures [n, variables] that these strings [n] name."""

    def class_keys(self, architectures: ArrayLike) -> list[Hashable]:
        """Return a key [n] per architecture; equal keys mean isomorphic architectures."""
        return [row.tobytes() for row in self.canonical(architectures)]

    @abstractmethod
    def canonical(self, architectures: ArrayLike) -> Architectures:
        """Return the representative [n, variables] of each architecture's isomorphism class."""
