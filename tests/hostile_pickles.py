"""Small pickles that are written opcode by opcode, as no pickler would write them."""

from __future__ import annotations

import io
import pickle
import struct
import tracemalloc

import pytest

from bench.data.readers.unpickle import safe_load
from bench.errors import MonasError

PROTO = b"\x80\x04"
SCALAR = b"cnumpy.core.multiarray\nscalar\n"
RECONSTRUCT = b"cnumpy.core.multiarray\n_reconstruct\n"
FROM_BUFFER = b"cnumpy.core.numeric\n_frombuffer\n"


def text(value: str) -> bytes:
    content = value.encode()
    return b"X" + struct.pack("<I", len(content)) + content


def data(value: bytes) -> bytes:
    return b"B" + struct.pack("<I", len(value)) + value


def plain(value: object) -> bytes:
    """Return the opcodes of a plain value, which can be put anywhere in a pickle."""
    out = io.BytesIO()
    pickler = pickle.Pickler(out, 2)
    pickler.fast = True  # without a memo, whose indices would clash with those of the rest
    pickler.dump(value)
    return out.getvalue()[2:-1]


def dtype(code: str, state: tuple | None = None, *, raw: bytes | None = None) -> bytes:
    """Return the opcodes of a type of numpy; `state` is given to it if it is not None."""
    made = b"cnumpy\ndtype\n(" + text(code) + b"\x89\x88tR"
    if raw is not None:
        return made + raw + b"b"
    return made if state is None else made + plain(state) + b"b"


def dtype_state(order="<", base=None, names=None, fields=None, size=-1, align=-1, flags=0):
    return (3, order, base, names, fields, size, align, flags)


def scalar(kind: bytes, content: bytes) -> bytes:
    return SCALAR + kind + data(content) + b"\x86R"


def array(kind: bytes, shape: bytes, values: bytes, *, built: int = 1) -> bytes:
    """Return the opcodes of an array; its parts are opcodes too."""
    made = RECONSTRUCT + b"cnumpy\nndarray\n" + plain((0,)) + plain(b"b") + b"\x87R"
    state = b"(" + plain(1) + shape + kind + plain(False) + values + b"tb"
    return made + built * state


def whole(opcodes: bytes) -> bytes:
    return PROTO + opcodes + b"."


def laughs(levels: int, first: bytes = b"]", pair: bytes = b"](h%ch%ce") -> bytes:
    """Return two references to two references ..., `levels` times, all of them in a tuple."""
    parts = [first + b"q\x00"]
    for level in range(levels):
        body = pair.replace(b"%c", bytes([level]))
        parts.append(body + b"q" + bytes([level + 1]))
    return whole(b"(" + b"".join(parts) + b"t")


OBJECT = dtype("O8", dtype_state(order="|", flags=63))
FLOAT = dtype("f8", dtype_state())
EIGHT = b"AAAAAAAA"


def refused(content, message, **options):
    """Check that a pickle is an error with this message, in little memory."""
    tracemalloc.start()
    try:
        with pytest.raises(MonasError, match=message) as caught:
            safe_load(content, name="here", **options)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 << 20
    assert str(caught.value).startswith("here: ")
    assert len(str(caught.value)) < 2000
    assert str(caught.value).isprintable()
