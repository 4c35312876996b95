"""Check that what a pickle built is a finite tree of moderate size.

A few bytes can build a list that contains itself, or lists that share others sixty levels deep.
Such a result fits in memory, but code that walks it does not end.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Collection
from typing import Any

import numpy as np

from bench.data.readers.unpickle.budget import BudgetError, MalformedError, Spending
from bench.data.readers.unpickle.objects import Function, Record, RecordName

__all__ = ["check_tree"]

_DICTS = frozenset({dict, OrderedDict, defaultdict})
_NESTED = _DICTS | {list, tuple, set, frozenset, deque, Record}
_TEXT = frozenset({str, bytes, bytearray})
_NUMBERS = frozenset({int, float, bool, type(None)})
_LEAVES = _NUMBERS | _TEXT | {complex, slice, np.ndarray, RecordName}
_SIZED = (np.ndarray, np.flexible)
# Bytes of text, or of an array, that count as one.
_UNIT = 16
# Containers between two looks at the clock.
_PERIOD = 1024


def check_tree(
    root: Any, spending: Spending, *, shares: bool = True, others: Collection[type] = ()
) -> None:
    """Raise an error unless `root` is a finite tree of data within the budget.

    A shared object is visited once and counted as often as it is in the tree.

    Parameters
    ----------
    root : object
        What the pickle built.
    spending : Spending
        Its budget: depth, size of the tree, and time.
    shares : bool
        Whether a container may be in more than one place. If not, it is a tree anyway, and only
        its depth and the types in it are checked.
    others : collection of type
        Further types of data, such as tensors. An object of any other type is an error.

    Raises
    ------
    MalformedError
        If a container contains itself, or an object is no data.
    BudgetError
        If the tree is too deep or too large, or the time is over.
    """
    walk = _Walk(spending, others)
    if shares:
        walk.visit((root,))
    else:
        walk.descend((root,))


class _Walk:
    """A visit of every container, with the size and the height of each by `id`."""

    def __init__(self, spending: Spending, others: Collection[type]) -> None:
        self._spending = spending
        self._allowed = _NESTED | _LEAVES | frozenset(others)
        self._kinds: dict[frozenset[type], tuple[bool, bool, bool]] = {}
        self._finished: dict[int, tuple[int, int]] = {}

    def visit(self, root: tuple[Any]) -> None:
        finished, budget = self._finished, self._spending.budget
        size, children = self._look(root)
        path = [(id(root), size, children, iter(children))]
        unfinished = {id(root)}
        while path:
            identity, size, children, rest = path[-1]
            for child in rest:
                known = id(child)
                if known in finished:
                    continue
                if known in unfinished:
                    raise MalformedError(f"a {type(child).__name__} that contains itself", "a tree")
                own, parts = self._look(child)
                if not parts:
                    self._finish(known, own, 1)
                    continue
                path.append((known, own, parts, iter(parts)))
                unfinished.add(known)
                if len(path) > budget.depth + 1:
                    raise BudgetError("more levels of containers", budget.depth, "levels")
                break
            else:
                found = [finished[id(child)] for child in children]
                total = size + sum(size for size, _ in found)
                self._finish(identity, total, 1 + max((height for _, height in found), default=0))
                unfinished.discard(identity)
                path.pop()

    def descend(self, root: tuple[Any]) -> None:
        """Visit a tree level by level."""
        level: list[Any] = [root]
        for _ in range(self._spending.budget.depth + 1):
            below: list[Any] = []
            for container in level:
                values = _values(container)
                if self._kinds_of(values)[0]:
                    below += _containers(values)
            if not below:
                return
            level = below
            self._spending.check_time()
        raise BudgetError("more levels of containers", self._spending.budget.depth, "levels")

    def _finish(self, identity: int, size: int, height: int) -> None:
        budget = self._spending.budget
        if size > budget.tree:
            raise BudgetError(
                "shared objects, or text, that are too large when they are repeated",
                budget.tree,
                "",
            )
        if height > budget.depth + 1:  # the first level is not the pickle's
            raise BudgetError("more levels of containers", budget.depth, "levels")
        self._finished[identity] = size, height
        if len(self._finished) % _PERIOD == 0:
            self._spending.check_time()

    def _look(self, container: Any) -> tuple[int, list[Any]]:
        """Return the size of what is directly in a container, and the containers in it."""
        values = _values(container)
        size = 1 + len(values)
        if type(container) in _DICTS:
            size += _size_of_keys(container)
        nested, text, sized = self._kinds_of(values)
        if text:
            size += sum([len(value) for value in values if type(value) in _TEXT]) // _UNIT
        if sized:
            size += sum(value.nbytes for value in values if isinstance(value, _SIZED)) // _UNIT
        return size, _containers(values) if nested else []

    def _kinds_of(self, values: Any) -> tuple[bool, bool, bool]:
        """Return whether containers, text and arrays are among these values."""
        types = frozenset(map(type, values))
        known = self._kinds.get(types)
        if known is not None:
            return known
        for found in types - self._allowed:
            if not issubclass(found, np.generic):
                what = "the name of a function" if found is Function else f"a {found.__name__}"
                raise MalformedError(f"{what} among the data", "arrays and plain containers")
        nested = bool(types & _NESTED) or np.ndarray in types
        kinds = nested, bool(types & _TEXT), any(issubclass(kind, _SIZED) for kind in types)
        self._kinds[types] = kinds
        return kinds


def _values(container: Any) -> Any:
    """Return what is directly in a container, without keys."""
    kind = type(container)
    if kind in _DICTS:
        return container.values()
    if kind is Record:
        return container.arguments, container.state
    return container.ravel().tolist() if kind is np.ndarray else container


def _containers(values: Any) -> list[Any]:
    return [
        value
        for value in values
        if type(value) in _NESTED or (type(value) is np.ndarray and value.dtype.hasobject)
    ]


def _size_of_keys(container: Any) -> int:
    """Return the size of the text and of the tuples among keys."""
    try:
        return sum(map(len, container)) // _UNIT
    except TypeError:  # numbers have no length
        return sum(len(key) for key in container if isinstance(key, str | bytes | tuple)) // _UNIT
