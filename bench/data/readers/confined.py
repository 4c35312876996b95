"""Reading of untrusted files in a child process with hard limits.

Readers check what they read, but the libraries behind them are large, and a file can be made to
break them. Here a reader runs in a process of its own: if that crashes, hangs or grows, the import
ends with an error that says why, and nothing else is affected. Columns come back as plain numpy
files and JSON, neither of which can run code or name a class.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from time import monotonic
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from bench import errors
from bench.errors import CallError, DataError, MonasError
from bench.kernels import numeric_environment
from bench.limits import Limits, ending

__all__ = ["LIMITS_VARIABLE", "confined", "limits_for"]

Columns = dict[str, NDArray[np.generic]]
Finished = Callable[[int], None]

# Environment variable that multiplies all limits.
LIMITS_VARIABLE = "MONAS_READ_LIMITS"

_MEGABYTE = 1_000_000
# What the child may send: one line, all lines, and the part of a message that is shown.
_LINE = 64 << 10
_OUTPUT = 16 << 20
_MESSAGE = 4000
# Seconds for the child to exit after its last line.
_EXIT = 10.0
# `-P` and the parent's own path: the child imports what the parent would. It does not live long
# enough to collect garbage.
_BOOT = (
    "import sys, json, gc; gc.disable(); request = json.loads(sys.stdin.buffer.readline()); "
    "sys.path[:] = request['path']; "
    "from bench.data.readers._child import serve; serve(request)"
)


def limits_for(path: Path) -> Limits:
    """Return limits that grow with the size of a file or folder.

    Raises
    ------
    CallError
        If the environment variable `MONAS_READ_LIMITS` is not a positive number.
    """
    size = _size(path) / _MEGABYTE
    factor = _factor()
    return Limits(
        seconds=factor * (60.0 + 5 * size),
        memory_megabytes=int(factor * (2000 + 12 * size)),
        file_megabytes=int(factor * (250 + 16 * size)),
    )


def confined(
    read: Callable[..., Columns],
    path: Path,
    *,
    options: Mapping[str, Any] | None = None,
    finished: Finished | None = None,
    limits: Limits | None = None,
) -> Columns:
    """Return `read(path, finished=..., **options)`, which runs in a child process.

    The wall clock is watched by this process, on every system. On POSIX the child also has hard
    limits of address space, of file sizes and of processor time, and writes no core dump; macOS
    accepts the limit of address space but does not keep it. On other systems only the wall clock
    is limited.

    Parameters
    ----------
    read : callable
        A function at the top level of a module. It returns columns by name: arrays of numbers or
        text, or arrays of objects that are all text.
    path : Path
        File or folder to read; limits grow with its size, and messages name it.
    options : mapping of str to JSON values, optional
        Further arguments of `read`.
    finished : callable, optional
        Called here with the numbers that `read` gives to its own `finished`.
    limits : Limits, optional
        By default `limits_for(path)`.

    Returns
    -------
    dict of str to array
        Arrays of text have the type object, as those of numbers have their own.

    Raises
    ------
    MonasError
        The error that `read` raised, of the same class.
    DataError
        If the child reached a limit or crashed, or `read` failed in another way; the message names
        `path`, the reason, and what to do.
    """
    limits = limits or limits_for(path)
    with tempfile.TemporaryDirectory(prefix="monas-read-") as folder:
        request = {
            "path": sys.path,
            "module": read.__module__,
            "function": read.__qualname__,
            "file": str(path),
            "options": dict(options or {}),
            "folder": folder,
            "limits": limits.as_json(),
        }
        message = _ask(request, path, limits, finished or _ignore)
        if "error" in message:
            raise _error(message, path)
        return _columns(message, Path(folder), path, limits)


def _ask(request: dict[str, Any], path: Path, limits: Limits, finished: Finished) -> dict[str, Any]:
    """Return the last message of a child that answers the request."""
    assert limits.seconds is not None
    deadline = monotonic() + limits.seconds
    with subprocess.Popen(
        [sys.executable, "-P", "-c", _BOOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=numeric_environment(os.environ),
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        lines: Queue[bytes] = Queue()
        Thread(target=_listen, args=(child.stdout, lines), daemon=True).start()
        try:
            try:
                child.stdin.write(json.dumps(request).encode() + b"\n")
                child.stdin.close()
            except OSError:
                pass  # the child has ended; its status says why
            while True:
                line = lines.get(timeout=max(deadline - monotonic(), 0.0))
                message = _message(line)
                if message is None:
                    raise DataError(_stopped(path, _ending(child), limits))
                if "finished" not in message:
                    return message
                finished(int(message["finished"]))
        except Empty:
            reason = f"it took longer than {limits.seconds:,.0f} seconds"
            raise DataError(_stopped(path, reason, limits)) from None
        finally:
            child.kill()


def _listen(stream: IO[bytes], lines: Queue[bytes]) -> None:
    """Pass the child's lines on, up to some amount; an empty one is the end."""
    rest = _OUTPUT
    while rest > 0 and (line := stream.readline(_LINE)):
        rest -= len(line)
        lines.put(line)
    lines.put(b"")


def _message(line: bytes) -> dict[str, Any] | None:
    """Return a message of the child, or None if it is not one."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict) or len(message.keys() & {"finished", "columns", "error"}) != 1:
        return None
    return message


def _ending(child: subprocess.Popen[bytes]) -> str:
    """Return how a child ended that did not answer."""
    try:
        status = child.wait(_EXIT)
    except subprocess.TimeoutExpired:
        return "the reading process did not answer"
    hint = "; the system stops processes so if memory runs out" if status == -9 else ""
    return f"the reading process {ending(status)}{hint}"


def _stopped(path: Path, reason: str, limits: Limits) -> str:
    return (
        f"{path}: the reading was stopped: {reason}. The file is damaged or hostile, or needs more "
        f"than {limits.seconds:,.0f} seconds and {limits.memory_megabytes:,} MB of memory: compare "
        f"its sha256 with the published one, or multiply the limits with {LIMITS_VARIABLE}=4"
    )


def _error(message: dict[str, Any], path: Path) -> MonasError:
    """Return the child's error, of the same class."""
    text = str(message.get("message", ""))[:_MESSAGE]
    kind = getattr(errors, str(message["error"]), None)
    if isinstance(kind, type) and issubclass(kind, MonasError):
        return kind(text)
    return DataError(f"{path}: {text}")


def _columns(message: dict[str, Any], folder: Path, path: Path, limits: Limits) -> Columns:
    """Return the columns that the child wrote."""
    columns: Columns = {}
    try:
        files = [file for file in folder.iterdir() if not file.is_symlink()]
        if sum(file.stat().st_size for file in files) > limits.file_megabytes * _MEGABYTE:
            reason = f"its content is above {limits.file_megabytes:,} MB"
            raise DataError(_stopped(path, reason, limits))
        for number, name in enumerate(message["columns"]):
            text, array = folder / f"{number}.json", folder / f"{number}.npy"
            if text in files:
                values = json.loads(text.read_text(encoding="utf-8"))
                columns[str(name)] = np.asarray([*map(str, values)], dtype=object)
            else:
                with array.open("rb") as file:
                    columns[str(name)] = np.lib.format.read_array(file, allow_pickle=False)
    except (OSError, ValueError, TypeError, RecursionError) as error:
        reason = f"the reading process wrote no valid result ({type(error).__name__})"
        raise DataError(_stopped(path, reason, limits)) from None
    return columns


def _size(path: Path) -> int:
    """Return the size of a file, or of all files in a folder; 0 if there is none."""
    total = 0
    try:
        total = path.stat().st_size
        for folder, _, names in os.walk(path):
            total += sum(os.lstat(os.path.join(folder, name)).st_size for name in names)
    except OSError:
        return total  # the reader says what is wrong
    return total


def _factor() -> float:
    text = os.environ.get(LIMITS_VARIABLE, "1")
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0 < factor < 1e6:
        raise CallError(f"{LIMITS_VARIABLE} is {text!r}, expected a positive number, such as 4")
    return factor


def _ignore(_: int) -> None:
    """Ignore the progress."""
