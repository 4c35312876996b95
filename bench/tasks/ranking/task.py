"""A ranking task: joined tables, the truth, the ranked sets, and the sample of networks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

import numpy as np

from bench.arrays import Floats, Indices, Mask
from bench.data import Table
from bench.errors import DataError, ProtocolError
from bench.schema import naming
from bench.spaces import get_space
from bench.spaces.finite import Architectures, FiniteSpace
from bench.tasks.curves import numeric_column, text_column, whole_column
from bench.tasks.pinned import load_pinned
from bench.tasks.ranking.spec import ArchitectureSet, RankingTaskSpec

__all__ = ["RankingTask", "Stream"]

# Maps a purpose, such as the sample or the subsets of a set, to its random generator.
Stream = Callable[..., np.random.Generator]


class RankingTask:
    """The architectures of the truth's table, their true values, and the sets that are ranked.

    The n architectures are in the order of the rows of the truth's table; indices of architectures
    refer to this order.

    Parameters
    ----------
    spec : RankingTaskSpec
        The specification of the task.
    name : str
        Name of the protocol, for messages.
    stream : callable
        Maps a purpose to its random generator.

    Attributes
    ----------
    spec : RankingTaskSpec
        The specification of the task.
    space : FiniteSpace
        The space of the architectures.
    architectures : array of int8 [n, variables]
        All architectures.
    truth : array of float [n]
        Their true values; larger is better.

    Raises
    ------
    DataMissingError
        If a table is not installed.
    ProtocolError
        If an installed table is not the pinned one, or a set is smaller than its subsets.
    DataError
        If a table has no such column or a duplicate key, or the truth has a missing value.
    """

    def __init__(self, spec: RankingTaskSpec, name: str, stream: Stream) -> None:
        self.spec = spec
        self._name, self._stream = name, stream
        self.space: FiniteSpace = get_space(spec.space)
        self._tables = {pinned.name: load_pinned(pinned) for pinned in spec.tables}
        table = self.table(spec.truth.table)
        self._keys = _keys(table, spec.key)
        with naming("truth.strings"):
            strings = text_column(table, spec.truth.strings)
            self.architectures: Architectures = self.space.from_strings(strings)
        with naming("truth.columns"):
            columns = [numeric_column(table, name) for name in spec.truth.columns]
        self.truth: Floats = np.mean(columns, axis=0)
        if not np.isfinite(self.truth).all():
            row = int(np.flatnonzero(~np.isfinite(self.truth))[0])
            raise DataError(
                f"table {table.name!r}: no value of {', '.join(spec.truth.columns)} in row {row}"
            )
        for each in spec.sets:
            found = len(self.members(each))
            if each.size > found:
                raise ProtocolError(
                    f"{self._name}: set {each.name!r} has {found} architectures; expected at least "
                    f"{each.size}, the size of its subsets"
                )

    def __len__(self) -> int:
        return len(self.truth)

    def table(self, name: str) -> Table:
        """Return the task's table with this name."""
        return self._tables[name]

    def indices(self, table: str) -> Indices:
        """Return the index [rows] of the architecture of each row of a table; -1 if it has none."""
        keys = _keys(self.table(table), self.spec.key)
        order = np.argsort(self._keys)
        found = np.minimum(np.searchsorted(self._keys, keys, sorter=order), len(order) - 1)
        indices = order[found]
        return np.where(self._keys[indices] == keys, indices, -1)

    @cached_property
    def sample(self) -> Indices:
        """Indices [k], ascending, of the architectures whose networks are measured.

        They are drawn from the architectures that have a row in every table of the sampled sets.

        Raises
        ------
        ProtocolError
            If there are fewer than the source of networks samples.
        """
        networks = self.spec.networks
        if networks is None:
            return np.empty(0, dtype=np.int64)
        sampled = {name for each in self.spec.sets if each.sample for name in each.tables}
        available = self._in_all(sampled)
        if networks.sample > available.sum():
            raise ProtocolError(
                f"{self._name}: a sample of {networks.sample} networks needs as many "
                f"architectures with a row in all tables of the sampled sets; got "
                f"{available.sum()}"
            )
        order = self._stream("sample").permutation(len(self))
        return np.sort(order[available[order]][: networks.sample])

    def members(self, chosen: ArchitectureSet) -> Indices:
        """Return the indices [k], ascending, of the architectures of a set."""
        members = self._in_all(chosen.tables)
        if chosen.sample:
            drawn = np.zeros(len(self), dtype=bool)
            drawn[self.sample] = True
            members &= drawn
        return np.flatnonzero(members)

    def _in_all(self, tables: Iterable[str]) -> Mask:
        """Return [n] whether each architecture has a row in all these tables."""
        in_all = np.ones(len(self), dtype=np.bool_)
        for table in tables:
            has_row = np.zeros(len(self), dtype=np.bool_)
            indices = self.indices(table)
            has_row[indices[indices >= 0]] = True
            in_all &= has_row
        return in_all

    def subsets(self, chosen: ArchitectureSet) -> list[Indices]:
        """Return the random subsets of a set, as indices into its `members`.

        They are the same for every entry, so that entries are compared on the same architectures.
        """
        rng = self._stream(chosen.name, "subsets")
        count = len(self.members(chosen))
        return [rng.permutation(count)[: chosen.size] for _ in range(chosen.draws)]


def _keys(table: Table, key: str) -> Indices:
    with naming("key"):
        keys = whole_column(table, key)
    if len(np.unique(keys)) != len(keys):
        raise DataError(
            f"table {table.name!r}: column {key!r} has a value twice; expected one row per value"
        )
    return keys
