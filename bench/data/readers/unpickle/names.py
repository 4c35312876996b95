"""The names that a pickle may use, and the suite's own function behind each of them.

Subclasses of `dict` become plain dictionaries. Nothing is imported, whatever the name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from bench.data.readers.unpickle.arrays import NewArray, array_of_buffer, new_dtype, new_scalar
from bench.data.readers.unpickle.budget import MalformedError, Spending
from bench.data.readers.unpickle.describe import describe

__all__ = ["Name", "Record", "check_key", "known_names", "new_set"]

# The only encoding in which pickles write bytes as text, as Python 3 and numpy spell it.
_LATIN1 = ("latin1", "latin-1")
_PLAIN_KEYS = frozenset({str, bytes, float, bool, type(None)})
# Larger integers would allow any number of keys with one hash.
_INTEGERS = range(-(2**63), 2**64)
_KEY_VALUES = 8

_Arguments = tuple[Any, ...]
Build = Callable[[_Arguments, Spending], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """A name in a pickle.

    Attributes
    ----------
    module, name : str
        As in the pickle.
    build : callable, optional
        Called with the arguments, a tuple, and the `Spending`; None if it may not be called.
    record : bool
        Whether its objects are kept as a `Record`.
    """

    module: str
    name: str
    build: Build | None = None
    record: bool = False


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

    def __init__(self, of: Name, arguments: _Arguments) -> None:
        self.module = of.module
        self.name = of.name
        self.arguments = arguments
        self.state: Any = None


def known_names(records: Collection[tuple[str, str]]) -> dict[tuple[str, str], Name]:
    """Return the names that a pickle may use, by module and name.

    Parameters
    ----------
    records : collection of (module, name)
        Further names, whose objects are kept as records.
    """
    return _NAMES | {key: Name(*key, record=True) for key in records}


def check_key(key: Any) -> None:
    """Raise a MalformedError unless `key` can be hashed in a moment and compared safely."""
    values = key if type(key) is tuple else (key,)
    if len(values) > _KEY_VALUES:
        raise MalformedError("a key of many values", f"at most {_KEY_VALUES}")
    for value in values:
        if type(value) is int:
            if value not in _INTEGERS:
                raise MalformedError(f"the key {describe(value)}", "an integer of 64 bits")
        elif type(value) not in _PLAIN_KEYS:
            raise MalformedError(f"a {type(value).__name__} in a key", "text or numbers")


def new_set(arguments: _Arguments, spending: Spending) -> set[Any]:
    """Return the set of a list of values.

    Parameters
    ----------
    arguments : tuple
        The list; an empty tuple for an empty set.
    spending : Spending
        Charged for the copy, and for the time.

    Raises
    ------
    MalformedError
        If a value cannot be a member.
    """
    members: set[Any] = set()
    if arguments:
        (values,) = _exactly(arguments, list)
        spending.copy(32 * len(values))
        for value in values:
            spending.check_time()
            check_key(value)
            members.add(value)
    return members


def _exactly(arguments: _Arguments, *types: type) -> _Arguments:
    """Return the arguments, which must be exactly of these types."""
    if tuple(map(type, arguments)) != types:
        found = ", ".join(type(value).__name__ for value in arguments[:4])
        raise MalformedError(
            f"the arguments ({found})", f"({', '.join(kind.__name__ for kind in types)})"
        )
    return arguments


def _new_ordered(arguments: _Arguments, spending: Spending) -> dict[Any, Any]:
    del spending
    _exactly(arguments)
    return {}


def _new_defaults(arguments: _Arguments, spending: Spending) -> dict[Any, Any]:
    """Return the dictionary for `defaultdict(type)`, or without a type."""
    del spending
    if arguments:
        _exactly(arguments, Name)
    return {}


def _new_bytes(arguments: _Arguments, spending: Spending) -> bytes:
    """Return the bytes for `bytes()`, or for `encode(text, 'latin1')`."""
    if not arguments:
        return b""
    text, encoding = _exactly(arguments, str, str)
    if encoding not in _LATIN1:
        raise MalformedError(f"bytes in the encoding {describe(encoding)}", "latin1")
    spending.copy(len(text))
    return bytes(text.encode("latin1"))


def _new_bytearray(arguments: _Arguments, spending: Spending) -> bytearray:
    content = arguments[0] if len(arguments) == 1 else _new_bytes(arguments, spending)
    _exactly((content,), bytes)
    spending.copy(len(content))
    return bytearray(content)


def _new_slice(arguments: _Arguments, spending: Spending) -> slice:
    del spending
    return slice(*_exactly(arguments, int, int, int))


def _new_array(arguments: _Arguments, spending: Spending) -> NewArray:
    """Return an array for `_reconstruct(ndarray, (0,), b"b")`; its state has shape and type."""
    del spending
    of = arguments[0] if len(arguments) == 3 else None
    if type(of) is not Name or (of.module, of.name) != ("numpy", "ndarray"):
        found = f"{of.module}.{of.name}" if type(of) is Name else describe(of)
        raise MalformedError(f"an array of another type, {found}", "numpy.ndarray")
    shape, code = arguments[1:]
    if type(shape) is not tuple or [*map(type, shape)] != [int] or shape != (0,):
        raise MalformedError(f"a new array of shape {describe(shape)}", "(0,)")
    if type(code) not in {bytes, str} or code not in (b"b", "b"):
        raise MalformedError(f"a new array of type {describe(code)}", "b")
    return NewArray()


# Without a function: the types of arrays, and of the values that a `defaultdict` would make.
_TABLE: dict[str, dict[str, Build | None]] = {
    "collections": {"OrderedDict": _new_ordered, "defaultdict": _new_defaults},
    "_codecs": {"encode": _new_bytes},
    "numpy": {"ndarray": None, "dtype": new_dtype},
}
for _builtins in ("builtins", "__builtin__"):  # as Python 3 and Python 2 call it
    _TABLE[_builtins] = {
        **dict.fromkeys(("dict", "float", "int", "list", "str")),
        "bytearray": _new_bytearray,
        "bytes": _new_bytes,
        "set": new_set,
        "slice": _new_slice,
    }
for _core in ("numpy.core", "numpy._core"):  # of numpy 1 and numpy 2
    _TABLE[f"{_core}.multiarray"] = {"_reconstruct": _new_array, "scalar": new_scalar}
    _TABLE[f"{_core}.numeric"] = {"_frombuffer": array_of_buffer}
_NAMES = {
    (module, name): Name(module, name, build)
    for module, names in _TABLE.items()
    for name, build in names.items()
}
