"""CSV files of the originals: every fault names the file and the line."""

from __future__ import annotations

import pytest

from bench.data.readers.converters._files import read_csv
from bench.errors import DataError

FAULTS = {
    "a short line": (b"net,a\n1,2\n3\n", "line 3: 1 values; expected 2, as the header has"),
    "a long line": (b"net,a\n1,2,3\n", "line 2: 3 values; expected 2, as the header has"),
    "no such column": (b"net,b\n1,2\n", "no column 'a': expected net, a"),
    "an empty file": (b"", "no column 'net'"),
    "not UTF-8": (b"net,a\n1,\xff\n", "line 2 is not text: expected UTF-8"),
    "an open quote": (b'net,a\n1,"2\n', "line 2 is not CSV: unexpected end of data"),
    "a huge field": (b"net,a\n1," + b"2" * 200_000 + b"\n", "line 2 is not CSV: field larger than"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_has_a_place(fault, tmp_path):
    content, said = FAULTS[fault]
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(DataError) as error:
        read_csv(path, ["net", "a"])
    assert str(error.value).startswith(str(path))
    assert said in str(error.value)


def test_a_byte_order_mark_and_line_ends_change_nothing(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b'\xef\xbb\xbfnet,a,c\r\n1,"2,\n3",4\r\n\r\n5,6,7\r\n')
    assert read_csv(path, ["net", "a"]) == {"net": ["1", "5"], "a": ["2,\n3", "6"]}
