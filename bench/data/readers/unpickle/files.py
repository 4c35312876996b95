"""Reading of files and of compressed files with a limit of size."""

from __future__ import annotations

import bz2
import lzma
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from bench.data.readers.unpickle.describe import shorten
from bench.errors import DataError

__all__ = ["read_bytes", "read_compressed", "read_torch_zip"]

# A file may become this many times larger, or as large as `_SMALL` if that is more.
_RATIO = 100
_SMALL = 64 << 20
_BLOCK = 1 << 20
_ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# A decompressor of xz keeps its dictionary; `xz -9` needs 65 MiB.
_XZ_MEMORY = 128 << 20
# Compressed parts in a row in one file.
_STREAMS = 100


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def read_bytes(path: Path, *, limit: int) -> bytes:
    """Return the content of a file.

    Parameters
    ----------
    path : Path
        A regular file; a device or a pipe is refused.
    limit : int
        Largest size, in bytes.

    Raises
    ------
    DataError
        If it cannot be read, or is larger.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DataError(f"{path}: cannot be read: not a regular file")
        with path.open("rb") as file:  # which reserves as much memory as it is asked to read
            content = file.read(min(status.st_size, limit) + 1)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    if len(content) > limit:
        raise DataError(f"{path}: more than {limit:,} bytes, expected at most that")
    return content


def read_compressed(path: Path, form: str, *, limit: int) -> bytes:
    """Return the decompressed content of a file.

    Parameters
    ----------
    path : Path
        The file; as usual, it may have several parts in a row.
    form : {"bz2", "gzip", "xz"}
        How it is compressed.
    limit : int
        Largest size of the content, in bytes.

    Raises
    ------
    DataError
        If it cannot be read, is damaged or truncated, or its content is larger than `limit` or than
        100 times the file (64 MiB for a small file).
    """
    start, failures = _FORMS[form]
    compressed = read_bytes(path, limit=limit)
    size = len(compressed)
    largest = min(limit, max(_SMALL, _RATIO * size))
    content = bytearray()
    try:
        for _ in range(_STREAMS):
            decompressor = start()
            while not decompressor.eof:
                part = decompressor.decompress(compressed, _BLOCK)
                if not part and not decompressor.eof:
                    raise EOFError("the compressed data ends too early")
                compressed = b""  # the decompressor keeps the rest
                content += part
                if len(content) > largest:
                    raise DataError(
                        f"{path}: {size:,} bytes of {form} grow to more than {largest:,} bytes, "
                        f"expected at most that; compare its sha256 with the published one"
                    )
            compressed = decompressor.unused_data.lstrip(b"\0")
            if not compressed:
                return bytes(content)
    except failures as error:
        raise DataError(f"{path}: cannot be read as {form}: {shorten(error)}") from None
    raise DataError(f"{path}: more than {_STREAMS} parts of {form} in a row, expected one")


def read_torch_zip(path: Path, *, limit: int) -> bytes:
    """Return the pickle in a zip file that `torch.save` wrote.

    Parameters
    ----------
    path : Path
        The file.
    limit : int
        Largest size of the pickle, in bytes.

    Raises
    ------
    DataError
        If it cannot be read, is not such a zip file, or the pickle is larger than `limit` or than
        100 times the file (64 MiB for a small file).
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise DataError(f"{path}: cannot be read: not a regular file")
        largest = min(limit, max(_SMALL, _RATIO * path.stat().st_size))
        with zipfile.ZipFile(path) as archive:
            members = [n for n in archive.namelist() if n.split("/")[1:] == ["data.pkl"]]
            if len(members) != 1:
                raise DataError(
                    f"{path}: a zip file with {len(members)} members */data.pkl, expected the one "
                    f"that torch.save writes"
                )
            if archive.getinfo(members[0]).compress_type not in _ZIP_METHODS:
                raise DataError(f"{path}: compressed in another way than torch.save does")
            with archive.open(members[0]) as member:
                content = member.read(largest + 1)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    except DataError:
        raise
    except Exception as error:  # zipfile raises errors of many types for damaged files
        raise DataError(
            f"{path}: {shorten(error)}; expected the zip format of torch.save (torch 1.6 or later)"
        ) from None
    if len(content) > largest:
        raise DataError(f"{path}: a pickle of more than {largest:,} bytes, expected at most that")
    return content


class _Gzip:
    """A decompressor of gzip with the interface of those of bz2 and xz."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


def _xz() -> _Decompressor:
    return lzma.LZMADecompressor(memlimit=_XZ_MEMORY)


_FORMS: dict[str, tuple[Callable[[], _Decompressor], tuple[type[Exception], ...]]] = {
    "bz2": (bz2.BZ2Decompressor, (OSError, ValueError, EOFError, MemoryError)),
    "gzip": (_Gzip, (zlib.error, EOFError, MemoryError)),
    "xz": (_xz, (lzma.LZMAError, EOFError, MemoryError)),
}
