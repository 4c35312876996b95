"""Arrays, scalars and types of numpy, built from descriptions that are checked first.

numpy trusts the descriptions in a pickle: a type of objects whose flag says that it is none makes
it read addresses from the file. Here a type is built from its code alone, everything else that the
pickle says of it must agree, and no `__setstate__` of numpy is called.
"""

from __future__ import annotations

import re
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.data.readers.unpickle.budget import MalformedError, Spending
from bench.data.readers.unpickle.describe import describe

__all__ = ["DType", "NewArray", "array_of_buffer", "new_dtype", "new_scalar"]

# Kind and size: numbers, text, raw bytes, objects. Dates, records and subarrays are refused.
_CODE = re.compile(r"[biufc]\d{1,2}|[SU]\d{1,7}|O8")
_DIMENSIONS = 32
_LONGEST_AXIS = 2**40
# What an array of objects may hold: nothing that holds something else.
_PLAIN = frozenset({str, bytes, int, float, bool, type(None)})
_STATE = (int, str, *[type(None)] * 3, int, int, int)
_LAST_CODE_POINT = 0x10FFFF
_SURROGATES = (0xD800, 0xDFFF)


class DType:
    """Description of a numpy type in a pickle; `type` is what it describes."""

    __slots__ = ("type",)

    def __init__(self, kind: np.dtype[Any]) -> None:
        self.type = kind

    def __setstate__(self, state: Any) -> None:
        """Complete the description by its byte order; the rest of the state must agree.

        Raises
        ------
        MalformedError
            If it does not.
        """
        if type(state) is not tuple or tuple(map(type, state)) != _STATE:
            raise MalformedError(
                f"{describe(state)} as the state of a numpy type",
                "version, byte order, no fields, size, alignment and flags",
            )
        version, order, _, _, _, size, alignment, flags = state
        orders = ("|",) if self.type.byteorder == "|" else ("<", ">")
        if version != 3 or order not in orders:
            raise MalformedError(
                f"version {describe(version)} and byte order {describe(order)} of {self.type}",
                f"version 3 and one of {' '.join(orders)}",
            )
        made = self.type.newbyteorder(order)
        if size not in (-1, made.itemsize) or alignment not in (-1, made.alignment):
            raise MalformedError(
                f"size {describe(size)} and alignment {describe(alignment)} of {made}",
                f"{made.itemsize} and {made.alignment}",
            )
        if flags != made.flags:
            raise MalformedError(f"flags {describe(flags)} of {made}", str(made.flags))
        self.type = made


class NewArray:
    """An array before the pickle gives it a state; `array` is None until then."""

    __slots__ = ("array",)

    def __init__(self) -> None:
        self.array: NDArray[np.generic] | None = None

    def fill(self, state: Any, spending: Spending) -> NDArray[np.generic]:
        """Return the array of a state, and keep it.

        Parameters
        ----------
        state : tuple
            Version, shape, type, whether the order is Fortran's, and bytes or a list of objects.
        spending : Spending
            Charged for what is copied.

        Raises
        ------
        MalformedError
            If the values are not exactly as many as shape and type say, or were set before.
        """
        if self.array is not None or type(state) is not tuple or len(state) != 5:
            raise MalformedError(f"{describe(state)} as the state of an array", "five values, once")
        version, shape, dtype, fortran, values = state
        if type(version) is not int or version != 1 or type(fortran) is not bool:
            raise MalformedError("another state of an array", "version 1 and a known order")
        array = _array(values, dtype, shape, "F" if fortran else "C", spending)
        if not array.dtype.isnative:  # numpy does the same at this place
            spending.copy(array.nbytes)
            array = array.astype(array.dtype.newbyteorder("="))
        self.array = array
        return array


def new_dtype(arguments: tuple[Any, ...], spending: Spending) -> DType:
    """Return the description for `numpy.dtype(code, align, copy)`.

    Parameters
    ----------
    arguments : tuple
        Code such as `f8`, and two flags that have no effect.
    spending : Spending
        Not used: the type is small.

    Raises
    ------
    MalformedError
        If the code is not that of a number, text, raw bytes or an object.
    """
    del spending
    code = arguments[0] if arguments else None
    flags = arguments[1:]
    known = type(code) is str and _CODE.fullmatch(code) is not None
    try:
        if not known or len(flags) > 2 or not all(type(flag) in {bool, int} for flag in flags):
            raise TypeError
        kind = np.dtype(code)
        if not kind.itemsize:
            raise TypeError
    except (TypeError, ValueError):
        raise MalformedError(
            f"the numpy type {describe(code)}", "one of numbers, text, raw bytes or objects"
        ) from None
    return DType(kind)


def new_scalar(arguments: tuple[Any, ...], spending: Spending) -> Any:
    """Return the number, or text, for `scalar(dtype, bytes)`.

    Parameters
    ----------
    arguments : tuple
        Description of the type, and the bytes of one value.
    spending : Spending
        Charged for what is copied.

    Raises
    ------
    MalformedError
        If the type is one of objects, or has another size.
    """
    if len(arguments) != 2 or type(arguments[0]) is not DType or arguments[0].type.hasobject:
        raise MalformedError("other arguments of a numpy scalar", "a type and bytes")
    return _array(arguments[1], arguments[0], (1,), "C", spending)[0]


def array_of_buffer(arguments: tuple[Any, ...], spending: Spending) -> NDArray[np.generic]:
    """Return the array for `_frombuffer(buffer, dtype, shape, order)`.

    Parameters
    ----------
    arguments : tuple
        Bytes, description of the type, shape, and `C` or `F`.
    spending : Spending
        Charged for what is copied.

    Raises
    ------
    MalformedError
        If the buffer is not exactly as large as shape and type say.
    """
    buffer, dtype, shape, order = arguments if len(arguments) == 4 else (None,) * 4
    if type(order) is not str or order not in ("C", "F"):
        raise MalformedError("other arguments of an array", "bytes, type, shape, and C or F")
    return _array(buffer, dtype, shape, order, spending)


def _array(
    values: Any, dtype: Any, shape: Any, order: Any, spending: Spending
) -> NDArray[np.generic]:
    """Return a read-only view of bytes, or an array of plain objects."""
    if type(dtype) is not DType:
        raise MalformedError(f"an array of {describe(dtype)}", "a numpy type")
    kind, count = dtype.type, _count(shape)
    if kind.hasobject:
        if type(values) is not list or len(values) != count:
            raise MalformedError(
                f"{_length(values)} in an array of objects", f"a list of {count:,}"
            )
        if not _PLAIN.issuperset(map(type, values)):
            raise MalformedError("containers in an array of objects", "numbers, text or None")
        spending.copy(8 * count)
        objects = np.empty(count, dtype=object)
        objects[:] = values
        return objects.reshape(shape, order=order)
    if type(values) is str or type(values) is bytearray:  # a byte string of Python 2, as latin1
        spending.copy(len(values))
        values = values.encode("latin1") if isinstance(values, str) else bytes(values)
    if type(values) is not bytes or len(values) != count * kind.itemsize:
        raise MalformedError(
            f"{_length(values)} for shape {describe(shape)} of type {kind}",
            f"{count * kind.itemsize:,} bytes",
        )
    if kind.kind == "U":
        spending.copy(len(values))
        code_point = np.dtype("u4").newbyteorder(kind.byteorder)
        letters = np.ndarray((len(values) // 4,), code_point, buffer=values)
        first, last = _SURROGATES
        if np.any((letters > _LAST_CODE_POINT) | ((letters >= first) & (letters <= last))):
            raise MalformedError("text of numbers that are no characters", "Unicode")
    return np.ndarray(shape, dtype=kind, buffer=values, order=order)


def _count(shape: Any) -> int:
    """Return the number of elements of an array."""
    if type(shape) is not tuple or len(shape) > _DIMENSIONS:
        raise MalformedError(f"the shape {describe(shape)}", f"at most {_DIMENSIONS} axes")
    if not all(type(axis) is int and 0 <= axis <= _LONGEST_AXIS for axis in shape):
        raise MalformedError(f"the shape {describe(shape)}", "lengths of axes")
    return prod(shape)


def _length(values: Any) -> str:
    if isinstance(values, bytes | list):
        return f"{len(values):,} {'values' if type(values) is list else 'bytes'}"
    return describe(values, length=20)
