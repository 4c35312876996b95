"""What the engine needs of any space, whatever its architectures are made of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Kind", "Rows", "Space"]

Rows = NDArray[Any]  # architectures [n, variables], in the space's own type of number
Kind = Literal["finite", "box"]


class Space(ABC):
    """What can be built: rows of numbers, one for each variable.

    Attributes
    ----------
    kind : {"finite", "box"}
        A method says which kinds it can search.
    name : str
        The name protocols use.
    """

    kind: ClassVar[Kind]
    name: str

    @property
    @abstractmethod
    def variables(self) -> int:
        """Number of variables of an architecture."""

    @property
    def size(self) -> int | None:
        """Number of architectures; None if they cannot be counted."""
        return None

    @abstractmethod
    def check(self, architectures: ArrayLike) -> Rows:
        """Return `architectures` as an array [n, variables], or say what is wrong with them.

        Its rows are of the type that the space is made of: of no architectures too, so that arrays
        begin with `check([])`.

        Raises
        ------
        bench.errors.SpaceError
            If the space does not contain one of them.
        """

    @abstractmethod
    def sample(self, rng: np.random.Generator, n: int) -> Rows:
        """Draw n architectures [n, variables], each alike, with replacement."""

    @abstractmethod
    def repair(self, architectures: ArrayLike) -> Rows:
        """Return the architecture of the space nearest to each [n, variables]."""

    @abstractmethod
    def class_keys(self, architectures: ArrayLike) -> list[Hashable]:
        """Return, for each architecture, what it has in common with its class and no other."""
