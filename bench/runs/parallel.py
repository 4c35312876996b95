"""Pieces of work done in processes of this machine, or wherever an executor has its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from bench.errors import ResultsError, RunInterrupted
from bench.machine import interrupts_held, numeric_pool

__all__ = ["in_parallel"]

Piece = TypeVar("Piece")
Done = TypeVar("Done")


def in_parallel(
    work: Callable[[Piece], Done],
    pieces: Sequence[Piece],
    *,
    workers: int,
    report: Callable[[int, Done], None],
    executor: Executor | None = None,
    continued_by: str = "the same command",
) -> list[Done]:
    """Return what `work` makes of every piece, in the order in which they end.

    Parameters
    ----------
    work : callable
        Found by name in another process; what goes wrong in it must become what it returns.
    workers : int
        Processes of the local pool; each has one numeric thread.
    report : callable
        Called after every piece with how many are done and what the last one came to.
    executor : concurrent.futures.Executor, optional
        Where the work is done instead, for example that of a dask client. It stays open.
    continued_by : str
        What goes on after a stop, in words.

    Raises
    ------
    ResultsError
        If a worker process dies.
    RunInterrupted
        On Ctrl-C, after the workers have stopped.
    """
    if not pieces:
        return []
    if executor is not None:
        return _collect([executor.submit(work, each) for each in pieces], report)
    pool, stop = numeric_pool(min(workers, len(pieces)))
    try:
        with interrupts_held():
            futures = [pool.submit(work, each) for each in pieces]
        return _collect(futures, report)
    except BrokenProcessPool:
        raise ResultsError(
            f"a worker process died (killed, or out of memory); what is finished is kept, "
            f"{continued_by} continues, --workers 1 needs the least memory"
        ) from None
    except KeyboardInterrupt:
        stop.set()
        raise RunInterrupted(
            f"stopped by Ctrl-C; what is finished is kept, {continued_by} continues"
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _collect(futures: list[Future[Done]], report: Callable[[int, Done], None]) -> list[Done]:
    done = []
    try:
        for future in as_completed(futures):
            done.append(future.result())
            report(len(done), done[-1])
    except BaseException:
        for future in futures:
            future.cancel()
        raise
    return done
