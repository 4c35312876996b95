"""Which architectures of a list a run has not asked for yet: flags instead of a set of keys."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.spaces import FiniteSpace
from bench.spaces.space import Rows

__all__ = ["UnseenMembers"]


class UnseenMembers:
    """Which of listed architectures have a class that was not asked for.

    Parameters
    ----------
    space : FiniteSpace
    members : array [k, variables]

    Attributes
    ----------
    class_of : array of int [k]
        A number for the class of each member.
    """

    def __init__(self, space: FiniteSpace, members: Rows) -> None:
        self._space = space
        self._places: dict[Hashable, int] = {}
        keys = space.class_keys(members)
        self.class_of = np.array([self._places.setdefault(k, len(self._places)) for k in keys])
        self._unasked = np.ones(len(self._places), dtype=np.bool_)

    def remove(self, architectures: ArrayLike) -> None:
        """Note that these architectures [n, variables], of listed classes, were asked for."""
        keys = self._space.class_keys(architectures)
        self._unasked[[self._places[key] for key in keys]] = False

    @property
    def classes(self) -> int:
        """How many classes are left."""
        return int(self._unasked.sum())

    @property
    def flags(self) -> NDArray[np.bool_]:
        """Say [k] which members are of a class that is left."""
        flags: NDArray[np.bool_] = self._unasked[self.class_of]
        return flags
