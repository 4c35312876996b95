"""A sweep: planned runs done by worker processes or a cluster, each with an outcome."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from typing import Any

from bench.errors import CallError, MonasError, ResultsError, RunInterrupted
from bench.files import in_words
from bench.machine import interrupts_held, numeric_pool, stop_requested
from bench.protocol import AnyProtocol, SearchProtocol, load_protocol
from bench.runs.base import Outcome, Run
from bench.runs.entrant import find_entrant
from bench.runs.plan import Plan, PlannedRun
from bench.runs.ranking import RankingRun
from bench.runs.search import SearchRun

__all__ = ["perform", "sweep"]


def sweep(
    plan: Plan,
    *,
    workers: int,
    report: Callable[[int, Outcome], None],
    executor: Executor | None = None,
    continued_by: str = "the same command",
) -> list[Outcome]:
    """Remove the journals that the plan removes, do its runs, and return their outcomes.

    Parameters
    ----------
    plan : Plan
        The plan.
    workers : int
        Number of processes of the local pool; each has one numeric thread.
    report : callable
        Called after every run with the number of runs done and the last outcome.
    executor : concurrent.futures.Executor, optional
        Does the runs instead of the pool, for example that of a dask client. It stays open.
    continued_by : str
        What continues a stopped sweep, for messages.

    Returns
    -------
    list of Outcome
        In the order in which the runs end, including failures.

    Raises
    ------
    ResultsError
        If a worker process dies.
    RunInterrupted
        After Ctrl-C, when the workers have stopped; every journal can be continued.
    """
    for path in plan.removed:
        path.unlink(missing_ok=True)
    if not plan.runs:
        return []
    if executor is not None:
        return _collect([executor.submit(perform, run) for run in plan.runs], report)
    pool, stop = numeric_pool(min(workers, len(plan.runs)))
    try:
        with interrupts_held():
            futures = [pool.submit(perform, run) for run in plan.runs]
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


def _collect(
    futures: list[Future[Outcome]], report: Callable[[int, Outcome], None]
) -> list[Outcome]:
    outcomes = []
    try:
        for future in as_completed(futures):
            outcomes.append(future.result())
            report(len(outcomes), outcomes[-1])
    except BaseException:
        for future in futures:
            future.cancel()
        raise
    return outcomes


def perform(planned: PlannedRun) -> Outcome:
    """Do one run in this process; every error except an interruption becomes its outcome."""
    try:
        protocol, task = _load(planned.protocol, planned.protocol_id)
        kind: type[Run[Any, Any]] = (
            SearchRun if isinstance(protocol, SearchProtocol) else RankingRun
        )
        run = kind(protocol, task, find_entrant(planned.entry), planned.repetition, planned.results)
        return run.play(limits=planned.limits, stopped=stop_requested)
    except RunInterrupted:
        raise
    except MonasError as error:
        reason = str(error)
    except OSError as error:
        reason = f"{error.filename or planned.path}: {in_words(error)}"
    except MemoryError:
        reason = "out of memory; free memory, or use fewer processes with --workers 1"
    except (Exception, SystemExit) as error:  # of the suite or the machine; the other runs go on
        reason = f"unexpected {type(error).__name__}: {error}"
    return Outcome(
        planned.entry.label, planned.repetition, "failed", reason, planned.path, has_end=False
    )


@lru_cache(maxsize=4)
def _load(spec: str, protocol_id: str) -> tuple[AnyProtocol, Any]:
    """Load a protocol and its task once per worker, and check that it is the planned one."""
    protocol = load_protocol(spec)
    if protocol.id != protocol_id:
        raise CallError(f"protocol {spec} changed while the sweep was running; start it again")
    return protocol, protocol.task()
