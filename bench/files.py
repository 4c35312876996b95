"""Files that are written whole or not at all, and what the operating system refuses, in words."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

__all__ = ["in_words", "replacing", "write_atomically"]

# What the operating system refuses -> the way out; other refusals are told without one.
_WAYS_OUT = {
    errno.ENOSPC: "free space on that disk",
    errno.EDQUOT: "free space within your quota",
    errno.EFBIG: "raise the limit on the size of files (`ulimit -f`)",
    errno.EMFILE: "raise the limit on open files (`ulimit -n`)",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EACCES: "change its permissions",
    errno.EPERM: "change its permissions",
    errno.EROFS: "choose a place that can be written",
    errno.ENOMEM: "free memory",
}


def in_words(error: OSError) -> str:
    """Return what the operating system says, and the way out where there is one."""
    said = error.strerror or str(error)
    way = _WAYS_OUT.get(error.errno or 0)
    return f"{said}; {way}" if way else said


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; see `replacing`.

    Parameters
    ----------
    path : Path
        In an existing folder.
    content : bytes
        The content.
    """
    with replacing(path) as out:
        out.write(content)


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file that takes the place of another when the context ends without an error.

    It has a name of its own in the same folder, so that no reader sees a part of it, and a full
    disk or a killed process leaves the old content. A symbolic link is replaced, not followed.

    Parameters
    ----------
    path : Path
        In an existing folder.

    Raises
    ------
    OSError
        If the operating system refuses; `filename` is the path then, and nothing else is left.
    """
    part = path.with_name(f".{secrets.token_hex(8)}.part")  # short, whatever the name's length
    try:
        with part.open("xb") as out:
            yield out
        part.replace(path)
    except OSError as error:
        error.filename, error.filename2 = os.fspath(path), None
        raise
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
