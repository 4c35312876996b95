"""Spaces that are a list of architectures: the rows of a table, sampled from a larger space.

Some benchmarks measured a random sample of a space that is too large to measure completely. A
search can then choose only among the architectures of the sample, and the results of mutation and
crossover are replaced by their nearest members of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats, Indices, Mask
from bench.errors import SpaceError
from bench.spaces.finite import Architectures, FiniteSpace

__all__ = ["ListedSpace"]


class ListedSpace(FiniteSpace):
    """The members of a list, in the encoding of a larger space.

    Indices (`index`, `enumerate`) are positions in the list. `neighbours` returns the members at
    the smallest Hamming distances; `mutate` and `crossover` vary architectures in the larger space
    and then `repair` the results.

    Parameters
    ----------
    base : FiniteSpace
        The larger space.
    members : array_like [size, variables]
        Canonical architectures of the larger space, all different.

    Raises
    ------
    SpaceError
        If a member is not canonical or occurs twice.
    """

    def __init__(self, base: FiniteSpace, members: ArrayLike) -> None:
        self.base = base
        self.name = base.name
        self.cardinalities, self.capacity_rank = base.cardinalities, base.capacity_rank
        self._members = base.check(members)
        self._one_hot = base.encode_one_hot(self._members).astype(np.float32)
        in_base = base.index(self._members)
        self._order = np.argsort(in_base)
        self._sorted = in_base[self._order]
        if (np.diff(self._sorted) == 0).any() or not np.array_equal(
            base.canonical(self._members), self._members
        ):
            raise SpaceError(f"{base.name}: a list needs canonical architectures, each once")

    @property
    def size(self) -> int:
        """Number of members."""
        return len(self._members)

    @property
    def listable(self) -> bool:
        """True, whatever the size of the larger space."""
        return True

    def check(self, architectures: ArrayLike) -> Architectures:
        """Check that architectures are members and return them as an int8 array [n, variables].

        Raises
        ------
        SpaceError
            If the larger space or the list does not contain one of them.
        """
        checked = self.base.check(architectures)
        _, found = self._look_up(checked)
        if not found.all():
            unknown = checked[~found][:1]
            raise SpaceError(
                f"{self.name}: {self.base.to_strings(unknown)[0]} is not among the {self.size:,} "
                f"architectures that were measured; `space.repair` returns the nearest one"
            )
        return checked

    def repair(self, architectures: ArrayLike) -> Architectures:
        """Return the member [n, variables] nearest to each row; of several, the first in the list.

        Distances are Hamming distances to the canonical form of the row.
        """
        wanted = self.base.encode_one_hot(self.base.canonical(architectures))
        shared = wanted.astype(np.float32) @ self._one_hot.T  # equal variables, [n, members]
        nearest: Architectures = self._members[shared.argmax(axis=1)]
        return nearest

    def index(self, architectures: ArrayLike) -> Indices:
        """Return the position [n] of each architecture in the list."""
        positions, _ = self._look_up(self.check(architectures))
        return positions

    def from_index(self, indices: ArrayLike) -> Architectures:
        """Return the members [n, variables] at these positions [n] in the list."""
        members: Architectures = self._members[np.asarray(indices, dtype=np.int64)]
        return members

    def sample(self, rng: np.random.Generator, n: int) -> Architectures:
        """Draw members uniformly, with replacement.

        Parameters
        ----------
        rng : numpy.random.Generator
            The only source of randomness.
        n : int
            Number of members to draw.

        Returns
        -------
        array of int8 [n, variables]
        """
        return self.from_index(rng.integers(0, self.size, size=n))

    def neighbours(self, architecture: ArrayLike) -> Architectures:
        """Return the nearest other members [k, variables]; k as in the larger space."""
        centre = self.index(np.asarray(architecture)[None])[0]
        shared = self._one_hot @ self._one_hot[centre]  # equal variables, [members]
        shared[centre] = -1
        k = sum(c - 1 for c in self.cardinalities)
        return self.from_index(np.argsort(-shared, kind="stable")[:k])

    def mutate(
        self, rng: np.random.Generator, architectures: ArrayLike, *, rate: float | None = None
    ) -> Architectures:
        """Return the members nearest to mutated copies; one may equal its parent.

        Parameters
        ----------
        rng : numpy.random.Generator
            The only source of randomness.
        architectures : array_like [n, variables]
            The parents.
        rate : float, optional
            Probability that a variable changes; by default 1 / variables.

        Returns
        -------
        array of int8 [n, variables]
        """
        return self.repair(self.base.mutate(rng, architectures, rate=rate))

    def crossover(
        self, rng: np.random.Generator, first: ArrayLike, second: ArrayLike
    ) -> Architectures:
        """Return the members nearest to the children of a uniform crossover.

        Parameters
        ----------
        rng : numpy.random.Generator
            The only source of randomness.
        first, second : array_like [n, variables]
            The parents, paired by row.

        Returns
        -------
        array of int8 [n, variables]
        """
        return self.repair(self.base.crossover(rng, first, second))

    def encode_ordinal(self, architectures: ArrayLike) -> Floats:
        """Return the ordinal encoding [n, variables] of the larger space."""
        return self.base.encode_ordinal(architectures)

    def encode_one_hot(self, architectures: ArrayLike) -> Floats:
        """Return the one-hot encoding [n, sum(cardinalities)] of the larger space."""
        return self.base.encode_one_hot(architectures)

    def connected(self, architectures: ArrayLike) -> Mask:
        """Return [n] whether the output of each network depends on its input."""
        return self.base.connected(architectures)

    def to_strings(self, architectures: ArrayLike) -> list[str]:
        """Return the string [n] of each architecture in the larger space."""
        return self.base.to_strings(architectures)

    def from_strings(self, strings: Sequence[str]) -> Architectures:
        """Return the members [n, variables] that these strings [n] name.

        Raises
        ------
        SpaceError
            If a string names no architecture of the larger space, or one that is not a member.
        """
        return self.check(self.base.from_strings(strings))

    def class_keys(self, architectures: ArrayLike) -> list[Hashable]:
        """Return the position of each architecture in the list as its key."""
        return list(self.index(architectures).tolist())

    def canonical(self, architectures: ArrayLike) -> Architectures:
        """Return the architectures [n, variables] themselves: all members are canonical."""
        return self.check(architectures)

    def _look_up(self, architectures: Architectures) -> tuple[Indices, Mask]:
        wanted = self.base.index(architectures)
        slots = np.minimum(np.searchsorted(self._sorted, wanted), self.size - 1)
        return self._order[slots], self._sorted[slots] == wanted
