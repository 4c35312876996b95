"""Architectures that a run has not seen yet, up to isomorphism, and random draws from them.

An architecture is seen once it was asked for or told. Repeating a measurement costs as much as a
new one, so every method of this package asks for each isomorphism class once (*ours*; the same rule
for all of them, so that none gains by it).
"""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Indices, Mask
from bench.spaces import FiniteSpace, Space
from bench.spaces.space import Rows

__all__ = ["Unseen", "UnseenMembers"]

_ROUNDS = 20  # of rejection sampling, before the space is enumerated


class Unseen:
    """The unseen isomorphism classes of a space: no member of them was seen.

    Parameters
    ----------
    space : Space
        In a box, each point is a class of its own.
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self._seen: set[Hashable] = set()

    def remove(self, architectures: ArrayLike) -> None:
        """Mark the classes of architectures [n, variables] as seen."""
        self._seen.update(self._space.class_keys(architectures))

    def first_of_class(self, architectures: ArrayLike, taken: set[Hashable] | None = None) -> Mask:
        """Say [n] which architectures are the first of an unseen class among [n, variables].

        False for an architecture of a seen class, and for one of the class of an earlier row.

        Parameters
        ----------
        architectures : array_like [n, variables]
        taken : set, optional
            Keys of classes that were chosen but are not seen yet, which count as seen. The classes
            of these architectures are added, so that a choice can be made in several calls, and
            each architecture looked at once.

        Examples
        --------
        >>> from bench.spaces import NASBench201
        >>> unseen = Unseen(NASBench201())
        >>> unseen.remove([[3, 0, 0, 0, 0, 0]])
        >>> unseen.first_of_class([[2, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]])
        array([False,  True, False])
        """
        taken = set() if taken is None else taken
        flags = []
        for key in self._space.class_keys(architectures):
            flags.append(key not in self._seen and key not in taken)
            taken.add(key)
        return np.asarray(flags, dtype=np.bool_)

    def sample(self, rng: np.random.Generator, n: int) -> Rows:
        """Draw n architectures [n, variables]: of unseen classes first, then of any.

        Once no class is left, the rest is drawn from the whole space with replacement, because a
        run goes on until its budget is spent. Drawing does not mark anything as seen.

        Parameters
        ----------
        rng : numpy.random.Generator
        n : int
        """
        new = self.sample_new(rng, n)
        return np.concatenate([new, self._space.sample(rng, n - len(new))])

    def sample_new(self, rng: np.random.Generator, n: int) -> Rows:
        """Draw up to n architectures [k, variables] uniformly from those of unseen classes.

        They are drawn one after the other, each class at most once: a class with many members is
        drawn more often than one with few. There are fewer than n only if no class is left or, in
        a space too large to be enumerated, if rejection sampling found none.

        Parameters
        ----------
        rng : numpy.random.Generator
        n : int
        """
        taken: set[Hashable] = set()
        drawn = [self._space.check([])]
        missing = n
        for _ in range(_ROUNDS):
            rows = self._space.sample(rng, 2 * missing + 8)
            drawn.append(rows[self.first_of_class(rows, taken)][:missing])
            missing -= len(drawn[-1])
            if missing == 0:
                return np.concatenate(drawn)
        if isinstance(self._space, FiniteSpace) and self._space.listable:
            rows = self._space.enumerate()
            rows = rows[rng.permutation(len(rows))]
            drawn.append(rows[self.first_of_class(rows, taken)][:missing])
        return np.concatenate(drawn)


class UnseenMembers:
    """The unseen classes among a fixed list of architectures, as flags.

    For a list that is looked at in every iteration: a flag for each class costs less than a look at
    a set of keys for each member.

    Parameters
    ----------
    space : FiniteSpace
    members : array [k, variables]

    Attributes
    ----------
    class_of : array of int [k]
        Number of the class of each member.
    """

    class_of: Indices

    def __init__(self, space: FiniteSpace, members: Rows) -> None:
        self._space = space
        self._numbers: dict[Hashable, int] = {}
        keys = space.class_keys(members)
        self.class_of = np.array([self._numbers.setdefault(k, len(self._numbers)) for k in keys])
        self._unseen = np.ones(len(self._numbers), dtype=np.bool_)

    def remove(self, architectures: ArrayLike) -> None:
        """Mark the classes of architectures [n, variables] as seen; all must be in the list."""
        keys = self._space.class_keys(architectures)
        self._unseen[[self._numbers[key] for key in keys]] = False

    @property
    def classes(self) -> int:
        """Number of unseen classes."""
        return int(self._unseen.sum())

    @property
    def flags(self) -> Mask:
        """Whether each member [k] is of an unseen class."""
        flags: Mask = self._unseen[self.class_of]
        return flags
