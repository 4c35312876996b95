"""A continuous space: one real number between two bounds for each of a fixed number of variables.

Architectures travel in bulk as float64 arrays of shape [n, variables], in the units of the
variables; the unit cube is the encoding that methods share.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.errors import SpaceError
from bench.spaces.space import Space

__all__ = ["Box"]

Floats = NDArray[np.float64]


class Box(Space):
    """All points between two corners, the faces included.

    Parameters
    ----------
    name : str
    variables : sequence of (str, float, float)
        Name, lower and upper bound of each variable.

    Attributes
    ----------
    lower, upper : array [variables]
    variable_names : tuple of str

    Raises
    ------
    SpaceError
        If there is no variable, or the bounds of one are not finite and in order.

    Examples
    --------
    >>> box = Box("a box", [("x", 0.0, 2.0), ("y", -1.0, 1.0)])
    >>> box.to_unit([[1.0, 0.0], [2.0, -1.0]]).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    >>> box.from_unit([[0.5, 1.5]]).tolist()
    [[1.0, 1.0]]
    """

    kind = "box"

    def __init__(self, name: str, variables: Sequence[tuple[str, float, float]]) -> None:
        self.name = name
        if not variables:
            raise SpaceError(f"{name}: expected at least one variable")
        for variable, low, high in variables:
            if not (np.isfinite(low) and np.isfinite(high) and low < high):
                raise SpaceError(
                    f"{name}: variable {variable!r} has bounds {low:g} and {high:g}; expected two "
                    f"finite numbers, the lower one first"
                )
        self.variable_names = tuple(variable for variable, _, _ in variables)
        self.lower: Floats = np.array([low for _, low, _ in variables], dtype=np.float64)
        self.upper: Floats = np.array([high for _, _, high in variables], dtype=np.float64)

    @property
    def variables(self) -> int:
        """Number of variables of a point."""
        return len(self.lower)

    def check(self, architectures: ArrayLike) -> Floats:
        """Return points as a float64 array [n, variables], or say what is wrong with them.

        Raises
        ------
        SpaceError
            If the shape is not [n, variables], or a value is not a number or out of bounds.
        """
        found = np.asarray(architectures)
        if found.shape[:1] == (0,):
            return np.empty((0, self.variables))
        if found.ndim != 2 or found.shape[1] != self.variables:
            raise SpaceError(
                f"{self.name}: expected points of shape [n, {self.variables}], "
                f"got {list(found.shape)}"
            )
        if found.dtype.kind not in "fiu":
            raise SpaceError(f"{self.name}: expected real numbers, got {found.dtype}")
        points = found.astype(np.float64) + 0.0  # a zero has no sign
        wrong = ~((points >= self.lower) & (points <= self.upper))  # NaN is wrong, too
        if wrong.any():
            row, variable = (int(i) for i in np.argwhere(wrong)[0])
            raise SpaceError(
                f"{self.name}: point {points[row].tolist()} has {points[row, variable]} for "
                f"{self.variable_names[variable]!r} (variable {variable}); expected "
                f"{self.lower[variable]:g} to {self.upper[variable]:g}"
            )
        return points

    def sample(self, rng: np.random.Generator, n: int) -> Floats:
        """Draw n points [n, variables] uniformly."""
        return self.from_unit(rng.random((n, self.variables)))

    def repair(self, architectures: ArrayLike) -> Floats:
        """Return the point of the box nearest to each [n, variables].

        Raises
        ------
        SpaceError
            If a value is not a number.
        """
        return self.check(np.clip(np.asarray(architectures, dtype=np.float64), *self._corners))

    def class_keys(self, architectures: ArrayLike) -> list[Hashable]:
        """Return the bytes of each point: no two points are alike but equal ones."""
        return [row.tobytes() for row in self.check(architectures)]

    # -- the unit cube ---------------------------------------------------------------------------

    def to_unit(self, architectures: ArrayLike) -> Floats:
        """Return points as those of the unit cube [n, variables]."""
        share: Floats = (self.check(architectures) - self.lower) / (self.upper - self.lower)
        return share

    def from_unit(self, points: ArrayLike) -> Floats:
        """Return the points [n, variables] for those of the unit cube; beyond it, its surface."""
        share = np.clip(np.asarray(points, dtype=np.float64), 0.0, 1.0)
        # Rounding must not lead out of the box.
        return np.clip(self.lower + share * (self.upper - self.lower), *self._corners)

    @property
    def _corners(self) -> tuple[Floats, Floats]:
        return self.lower, self.upper
