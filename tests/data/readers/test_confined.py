"""Reading in a child process: whatever happens there is one error that names the file."""

from __future__ import annotations

import sys

import hostile_readers
import numpy as np
import pytest

from bench.data.readers.confined import LIMITS_VARIABLE, confined, limits_for
from bench.errors import CallError, DataError, UntrustedPickleError
from bench.limits import Limits

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")

SMALL = Limits(seconds=60.0, memory_megabytes=500, file_megabytes=4)
SHORT = Limits(seconds=3.0, memory_megabytes=500, file_megabytes=4)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.pickle"
    path.write_bytes(b"12345")
    return path


def test_columns_and_progress_come_back(path):
    steps = []
    columns = confined(
        hostile_readers.sound, path, options={"factor": 3}, finished=steps.append, limits=SMALL
    )
    assert steps == [1, 2]
    assert list(columns) == ["size", "name", "text"]
    assert columns["size"].tolist() == [15]
    assert columns["name"].tolist() == ["a.pickle", "\N{SNOWMAN}\n"]
    assert columns["name"].dtype == object
    assert columns["text"].dtype == np.dtype("<U2")


@pytest.mark.parametrize(
    ("reader", "limits", "message"),
    [
        ("crashes", SMALL, r"stopped: the reading process was ended by signal 11 \(SIGSEGV\)"),
        ("leaves", SMALL, "stopped: the reading process left with exit status 3"),
        ("hangs", SHORT, "stopped: it took longer than 3 seconds"),
        ("works_for_ever", SHORT, "stopped: it took longer than 3 seconds"),
        ("grows", SMALL, "needs more memory to be read than the limit"),
        ("recurses", SMALL, "not of the format: RecursionError"),
        ("decodes", SMALL, "not of the format: UnicodeDecodeError"),
        ("overflows", SMALL, "not of the format: OverflowError"),
        ("writes", SMALL, "not of the format: OSError.*File too large"),
        (
            "returns_much",
            SMALL,
            "much cannot be written to .*; the content is larger",
        ),
        ("returns_lists", SMALL, "values has other values than text or numbers"),
        ("forges", SMALL, "stopped: the reading process "),
    ],
)
def test_every_end_of_the_child_is_an_error_that_names_the_file(reader, limits, message, path):
    with pytest.raises(DataError, match=rf"a\.pickle: .*{message}") as caught:
        confined(getattr(hostile_readers, reader), path, limits=limits)
    assert str(caught.value).startswith(f"{path}: ")
    sizes = {file.name: file.stat().st_size for file in path.parent.iterdir()}
    assert max(sizes.values()) <= SMALL.file_megabytes * 1_000_000


@pytest.mark.parametrize("reader", ["crashes", "hangs", "grows", "decodes"])
def test_the_message_says_what_to_do(reader, path):
    with pytest.raises(DataError, match="compare its sha256 with the published one"):
        confined(getattr(hostile_readers, reader), path, limits=SHORT)


def test_an_error_of_the_reader_keeps_its_class(path):
    with pytest.raises(UntrustedPickleError, match=r"a\.pickle: refers to code$"):
        confined(hostile_readers.refuses, path, limits=SMALL)


def test_limits_grow_with_the_input(path, tmp_path, monkeypatch):
    small = limits_for(path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "large").write_bytes(bytes(8 << 20))
    large = limits_for(tmp_path / "folder")
    assert large.seconds > small.seconds
    assert large.memory_megabytes > small.memory_megabytes
    assert large.file_megabytes > small.file_megabytes
    monkeypatch.setenv(LIMITS_VARIABLE, "4")
    assert limits_for(path).memory_megabytes == 4 * small.memory_megabytes
    assert limits_for(tmp_path / "absent").memory_megabytes == 4 * 2000


@pytest.mark.parametrize("factor", ["", "none", "nan", "inf", "0", "-1"])
def test_a_wrong_factor_of_the_limits_is_a_wrong_call(factor, path, monkeypatch):
    monkeypatch.setenv(LIMITS_VARIABLE, factor)
    with pytest.raises(CallError, match=rf"{LIMITS_VARIABLE} is .*expected a positive number"):
        limits_for(path)
