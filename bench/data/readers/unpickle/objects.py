"""What a pickle may build besides Python's and numpy's own objects, and what may be a key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import Any

import numpy as np

from bench.data.readers.unpickle.budget import MalformedError, Spending
from bench.data.readers.unpickle.describe import describe

__all__ = ["Function", "Record", "RecordName", "as_set", "check_keys", "refuse_fragile"]

_PLAIN_KEYS = frozenset({str, bytes, float, bool, type(None)})
# Larger integers would allow any number of keys with one hash.
_INTEGERS = range(-(2**63), 2**64)
# Values in a key that is a tuple or a frozen set, whose hash visits all of them, and their length.
_KEY_VALUES = 64
_KEY_TEXT = 1000


class Function:
    """A function of the suite's own under the name that pickles have for it.

    Attributes
    ----------
    name : str
        Module and name in pickles.
    build : callable
        Called with the arguments, a tuple, and the `Spending`; None if it may not be called.
    factory : type, optional
        What the name is as the default of a `defaultdict`.
    """

    __slots__ = ("build", "factory", "name")

    def __init__(
        self,
        name: str,
        build: Callable[[tuple[Any, ...], Spending], Any] | None,
        factory: type | None = None,
    ) -> None:
        self.name = name
        self.build = build
        self.factory = factory


class RecordName:
    """The name of a class, or of a function, whose objects are kept as records."""

    __slots__ = ("module", "name")

    def __init__(self, module: str, name: str) -> None:
        self.module = module
        self.name = name


class Record:
    """An object of a class that is not imported: names, arguments and state as in the pickle.

    Attributes
    ----------
    module, name : str
        Of the class, or of the function that returns the object.
    arguments : tuple
        Arguments of the call.
    state : object
        What its `__setstate__` would get; None if the pickle has none.
    """

    __slots__ = ("arguments", "module", "name", "state")

    def __init__(self, of: RecordName, arguments: tuple[Any, ...]) -> None:
        self.module = of.module
        self.name = of.name
        self.arguments = arguments
        self.state: Any = None


def check_keys(keys: Iterable[Any]) -> None:
    """Raise a MalformedError unless all `keys` can be hashed in a moment and compared safely."""
    for key in keys:
        kind = type(key)
        if kind in _PLAIN_KEYS:
            continue
        if kind is int:
            if key not in _INTEGERS:
                raise MalformedError(f"the key {describe(key)}", "an integer of 64 bits")
        elif kind is tuple or kind is frozenset:
            _check_collection(key)
        elif not isinstance(key, np.generic) or kind is np.void:
            raise MalformedError(f"a {kind.__name__} as a key", "text, a number or a tuple of them")


def _check_collection(key: Any) -> None:
    waiting, seen = [key], 0
    while waiting:
        collection = waiting.pop()
        seen += len(collection)
        if seen > _KEY_VALUES:
            raise MalformedError("a key of many values", f"at most {_KEY_VALUES}")
        waiting += [v for v in collection if type(v) is tuple or type(v) is frozenset]
        values = [v for v in collection if type(v) is not tuple and type(v) is not frozenset]
        check_keys(values)
        if any(len(v) > _KEY_TEXT for v in values if isinstance(v, str | bytes)):
            raise MalformedError("a key of long text", f"at most {_KEY_TEXT:,} characters")


def as_set(values: Collection[Any], spending: Spending) -> set[Any]:
    """Return a set of these values.

    Parameters
    ----------
    values : collection of object
        Its members.
    spending : Spending
        Charged for the copy, and for the time.

    Raises
    ------
    MalformedError
        If one of them cannot be a member.
    """
    spending.copy(32 * len(values))
    check_keys(values)
    members: set[Any] = set()
    for part in spending.parts(values):
        members.update(part)
    return members


def refuse_fragile(values: Iterable[Any], holder: str) -> None:
    """Raise a MalformedError if an array of objects or a `defaultdict` is among `values`.

    Python frees these two by recursion without a limit, so that a long chain of them would overflow
    the stack. In between, the other containers break the recursion.

    Parameters
    ----------
    values : iterable of object
        What is put into an array of objects or into a `defaultdict`.
    holder : str
        Which of the two, for the message.
    """
    for value in values:
        if type(value) is defaultdict or (type(value) is np.ndarray and value.dtype.hasobject):
            found = "defaultdict" if type(value) is defaultdict else "array of objects"
            raise MalformedError(f"a {found} directly in {holder}", "numbers, text or arrays")
