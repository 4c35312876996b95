"""The zygote of this process, from which its players are forked."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable
from typing import Any

from bench.errors import MethodError
from bench.kernels import numeric_environment
from bench.limits import Limits

__all__ = ["Zygote", "zygote"]

_PACKET = 1 << 16
_NAMES_PER_PACKET = 500
# Libraries that the zygote may import; an entrant's own code is imported in its player alone.
_LIBRARIES = (
    "botorch", "cma", "gpytorch", "joblib", "linear_operator", "moocore", "numpy", "optuna",
    "pymoo", "scipy", "sklearn", "threadpoolctl", "torch",
)  # fmt: skip


class Zygote:
    """A process with libraries and without tables; see `bench.players.zygote`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._preloaded: set[str] = set()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "bench.players.zygote", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                env=numeric_environment(os.environ),
                start_new_session=True,  # Ctrl-C is for the command alone
            )
        atexit.register(self.close)

    @property
    def is_alive(self) -> bool:
        """Whether it can fork players."""
        return self._process.poll() is None

    def fork(self, limits: Limits) -> tuple[int, socket.socket, int]:
        """Return the process id of a new player, its channel, and the pipe of its output."""
        mine, theirs = socket.socketpair()
        reading, writing = os.pipe()
        try:
            with theirs:
                answer = self._request("fork", [theirs.fileno(), writing], limits=limits.as_json())
        finally:
            os.close(writing)
        return answer["pid"], mine, reading

    def end(self, pid: int, *, grace: float = 0.0) -> int | None:
        """End a player and all processes that it made, and return its exit status, if known.

        Parameters
        ----------
        pid : int
            The player.
        grace : float
            Seconds in which it may end by itself.
        """
        try:
            status: int | None = self._request("end", pid=pid, grace=grace)["status"]
        except MethodError:  # the zygote is gone, and every player with it
            return None
        return status

    def preload(self, modules: Iterable[str]) -> None:
        """Import the modules that are those of libraries, once."""
        new = {name for name in modules if name.partition(".")[0] in _LIBRARIES} - self._preloaded
        self._preloaded |= new
        names = sorted(new)
        for first in range(0, len(names), _NAMES_PER_PACKET):
            self._request("preload", modules=names[first : first + _NAMES_PER_PACKET])

    def close(self) -> None:
        """End the zygote and all its players."""
        self._control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5.0)

    def _request(self, do: str, descriptors: Iterable[int] = (), **details: Any) -> dict[str, Any]:
        packet = json.dumps({"do": do, **details}).encode()
        with self._lock:
            try:
                socket.send_fds(self._control, [packet], [*descriptors])
                answer = self._control.recv(_PACKET)
            except OSError:
                answer = b""
        if not answer:
            raise MethodError("the process that starts runs was killed, perhaps by a run")
        parsed: dict[str, Any] = json.loads(answer)
        return parsed


_zygote: Zygote | None = None
_starting = threading.Lock()


def zygote() -> Zygote:
    """Return the zygote of this process; it is started when it is first needed, or is gone."""
    global _zygote  # one per process, however many runs the process judges
    with _starting:
        if _zygote is None or not _zygote.is_alive:
            _zygote = Zygote()
        return _zygote
