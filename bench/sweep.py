"""Many runs: what there is to do, what is finished already, who does it, how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from bench.errors import CallError, MonasError, ResultsError, RunInterrupted
from bench.journal import read_journal
from bench.machine import numeric_pool, stop_requested
from bench.method import find_method
from bench.protocol import Protocol, load_protocol
from bench.run import Outcome, journal_path, run
from bench.tasks import Task

__all__ = ["PlannedRun", "Progress", "Standing", "perform", "plan", "standing", "sweep"]


@dataclass(frozen=True)
class PlannedRun:
    """One run of a sweep, in words that another process understands."""

    protocol: str
    protocol_id: str
    method: str
    settings: tuple[tuple[str, Any], ...]
    repetition: int
    results: Path
    timeout: float | None


@dataclass(frozen=True)
class Progress:
    """How far a sweep is: runs finished, of how many, and the one that just ended."""

    finished: int
    planned: int
    last: Outcome


def plan(
    protocols: Sequence[str],
    *,
    results: Path,
    methods: Sequence[str] = (),
    repetitions: int | None = None,
    timeout: float | None = None,
    restart: bool = False,
) -> list[PlannedRun]:
    """Return the runs that are not finished yet, repetition by repetition.

    Parameters
    ----------
    protocols : sequence of str
        Names or paths of protocols.
    methods : sequence of str
        Registered names or `file.py:Class`; the protocol's roster when empty.
    repetitions : int, optional
        How many; the protocol's number when not given, which is also the most there can be.
    restart : bool
        Take the named runs away and plan them anew, finished or not.

    Raises
    ------
    bench.errors.CallError
        If a name is unknown, or more repetitions are asked for than the protocol has.
    """
    planned = []
    for name in protocols:
        protocol = load_protocol(name)
        roster = {entry.method: entry.settings for entry in protocol.rules.roster}
        most = protocol.rules.repetitions
        if repetitions is not None and not 1 <= repetitions <= most:
            raise CallError(f"{protocol.name} has 1 to {most} repetitions, got {repetitions}")
        found = [(spec, find_method(spec)) for spec in methods or roster]
        for repetition in range(repetitions or most):
            for spec, method in found:
                path = journal_path(results, protocol, method.name, repetition)
                if restart:
                    path.unlink(missing_ok=True)
                elif _is_finished(path):
                    continue
                settings = tuple(sorted(roster.get(spec, {}).items()))
                planned.append(
                    PlannedRun(name, protocol.id, spec, settings, repetition, results, timeout)
                )
    return planned


@dataclass(frozen=True)
class Standing:
    """How the finished runs of a protocol ended, and which methods' code has changed since."""

    outcomes: tuple[Outcome, ...]
    outdated: tuple[str, ...]


def standing(
    name: str, *, results: Path, methods: Sequence[str] = (), repetitions: int | None = None
) -> Standing:
    """Return how the finished runs of a protocol stand, as their journals say."""
    protocol = load_protocol(name)
    specs = methods or [entry.method for entry in protocol.rules.roster]
    outcomes: list[Outcome] = []
    outdated: dict[str, None] = {}
    for found in map(find_method, specs):
        source = found.source_sha256()
        for repetition in range(repetitions or protocol.rules.repetitions):
            path = journal_path(results, protocol, found.name, repetition)
            journal = read_journal(path) if path.exists() else None
            if journal and journal.end:
                end = journal.end
                outcomes.append(Outcome(found.name, repetition, end.status, end.error, path))
                if journal.header.source_sha256 != source:
                    outdated[found.name] = None
    return Standing(tuple(outcomes), tuple(outdated))


def sweep(
    planned: Sequence[PlannedRun],
    *,
    workers: int,
    report: Callable[[Progress], None],
    executor: Executor | None = None,
) -> list[Outcome]:
    """Do the planned runs and return how each ended, failures included.

    Parameters
    ----------
    workers : int
        Processes of the local pool; each has one numeric thread.
    report : callable
        Called after every run.
    executor : concurrent.futures.Executor, optional
        Where the runs are done instead, for example that of a dask client. It stays open.

    Raises
    ------
    RunInterrupted
        On Ctrl-C, after the workers have stopped; every journal is whole and can be continued.
    """
    if not planned:
        return []
    if executor is not None:
        return _collect([executor.submit(perform, each) for each in planned], planned, report)
    pool, stop = numeric_pool(min(workers, len(planned)))
    try:
        return _collect([pool.submit(perform, each) for each in planned], planned, report)
    except BrokenProcessPool:
        raise ResultsError(
            "a worker process died (killed, or out of memory); what is finished is kept, the same "
            "command continues, --workers 1 needs the least memory"
        ) from None
    except KeyboardInterrupt:
        stop.set()
        raise RunInterrupted(
            "stopped by Ctrl-C; what is finished is kept, the same command continues"
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def perform(planned: PlannedRun) -> Outcome:
    """Do one run in this process; whatever goes wrong becomes its outcome."""
    found = find_method(planned.method)
    protocol, task = _loaded(planned.protocol, planned.protocol_id)
    path = journal_path(planned.results, protocol, found.name, planned.repetition)
    try:
        return run(
            protocol,
            task,
            found,
            planned.repetition,
            planned.results,
            settings=dict(planned.settings),
            timeout=planned.timeout,
            stopped=stop_requested,
        )
    except RunInterrupted:
        raise
    except MonasError as error:
        reason = str(error)
    except Exception as error:  # a fault of the suite or the machine; the other runs go on
        reason = f"unexpected {type(error).__name__}: {error}"
    return Outcome(found.name, planned.repetition, "failed", reason, path)


def _collect(
    futures: list[Future[Outcome]],
    planned: Sequence[PlannedRun],
    report: Callable[[Progress], None],
) -> list[Outcome]:
    outcomes = []
    try:
        for future in as_completed(futures):
            outcomes.append(future.result())
            report(Progress(len(outcomes), len(planned), outcomes[-1]))
    except BaseException:
        for future in futures:
            future.cancel()
        raise
    return outcomes


@lru_cache(maxsize=4)
def _loaded(name: str, protocol_id: str) -> tuple[Protocol, Task]:
    """Load a protocol once for each worker; `protocol_id` makes sure that it is the planned one."""
    protocol = load_protocol(name)
    if protocol.id != protocol_id:
        raise CallError(f"protocol {name} changed while the sweep was running; start it again")
    return protocol, protocol.task()


def _is_finished(path: Path) -> bool:
    journal = read_journal(path) if path.exists() else None
    return journal is not None and journal.end is not None
