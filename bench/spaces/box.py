"""Continuous spaces: a fixed number of real variables, each between two bounds.

Architectures are rows of float64 arrays of shape [n, variables], in the units of the variables.
Methods use the unit cube as their common encoding.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from bench.arrays import Floats
from bench.errors import SpaceError
from bench.spaces.space import Space, as_rows

__all__ = ["Box"]


class Box(Space):
    """All points between two corners, the boundary included.

    Parameters
    ----------
    name : str
        The name that protocols and error messages use.
    variables : sequence of (str, float, float)
        Name, lower and upper bound of each variable.

    Attributes
    ----------
    lower, upper : array of float [variables]
        Bounds, in the units of the variables.
    variable_names : tuple of str
        Name of each variable.

    Raises
    ------
    SpaceError
        If there is no variable, or the bounds of a variable are not finite and ascending.

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
        """Check points and return them as a float64 array [n, variables].

        Raises
        ------
        SpaceError
            If the shape is not [n, variables], or a value is not a number or is out of bounds.
        """
        found = as_rows(architectures, self.name)
        if found.shape[:1] == (0,):
            return np.empty((0, self.variables))
        if found.ndim != 2 or found.shape[1] != self.variables:
            raise SpaceError(
                f"{self.name}: expected points of shape [n, {self.variables}], "
                f"got {list(found.shape)}"
            )
        if found.dtype.kind not in "fiu":
            raise SpaceError(f"{self.name}: expected real numbers, got {found.dtype}")
        points = found.astype(np.float64) + 0.0  # -0.0 becomes 0.0
        wrong = ~((points >= self.lower) & (points <= self.upper))  # NaN fails both comparisons
        if wrong.any():
            row, variable = (int(i) for i in np.argwhere(wrong)[0])
            raise SpaceError(
                f"{self.name}: point {points[row].tolist()} has {points[row, variable]} for "
                f"{self.variable_names[variable]!r} (variable {variable}); expected "
                f"{self.lower[variable]:g} to {self.upper[variable]:g}"
            )
        return points

    def sample(self, rng: np.random.Generator, n: int) -> Floats:
        """Draw points uniformly.

        Parameters
        ----------
        rng : numpy.random.Generator
            The only source of randomness: one draw of shape [n, variables].
        n : int
            Number of points to draw.

        Returns
        -------
        array of float [n, variables]
        """
        return self.from_unit(rng.random((n, self.variables)))

    def repair(self, architectures: ArrayLike) -> Floats:
        """Return, for each point [n, variables], the nearest point of the box.

        Raises
        ------
        SpaceError
            If a value is not a number.
        """
        return self.check(np.clip(np.asarray(architectures, dtype=np.float64), *self._corners))

    def class_keys(self, architectures: ArrayLike) -> list[Hashable]:
        """Return the bytes of each point as its key: only equal points have equal keys."""
        return [row.tobytes() for row in self.check(architectures)]

    # -- the unit cube ---------------------------------------------------------------------------

    def to_unit(self, architectures: ArrayLike) -> Floats:
        """Map points of the box to points of the unit cube, [n, variables]."""
        share: Floats = (self.check(architectures) - self.lower) / (self.upper - self.lower)
        return share

    def from_unit(self, points: ArrayLike) -> Floats:
        """Map points of the unit cube to points of the box, [n, variables].

        Points outside the cube are first moved to the nearest point of its surface.
        """
        share = np.clip(np.asarray(points, dtype=np.float64), 0.0, 1.0)
        # Rounding may leave the box; clip to its corners.
        return np.clip(self.lower + share * (self.upper - self.lower), *self._corners)

    @property
    def _corners(self) -> tuple[Floats, Floats]:
        return self.lower, self.upper
