"""Arrays, scalars and types of numpy, built from descriptions that are checked first.

numpy trusts the descriptions in a pickle: a type of objects whose flag says that it is none makes
it read addresses from the file. Here a type is built from its code alone, and everything else that
the pickle says of it must agree.
"""

from __future__ import annotations

import re
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.data.readers.unpickle.budget import MalformedError, Spending
from bench.data.readers.unpickle.describe import describe
from bench.data.readers.unpickle.objects import Function, refuse_fragile

__all__ = ["DType", "fill_array", "new_array", "new_array_of_buffer", "new_dtype", "new_scalar"]

# Kind and size: numbers, text, raw bytes, objects. Dates have a state of their own and are refused.
_CODE = re.compile(r"([biufcSUVO])(\d{0,7})")
_ORDERS = ("<", ">", "|", "=")
_DIMENSIONS = 32
_LONGEST_AXIS = 2**40
_FIELDS = 1000
_OBJECT_FLAG = 1
_STATE = 8


class DType:
    """Description of a numpy type in a pickle; `type` is what it describes."""

    __slots__ = ("type",)

    def __init__(self, type_: np.dtype[Any]) -> None:
        if not isinstance(type_, np.dtype):
            raise MalformedError(f"a description of {describe(type_)}", "a type of numpy")
        self.type = type_

    def __setstate__(self, state: Any) -> None:
        """Complete the description by byte order and fields, which must agree with the code.

        Raises
        ------
        MalformedError
            If they do not.
        """
        if type(state) is not tuple or len(state) != _STATE or state[0] != 3:
            raise MalformedError(
                f"{describe(state)} as the state of a type of numpy",
                "the eight values of version 3",
            )
        _, order, base, names, fields, size, _, flags = state
        if order not in _ORDERS or base is not None:
            raise MalformedError(
                f"byte order {describe(order)} and base {describe(base)} of a type of numpy",
                "one of < > | = and no base",
            )
        made = self.type
        if names is not None or fields is not None:
            made = _structured(self.type, names, fields, size)
        elif order in "<>":
            made = made.newbyteorder(order)
        if type(size) is not int or size not in {-1, made.itemsize}:
            raise MalformedError(f"size {describe(size)} of {made}", str(made.itemsize))
        if type(flags) is not int or bool(flags & _OBJECT_FLAG) != made.hasobject:
            raise MalformedError(
                f"flags {describe(flags)} of {made}", "those of objects for objects only"
            )
        self.type = made


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
    match = _CODE.fullmatch(code) if type(code) is str else None
    if match is None or len(arguments) > 3:
        raise MalformedError(
            f"the type {describe(code)} of numpy", "numbers, text, raw bytes or objects"
        )
    try:
        return DType(np.dtype("O" if match[1] == "O" else code))
    except (TypeError, ValueError):
        raise MalformedError(f"the type {describe(code)} of numpy", "one that it has") from None


def new_scalar(arguments: tuple[Any, ...], spending: Spending) -> Any:
    """Return the number, or text, for `scalar(dtype, bytes)`.

    Parameters
    ----------
    arguments : tuple
        Description of the type, and the bytes of one value.
    spending : Spending
        Charged for the bytes.

    Raises
    ------
    MalformedError
        If the type is one of objects, or has another size.
    """
    if len(arguments) not in {1, 2} or type(arguments[0]) is not DType:
        raise MalformedError("other arguments of a scalar of numpy", "a type and bytes")
    kind = arguments[0].type
    content = _raw(arguments[1] if len(arguments) == 2 else b"")
    if content is None or kind.hasobject or len(content) != kind.itemsize:
        found = describe(arguments[-1], length=20)
        raise MalformedError(f"{found} as a scalar of type {kind}", f"its {kind.itemsize} bytes")
    spending.copy(len(content))
    return np.frombuffer(content, dtype=kind)[0] if content else kind.type()


def new_array(arguments: tuple[Any, ...], spending: Spending) -> NDArray[np.generic]:
    """Return an empty array for `_reconstruct(ndarray, (0,), b"b")`; `fill_array` completes it.

    Parameters
    ----------
    arguments : tuple
        The type, which must be `numpy.ndarray` itself, and a shape and a code without effect.
    spending : Spending
        Not used.

    Raises
    ------
    MalformedError
        If it is an array of another type.
    """
    del spending
    first = arguments[0] if arguments else None
    if len(arguments) != 3 or type(first) is not Function or first.name != "numpy.ndarray":
        name = first.name if type(first) is Function else describe(first)
        raise MalformedError(f"an array of another type, {name}", "numpy.ndarray")
    return np.empty((0,), dtype=np.int8)


def fill_array(array: NDArray[np.generic], state: Any, spending: Spending) -> None:
    """Give an array of `new_array` its shape, type and values.

    Parameters
    ----------
    array : array
        The empty array, which is changed.
    state : tuple
        Version, shape, type, whether the order is Fortran's, and bytes or a list of objects.
    spending : Spending
        Charged for the values.

    Raises
    ------
    MalformedError
        If the values are not exactly as many as shape and type say.
    """
    if type(state) is not tuple or len(state) not in {4, 5}:
        raise MalformedError(f"{describe(state)} as the state of an array", "five values")
    shape, dtype, fortran, values = state[-4:]
    if type(dtype) is not DType or type(fortran) not in {bool, int}:
        raise MalformedError("another state of an array", "shape, type, order and values")
    count = _count(shape)
    if dtype.type.hasobject:
        if type(values) is not list or len(values) != count:
            raise MalformedError(f"{_length(values)} for an array of objects", f"{count:,} values")
        refuse_fragile(values, "an array of objects")
        spending.copy(8 * count)
    else:
        values = _raw(values)
        if values is None or len(values) != count * dtype.type.itemsize or not dtype.type.itemsize:
            raise MalformedError(
                f"{_length(values)} for an array of shape {describe(shape)} and type {dtype.type}",
                f"{count * dtype.type.itemsize:,} bytes",
            )
        spending.copy(len(values))
    state = (1, shape, dtype.type, bool(fortran), values)
    array.__setstate__(state)


def new_array_of_buffer(arguments: tuple[Any, ...], spending: Spending) -> NDArray[np.generic]:
    """Return the array for `_frombuffer(buffer, dtype, shape, order)`, a view of the buffer.

    Parameters
    ----------
    arguments : tuple
        Bytes, description of the type, shape, and `C` or `F`.
    spending : Spending
        Not used: nothing is copied.

    Raises
    ------
    MalformedError
        If the buffer is not exactly as large as shape and type say, or the type is of objects.
    """
    del spending
    if len(arguments) != 4 or type(arguments[1]) is not DType or arguments[3] not in {"C", "F"}:
        raise MalformedError("other arguments of an array", "bytes, type, shape, and C or F")
    buffer, dtype, shape, order = arguments
    size = _count(shape) * dtype.type.itemsize
    if type(buffer) not in {bytes, bytearray} or dtype.type.hasobject or not dtype.type.itemsize:
        raise MalformedError(f"{_length(buffer)} for an array of {dtype.type}", "bytes of numbers")
    if len(buffer) != size:
        raise MalformedError(f"{_length(buffer)} for an array of {describe(shape)}", f"{size:,}")
    return np.ndarray(shape, dtype=dtype.type, buffer=buffer, order=order)


def _structured(base: np.dtype[Any], names: Any, fields: Any, size: Any) -> np.dtype[Any]:
    """Return the type of records of plain fields."""
    if (
        base.kind != "V"
        or type(names) is not tuple
        or type(fields) is not dict
        or not 0 < len(names) <= _FIELDS
        or len(fields) != len(names)
        or set(fields) != set(names)
        or type(size) is not int
    ):
        raise MalformedError("other fields of a type of numpy", "names, each with type and offset")
    formats, offsets = [], []
    for name in names:
        field = fields[name]
        if type(name) is not str or type(field) is not tuple or len(field) != 2:
            raise MalformedError(f"the field {describe(name)}", "a type and an offset")
        kind, offset = field
        if type(kind) is not DType or kind.type.kind not in "biufcSU" or type(offset) is not int:
            raise MalformedError(f"the field {describe(name)}", "a plain type and an offset")
        if not 0 <= offset <= size - kind.type.itemsize or not kind.type.itemsize:
            raise MalformedError(
                f"offset {describe(offset)} of field {describe(name)}", "one inside"
            )
        formats.append(kind.type)
        offsets.append(offset)
    if size > base.itemsize:
        raise MalformedError(f"records of {size} bytes", f"{base.itemsize} bytes")
    return np.dtype(
        {"names": list(names), "formats": formats, "offsets": offsets, "itemsize": size}
    )


def _count(shape: Any) -> int:
    """Return the number of elements of an array."""
    if type(shape) is not tuple or len(shape) > _DIMENSIONS:
        raise MalformedError(f"shape {describe(shape)}", f"at most {_DIMENSIONS} axes")
    if not all(type(axis) is int and 0 <= axis <= _LONGEST_AXIS for axis in shape):
        raise MalformedError(f"shape {describe(shape)}", "lengths of axes")
    return prod(shape)


def _raw(content: Any) -> bytes | None:
    """Return bytes as they are, and Python 2's byte strings, read as latin1, as bytes."""
    if type(content) is bytes:
        return content
    if type(content) is bytearray:
        return bytes(content)
    return content.encode("latin1") if type(content) is str else None


def _length(values: Any) -> str:
    if isinstance(values, bytes | bytearray | list):
        return f"{len(values):,} {'values' if type(values) is list else 'bytes'}"
    return describe(values, length=20)
