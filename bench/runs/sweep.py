"""A sweep: planned runs done by worker processes or a cluster, each with an outcome."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from functools import lru_cache

from bench.entrants.method import FoundMethod
from bench.errors import CallError, MonasError, RunInterrupted
from bench.machine import stop_requested
from bench.protocol import AnyProtocol, SearchProtocol, load_protocol
from bench.runs.base import Outcome, Run
from bench.runs.entering import found_for
from bench.runs.parallel import in_parallel
from bench.runs.plan import Plan, PlannedRun
from bench.runs.ranking import RankingRun
from bench.runs.search import SearchRun
from bench.tasks import Task
from bench.tasks.ranking.spec import Entry as RankingEntry
from bench.tasks.ranking.task import RankingTask

__all__ = ["perform", "sweep"]


def sweep(
    plan: Plan,
    *,
    workers: int,
    report: Callable[[int, Outcome], None],
    executor: Executor | None = None,
    continued_by: str = "the same command",
) -> list[Outcome]:
    """Remove what the plan removes, do its runs, and return how each ended, failures included.

    Parameters
    ----------
    plan : Plan
    workers : int
        Processes of the local pool; each has one numeric thread.
    report : callable
        Called after every run with how many are done and the outcome of the last.
    executor : concurrent.futures.Executor, optional
        Where the runs are done instead, for example that of a dask client. It stays open.
    continued_by : str
        What continues the sweep after a stop, in words.

    Raises
    ------
    RunInterrupted
        On Ctrl-C, after the workers have stopped; every journal is whole and can be continued.
    """
    for path in plan.removed:
        path.unlink(missing_ok=True)
    return in_parallel(
        perform,
        plan.runs,
        workers=workers,
        report=report,
        executor=executor,
        continued_by=continued_by,
    )


def perform(planned: PlannedRun) -> Outcome:
    """Do one run in this process; whatever goes wrong becomes its outcome."""
    label, repetition = planned.entry.label, planned.repetition
    try:
        return _run(planned).play(timeout=planned.timeout, stopped=stop_requested)
    except RunInterrupted:
        raise
    except MonasError as error:
        reason = str(error)
    except (Exception, SystemExit) as error:  # of the suite or the machine; the other runs go on
        reason = f"unexpected {type(error).__name__}: {error}"
    return Outcome(label, repetition, "failed", reason, planned.path, has_end=False)


def _run(planned: PlannedRun) -> Run:
    protocol, task = _loaded(planned.protocol, planned.protocol_id)
    found, entry = found_for(planned.entry), planned.entry
    if isinstance(protocol, SearchProtocol):
        assert isinstance(task, Task)
        assert isinstance(found, FoundMethod)
        assert planned.repetition is not None
        return SearchRun(
            protocol, task, found, planned.repetition, planned.results, settings=entry.settings
        )
    assert isinstance(task, RankingTask)
    assert isinstance(entry, RankingEntry)
    return RankingRun(protocol, task, entry, found, planned.results)


@lru_cache(maxsize=4)
def _loaded(spec: str, protocol_id: str) -> tuple[AnyProtocol, Task | RankingTask]:
    """Load a protocol and its task once for each worker, and check that it is the planned one."""
    protocol = load_protocol(spec)
    if protocol.id != protocol_id:
        raise CallError(f"protocol {spec} changed while the sweep was running; start it again")
    return protocol, protocol.task()
