"""Arrays, types and scalars of numpy that would make it read or write outside their memory."""

from __future__ import annotations

import pytest
from hostile_pickles import (
    EIGHT,
    FLOAT,
    FROM_BUFFER,
    OBJECT,
    SCALAR,
    array,
    data,
    dtype,
    dtype_state,
    plain,
    refused,
    scalar,
    text,
    whole,
)

SINGLE = {
    "objects without their flag": scalar(dtype("O8", dtype_state(order="|", size=8)), EIGHT),
    "objects with their flag": scalar(OBJECT, EIGHT),
    "objects without a state": scalar(dtype("O8"), EIGHT),
    "numbers with the flag of objects": scalar(dtype("f8", dtype_state(flags=1)), EIGHT),
    "numbers of another size": scalar(dtype("f8", dtype_state(size=800)), EIGHT * 100),
    "text of another size": scalar(dtype("U1", dtype_state(size=400, flags=8)), EIGHT * 50),
    "too few bytes": scalar(FLOAT, b"A"),
    "no bytes": SCALAR + FLOAT + b"\x85R",
    "dates": scalar(dtype("M8"), EIGHT),
    "a subarray": scalar(dtype("(3,)f8"), EIGHT * 3),
    "a subarray in the state": scalar(
        dtype(
            "V8",
            raw=plain((3, "|"))[:-2] + b"(" + dtype("f8") + plain((1,)) + b"tNNK\x08K\x01K\x00t",
        ),
        EIGHT,
    ),
    "fields in the code": scalar(dtype("f8,O"), EIGHT * 2),
    "an unknown byte order": scalar(dtype("f8", dtype_state(order="x")), EIGHT),
    "a state of another version": scalar(dtype("f8", (4, *dtype_state()[1:])), EIGHT),
    "a state with metadata": scalar(dtype("f8", (*dtype_state(), {})), EIGHT),
    "a state that is no tuple": scalar(dtype("f8", raw=plain([1])), EIGHT),
    "something else instead of a type": scalar(plain("f8"), EIGHT),
    "a type that is a class": scalar(b"cnumpy\nndarray\n", EIGHT),
    "objects in a view": FROM_BUFFER
    + b"("
    + data(EIGHT)
    + OBJECT
    + plain((1,))
    + plain("C")
    + b"tR",
    "a view beyond its bytes": FROM_BUFFER
    + b"("
    + data(EIGHT)
    + FLOAT
    + plain((2,))
    + plain("C")
    + b"tR",
    "a view of a list": FROM_BUFFER + b"(" + plain([1]) + FLOAT + plain((1,)) + plain("C") + b"tR",
}


@pytest.mark.parametrize("kind", SINGLE)
def test_malformed_types_and_scalars_of_numpy(kind):
    refused(whole(SINGLE[kind]), r"byte [\d,]+: found .*, expected ")


FIELDS = b"}" + text("x")
OBJECT_FIELD = (
    b"(K\x03"
    + text("|")
    + b"N"
    + plain(("x",))
    + FIELDS
    + OBJECT
    + b"K\x00\x86s"
    + b"K\x08K\x01K\x00tb"
)
FAR_FIELD = (
    b"(K\x03"
    + text("|")
    + b"N"
    + plain(("x",))
    + FIELDS
    + FLOAT
    + b"K\x04\x86s"
    + b"K\x08K\x01K\x00tb"
)


@pytest.mark.parametrize("state", [OBJECT_FIELD, FAR_FIELD], ids=["objects", "offset"])
def test_malformed_fields_of_numpy(state):
    kind = dtype("V8") + state
    refused(whole(scalar(kind, EIGHT)), r"found the numpy type 'V8', expected")
    kind = dtype("S8") + state
    refused(whole(scalar(kind, EIGHT)), r"found tuple as the state of a numpy type, expected")


ARRAYS = {
    "bytes as objects": array(OBJECT, plain((1,)), data(EIGHT)),
    "objects without their flag": array(dtype("O8", dtype_state(size=8)), plain((1,)), data(EIGHT)),
    "a list as numbers": array(FLOAT, plain((1,)), plain([1.0])),
    "fewer bytes": array(FLOAT, plain((2,)), data(EIGHT)),
    "more bytes": array(FLOAT, plain((1,)), data(EIGHT * 2)),
    "fewer objects": array(OBJECT, plain((1000,)), plain([None])),
    "a negative length": array(FLOAT, plain((-1,)), data(EIGHT)),
    "two negative lengths": array(FLOAT, plain((-1, -1)), data(EIGHT)),
    "a product that overflows": array(FLOAT, plain((2**33, 2**31)), data(b"")),
    "an enormous length": array(FLOAT, plain((2**63,)), data(b"")),
    "an enormous empty shape": array(FLOAT, plain((0, 2**62)), data(b"")),
    "many axes": array(FLOAT, plain((1,) * 60), data(EIGHT)),
    "lengths that are no integers": array(FLOAT, plain((1.0,)), data(EIGHT)),
    "elements without size": array(dtype("S0"), plain((2**40,)), data(b"")),
    "a state set twice": array(FLOAT, plain((1,)), data(EIGHT), built=2),
    "no state": array(FLOAT, plain((1,)), data(EIGHT), built=0),
    "a shape that is a list": array(FLOAT, plain([1]), data(EIGHT)),
    "no type": array(plain("f8"), plain((1,)), data(EIGHT)),
}


@pytest.mark.parametrize("kind", ARRAYS)
def test_malformed_arrays(kind):
    refused(whole(ARRAYS[kind]), r"byte [\d,]+: found .*, expected ")
