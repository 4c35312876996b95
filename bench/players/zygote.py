"""The zygote: a process with the libraries and without any table, which forks players.

    python -m bench.players.zygote FD

FD is a socket to the judge. A request is one packet of JSON; `fork` comes with two descriptors, the
player's channel and the pipe of its output. When the judge closes the socket, or dies, the zygote
ends every player and leaves.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import socket
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.limits import Limits
from bench.players.player import serve

__all__ = ["main"]

_PACKET = 1 << 16
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def main(descriptor: int) -> None:
    """Serve requests until the socket is closed."""
    control = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to everybody
    # Python takes a cached file for current if its source has the same length and second; a class
    # that is edited and played again at once must not be played as it was.
    sys.dont_write_bytecode = True
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    players: set[int] = set()
    try:
        _serve(control, players)
    finally:
        _end_all(players)


def _serve(control: socket.socket, players: set[int]) -> None:
    """Answer requests; return when the judge has closed the socket, or is gone."""
    while True:
        select.select([control], [], [])
        try:
            packet, descriptors, _, _ = socket.recv_fds(control, _PACKET, 2)
        except OSError:
            return
        if not packet:
            return
        request = json.loads(packet)
        if request["do"] == "fork":
            pid = _fork(control, descriptors, request)
            players.add(pid)
            answer: dict[str, Any] = {"pid": pid}
        elif request["do"] == "end":
            players.discard(request["pid"])
            answer = {"status": _end(request["pid"], players, request["grace"])}
        else:
            answer = {"preloaded": _preload(request["modules"])}
        try:
            control.send(json.dumps(answer).encode())
        except OSError:  # the judge was killed while it waited
            return


def _fork(control: socket.socket, descriptors: list[int], request: dict[str, Any]) -> int:
    channel, output = descriptors
    pid = os.fork()
    if pid == 0:
        try:
            _become_player(control, channel, output, Limits(**request["limits"]))
        finally:
            os._exit(0)
    os.close(channel)
    os.close(output)
    return pid


def _become_player(control: socket.socket, channel: int, output: int, limits: Limits) -> None:
    os.setsid()
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    control.close()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    for each in (nothing, output):
        os.close(each)
    limits.apply()
    with socket.socket(fileno=channel) as connected:
        serve(connected)
        with contextlib.suppress(BaseException):
            sys.stdout.flush()


def _end(pid: int, players: set[int], grace: float) -> int | None:
    """End a player and what it left behind, and return its exit status.

    Parameters
    ----------
    pid : int
        Of the player.
    players : set of int
        The other players.
    grace : float
        Seconds that it may take to end by itself.
    """
    status = _status(pid, grace)
    if status is None:
        for end in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                end(pid, signal.SIGKILL)
        status = _status(pid, 10.0)
    for orphan in _children() - players:
        with contextlib.suppress(ProcessLookupError):
            os.kill(orphan, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(orphan, 0)
    return status


def _status(pid: int, seconds: float) -> int | None:
    """Return the exit status of a child that ends within so many seconds; None if it does not."""
    until = time.monotonic() + seconds
    while True:
        try:
            ended, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            return None
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= until:
            return None
        time.sleep(0.001)


def _children() -> set[int]:
    """Return the processes whose parent this one is: players, and what dead players left behind."""
    try:
        listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
    except OSError:
        return set()
    return {int(pid) for pid in listed.split()}


def _end_all(players: set[int]) -> None:
    for pid in players | _children():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _preload(modules: list[str]) -> list[str]:
    """Import modules of libraries, so that later players find them; return those that could be."""
    loaded = []
    for name in modules:
        if name in sys.modules:
            continue
        with contextlib.suppress(Exception):
            import_module(name)
            loaded.append(name)
    return loaded


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
