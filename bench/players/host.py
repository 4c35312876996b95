"""The judge's side of a player: it starts one, gives it orders, watches it, and ends it."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from bench.errors import MethodError
from bench.limits import Limits, ending, resident_bytes
from bench.players.nursery import zygote
from bench.players.wire import Closed, Late, Malformed, receive, send

__all__ = ["OutOfTime", "Player", "printable"]

_LONGEST = 1_000_000  # bytes of a message from a player
_CHUNK = 1 << 16
_MEGABYTE = 1_000_000
_GRACE = 1.0  # seconds in which a process that closed its channel may end by itself
# The key of the answer to each order.
_ANSWERS = {
    "describe": "described",
    "make": "made",
    "ask": "asked",
    "tell": "told",
    "open": "opened",
    "measure": "measured",
    "read": "scored",
    "combine": "scored",
}

# What answers a player's question, from the whole question.
Answers = Mapping[str, Callable[[dict[str, Any]], Any]]


class OutOfTime(Exception):  # noqa: N818 - becomes the status of a run
    """The wall-clock limit of the run is exceeded; its process was killed."""


class _TooLarge(Exception):  # noqa: N818 - a state of the player
    """The process holds more memory than it may."""


class Player:
    """One player; use it as a context manager, which ends it.

    Parameters
    ----------
    limits : Limits
        The hard limits of its process; the clock starts here.
    answers : mapping of str to callable, optional
        What the player may ask for in the middle of an order: the key of the question, and what
        answers it. A MethodError of an answer is raised in the player.
    """

    def __init__(self, limits: Limits, answers: Answers | None = None) -> None:
        self._limits, self._answers = limits, answers or {}
        self._deadline = None if limits.seconds is None else time.monotonic() + limits.seconds
        self._zygote = zygote()
        self._pid, self._channel, output = self._zygote.fork(limits)
        self._here: dict[str, Any] = {"folder": os.getcwd(), "path": sys.path}  # with first order
        self._said = bytearray()
        self._reader = threading.Thread(target=self._read_output, args=(output,), daemon=True)
        self._reader.start()
        self._status: int | None = None
        self._has_ended = False

    def __enter__(self) -> Player:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._channel.close()
        self._reader.join(2.0)

    @property
    def output(self) -> bytes:
        """What the process has printed, up to the limit."""
        return bytes(self._said)

    def order(
        self,
        do: str,
        *,
        doing: str,
        failed: str | None = None,
        arrays: Sequence[NDArray[Any]] = (),
        **details: Any,
    ) -> Any:
        """Return the answer to an order.

        Parameters
        ----------
        do : str
            The order: `describe` for any class; `make`, `ask`, `tell` for methods; `open`,
            `measure`, `read`, `combine` for estimators.
        doing : str
            What the entrant does then, for messages: such as `ask(5) of random`.
        failed : str, optional
            What has happened if the entrant raises; by default that it raised.
        arrays : sequence of array
            Arrays of the order.
        **details
            The rest of the order, as JSON can hold it.

        Raises
        ------
        OutOfTime
            If the run's time is over; the process is killed.
        MethodError
            If the entrant raised, its process ended or exceeded its memory, or it sent what is no
            answer. The traceback, if there is one, is a note of the error.
        """
        kinds = [[array.dtype.str, list(array.shape)] for array in arrays]
        message = {"do": do, **details, **self._here, **({"arrays": kinds} if arrays else {})}
        self._here = {}
        try:
            send(self._channel, message, arrays=arrays, deadline=self._deadline)
            while True:
                answer = receive(
                    self._channel,
                    at_most=_LONGEST,
                    deadline=self._deadline,
                    meanwhile=self._check_memory,
                )
                if not isinstance(answer, dict):
                    raise Malformed(f"{type(answer).__name__} instead of an object")
                if "raised" in answer:
                    raise _error(answer["raised"], failed or f"{doing} raised")
                if _ANSWERS[do] in answer:
                    return answer[_ANSWERS[do]]
                self._answer(answer, do)
        except Late:
            self._end()
            raise OutOfTime from None
        except _TooLarge:
            self._end()
            raise MethodError(
                f"{doing}: its process held more than {self._limits.memory_megabytes:,} MB of "
                f"memory; --memory sets another limit"
            ) from None
        except Malformed as error:
            self._end()
            raise MethodError(f"{doing}: its process sent {printable(str(error))}") from None
        except Closed:
            self._end(grace=_GRACE)
            raise MethodError(f"{doing}: its process {ending(self._status)}") from None

    def preload_for_others(self, modules: Any) -> None:
        """Import the libraries among these modules in the zygote, so that players start sooner."""
        if isinstance(modules, list) and all(isinstance(name, str) for name in modules):
            self._zygote.preload(modules)

    def _answer(self, question: dict[str, Any], do: str) -> None:
        key = next((key for key in question if key in self._answers), None)
        if key is None:
            raise Malformed(f"{', '.join(question)[:200]!r} instead of {_ANSWERS[do]!r}")
        try:
            answer = {"answer": self._answers[key](question)}
        except MethodError as error:
            answer = {"refused": str(error)}
        send(self._channel, answer, deadline=self._deadline)

    def _check_memory(self) -> None:
        if resident_bytes(self._pid) > self._limits.memory_megabytes * _MEGABYTE:
            raise _TooLarge

    def _end(self, *, grace: float = 0.0) -> None:
        if not self._has_ended:
            self._has_ended = True
            self._status = self._zygote.end(self._pid, grace=grace)

    def _read_output(self, descriptor: int) -> None:
        most = self._limits.output_megabytes * _MEGABYTE
        with os.fdopen(descriptor, "rb", buffering=0) as pipe:
            while piece := pipe.read(_CHUNK):
                self._said += piece[: max(0, most - len(self._said))]


def printable(text: str) -> str:
    """Return a text without what a terminal or a page could take for a command.

    Control characters other than line ends and tabs, and what UTF-8 cannot hold, are escaped.
    """
    held = text.encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in held)


def _error(described: Any, failed: str) -> MethodError:
    """Return the error of an entrant, from what its player says of it."""
    told = described if isinstance(described, dict) else {}
    kind, message, trace = (
        printable(str(told.get(key, ""))) for key in ("type", "message", "traceback")
    )
    error = MethodError(f"{failed}: {kind}: {message}" if kind else message)
    if trace:
        error.add_note(trace)
    return error
