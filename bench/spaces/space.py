"""The interface of search spaces that the engine uses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.errors import SpaceError

__all__ = ["Kind", "Rows", "Space", "as_rows"]

Rows = NDArray[Any]  # architectures [n, variables]; the data type depends on the space
Kind = Literal["finite", "box"]


class Space(ABC):
    """A set of architectures, each a row of numbers with one number per variable.

    Attributes
    ----------
    kind : {"finite", "box"}
        Kind of the space; a method declares the kinds that it can search.
    name : str
        The name that protocols use.
    """

    kind: ClassVar[Kind]
    name: str

    @property
    @abstractmethod
    def variables(self) -> int:
        """Number of variables of an architecture."""

    @property
    def size(self) -> int | None:
        """Number of architectures; None if it is infinite."""
        return None

    @abstractmethod
    def check(self, architectures: ArrayLike) -> Rows:
        """Check architectures and return them as an array [n, variables].

        The array has the data type of the space, even for n = 0: `check([])` is an empty array to
        which rows can be appended.

        Raises
        ------
        bench.errors.SpaceError
            If the space does not contain one of them.
        """

    @abstractmethod
    def sample(self, rng: np.random.Generator, n: int) -> Rows:
        """Draw architectures uniformly, with replacement.

        Parameters
        ----------
        rng : numpy.random.Generator
            The only source of randomness.
        n : int
            Number of architectures to draw.

        Returns
        -------
        array [n, variables]
        """

    @abstractmethod
    def repair(self, architectures: ArrayLike) -> Rows:
        """Return, for each row [n, variables], the nearest architecture of the space."""

    @abstractmethod
    def class_keys(self, architectures: ArrayLike) -> list[Hashable]:
        """Return a key [n] per architecture; equal keys mean isomorphic architectures."""


def as_rows(architectures: ArrayLike, space: str) -> Rows:
    """Return architectures as an array, of whatever shape they have.

    Parameters
    ----------
    architectures : array_like
        Architectures.
    space : str
        Name of the space, for messages.

    Raises
    ------
    SpaceError
        If they are not all of one length.
    """
    try:
        return np.asarray(architectures)
    except ValueError:
        raise SpaceError(
            f"{space}: expected architectures of one length, got some of different lengths"
        ) from None
