"""Opcodes of single values: numbers, text, bytes, and the memo; four more are in `machine`."""

from __future__ import annotations

import codecs
import pickle
import re
import struct
from collections.abc import Callable

import numpy as np

from bench.data.readers.unpickle.budget import MalformedError
from bench.data.readers.unpickle.describe import describe
from bench.data.readers.unpickle.state import Opcode, State

__all__ = ["OPCODES"]

_DIGITS = 1000
_INTEGER_BYTES = 500
# From this many floats in a row on, numpy is faster than a loop.
_MANY = 16

_double = struct.Struct(">d").unpack_from
_Integers = Callable[[bytes, int], tuple[int]]
_int: _Integers = struct.Struct("<i").unpack_from
_size: _Integers = struct.Struct("<I").unpack_from
_short: _Integers = struct.Struct("<H").unpack_from
_long_size: _Integers = struct.Struct("<Q").unpack_from
_FLOAT = pickle.BINFLOAT[0]
_FLOATS = re.compile(rb"(?:G.{8}){1,65536}+", re.DOTALL)
_OPCODE_AND_FLOAT = struct.Struct(">xd")
_FLOAT_RECORD = np.dtype([("opcode", "u1"), ("value", ">f8")])


def _none(state: State, at: int) -> int:
    state.stack.append(None)
    return at


def _true(state: State, at: int) -> int:
    state.stack.append(True)
    return at


def _false(state: State, at: int) -> int:
    state.stack.append(False)
    return at


def _binint2(state: State, at: int) -> int:
    state.stack.append(_short(state.data, at)[0])
    return at + 2


def _binint(state: State, at: int) -> int:
    state.stack.append(_int(state.data, at)[0])
    return at + 4


def _long1(state: State, at: int) -> int:
    end = at + 1 + state.data[at]
    state.stack.append(int.from_bytes(state.data[at + 1 : end], "little", signed=True))
    return end


def _long4(state: State, at: int) -> int:
    (size,) = _int(state.data, at)
    if not 0 <= size <= _INTEGER_BYTES:
        raise MalformedError(f"an integer of {size:,} bytes", f"at most {_INTEGER_BYTES}")
    end = at + 4 + size
    state.stack.append(int.from_bytes(state.data[at + 4 : end], "little", signed=True))
    return end


def _int_line(state: State, at: int) -> int:
    line = state.line(at, _DIGITS)
    value = {b"00": False, b"01": True}.get(line)
    state.stack.append(_integer(line) if value is None else value)
    return at + len(line) + 1


def _long_line(state: State, at: int) -> int:
    line = state.line(at, _DIGITS)
    state.stack.append(_integer(line.removesuffix(b"L")))
    return at + len(line) + 1


def _integer(digits: bytes) -> int:
    if not digits.removeprefix(b"-").isdigit():
        raise MalformedError(describe(digits, length=40), "an integer")
    return int(digits)


def _float_line(state: State, at: int) -> int:
    line = state.line(at, _DIGITS)
    state.stack.append(float(line))
    return at + len(line) + 1


def _binfloat(state: State, at: int) -> int:
    data = state.data
    end = at + 8
    if end >= len(data) or data[end] != _FLOAT:
        state.stack.append(_double(data, at)[0])
        return end
    found = _FLOATS.match(data, at - 1)
    assert found is not None  # there are two floats at least
    end = found.end()
    count = (end - at + 1) // 9
    if count < _MANY:
        state.stack += [value for (value,) in _OPCODE_AND_FLOAT.iter_unpack(found[0])]
    else:
        state.stack += np.frombuffer(data, _FLOAT_RECORD, count, at - 1)["value"].tolist()
    state.extra_opcodes += count - 1
    return end


def _binunicode(state: State, at: int) -> int:
    end = at + 4 + _size(state.data, at)[0]
    state.stack.append(state.data[at + 4 : end].decode())
    return end


def _binunicode8(state: State, at: int) -> int:
    end = at + 8 + _long_size(state.data, at)[0]
    state.stack.append(state.data[at + 8 : end].decode())
    return end


def _unicode_line(state: State, at: int) -> int:
    line = state.line(at, len(state.data))
    text = line.decode("raw-unicode-escape")
    text.encode()  # an error for half of a surrogate pair
    state.stack.append(text)
    return at + len(line) + 1


def _string_line(state: State, at: int) -> int:
    line = state.line(at, len(state.data))
    content = line.strip()
    if len(content) < 2 or content[:1] not in {b"'", b'"'} or content[-1:] != content[:1]:
        raise MalformedError(describe(content, length=40), "text in quotes")
    state.stack.append(state.text(codecs.escape_decode(content[1:-1])[0]))
    return at + len(line) + 1


def _binstring(state: State, at: int) -> int:
    (size,) = _int(state.data, at)
    if size < 0:
        raise MalformedError(f"text of {size} bytes", "a positive length")
    end = at + 4 + size
    state.stack.append(state.text(state.data[at + 4 : end]))
    return end


def _short_binstring(state: State, at: int) -> int:
    end = at + 1 + state.data[at]
    state.stack.append(state.text(state.data[at + 1 : end]))
    return end


def _binbytes(state: State, at: int) -> int:
    end = at + 4 + _size(state.data, at)[0]
    state.stack.append(state.data[at + 4 : end])
    return end


def _short_binbytes(state: State, at: int) -> int:
    end = at + 1 + state.data[at]
    state.stack.append(state.data[at + 1 : end])
    return end


def _binbytes8(state: State, at: int) -> int:
    end = at + 8 + _long_size(state.data, at)[0]
    state.stack.append(state.data[at + 8 : end])
    return end


def _bytearray8(state: State, at: int) -> int:
    end = at + 8 + _long_size(state.data, at)[0]
    state.stack.append(bytearray(state.data[at + 8 : end]))
    return end


def _binput(state: State, at: int) -> int:
    state.memo[state.data[at]] = state.stack[-1]
    return at + 1


def _long_binput(state: State, at: int) -> int:
    state.memo[_size(state.data, at)[0]] = state.stack[-1]
    return at + 4


def _put_line(state: State, at: int) -> int:
    line = state.line(at, _DIGITS)
    state.memo[_integer(line)] = state.stack[-1]
    return at + len(line) + 1


def _long_binget(state: State, at: int) -> int:
    value = state.memo[_size(state.data, at)[0]]
    state.note_shared(value)
    state.stack.append(value)
    return at + 4


def _get_line(state: State, at: int) -> int:
    line = state.line(at, _DIGITS)
    value = state.memo[_integer(line)]
    state.note_shared(value)
    state.stack.append(value)
    return at + len(line) + 1


OPCODES: dict[bytes, Opcode] = {
    pickle.NONE: _none,
    pickle.NEWTRUE: _true,
    pickle.NEWFALSE: _false,
    pickle.INT: _int_line,
    pickle.LONG: _long_line,
    pickle.BININT2: _binint2,
    pickle.BININT: _binint,
    pickle.LONG1: _long1,
    pickle.LONG4: _long4,
    pickle.FLOAT: _float_line,
    pickle.BINFLOAT: _binfloat,
    pickle.UNICODE: _unicode_line,
    pickle.BINUNICODE: _binunicode,
    pickle.BINUNICODE8: _binunicode8,
    pickle.STRING: _string_line,
    pickle.SHORT_BINSTRING: _short_binstring,
    pickle.BINSTRING: _binstring,
    pickle.SHORT_BINBYTES: _short_binbytes,
    pickle.BINBYTES: _binbytes,
    pickle.BINBYTES8: _binbytes8,
    pickle.BYTEARRAY8: _bytearray8,
    pickle.PUT: _put_line,
    pickle.BINPUT: _binput,
    pickle.LONG_BINPUT: _long_binput,
    pickle.GET: _get_line,
    pickle.LONG_BINGET: _long_binget,
}
