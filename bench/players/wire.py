"""Messages between judge and player: JSON, each behind its length, over a socket.

A player is not trusted. What it sends is bounded, parsed as JSON without NaN and infinities, and
never unpickled; whoever reads it checks its shape.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import time
from collections.abc import Callable
from typing import Any, NoReturn

__all__ = ["Closed", "Late", "Malformed", "receive", "send"]

_LENGTH = struct.Struct("!I")
_AT_ONCE = 1 << 16


class Closed(Exception):  # noqa: N818 - a state of the other side, told by whoever catches it
    """The other side is gone."""


class Late(Exception):  # noqa: N818
    """The other side did not send, or take, a whole message in time."""


class Malformed(Exception):  # noqa: N818
    """The other side sent something that is no message."""


def send(to: socket.socket, message: Any, *, deadline: float | None = None) -> None:
    """Send one message.

    Parameters
    ----------
    to : socket
    message
        What JSON can hold, without NaN and infinities.
    deadline : float, optional
        On the clock of `time.monotonic`, in seconds; None waits for ever.

    Raises
    ------
    Closed, Late
    ValueError
        If JSON cannot hold the message.
    """
    content = json.dumps(message, separators=(",", ":"), allow_nan=False).encode()
    left = memoryview(_LENGTH.pack(len(content)) + content)
    while left:
        _wait(to, deadline, reading=False)
        try:
            left = left[to.send(left[:_AT_ONCE], socket.MSG_NOSIGNAL) :]
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
    size = _LENGTH.unpack(_exactly(source, _LENGTH.size, deadline, meanwhile))[0]
    if at_most is not None and size > at_most:
        raise Malformed(f"a message of {size:,} bytes; expected at most {at_most:,}")
    content = _exactly(source, size, deadline, meanwhile)
    try:
        return json.loads(content, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"a message that is not JSON: {error}") from None


def _exactly(
    source: socket.socket, size: int, deadline: float | None, meanwhile: Callable[[], None]
) -> bytes:
    pieces = bytearray()
    while len(pieces) < size:
        _wait(source, deadline, reading=True, meanwhile=meanwhile)
        try:
            piece = source.recv(min(_AT_ONCE, size - len(pieces)))
        except OSError:
            raise Closed from None
        if not piece:
            raise Closed
        pieces += piece
    return bytes(pieces)


def _wait(
    one: socket.socket,
    deadline: float | None,
    *,
    reading: bool,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    while True:
        left = 0.25 if deadline is None else min(0.25, deadline - time.monotonic())
        if left < 0:
            raise Late
        ready = select.select([one] if reading else [], [] if reading else [one], [], left)
        if ready[0] or ready[1]:
            return
        meanwhile()


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")
