"""Worker processes for numeric work, and the name of the processor."""

from __future__ import annotations

import os
import platform
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.synchronize import Event
from threading import Thread

from bench.kernels import ONE_THREAD

__all__ = ["interrupts_held", "numeric_pool", "processor_name", "stop_requested"]

_stop: Event | None = None


def numeric_pool(workers: int) -> tuple[ProcessPoolExecutor, Event]:
    """Return a pool of new processes with one numeric thread each, and the event that stops them.

    The thread limits are set in the environment before a worker starts, hence before it imports a
    numeric library. Workers ignore Ctrl-C, which a terminal sends to every process: the parent
    sets the event instead, and they stop at the next batch (`stop_requested`). They start when
    work is submitted; if it is submitted within `interrupts_held`, Ctrl-C cannot reach them while
    they start. If the parent is killed, they exit at once: no process would take their results,
    and their journals would stay locked.
    """
    os.environ.update(ONE_THREAD)
    context = get_context("spawn")
    stop = context.Event()
    pool = ProcessPoolExecutor(
        workers, mp_context=context, initializer=_start_worker, initargs=(stop,)
    )
    return pool, stop


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Block Ctrl-C in this thread within the context, and always in processes started there.

    A Ctrl-C during the context takes effect at its end. This does nothing on systems other than
    POSIX, which cannot block signals.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def stop_requested() -> bool:
    """Return whether the parent asked this worker of a `numeric_pool` to stop."""
    return _stop is not None and _stop.is_set()


def _start_worker(stop: Event) -> None:
    global _stop  # a worker process must keep it between tasks
    _stop = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def processor_name() -> str:
    """Return the processor's model name as reported by the operating system, or "unknown"."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"
