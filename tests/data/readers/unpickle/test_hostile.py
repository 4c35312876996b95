"""Pickles made to crash, to hang or to fill the memory: each is an error, in little memory.

Every kind has several examples, because what must fail is the kind.
"""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hostile_pickles import (
    EIGHT,
    FLOAT,
    OBJECT,
    array,
    data,
    laughs,
    plain,
    refused,
    text,
    whole,
)

from bench.data.readers.unpickle import Budget, safe_load
from bench.errors import DataError

# -- unbounded work -------------------------------------------------------------------------------

ITSELF = {
    "a list": b"]q\x00h\x00a",
    "a dictionary": b"}q\x00" + text("x") + b"h\x00s",
    "a list in a tuple": b"]q\x00h\x00\x85a",
    "an OrderedDict": b"ccollections\nOrderedDict\n)Rq\x00" + text("x") + b"h\x00s",
    "a defaultdict": b"ccollections\ndefaultdict\n)Rq\x00" + text("x") + b"]h\x00as",
    "an array of objects": array(OBJECT, plain((1,)), b"]q\x00h\x00a"),
    "through LONG_BINGET": b"]r\x00\x00\x00\x00j\x00\x00\x00\x00a",
}


@pytest.mark.parametrize("kind", ITSELF)
def test_containers_that_contain_themselves(kind):
    refused(whole(ITSELF[kind]), "that contains itself|containers in an array of objects")


SHARED = {
    "lists": laughs(60),
    "tuples": laughs(60, b")", b"h%ch%c\x86"),
    "dictionaries": laughs(60, b"}", b"}(" + b"K\x00h%cK\x01h%cu"),
    "lists in tuples": laughs(60, b"]", b"](h%ch%ce\x85"),
    "ordered dictionaries": laughs(60, b"]", b"ccollections\nOrderedDict\n)R(K\x00h%cK\x01h%cu"),
    "long text": laughs(24, text("x" * 1000)),
    "long bytes": laughs(24, data(b"x" * 1000)),
    "an array": laughs(22, array(FLOAT, plain((1000,)), data(EIGHT * 1000))),
}


@pytest.mark.parametrize("kind", SHARED)
def test_containers_that_share_others(kind):
    refused(SHARED[kind], "more values, with shared ones repeated")


def test_moderate_sharing_is_kept():
    content = safe_load(laughs(10))
    assert content[10][0] is content[10][1] is content[9]


def nested(levels, opener, closer):
    return whole(opener * levels + b"N" + closer * levels)


DEEP = {
    "lists": nested(20_000, b"]", b"a"),
    "tuples": whole(b"N" + b"\x85" * 20_000),
    "marked tuples": nested(20_000, b"(", b"t"),
    "marks": whole(b"(" * 20_000),
    "dictionaries": nested(20_000, b"}K\x00", b"s"),
    "lists, from the inside": whole(b"(]q\x00" + b"]h\x00aq\x00" * 20_000 + b"t"),
}


@pytest.mark.parametrize("kind", DEEP)
def test_deep_nesting(kind):
    refused(DEEP[kind], "levels|many values")


def test_arrays_of_objects_hold_no_containers():
    for inner in (b"]", b"}", b")", array(OBJECT, plain((1,)), plain([1]))):
        content = array(OBJECT, plain((1,)), b"]" + inner + b"a")
        refused(whole(content), "containers in an array of objects")


def equal_hashes(n):
    """Return different tuples with one hash: -1 and -2 have the same, as floats too."""
    values = (-1, -2, -1.0 - 2**61, -2.0 - 2**61)
    return [tuple(values[i >> 2 * place & 3] for place in range(8)) for i in range(n)]


BUDGET = Budget(seconds=1.0)
KEYS = {
    "a list": b"}](K\x01eNs",
    "a large integer": b"}" + plain(2**200) + b"Ns",
    "a tuple of tuples": b"}" + plain(((1,),)) + b"Ns",
    "an array": b"}" + array(FLOAT, plain((1,)), data(EIGHT)) + b"Ns",
    "a function": b"}cbuiltins\nlist\nNs",
    "a long tuple": b"}" + plain(tuple(range(100))) + b"Ns",
}


@pytest.mark.parametrize("kind", KEYS)
def test_keys_that_cannot_be_hashed_in_a_moment(kind):
    content = KEYS[kind]
    refused(content if content.startswith(b"\x80") else whole(content), "in a key|the key|key of")


def test_the_hash_of_a_shared_tuple_is_not_computed():
    body = laughs(60, b")", b"h%ch%c\x86")[2:-2].removeprefix(b"(")
    refused(whole(b"(" + body + b"t}h\x3cNs"), "found a tuple in a key")


@pytest.mark.parametrize("container", ["dict", "set", "a new set"])
def test_keys_with_one_hash_reach_the_limit_of_time(container):
    keys = equal_hashes(2**17)
    many = plain(keys)
    content = {
        "dict": b"}(" + b"".join(plain(key) + b"N" for key in keys) + b"u",
        "set": b"\x8f(" + b"".join(map(plain, keys)) + b"\x90",
        "a new set": b"cbuiltins\nset\n" + many + b"\x85R",
    }[container]
    with pytest.raises(DataError, match=r"expected at most 1\.0 seconds"):
        safe_load(whole(content), budget=BUDGET)


# -- unbounded memory -----------------------------------------------------------------------------

CALLS = {
    "bytes of a length": b"cbuiltins\nbytes\n" + plain((10**10,)) + b"R",
    "a bytearray of a length": b"cbuiltins\nbytearray\n" + plain((10**10,)) + b"R",
    "str of a list": b"cbuiltins\nstr\n" + plain(([],)) + b"R",
    "str": b"c__builtin__\nstr\n)R",
    "int of text": b"cbuiltins\nint\n" + plain(("9" * 100_000,)) + b"R",
    "list of text": b"cbuiltins\nlist\n" + plain(("x" * 1000,)) + b"R",
    "dict": b"cbuiltins\ndict\n)R",
    "float": b"cbuiltins\nfloat\n" + plain(("1",)) + b"R",
    "set of text": b"cbuiltins\nset\n" + plain(("x",)) + b"R",
    "slice of lists": b"cbuiltins\nslice\n" + plain(([], 1, 2)) + b"R",
    "a new list": b"cbuiltins\nlist\n)\x81",
    "a new type of numpy": b"cnumpy\ndtype\n" + plain(("f8",)) + b"\x81",
    "arguments in a list": b"cbuiltins\nset\n]R",
    "a defaultdict of a number": b"ccollections\ndefaultdict\n" + plain((1,)) + b"R",
    "an OrderedDict of items": b"ccollections\nOrderedDict\n" + plain(([],)) + b"R",
    "a call of data": plain([1]) + b")R",
    "the state of a list": b"]}b",
    "the state of a dictionary": b"}}" + text("__class__") + b"Nsb",
    "the state of text": text("x") + b"}b",
    "named arguments": b"cbuiltins\nlist\n)}" + text("x") + b"Ns\x92",
    "a type inside the data": b"](" + FLOAT + b"e",
    "a function inside the data": b"](cbuiltins\nlist\ne",
}


@pytest.mark.parametrize("kind", CALLS)
def test_calls_and_states_that_build_no_data(kind):
    refused(whole(CALLS[kind]), r"byte [\d,]+: found .*, expected ")


OPCODES = {
    "an unknown opcode": b"\xfe",
    "POP": b"NN0",
    "DUP": b"N2",
    "POP_MARK": b"(1",
    "EXT1": b"\x82\x01",
    "NEXT_BUFFER": b"\x97",
    "READONLY_BUFFER": b"N\x98",
    "a later protocol": b"\x80\x06N",
    "an integer of a gigabyte": b"\x8b\xff\xff\xff\x3f" + b"\x01" * 100,
    "an integer of negative size": b"\x8b\xff\xff\xff\xff",
    "an integer of many digits": b"I" + b"9" * 100_000 + b"\n",
    "a long integer of many digits": b"L" + b"9" * 100_000 + b"L\n",
    "an integer that is none": b"I1_0\n",
    "a float that is none": b"Fx\n",
    "text that is longer than the file": b"X\xff\xff\xff\xffabc",
    "text of 2^63 bytes": b"\x8d" + b"\xff" * 8 + b"abc",
    "bytes of 2^63 bytes": b"\x8e" + b"\xff" * 7 + b"\x7fabc",
    "a bytearray of 2^63 bytes": b"\x96" + b"\xff" * 7 + b"\x7fabc",
    "a string of negative size": b"T\xff\xff\xff\xffabc",
    "text that is not UTF-8": b"X\x01\x00\x00\x00\xff",
    "half of a surrogate pair": b"X\x03\x00\x00\x00\xed\xa0\x80",
    "an escaped half of a surrogate pair": b"V\\ud800\n",
    "text without quotes": b"Sabc\n",
    "a string that is not ASCII": b"U\x01\xff",
    "an object that was not remembered": b"h\x07",
    "a frame beyond the end": b"\x95\xff\xff\xff\xff\xff\xff\xff\x7fN",
    "an empty stack": b"a",
    "a mark that is missing": b"]e",
    "no value": b"",
    "two values": b"NN",
    "an open mark": b"N(N",
    "a key without a value": b"}(K\x01u",
    "keys of a list": b"](K\x01K\x02u",
    "values of a dictionary": b"}(K\x01e",
    "members of a list": b"](K\x01\x90",
    "a name that is no text": b"K\x01K\x02\x93",
}


@pytest.mark.parametrize("kind", OPCODES)
def test_opcodes_that_no_published_pickle_has(kind):
    refused(whole(OPCODES[kind]), r"byte [\d,]+: found .*, expected ")


def test_the_index_of_a_remembered_object_reserves_no_memory():
    assert safe_load(whole(b"Nr\xff\xff\xff\xff")) is None


BUDGETS = {
    "opcodes": ({"opcodes": 5000}, whole(b"](" + b"N" * 10_000 + b"e"), "more opcodes"),
    "floats": ({"opcodes": 5000}, pickle.dumps([0.5] * 10_000), "more opcodes"),
    "depth": ({"depth": 5}, pickle.dumps([[[[[[[[]]]]]]]]), "expected at most 5 levels"),
    "other byte order": (
        {"payload_bytes": 999},
        pickle.dumps(np.zeros(125, ">f8"), 4),
        "1,000 bytes of copies",
    ),
    "objects": (
        {"payload_bytes": 999},
        pickle.dumps(np.zeros(125, dtype=object)),
        "1,000 bytes of copies",
    ),
    "encoded bytes": ({"payload_bytes": 99}, pickle.dumps(b"x" * 100, 2), "100 bytes of copies"),
    "tree": ({"tree": 100}, pickle.dumps([["x"], ["x"]] * 100), "with shared ones repeated"),
    "file": ({"file_bytes": 10}, pickle.dumps("x" * 20), "more than 10 bytes"),
    "time": ({"seconds": 0.0}, pickle.dumps(list(range(5000))), "a longer reading"),
}


@pytest.mark.parametrize("kind", BUDGETS)
def test_each_budget_is_kept(kind, tmp_path):
    options, content, message = BUDGETS[kind]
    budget = replace(Budget(), **options)
    refused(content, message, budget=budget)
    path = tmp_path / "a.pickle"
    path.write_bytes(content)
    with pytest.raises(DataError, match=rf"a\.pickle: .*{message}"):
        safe_load(path, budget=budget)
    assert safe_load(content) is not None


def test_one_value_that_many_arrays_copy_is_charged_each_time():
    kind, values = FLOAT + b"q\x01", text("x" * 80_000) + b"q\x02"
    made = array(b"h\x01", plain((10_000,)), b"h\x02")
    content = whole(b"(" + kind + values + b"](" + made * 2000 + b"et")
    refused(content, "bytes of copies", budget=replace(Budget(), payload_bytes=10 << 20))


def test_arrays_of_one_value_share_it():
    values = data(EIGHT * 10_000) + b"q\x02"
    first = array(FLOAT + b"q\x01", plain((10_000,)), b"h\x02")
    other = array(b"h\x01", plain((10_000,)), b"h\x02")
    content = safe_load(
        whole(values + b"](" + first + other * 500 + b"e\x86"), budget=Budget(payload_bytes=1000)
    )
    assert len(content[1]) == 501
    assert np.shares_memory(content[1][0], content[1][-1])


# -- names and messages ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["system\x1b[31m", "x" * 400, "a\u202eb", "'", "\N{SNOWMAN}", "a.b.c", ""]
)
def test_names_in_messages_are_short_and_printable(name):
    for module in ("os", "x" * 300, "o\ts"):
        refused(
            whole(text(module) + text(name) + b"\x93"),
            r"the pickle refers to .* \(code\), expected arrays .*\(byte \d",
        )


def test_names_longer_than_a_line_may_be_are_refused():
    refused(whole(b"c" + b"x" * 10_000 + b"\nname\n"), "a line that does not end")


def test_names_of_all_opcodes_are_refused():
    for content in (
        b"cos\nsystem\n",
        text("os") + text("system") + b"\x93",
        b"cos\nsystem\n)\x81",
    ):
        refused(whole(content), r"refers to os\.system \(code\)")


def test_persistent_objects_are_described_shortly():
    refused(whole(b"]q\x00h\x00aQ"), r"an object outside it \(list\)")
    refused(whole(text("x" * 1000) + b"Q"), r"outside it \('xxx.*1,000 characters")


def test_every_truncation_is_an_error_that_names_the_byte():
    for protocol in range(2, 6):
        content = pickle.dumps({"a": [1, 2.5, "x"], "b": np.arange(3.0)}, protocol)
        for end in range(len(content)):
            with pytest.raises(DataError, match=r"^pickle: not a pickle .*: byte [\d,]+: found "):
                safe_load(content[:end])
