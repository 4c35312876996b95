"""Messages between judge and player: JSON, each behind its length, over a socket.

A player is not trusted. What it sends is bounded, parsed as JSON without NaN and infinities, and
never unpickled; whoever reads it checks its shape. What a judge sends may hold arrays.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import time
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

__all__ = ["Closed", "Late", "Malformed", "receive", "receive_with_arrays", "send"]

_LENGTH = struct.Struct("!Q")
_CHUNK = 1 << 16
_PATIENCE = 0.25  # seconds between two looks at the clock, and at what `meanwhile` watches


class Closed(Exception):  # noqa: N818 - a state of the other side
    """The other side is gone."""


class Late(Exception):  # noqa: N818 - a state of the other side
    """The other side did not send or take a whole message in time."""


class Malformed(Exception):  # noqa: N818 - a state of the other side
    """The other side sent something that is no message."""


def send(
    to: socket.socket,
    message: Any,
    *,
    arrays: Sequence[NDArray[Any]] = (),
    deadline: float | None = None,
) -> None:
    """Send one message.

    Parameters
    ----------
    to : socket
        The channel.
    message
        What JSON can hold, without NaN and infinities.
    arrays : sequence of array
        Sent after the message, for `receive_with_arrays`.
    deadline : float, optional
        On the clock of `time.monotonic`, in seconds; None waits for ever.

    Raises
    ------
    Closed, Late
    ValueError
        If JSON cannot hold the message.
    """
    content = json.dumps(message, separators=(",", ":"), allow_nan=False).encode()
    pieces = [content, *(np.ascontiguousarray(array).tobytes() for array in arrays)]
    for piece in pieces:
        left = memoryview(_LENGTH.pack(len(piece)) + piece)
        while left:
            _wait(to, deadline, reading=False)
            try:
                left = left[to.send(left[:_CHUNK], socket.MSG_NOSIGNAL) :]
            except OSError:
                raise Closed from None


def receive(
    source: socket.socket,
    *,
    at_most: int | None = None,
    deadline: float | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> Any:
    """Return the next message.

    Parameters
    ----------
    source : socket
        The channel.
    at_most : int, optional
        Bytes of the longest message that is accepted.
    deadline : float, optional
        On the clock of `time.monotonic`, in seconds; None waits for ever.
    meanwhile : callable
        Called a few times a second while nothing comes; what it raises ends the waiting.

    Raises
    ------
    Closed, Late
    Malformed
        If the message is too long, or not JSON.
    """
    content = _piece(source, at_most, deadline, meanwhile)
    try:
        return json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"a message that is not JSON: {error}") from None


def receive_with_arrays(source: socket.socket) -> tuple[Any, list[NDArray[Any]]]:
    """Return the next message of a trusted sender, and its arrays.

    The key `arrays` of the message has the data type and the shape of each.
    """
    message = receive(source)
    arrays = []
    for kind, shape in message.get("arrays", ()):
        content = _piece(source, None, None, lambda: None)
        arrays.append(np.frombuffer(content, dtype=kind).reshape(shape))
    return message, arrays


def _piece(
    source: socket.socket,
    at_most: int | None,
    deadline: float | None,
    meanwhile: Callable[[], None],
) -> bytes:
    size = _LENGTH.unpack(_exactly(source, _LENGTH.size, deadline, meanwhile))[0]
    if at_most is not None and size > at_most:
        raise Malformed(f"a message of {size:,} bytes; expected at most {at_most:,}")
    return _exactly(source, size, deadline, meanwhile)


def _exactly(
    source: socket.socket, size: int, deadline: float | None, meanwhile: Callable[[], None]
) -> bytes:
    content = bytearray()
    while len(content) < size:
        _wait(source, deadline, reading=True, meanwhile=meanwhile)
        try:
            piece = source.recv(min(_CHUNK, size - len(content)))
        except OSError:
            raise Closed from None
        if not piece:
            raise Closed
        content += piece
    return bytes(content)


def _wait(
    channel: socket.socket,
    deadline: float | None,
    *,
    reading: bool,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Return when the channel can be read, or written; raise Late after the deadline."""
    while True:
        left = _PATIENCE if deadline is None else min(_PATIENCE, deadline - time.monotonic())
        if left < 0:
            raise Late
        some = [channel]
        if any(select.select(some if reading else [], [] if reading else some, [], left)):
            return
        meanwhile()


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")
