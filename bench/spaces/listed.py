"""A sample of a larger space: the architectures that a table lists, and no others.

Some benchmarks measured a random sample of a space that is far too large for all of it. A search
can then only choose among the architectures of the sample, and whatever variation makes is replaced
by what lies nearest in it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.errors import SpaceError
from bench.spaces.finite import Architectures, FiniteSpace

__all__ = ["ListedSpace"]


class ListedSpace(FiniteSpace):
    """The members of a list, in the encoding of a larger space.

    Places (`index`, `enumerate`) are those in the list. `neighbours` are the members at the least
    Hamming distance; `mutate` and `crossover` vary in the larger space and `repair` what they made.

    Parameters
    ----------
    base : FiniteSpace
        The larger space.
    members : array_like [n, variables]
        Canonical architectures of it, all different.

    Raises
    ------
    SpaceError
        If a member is not canonical or stands in the list twice.
    """

    def __init__(self, base: FiniteSpace, members: ArrayLike) -> None:
        self.base = base
        self.name = base.name
        self.cardinalities, self.capacity_rank = base.cardinalities, base.capacity_rank
        self._members = base.check(members)
        self._one_hot = base.encode_one_hot(self._members).astype(np.float32)
        places = base.index(self._members)
        self._order = np.argsort(places)
        self._sorted = places[self._order]
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
        """Always: it is a list."""
        return True

    def check(self, architectures: ArrayLike) -> Architectures:
        """Return `architectures` as an int8 array [n, variables], or say which is no member.

        Raises
        ------
        SpaceError
            If the larger space does not contain one of them, or the list does not.
        """
        checked = self.base.check(architectures)
        _, found = self._look_up(checked)
        if not found.all():
            lost = checked[~found][:1]
            raise SpaceError(
                f"{self.name}: {self.base.to_strings(lost)[0]} is not among the {self.size:,} "
                f"architectures that were measured; `space.repair` gives the nearest that is"
            )
        return checked

    def repair(self, architectures: ArrayLike) -> Architectures:
        """Return the member [n, variables] nearest to each, the first in the list on a tie."""
        wanted = self.base.encode_one_hot(self.base.canonical(architectures))
        alike = wanted.astype(np.float32) @ self._one_hot.T  # variables in common, [n, members]
        nearest: Architectures = self._members[alike.argmax(axis=1)]
        return nearest

    def index(self, architectures: ArrayLike) -> NDArray[np.int64]:
        """Return the place [n] of each architecture in the list."""
        places, _ = self._look_up(self.check(architectures))
        return places

    def from_index(self, indices: ArrayLike) -> Architectures:
        """Return the members [n, variables] at these places."""
        members: Architectures = self._members[np.asarray(indices, dtype=np.int64)]
        return members

    def sample(self, rng: np.random.Generator, n: int) -> Architectures:
        """Draw n members [n, variables], each alike, with replacement."""
        return self.from_index(rng.integers(0, self.size, size=n))

    def neighbours(self, architecture: ArrayLike) -> Architectures:
        """Return the nearest other members [k, variables]; k is that of the larger space."""
        centre = self.index(np.asarray(architecture)[None])[0]
        alike = self._one_hot @ self._one_hot[centre]  # variables in common, [members]
        alike[centre] = -1
        k = sum(c - 1 for c in self.cardinalities)
        return self.from_index(np.argsort(-alike, kind="stable")[:k])

    def mutate(
        self, rng: np.random.Generator, architectures: ArrayLike, *, rate: float | None = None
    ) -> Architectures:
        """Return the members nearest to mutated copies [n, variables]; it may be the parent."""
        return self.repair(self.base.mutate(rng, architectures, rate=rate))

    def crossover(
        self, rng: np.random.Generator, first: ArrayLike, second: ArrayLike
    ) -> Architectures:
        """Return the members nearest to uniform-crossover children [n, variables]."""
        return self.repair(self.base.crossover(rng, first, second))

    def encode_ordinal(self, architectures: ArrayLike) -> NDArray[np.float64]:
        """Return the larger space's encoding."""
        return self.base.encode_ordinal(architectures)

    def encode_one_hot(self, architectures: ArrayLike) -> NDArray[np.float64]:
        """Return the larger space's encoding."""
        return self.base.encode_one_hot(architectures)

    def connected(self, architectures: ArrayLike) -> NDArray[np.bool_]:
        """Tell [n] whether the output depends on the input."""
        return self.base.connected(architectures)

    def to_strings(self, architectures: ArrayLike) -> list[str]:
        """Return the larger space's string for each architecture."""
        return self.base.to_strings(architectures)

    def from_strings(self, strings: Sequence[str]) -> Architectures:
        """Return the members [n, variables] that these strings name."""
        return self.check(self.base.from_strings(strings))

    def class_keys(self, architectures: ArrayLike) -> list[Hashable]:
        """Return the place of each architecture in the list."""
        return list(self.index(architectures).tolist())

    def canonical(self, architectures: ArrayLike) -> Architectures:
        """Return the architectures: members are canonical."""
        return self.check(architectures)

    def _look_up(self, architectures: Architectures) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        wanted = self.base.index(architectures)
        slots = np.minimum(np.searchsorted(self._sorted, wanted), self.size - 1)
        return self._order[slots], self._sorted[slots] == wanted
