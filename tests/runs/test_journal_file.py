"""Journal files: locks, what is no regular file, and writes that fail."""

from __future__ import annotations

import errno
import os
import shutil
import stat

import pytest
from playing import cut, play

from bench.errors import CallError, JournalBusyError, JournalError
from bench.runs.journal_file import JournalWriter, read_journal, remove_journal


@pytest.fixture
def path(small_protocol, small_task, toy, tmp_path):
    """Return the journal of a finished run."""
    return play(small_protocol, small_task, toy, tmp_path).path


def test_two_processes_do_not_write_one_journal(small_protocol, small_task, toy, tmp_path):
    path = small_protocol.journal_path(tmp_path, "toy", 0)
    with (
        JournalWriter(path),
        pytest.raises(JournalBusyError, match=f"is being written by process {os.getpid()};"),
    ):
        play(small_protocol, small_task, toy, tmp_path)


def test_what_another_process_finished_meanwhile_is_kept(
    path, small_protocol, small_task, toy, tmp_path, monkeypatch
):
    """The journal is finished after the run was planned, and just before it is locked."""
    whole = path.read_bytes()
    cut(path, 3)
    writer = JournalWriter.__init__

    def finished_before(self, where):
        where.write_bytes(whole)
        writer(self, where)

    monkeypatch.setattr(JournalWriter, "__init__", finished_before)
    assert play(small_protocol, small_task, toy, tmp_path).status == "done"
    assert path.read_bytes() == whole


def test_a_journal_that_is_being_written_is_not_removed(path):
    with (
        JournalWriter(path),
        pytest.raises(JournalBusyError, match=f"is being written by process {os.getpid()};"),
    ):
        remove_journal(path)
    assert path.exists()
    remove_journal(path)
    remove_journal(path)  # there is none any more
    assert not path.exists()


def test_a_journal_that_has_changed_since_the_plan_is_not_removed(path):
    whole = path.read_bytes()
    cut(path, 3)
    planned = read_journal(path)
    path.write_bytes(whole)
    remove_journal(path, planned)
    assert path.read_bytes() == whole
    remove_journal(path, read_journal(path))
    assert not path.exists()


def _link(path, elsewhere):
    path.symlink_to(elsewhere)


def _pipe(path, _):
    os.mkfifo(path)


def _folder(path, _):
    path.mkdir()


@pytest.mark.parametrize(
    ("make", "what"),
    [(_link, "a symbolic link"), (_pipe, "a pipe"), (_folder, "a folder")],
)
def test_only_regular_files_are_opened(make, what, tmp_path, small_protocol, small_task, toy):
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_text("mine\n", encoding="utf-8")
    path = small_protocol.journal_path(tmp_path, "toy", 0)
    path.parent.mkdir(parents=True)
    make(path, elsewhere)
    for use in (
        read_journal,
        JournalWriter,
        remove_journal,
        lambda _: play(small_protocol, small_task, toy, tmp_path),
    ):
        with pytest.raises(JournalError, match=rf"000\.jsonl is {what}; expected a regular file"):
            use(path)
    assert elsewhere.read_text(encoding="utf-8") == "mine\n"
    assert path.is_symlink() or not stat.S_ISREG(path.stat().st_mode)


@pytest.mark.parametrize("content", [b"my notes", b"my notes\n", b"\x00\xff\n", b'{"kind":"end"'])
def test_a_file_that_is_no_journal_is_not_changed(
    content, small_protocol, small_task, toy, tmp_path
):
    path = small_protocol.journal_path(tmp_path, "toy", 0)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(JournalError, match=r"000\.jsonl line 1 is not a journal line; move"):
        play(small_protocol, small_task, toy, tmp_path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("size", [0, 1, 10, 100])
def test_a_part_of_a_first_line_is_begun_again(
    size, path, small_protocol, small_task, toy, tmp_path
):
    batches = read_journal(path).batches
    path.write_bytes(path.read_bytes()[:size])
    assert play(small_protocol, small_task, toy, tmp_path).status == "done"
    assert [b.architectures for b in read_journal(path).batches] == [
        b.architectures for b in batches
    ]


def test_a_full_disk_keeps_the_lines_before(
    path, small_protocol, small_task, toy, tmp_path, monkeypatch
):
    whole = read_journal(path)
    cut(path, 3)
    before = path.read_bytes()
    write = os.write

    def full(descriptor, content):
        if bytes(content[:5]) == b'{"kin':
            return write(descriptor, content[:20])  # what has room still
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr("bench.runs.journal_file.os.write", full)
        with pytest.raises(CallError, match=r"cannot write .*000\.jsonl: No space left on device"):
            play(small_protocol, small_task, toy, tmp_path)
    assert path.read_bytes() == before
    assert play(small_protocol, small_task, toy, tmp_path).status == "done"
    assert [b.values for b in read_journal(path).batches] == [b.values for b in whole.batches]


def test_a_file_system_without_locks_is_named(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(CallError, match=r"file system of .* cannot lock files .*with --results"):
        JournalWriter(tmp_path / "000.jsonl")


@pytest.mark.parametrize("damage", [shutil.rmtree, lambda folder: folder.rename(f"{folder}-old")])
def test_a_folder_that_is_removed_meanwhile_is_noticed(damage, path):
    with (
        pytest.raises(CallError, match=r"000\.jsonl was removed or replaced while"),
        JournalWriter(path),
    ):
        damage(path.parent)
