"""Journal files: opened and locked before they are read, appended to, and removed.

Two processes never write one journal: whoever opens it holds its lock, and what it decides rests on
what it reads under that lock. Only regular files are opened, so that a link, a pipe or a device in
a folder of results leads nowhere.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.errors import CallError, JournalBusyError, JournalError
from bench.runs.journal import Journal, parse_journal, sealed
from bench.runs.lines import Line

__all__ = ["JournalWriter", "read_journal", "remove_journal"]

_FLAGS = os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_CANNOT_LOCK = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}


def read_journal(path: Path) -> Journal | None:
    """Return the journal in a file; None without a file, or without a whole line in it.

    Raises
    ------
    JournalError
        If it is no regular file or cannot be read, a line was changed, is missing or duplicate, or
        header or end do not agree with the schema; the message names the line.
    """
    try:
        descriptor = _open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        return parse_journal(path, _content(descriptor))
    except OSError as error:
        raise JournalError(f"cannot read {path}: {error.strerror}") from None
    finally:
        os.close(descriptor)


class JournalWriter:
    """Continues a journal, or begins it, under its lock; use it as a context manager.

    Parameters
    ----------
    path : Path
        The file; it and its folder are made if they do not exist.

    Attributes
    ----------
    recorded : Journal, optional
        What the file has, read under the lock. A partial line after it, which a killed process
        leaves, is removed by the first line that is appended.

    Raises
    ------
    JournalBusyError
        If another process has the journal open.
    JournalError
        If the file is no journal, or a damaged one.
    CallError
        If the file cannot be written or locked.
    """

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _cannot_write(path, error) from None
        self._path = path
        self._descriptor = _open_locked(path, create=True)
        try:
            self.recorded = parse_journal(path, _content(self._descriptor))
        except BaseException:
            os.close(self._descriptor)
            raise
        self._seal = self.recorded.seal if self.recorded else ""
        self._size = self.recorded.size if self.recorded else 0
        self._has_written = False

    def append(self, line: Line) -> None:
        """Write a line; when this returns, the operating system has it.

        Raises
        ------
        CallError
            If it cannot be written; the lines before it remain as they are.
        """
        seal, content = sealed(self._seal, line)
        try:
            os.ftruncate(self._descriptor, self._size)
            _write(self._descriptor, content)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self._size)
            raise _cannot_write(self._path, error) from None
        self._seal, self._has_written = seal, True
        self._size += len(content)

    def __enter__(self) -> JournalWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if self._has_written:
                os.fsync(self._descriptor)
        except OSError as error:
            raise _cannot_write(self._path, error) from None
        finally:
            is_there = _is_at(self._descriptor, self._path)
            os.close(self._descriptor)
        if kind is None and not is_there:
            raise CallError(
                f"{self._path} was removed or replaced while the run was writing it, and the run "
                f"is lost; run it again"
            )


def remove_journal(path: Path, planned: Journal | None = None) -> None:
    """Remove a journal that nobody writes.

    Parameters
    ----------
    path : Path
        The file; nothing is done if there is none.
    planned : Journal, optional
        What it was when the removal was decided; it is kept if it is another one by now.

    Raises
    ------
    JournalBusyError
        If another process has the journal open.
    JournalError
        If it is no regular file.
    CallError
        If it cannot be removed or locked.
    """
    try:
        descriptor = _open_locked(path, create=False)
    except FileNotFoundError:
        return
    try:
        now = parse_journal(path, _content(descriptor)) if planned else None
        if planned is None or (now and now.seal == planned.seal):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise CallError(f"cannot remove {path}: {error.strerror}") from None
    finally:
        os.close(descriptor)


def _open(path: Path, flags: int) -> int:
    """Return a descriptor of a regular file.

    Raises
    ------
    FileNotFoundError
        If there is no file, and none is to be made.
    JournalError
        If what is there is no regular file, or cannot be opened.
    """
    try:
        descriptor = os.open(path, flags | _FLAGS, 0o666)
    except FileNotFoundError:
        raise
    except OSError as error:
        if path.is_symlink():
            raise _no_file(path, "a symbolic link") from None
        if path.exists() and not path.is_file():
            raise _no_file(path, _kind(path.stat().st_mode)) from None
        if flags & os.O_CREAT:
            raise _cannot_write(path, error) from None
        raise JournalError(f"cannot read {path}: {error.strerror}") from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise _no_file(path, _kind(mode))
    return descriptor


@contextmanager
def _closed_on_error(descriptor: int) -> Iterator[None]:
    try:
        yield
    except BaseException:
        os.close(descriptor)
        raise


def _open_locked(path: Path, *, create: bool) -> int:
    """Return a descriptor whose lock this process holds, of the file that is at the path."""
    while True:
        descriptor = _open(path, os.O_RDWR | (os.O_CREAT if create else 0))
        with _closed_on_error(descriptor):
            _lock(descriptor, path)
        if _is_at(descriptor, path):
            return descriptor
        os.close(descriptor)  # it was removed between opening and locking


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except OSError:
        return False


def _lock(descriptor: int, path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # not a POSIX system, which cannot lock files this way
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _CANNOT_LOCK:
            raise CallError(
                f"the file system of {path} cannot lock files ({error.strerror}), so that two "
                f"processes could write one journal; choose a folder on another with --results"
            ) from None
        holder = _holder(os.fstat(descriptor))
        by = f"process {holder}" if holder else "another process"
        raise JournalBusyError(f"{path} is being written by {by}; wait for it or stop it") from None


def _holder(status: os.stat_result) -> int | None:
    """Return the process that has locked a file, if this machine tells."""
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
            found = re.match(r"\d+: FLOCK +\S+ +\S+ (\d+) (\S+) ", line)
            if found and found[2] == device:
                return int(found[1])
    return None


def _content(descriptor: int) -> bytes:
    pieces = []
    os.lseek(descriptor, 0, os.SEEK_SET)
    while piece := os.read(descriptor, 1 << 20):
        pieces.append(piece)
    return b"".join(pieces)


def _write(descriptor: int, content: bytes) -> None:
    os.lseek(descriptor, 0, os.SEEK_END)
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def _cannot_write(path: Path, error: OSError) -> CallError:
    return CallError(
        f"cannot write {path}: {error.strerror}; what was written before is kept, choose another "
        f"folder with --results or make room"
    )


def _no_file(path: Path, what: str) -> JournalError:
    return JournalError(
        f"{path} is {what}; expected a regular file: move it away, its run starts then"
    )


def _kind(mode: int) -> str:
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFLNK: "a symbolic link",
    }
    return kinds.get(stat.S_IFMT(mode), "a device")
