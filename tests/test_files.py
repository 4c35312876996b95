"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys

import pytest

from bench.files import in_words, replacing, write_atomically


def test_a_failure_leaves_the_old_content_and_nothing_else(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), replacing(path) as out:
        out.write(b"half" * (1 // 0))
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.csv"]


def test_a_link_is_replaced_and_not_followed(tmp_path):
    target, link = tmp_path / "elsewhere", tmp_path / "a.csv"
    target.write_bytes(b"not ours")
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert target.read_bytes() == b"not ours"
    assert link.read_bytes() == b"new"
    assert not link.is_symlink()


def test_the_mode_of_a_file_is_that_of_any_new_file(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    write_atomically(tmp_path / "a", b"")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_name_of_any_allowed_length_can_be_written(tmp_path):
    path = tmp_path / ("a" * 255)
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"


def test_the_error_names_the_file_that_was_to_be_written(tmp_path):
    path = tmp_path / ("a" * 300)
    with pytest.raises(OSError, match="File name too long") as error:
        write_atomically(path, b"new")
    assert error.value.filename == str(path)
    assert in_words(error.value) == "File name too long; choose a shorter name"
    assert os.listdir(tmp_path) == []


def test_a_full_disk_leaves_the_old_content(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    code = (
        "from pathlib import Path\nfrom bench.files import write_atomically\n"
        "write_atomically(Path('a'), b'x' * 99999)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
    )
    assert "OSError: [Errno 27] File too large: " in done.stderr
    assert (tmp_path / "a").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_what_the_system_refuses_is_told_with_the_way_out():
    error = OSError(errno.ENOSPC, "No space left on device")
    assert in_words(error) == "No space left on device; free space on that disk"
    assert in_words(OSError("no number")) == "no number"
