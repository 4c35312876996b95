"""Check that what a reader built is a finite tree of data of moderate size.

A few bytes can build a list that contains itself, or lists that share others sixty levels deep.
Such a result fits in memory, but code that walks it does not end.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import numpy as np

from bench.data.readers.unpickle.budget import BudgetError, MalformedError, Spending
from bench.data.readers.unpickle.names import Name, Record

__all__ = ["check_tree"]

# torch builds the two subclasses.
_DICTS = frozenset({dict, OrderedDict, defaultdict})
_NESTED = _DICTS | {list, tuple, set, Record}
_TEXT = frozenset({str, bytes, bytearray})
_NUMBERS = frozenset({int, float, bool, type(None)})
_LEAVES: frozenset[Any] = _NUMBERS | {slice}
# Bytes of text, or of an array, that count as one.
_UNIT = 16
# Containers between two looks at the clock.
_PERIOD = 1024


def check_tree(root: Any, spending: Spending, *, others: Collection[type] = ()) -> None:
    """Raise an error unless `root` is a finite tree of data within the budget.

    A shared object is visited once and counted as often as it is in the tree.

    Parameters
    ----------
    root : object
        What the reader built.
    spending : Spending
        Its budget: depth, size of the tree, and time.
    others : collection of type
        Further types of data, such as tensors. An object of any other type is an error.

    Raises
    ------
    MalformedError
        If a container contains itself, or an object is no data.
    BudgetError
        If the tree is too deep or too large, or the time is over.
    """
    budget = spending.budget
    leaves = _LEAVES | frozenset(others)
    finished: dict[int, tuple[int, int]] = {}  # size and height of a container, by `id`
    parts: dict[int, tuple[int, list[Any]]] = {}  # of the containers on the way from the root
    waiting = [(root,)]
    while waiting:
        container = waiting[-1]
        key = id(container)
        if key in finished:
            waiting.pop()
        elif key in parts:  # everything in it is finished
            size, inner = parts.pop(key)
            below = [finished[id(part)] for part in inner]
            size += sum(size for size, _ in below)
            height = 1 + max((height for _, height in below), default=0)
            if size > budget.tree:
                raise BudgetError("more values, with shared ones repeated,", budget.tree, "values")
            if height > budget.depth + 1:  # the first level is not the reader's
                raise BudgetError("more levels of containers", budget.depth, "levels")
            finished[key] = size, height
            waiting.pop()
        else:
            size, inner = parts[key] = _look(container, leaves)
            for part in inner:
                if id(part) in parts:
                    raise MalformedError(f"a {type(part).__name__} that contains itself", "a tree")
            waiting += inner
            if len(finished) % _PERIOD == 0:
                spending.check_time()


def _look(container: Any, leaves: frozenset[Any]) -> tuple[int, list[Any]]:
    """Return the size of what is directly in a container, and the containers in it."""
    size, inner = 1, []
    for values in _values(container):
        size += len(values)
        if _NUMBERS.issuperset(map(type, values)):
            continue
        for value in values:
            kind = type(value)
            if kind in _NESTED or (kind is np.ndarray and value.dtype.hasobject):
                inner.append(value)
            elif kind in _TEXT:
                size += len(value) // _UNIT
            elif kind is np.ndarray or isinstance(value, np.generic):
                size += value.nbytes // _UNIT
            elif kind not in leaves and not (kind is Name and value.record):
                what = f"the name {value.module}.{value.name}" if kind is Name else kind.__name__
                raise MalformedError(f"{what} among the data", "arrays and plain containers")
    return size, inner


def _values(container: Any) -> Iterable[Collection[Any]]:
    """Return the values that are directly in a container, in one or two collections."""
    kind = type(container)
    if kind in _DICTS:
        return container.keys(), container.values()
    if kind is Record:
        return container.arguments, (container.state,)
    return (container.ravel().tolist() if kind is np.ndarray else container,)
