"""Content of files: every fault of text, TOML and JSON names the file, and the line or the key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.errors import DataError
from bench.schema import (
    StrictModel,
    naming,
    parse_json,
    parse_model,
    plain_text,
    read_json,
    read_toml,
)

# Faults of a TOML file -> what the message says besides the file's name.
TOML_FAULTS = {
    "not UTF-8": (b"a = 1\nb = '\xff'\n", "line 2 is not text: expected UTF-8, got the byte 0xff"),
    "no TOML": (b"a = 1\nb = = 2\n", "is not TOML: Invalid value (at line 2, column 5)"),
    "deep lists": (b"a = " + b"[" * 9000 + b"]" * 9000, "expected at most 50 levels"),
    "deep tables": (b".".join([b"a"] * 400) + b" = 1\n", "a.a.a: expected at most 50 levels"),
    "a long number": (b"a = 1\nb = " + b"9" * 5000, "line 2 has a number of more than 4300 digits"),
    "a large number": (
        b"a = 1\nb.c = 18446744073709551616\n",
        "b.c: expected an integer of at most",
    ),
    "infinity": (b"a = [1.0, inf]\n", "a.1: expected a finite number, got inf"),
    "no number": (b"a.b = nan\n", "a.b: expected a finite number, got nan"),
    "a date": (b"a = 2026-01-01\n", "a: expected text, a number, true or false, got the date"),
    "a time": (
        b"a = 07:32:00\n",
        "a: expected text, a number, true or false, got the date or time",
    ),
}
JSON_FAULTS = {
    "not UTF-8": (
        b'{"a": 1,\n"b": "\xff"}',
        "line 2 is not text: expected UTF-8, got the byte 0xff",
    ),
    "no JSON": (b'{"a": 1,\n"b" 2}', "is not JSON: Expecting ':' delimiter: line 2"),
    "deep lists": (b'{"a": ' + b"[" * 90000 + b"]" * 90000 + b"}", "expected at most 50 levels"),
    "less deep lists": (b'{"a": ' + b"[" * 60 + b"]" * 60 + b"}", "a.0.0: expected at most 50"),
    "a long number": (b'{"a":\n' + b"9" * 5000 + b"}", "line 2 has a number of more than 4300"),
    "no number": (b'{"a": [NaN]}', "a.0: expected a finite number, got nan"),
    "infinity": (b'{"a": -Infinity}', "a: expected a finite number, got -inf"),
    "half of a pair": (rb'{"a": "\ud800"}', "a: expected text, got '\\ud800', which has half of a"),
    "half of a pair in a key": (rb'{"\ud800": 1}', "expected text, got '\\ud800', which has half"),
}


@pytest.mark.parametrize("fault", TOML_FAULTS)
def test_a_fault_of_a_toml_file_has_a_place(fault, tmp_path):
    content, said = TOML_FAULTS[fault]
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    with pytest.raises(DataError) as error:
        read_toml(path, DataError)
    assert str(error.value).startswith(str(path))
    assert said in str(error.value)


@pytest.mark.parametrize("fault", JSON_FAULTS)
def test_a_fault_of_a_json_file_has_a_place(fault, tmp_path):
    content, said = JSON_FAULTS[fault]
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(DataError) as error:
        read_json(path, DataError)
    assert str(error.value).startswith(str(path))
    assert said in str(error.value)
    with pytest.raises(DataError, match=r"^the line"):
        parse_json(content, "the line", DataError)


def test_a_byte_order_mark_changes_nothing(tmp_path):
    toml, other = tmp_path / "a.toml", tmp_path / "a.json"
    toml.write_bytes(b"\xef\xbb\xbfa = 1\n")
    other.write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert read_toml(toml, DataError) == read_json(other, DataError) == {"a": 1}


def test_numbers_of_a_model_are_finite_and_long_values_are_shortened():
    class Model(StrictModel):
        share: float

    with pytest.raises(
        DataError, match=r"^a file: share: Input should be a finite number, got inf"
    ):
        parse_model(Model, {"share": float("inf")}, "a file", DataError)
    with pytest.raises(DataError) as error:
        parse_model(Model, {"share": "x" * 10_000}, "a file", DataError)
    assert len(str(error.value)) < 400


def test_an_error_within_a_file_begins_with_its_name():
    with pytest.raises(DataError, match=r"^a\.toml: task: no value$"), naming("a.toml"):  # noqa: SIM117
        with naming("task"):
            raise DataError("no value")


def test_text_with_half_of_a_pair_can_be_written_after_an_escape(tmp_path):
    text = json.loads(r'"caf\u00e9 \ud800 \ud83d\ude00"')
    Path(tmp_path / "a").write_text(plain_text(text), encoding="utf-8")
    assert (tmp_path / "a").read_text(encoding="utf-8") == "café \\ud800 😀"
