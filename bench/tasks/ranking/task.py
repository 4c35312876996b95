"""A ranking task: tables joined, the truth, the sets that are ranked, the sample of networks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bench.data import Table
from bench.errors import DataError, ProtocolError
from bench.spaces import get_space
from bench.spaces.finite import Architectures, FiniteSpace
from bench.tasks.ranking.spec import CellSet, RankingTaskSpec
from bench.tasks.table import load_pinned

__all__ = ["RankingTask", "Stream"]

# Gives the random stream of one use, such as the sample or the subsets of a set.
Stream = Callable[..., np.random.Generator]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


class RankingTask:
    """Every architecture that the truth's table has, in its order.

    Attributes
    ----------
    space : FiniteSpace
    architectures : array [n, variables]
    truth : array [n]
        Larger is better.

    Parameters
    ----------
    spec : RankingTaskSpec
    name : str
        Of the protocol, for messages.
    stream : callable
        Gives the random stream of one use.

    Raises
    ------
    ProtocolError
        If a table on this machine is not the pinned one, or a set is smaller than its subsets.
    DataError
        If a table lacks a column, a key is twice in it, or the truth has a gap.
    """

    def __init__(self, spec: RankingTaskSpec, name: str, stream: Stream) -> None:
        self.spec = spec
        self._name, self._stream = name, stream
        self.space: FiniteSpace = get_space(spec.space)
        self._tables = {pinned.name: load_pinned(pinned) for pinned in spec.tables}
        home = self.table(spec.truth.table)
        self._keys = _keys(home, spec.key)
        self.architectures: Architectures = self.space.from_strings(
            home.column(spec.truth.strings).tolist()
        )
        columns = [home.column(name).astype(np.float64) for name in spec.truth.columns]
        self.truth: Floats = np.mean(columns, axis=0)
        if not np.isfinite(self.truth).all():
            row = int(np.flatnonzero(~np.isfinite(self.truth))[0])
            raise DataError(
                f"table {home.name!r}: no value of {', '.join(spec.truth.columns)} in row {row}"
            )
        for each in spec.sets:
            found = len(self.members(each))
            if each.size > found:
                raise ProtocolError(
                    f"{self._name}: set {each.name!r} has {found} cells; its subsets cannot be "
                    f"of {each.size}"
                )

    def __len__(self) -> int:
        return len(self.truth)

    def table(self, name: str) -> Table:
        """Return one of the protocol's tables."""
        return self._tables[name]

    def indices(self, table: str) -> Indices:
        """Return the place [rows] of each row of a table among the cells; -1 where it has none."""
        keys = _keys(self.table(table), self.spec.key)
        order = np.argsort(self._keys)
        found = np.minimum(np.searchsorted(self._keys, keys, sorter=order), len(order) - 1)
        at = order[found]
        return np.where(self._keys[at] == keys, at, -1)

    @cached_property
    def sample(self) -> Indices:
        """Places [k], ascending, of the cells that networks are measured on.

        Drawn from those that every table of the sampled sets has a row for.
        """
        networks = self.spec.networks
        if networks is None:
            return np.empty(0, dtype=np.int64)
        sampled = {name for each in self.spec.sets if each.sample for name in each.tables}
        held = self._held(sampled)
        if networks.sample > held.sum():
            raise ProtocolError(
                f"{self._name}: a sample of {networks.sample} of {held.sum()} cells"
            )
        order = self._stream("sample").permutation(len(self))
        return np.sort(order[held[order]][: networks.sample])

    def members(self, chosen: CellSet) -> Indices:
        """Return the places [k], ascending, of the cells of a set."""
        held = self._held(chosen.tables)
        if chosen.sample:
            drawn = np.zeros(len(self), dtype=bool)
            drawn[self.sample] = True
            held &= drawn
        return np.flatnonzero(held)

    def _held(self, tables: Iterable[str]) -> NDArray[np.bool_]:
        """Return for every cell whether all these tables have a row for it."""
        held = np.ones(len(self), dtype=np.bool_)
        for table in tables:
            here = np.zeros(len(self), dtype=np.bool_)
            places = self.indices(table)
            here[places[places >= 0]] = True
            held &= here
        return held

    def subsets(self, chosen: CellSet) -> list[Indices]:
        """Return random subsets of the members of a set: places within `members`.

        The same for every entry, so that entries are compared on the same cells.
        """
        rng = self._stream(chosen.name, "subsets")
        count = len(self.members(chosen))
        return [rng.permutation(count)[: chosen.size] for _ in range(chosen.draws)]


def _keys(table: Table, key: str) -> Indices:
    keys = table.column(key).astype(np.int64)
    if len(np.unique(keys)) != len(keys):
        raise DataError(f"table {table.name!r}: {key!r} has a value twice; it must name one row")
    return keys
