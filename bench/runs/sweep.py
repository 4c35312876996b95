"""A sweep: planned runs done by worker processes or a cluster, each with an outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from typing import Any

from bench.errors import CallError, MonasError, ResultsError, RunInterrupted
from bench.machine import interrupts_held, numeric_pool, stop_requested
from bench.protocol import AnyProtocol, SearchProtocol, load_protocol
from bench.runs.base import Outcome, Run
from bench.runs.entrant import find_entrant
from bench.runs.journal_file import remove_journal
from bench.runs.plan import Plan, PlannedRun
from bench.runs.ranking import RankingRun
from bench.runs.search import SearchRun

__all__ = ["perform", "sweep"]

_POOLS = 5  # that may break, each with one run or more to its end or on its way


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
        If worker processes die again and again; a pool that breaks is replaced.
    RunInterrupted
        After Ctrl-C, when the workers have stopped; every journal can be continued.
    """
    for removal in plan.removed:
        remove_journal(removal.path, removal.journal)
    if not plan.runs:
        return []
    outcomes: list[Outcome] = []

    def done(outcome: Outcome) -> None:
        outcomes.append(outcome)
        report(len(outcomes), outcome)

    if executor is not None:
        _collect({executor.submit(perform, run): run for run in plan.runs}, done)
        return outcomes
    waiting = list(plan.runs)
    for _ in range(_POOLS):
        try:
            _on_a_pool(waiting, min(workers, len(waiting)), done)
        except BrokenProcessPool:
            ended = {outcome.path for outcome in outcomes}
            waiting = [run for run in waiting if run.path not in ended]
        except KeyboardInterrupt:
            raise RunInterrupted(
                f"stopped by Ctrl-C; what is finished is kept, {continued_by} continues"
            ) from None
        else:
            return outcomes
    raise ResultsError(
        f"worker processes died {_POOLS} times (killed, or out of memory); what is finished is "
        f"kept, {continued_by} continues, --workers 1 needs the least memory"
    )


def _on_a_pool(runs: Sequence[PlannedRun], workers: int, done: Callable[[Outcome], None]) -> None:
    """Do runs with a pool of new processes.

    Raises
    ------
    BrokenProcessPool
        If a process of the pool dies, and with it the pool.
    """
    pool, stop = numeric_pool(workers)
    try:
        with interrupts_held():
            futures = {pool.submit(perform, run): run for run in runs}
        _collect(futures, done)
    except KeyboardInterrupt:
        stop.set()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _collect(
    futures: Mapping[Future[Outcome], PlannedRun], done: Callable[[Outcome], None]
) -> None:
    """Report the outcome of each future; a run whose worker a cluster lost has failed."""
    try:
        for future in as_completed(futures):
            try:
                outcome = future.result()
            except (BrokenProcessPool, MonasError):
                raise
            except Exception as error:
                reason = f"its worker was lost: {type(error).__name__}: {error}"
                outcome = _not_played(futures[future], reason)
            done(outcome)
    except BaseException:
        for future in futures:
            future.cancel()
        raise


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
    except (Exception, SystemExit) as error:  # of the suite or the machine; the other runs go on
        reason = f"unexpected {type(error).__name__}: {error}"
    return _not_played(planned, reason)


def _not_played(planned: PlannedRun, reason: str) -> Outcome:
    """Return the outcome of a run that could not be started or continued."""
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
