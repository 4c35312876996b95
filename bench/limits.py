"""Hard limits of a process, and how it ended, in words."""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

__all__ = ["Limits", "ending", "resident_bytes"]

_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What a process may use.

    Attributes
    ----------
    seconds : float, optional
        Of the wall clock; None is no limit.
    memory_megabytes : int
        Memory beyond what the process has when the limits are set.
    file_megabytes : int
        Size of any file that it writes.
    output_megabytes : int
        What of its output is kept; the rest is dropped.
    """

    seconds: float | None = None
    memory_megabytes: int = 8000
    file_megabytes: int = 1000
    output_megabytes: int = 1

    def as_json(self) -> dict[str, Any]:
        """Return the limits as JSON has them."""
        return asdict(self)

    def apply(self, *, processor_seconds: int | None = None) -> None:
        """Set what the operating system holds by itself, in the process that is limited.

        Parameters
        ----------
        processor_seconds : int, optional
            Limit of processor time, for a process that could outlive whoever watches the clock.
        """
        try:
            import resource
        except ImportError:  # not POSIX
            return
        grown = virtual_bytes() + self.memory_megabytes * _MEGABYTE
        for which, most in (
            (resource.RLIMIT_AS, grown),
            (resource.RLIMIT_FSIZE, self.file_megabytes * _MEGABYTE),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_CPU, processor_seconds),
        ):
            if most is None:
                continue
            with contextlib.suppress(OSError, ValueError):  # a lower limit is there already
                _, hard = resource.getrlimit(which)
                bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
                resource.setrlimit(which, (bound, bound))
        with contextlib.suppress(AttributeError, OSError, ValueError):
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write fails with EFBIG instead


def virtual_bytes() -> int:
    """Return the address space of this process."""
    return _pages(os.getpid(), 0)


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process; 0 if it cannot be told."""
    return _pages(pid, 1)


def _pages(pid: int, field: int) -> int:
    try:
        counts = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
        return int(counts[field]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def ending(code: int | None) -> str:
    """Return how a process ended, from its exit status; a signal is minus its number."""
    if code is None:
        return "ended"
    if code >= 0:
        return f"left with exit status {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = "unknown"
    return f"was ended by signal {-code} ({name})"
