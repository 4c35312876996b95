"""The objectives of everything a run was told, and its non-dominated set, kept up to date."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.arrays import Floats, Indices
from bench.indicators import non_dominated
from bench.method import Evaluation

__all__ = ["Archive"]


class Archive:
    """Objectives in the order of the evaluations, and the front among them.

    Adding evaluations compares them with the front alone, and copies nothing but them: what was
    told long ago costs nothing.

    Parameters
    ----------
    objectives : int
        Number of objectives, m.

    Attributes
    ----------
    front : array of int [k]
        Indices of the non-dominated evaluations, ascending; all copies of equal ones.

    Examples
    --------
    >>> from bench.method import Candidate
    >>> archive = Archive(2)
    >>> for i, values in enumerate([(2.0, 2.0), (3.0, 3.0), (1.0, 3.0)]):
    ...     archive.add([Evaluation(i, Candidate((i,)), np.array(values), 0.0)])
    >>> archive.front.tolist()
    [0, 2]
    >>> archive.objectives[archive.front].tolist()
    [[2.0, 2.0], [1.0, 3.0]]
    """

    front: Indices

    def __init__(self, objectives: int) -> None:
        self.front = np.empty(0, dtype=np.int64)
        self._rows = np.empty((0, objectives))  # with room for more
        self._n = 0

    def __len__(self) -> int:
        return self._n

    @property
    def objectives(self) -> Floats:
        """The objectives [n, m] of everything told; a view."""
        return self._rows[: self._n]

    def add(self, evaluations: Sequence[Evaluation]) -> None:
        """Add evaluations."""
        if not evaluations:
            return
        new = np.arange(self._n, self._n + len(evaluations))
        if new[-1] >= len(self._rows):
            room = np.empty((new[-1] + 1 + len(self._rows), self._rows.shape[1]))
            self._rows = np.concatenate([self.objectives, room])
        self._rows[new] = [e.objectives for e in evaluations]
        self._n += len(new)
        competing = np.concatenate([self.front, new])
        self.front = competing[non_dominated(self._rows[competing])]
