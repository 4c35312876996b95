"""The judge's side of a player: it starts one, gives it orders, watches it, and ends it."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from bench.errors import MethodError
from bench.machine import single_threaded
from bench.players.limits import Limits, ending, resident_bytes
from bench.players.wire import Closed, Late, Malformed, receive, send

__all__ = ["OutOfTime", "Player", "printable", "zygote"]

_LONGEST = 1_000_000  # bytes of a message from a player
_PACKET = 1 << 16
_MEGABYTE = 1_000_000
_ANSWERS = {"make": "made", "ask": "asked", "tell": "told"}
# What later players may find imported; the code of entrants is never imported before its player is.
_LIBRARIES = (
    "botorch", "cma", "gpytorch", "joblib", "linear_operator", "moocore", "numpy", "optuna",
    "pymoo", "scipy", "sklearn", "threadpoolctl", "torch",
)  # fmt: skip


def printable(text: str) -> str:
    """Return a text without what a terminal or a page could take for a command.

    Control characters, all but line ends and tabs, and what UTF-8 cannot hold are escaped.
    """
    held = text.encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in held)


class OutOfTime(Exception):  # noqa: N818 - a run's status
    """Past the wall-clock limit of the run; the player was killed."""


class Zygote:
    """A zygote of this process; see `bench.players.zygote`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = mine
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "bench.players.zygote", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                env=single_threaded(os.environ),
                start_new_session=True,  # Ctrl-C is for the command alone
            )
        self._seen: set[str] = set()
        atexit.register(self.close)

    @property
    def is_alive(self) -> bool:
        """Whether players can be forked."""
        return self._process.poll() is None

    def fork(self, limits: Limits) -> tuple[int, socket.socket, int]:
        """Return the process id of a new player, its channel, and the pipe of its output."""
        mine, theirs = socket.socketpair()
        reading, writing = os.pipe()
        with theirs:
            pid = self._ask({"do": "fork", "limits": limits.as_message()}, [theirs.fileno(), writing])
        os.close(writing)
        return pid["pid"], mine, reading

    def end(self, pid: int, *, grace: float = 0.0) -> int | None:
        """End a player and all processes that it made, and return its wait status.

        Parameters
        ----------
        pid : int
        grace : float
            Seconds that it may take to end by itself.
        """
        status: int | None = self._ask({"do": "reap", "pid": pid, "grace": grace})["status"]
        return status

    def remember(self, modules: list[str]) -> None:
        """Have libraries imported that a player needed, so that the next one starts sooner."""
        new = {m for m in modules if m.partition(".")[0] in _LIBRARIES} - self._seen
        if new:
            self._seen |= new
            names = sorted(new)
            for i in range(0, len(names), 500):  # a packet holds no more
                self._ask({"do": "load", "modules": names[i : i + 500]})

    def close(self) -> None:
        """End the zygote and every player of its."""
        self._control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)

    def _ask(self, request: dict[str, Any], descriptors: list[int] | None = None) -> dict[str, Any]:
        with self._lock:
            try:
                socket.send_fds(self._control, [json.dumps(request).encode()], descriptors or [])
                answer = self._control.recv(_PACKET)
            except OSError:
                answer = b""
        if not answer:
            raise MethodError("the process that starts players died; run the same command again")
        parsed: dict[str, Any] = json.loads(answer)
        return parsed


_zygote: Zygote | None = None
_zygote_lock = threading.Lock()


def zygote() -> Zygote:
    """Return the zygote of this process, which is started when it is first needed."""
    global _zygote  # one for a process, whatever number of runs it judges
    with _zygote_lock:
        if _zygote is None or not _zygote.is_alive:
            _zygote = Zygote()
        return _zygote


class Player:
    """One player; use it as a context manager, which ends it.

    Parameters
    ----------
    limits : Limits
    answers : mapping of str to callable
        What the player may ask for in the middle of an order: the key of the question, and what
        answers it from the whole question. What an answer raises as a MethodError is passed on.
    """

    def __init__(
        self, limits: Limits, answers: Mapping[str, Callable[[dict[str, Any]], Any]]
    ) -> None:
        self._limits, self._answers = limits, answers
        self._deadline = None if limits.seconds is None else time.monotonic() + limits.seconds
        self._home = zygote()
        self._pid, self._channel, self._output = self._home.fork(limits)
        self._said = bytearray()
        self._reader = threading.Thread(target=self._read_output, daemon=True)
        self._reader.start()
        self._status: int | None = None
        self._ended = False

    def __enter__(self) -> Player:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._channel.close()
        self._reader.join(2.0)

    @property
    def output(self) -> str:
        """What the player printed, as far as the limit goes."""
        return bytes(self._said).decode(errors="backslashreplace")

    def order(self, what: str, details: dict[str, Any], doing: str) -> dict[str, Any]:
        """Return the answer to an order.

        Parameters
        ----------
        what : str
            `make`, `ask` or `tell`.
        details : dict
            What goes with it.
        doing : str
            What the entrant is doing then, for messages: such as `ask(5) of random`.

        Raises
        ------
        OutOfTime
            If the run's time is over; the player is killed.
        MethodError
            If the entrant raised, its process ended, or it said what is no answer.
        """
        try:
            send(self._channel, {what: details}, deadline=self._deadline)
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
                    raise self._raised(answer["raised"], doing)
                if _ANSWERS[what] in answer:
                    return answer
                question = next((key for key in answer if key in self._answers), None)
                if question is None:
                    raise Malformed(f"{', '.join(answer)[:200]!r} instead of {_ANSWERS[what]!r}")
                send(self._channel, self._answered(question, answer), deadline=self._deadline)
        except Late:
            self._end()
            raise OutOfTime from None
        except Malformed as error:
            self._end()
            raise MethodError(f"{doing}: its process sent {error}") from None
        except Closed:
            self._end(grace=1.0)
            raise MethodError(f"{doing}: its process {ending(self._status)}") from None

    def remember_libraries(self, modules: Any) -> None:
        """Have the libraries that an answer names imported for later players."""
        if isinstance(modules, list) and all(isinstance(name, str) for name in modules):
            self._home.remember(modules)

    def _answered(self, question: str, message: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"answer": self._answers[question](message)}
        except MethodError as error:
            return {"refused": str(error)}

    def _raised(self, described: Any, doing: str) -> MethodError:
        said = described if isinstance(described, dict) else {}
        keys = ("type", "message", "where", "traceback")
        kind, message, where, trace = (printable(str(said.get(key, "?"))) for key in keys)
        error = MethodError(f"{doing} raised: {kind}: {message}")
        error.add_note(f"{where}\n{trace}")
        return error

    def _check_memory(self) -> None:
        if resident_bytes(self._pid) > self._limits.memory_megabytes * _MEGABYTE:
            raise Malformed(
                f"nothing, and holds more than {self._limits.memory_megabytes:,} MB of memory"
            )

    def _end(self, *, grace: float = 0.0) -> None:
        if not self._ended:
            self._ended = True
            self._status = self._home.end(self._pid, grace=grace)

    def _read_output(self) -> None:
        most = self._limits.output_megabytes * _MEGABYTE
        with os.fdopen(self._output, "rb", buffering=0) as pipe:
            while piece := pipe.read(_PACKET):
                self._said += piece[: max(0, most - len(self._said))]
