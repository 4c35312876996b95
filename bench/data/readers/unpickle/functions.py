"""The names that a pickle may use, and the suite's own function behind each of them."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

from bench.data.readers.unpickle.budget import MalformedError, Spending
from bench.data.readers.unpickle.describe import describe
from bench.data.readers.unpickle.numpy_parts import (
    new_array,
    new_array_of_buffer,
    new_dtype,
    new_scalar,
)
from bench.data.readers.unpickle.objects import Function, as_set, check_keys

__all__ = ["FUNCTIONS"]

# Names of Python's codecs for latin1, the only one in which pickles write bytes as text.
_LATIN1 = ("latin1", "latin-1")


def _ordered(arguments: tuple[Any, ...], spending: Spending) -> OrderedDict[Any, Any]:
    """Return an `OrderedDict`; Python 2 gives its items as a list of pairs."""
    if not arguments:
        return OrderedDict()
    pairs = arguments[0]
    if len(arguments) != 1 or type(pairs) is not list:
        raise MalformedError(f"{describe(arguments)} of an OrderedDict", "a list of pairs")
    spending.copy(100 * len(pairs))
    result: OrderedDict[Any, Any] = OrderedDict()
    for part in spending.parts(pairs):
        for pair in part:
            if type(pair) not in {list, tuple} or len(pair) != 2:
                raise MalformedError(f"{describe(pair)} in an OrderedDict", "a pair")
            check_keys(pair[:1])
            result[pair[0]] = pair[1]
    return result


def _defaultdict(arguments: tuple[Any, ...], spending: Spending) -> defaultdict[Any, Any]:
    del spending
    made_by = arguments[0] if arguments else None
    if made_by is None and len(arguments) <= 1:
        return defaultdict(None)
    if len(arguments) > 1 or type(made_by) is not Function or made_by.factory is None:
        name = made_by.name if type(made_by) is Function else describe(made_by)
        raise MalformedError(f"the default {name} of a defaultdict", "a plain type")
    return defaultdict(made_by.factory)


def _deque(arguments: tuple[Any, ...], spending: Spending) -> deque[Any]:
    values, longest = (*arguments, (), None)[:2] if len(arguments) != 1 else (arguments[0], None)
    if len(arguments) > 2 or type(values) not in {list, tuple}:
        raise MalformedError("other arguments of a deque", "values and a length")
    if longest is not None and (type(longest) is not int or not 0 <= longest < 2**31):
        raise MalformedError(f"the length {describe(longest)} of a deque", "an integer")
    spending.copy(8 * len(values))
    return deque(values, maxlen=longest)


def _set_of(kind: Callable[[set[Any]], Any]) -> Callable[[tuple[Any, ...], Spending], Any]:
    def build(arguments: tuple[Any, ...], spending: Spending) -> Any:
        values = arguments[0] if arguments else []
        if len(arguments) > 1 or type(values) not in {list, tuple}:
            raise MalformedError("other arguments of a set", "a list")
        return kind(as_set(values, spending))

    return build


def _complex(arguments: tuple[Any, ...], spending: Spending) -> complex:
    del spending
    if len(arguments) != 2 or not all(type(part) in {float, int} for part in arguments):
        raise MalformedError("other arguments of a complex number", "two numbers")
    return complex(*map(float, arguments))


def _slice(arguments: tuple[Any, ...], spending: Spending) -> slice:
    del spending
    if len(arguments) != 3 or not all(a is None or type(a) is int for a in arguments):
        raise MalformedError("other arguments of a slice", "three integers")
    return slice(*arguments)


def _no_bytes(arguments: tuple[Any, ...], spending: Spending) -> bytes:
    """Return empty bytes; those of protocols 0 to 2 that are not empty are encoded text."""
    del spending
    if arguments:
        raise MalformedError("a call of bytes", "no arguments")
    return b""


def _encoded(arguments: tuple[Any, ...], spending: Spending) -> bytes:
    if len(arguments) != 2 or type(arguments[0]) is not str or arguments[1] not in _LATIN1:
        raise MalformedError("bytes in an encoding other than latin1", "text and 'latin1'")
    spending.copy(len(arguments[0]))
    return arguments[0].encode("latin1")


def _bytearray(arguments: tuple[Any, ...], spending: Spending) -> bytearray:
    content = arguments[0] if arguments else b""
    if type(content) is str:
        content = _encoded(arguments, spending)
    elif len(arguments) > 1 or type(content) is not bytes:
        raise MalformedError(f"{describe(content, length=20)} as a bytearray", "bytes")
    spending.copy(len(content))
    return bytearray(content)


_Build = Callable[[tuple[Any, ...], Spending], Any] | None

# Protocols 0 to 2 use the names of Python 2: `__builtin__` and some types.
_BUILTINS: dict[str, tuple[_Build, type | None]] = {
    **{kind.__name__: (None, kind) for kind in (list, dict, tuple, int, float, str, bool)},
    "unicode": (None, str),
    "long": (None, int),
    "set": (_set_of(set), set),
    "frozenset": (_set_of(frozenset), frozenset),
    "complex": (_complex, complex),
    "bytes": (_no_bytes, bytes),
    "bytearray": (_bytearray, bytearray),
    "slice": (_slice, None),
}
_OTHERS: dict[tuple[str, str], tuple[_Build, type | None]] = {
    ("collections", "OrderedDict"): (_ordered, OrderedDict),
    ("collections", "defaultdict"): (_defaultdict, None),
    ("collections", "deque"): (_deque, deque),
    ("_codecs", "encode"): (_encoded, None),
    ("numpy", "ndarray"): (None, None),
    ("numpy", "dtype"): (new_dtype, None),
    **{
        (f"numpy.{core}.{module}", name): (build, None)
        for core in ("core", "_core")
        for module, name, build in (
            ("multiarray", "_reconstruct", new_array),
            ("multiarray", "scalar", new_scalar),
            ("numeric", "_frombuffer", new_array_of_buffer),
        )
    },
}

FUNCTIONS = {
    (module, name): Function(f"{module}.{name}", build, factory)
    for (module, name), (build, factory) in (
        *(
            ((module, name), entry)
            for module in ("builtins", "__builtin__")
            for name, entry in _BUILTINS.items()
        ),
        *_OTHERS.items(),
    )
}
