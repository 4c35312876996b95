"""The wall-clock limit of one run."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Clock", "OutOfTime"]

_LONGEST = 1e8  # seconds, three years; some systems have no timer for more


class OutOfTime(BaseException):
    """The limit is exceeded. A BaseException, so that an entrant does not catch it by accident."""


class Clock:
    """The wall-clock limit of one run; use it as a context manager.

    An entrant's code is interrupted where it is. The suite's own code is not, so that no line of
    the journal is cut. Where nothing can be interrupted (in a thread, or on systems other than
    POSIX), and for a limit beyond the range of timers, the limit is noticed at the next call of the
    entrant.

    Parameters
    ----------
    seconds : float, optional
        The limit; None or infinity is no limit.
    """

    def __init__(self, seconds: float | None) -> None:
        self._seconds, self._interruptible = math.inf if seconds is None else seconds, False
        self._deadline = time.monotonic() + self._seconds
        # Only the main thread of a process can be interrupted; workers of a pool run there.
        main = threading.current_thread() is threading.main_thread()
        self._usable = self._seconds <= _LONGEST and hasattr(signal, "setitimer") and main

    def __enter__(self) -> Clock:
        if self._usable:
            self._before = signal.signal(signal.SIGALRM, self._ring)
            signal.setitimer(signal.ITIMER_REAL, self._seconds)
        return self

    def __exit__(self, *_: object) -> None:
        if self._usable:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)

    def _ring(self, *_: object) -> None:
        if self._interruptible:
            raise OutOfTime

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let an entrant's code run within the context; raise OutOfTime when time is over."""
        if time.monotonic() > self._deadline:
            raise OutOfTime
        self._interruptible = True
        try:
            yield
        finally:
            self._interruptible = False
