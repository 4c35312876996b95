"""Which architectures a run has not asked for yet, up to isomorphism, and random ones among them.

Repeating a measurement costs as much as a new one, so every method of this folder asks for each
isomorphism class once (*ours*; the same rule for all of them, so that none gains by it).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.spaces import FiniteSpace, Space
from bench.spaces.space import Rows

__all__ = ["Unseen"]

_ROUNDS = 20


class Unseen:
    """The isomorphism classes of a space from which nothing was asked.

    Parameters
    ----------
    space : Space
        Of a box, each point is a class.
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self._asked: set[Hashable] = set()

    def remove(self, architectures: ArrayLike) -> None:
        """Note that these architectures [n, variables] were asked for."""
        self._asked.update(self._space.class_keys(architectures))

    def first_of_class(self, architectures: ArrayLike) -> NDArray[np.bool_]:
        """Say [n] which architectures have a class that was neither asked nor seen in a row above.

        Examples
        --------
        >>> from bench.spaces import NASBench201
        >>> unasked = Unseen(NASBench201())
        >>> unasked.remove([[3, 0, 0, 0, 0, 0]])
        >>> unasked.first_of_class([[2, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]])
        array([False,  True, False])
        """
        return self._first(self._space.class_keys(architectures), set(self._asked))

    def sample(self, rng: np.random.Generator, n: int) -> Rows:
        """Draw n architectures [n, variables]: of unasked classes, then of any.

        Once no class is left, what is missing is drawn from the whole space with replacement,
        because a run goes on until its budget is spent.
        """
        new = self.sample_new(rng, n)
        return np.concatenate([new, self._space.sample(rng, n - len(new))])

    def sample_new(self, rng: np.random.Generator, n: int) -> Rows:
        """Draw up to n architectures [k, variables] uniformly from those whose class is unasked.

        One after the other, each class at most once: a class with many members is drawn more often
        than one with few. Fewer than n only if no class is left (or, in a space too large to be
        enumerated, if rejection found none).
        """
        seen = set(self._asked)
        drawn = [self._space.check([])]
        missing = n
        for _ in range(_ROUNDS):
            rows = self._space.sample(rng, 2 * missing + 8)
            drawn.append(self._take(rows, missing, seen))
            missing -= len(drawn[-1])
            if missing == 0:
                return np.concatenate(drawn)
        if isinstance(self._space, FiniteSpace) and self._space.listable:
            rows = self._space.enumerate()
            drawn.append(self._take(rows[rng.permutation(len(rows))], missing, seen))
        return np.concatenate(drawn)

    def _take(self, rows: Rows, n: int, seen: set[Hashable]) -> Rows:
        keys = self._space.class_keys(rows)
        taken = rows[self._first(keys, set(seen))][:n]
        seen.update(self._space.class_keys(taken))
        return taken

    @staticmethod
    def _first(keys: Iterable[Hashable], seen: set[Hashable]) -> NDArray[np.bool_]:
        flags = []
        for key in keys:
            flags.append(key not in seen)
            seen.add(key)
        return np.asarray(flags, dtype=np.bool_)
