"""Many runs: what there is to do, what is finished already, who does it, how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from bench.entrants.method import FoundMethod, find_method, registered_methods
from bench.entrants.registry import require_own_name
from bench.errors import CallError, MonasError, RunInterrupted
from bench.machine import stop_requested
from bench.protocol.search import MAIN_ROSTER, RosterEntry, SearchProtocol, load_protocol
from bench.runs.journal import Status, read_journal
from bench.runs.parallel import in_parallel
from bench.runs.search import Outcome, journal_path, run
from bench.tasks import Task

__all__ = ["PlannedRun", "Progress", "Standing", "perform", "plan", "standing", "sweep"]


@dataclass(frozen=True)
class PlannedRun:
    """One run of a sweep, in words that another process understands.

    `entrant` is the name it goes by, `method` what finds its class.
    """

    protocol: str
    protocol_id: str
    entrant: str
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
    rosters: Sequence[str] = (MAIN_ROSTER,),
    repetitions: int | None = None,
    timeout: float | None = None,
    restart: bool = False,
    retry_failed: bool = False,
) -> list[PlannedRun]:
    """Return the runs that have not ended yet, repetition by repetition.

    Parameters
    ----------
    protocols : sequence of str
        Names or paths of protocols.
    methods : sequence of str
        Names of any roster's entrants, registered names or `file.py:Class`.
    rosters : sequence of str
        Rosters whose entrants are planned when no method is named; all when empty.
    repetitions : int, optional
        How many; the protocol's number when not given, which is also the most there can be.
    restart : bool
        Take the named runs away and plan them anew, finished or not.
    retry_failed : bool
        Take those of the named runs away that ended otherwise than as done, and plan them anew.

    Raises
    ------
    bench.errors.CallError
        If a name is unknown or that of two methods, a method cannot search the protocol's kind of
        space or requires a package that is not installed, or more repetitions are asked for than
        the protocol has.
    """
    planned: dict[Path, PlannedRun] = {}
    anew: list[Path] = []
    for name in protocols:
        protocol = load_protocol(name)
        most = protocol.rules.repetitions
        if repetitions is not None and not 1 <= repetitions <= most:
            raise CallError(f"{protocol.name} has 1 to {most} repetitions, got {repetitions}")
        chosen = _entrants(protocol, methods, rosters)
        for repetition in range(repetitions or most):
            for entry, method in chosen:
                path = journal_path(results, protocol, method.name, repetition)
                status = None if restart else _status(path)
                if status == "done" or (status and not retry_failed):
                    continue
                if restart or status:
                    anew.append(path)
                method.entrant.require_installed()
                settings = tuple(sorted(entry.settings.items()))
                who = (method.name, method.spec, settings)
                planned[path] = PlannedRun(name, protocol.id, *who, repetition, results, timeout)
    for path in anew:  # once it is known that all can be done
        path.unlink(missing_ok=True)
    return list(planned.values())


def _entrants(
    protocol: SearchProtocol, methods: Sequence[str], rosters: Sequence[str]
) -> list[tuple[RosterEntry, FoundMethod]]:
    """Return what takes part, each once: the named methods, or everybody of the rosters."""
    known = protocol.entrants()
    named = [known.get(spec, RosterEntry(method=spec)) for spec in methods]
    entries = named or list(protocol.entrants(*rosters).values())
    chosen: dict[str, tuple[RosterEntry, FoundMethod]] = {}
    for entry in entries:
        found = _found(entry.method, entry.name)
        if entry.name is None:  # the class's own name
            require_own_name(found, [*registered_methods(), *known], protocol.name)
        found.require(protocol.rules.task.space_kind, protocol.name)
        found.method.effective_settings(entry.settings)  # a wrong one is told before anything runs
        other = chosen.setdefault(found.name, (entry, found))[1]
        if other.spec != found.spec:
            raise CallError(
                f"{other.spec} and {found.spec} go by the same name {found.name!r}; set another "
                f"`name` in one of the classes"
            )
    return list(chosen.values())


def _found(spec: str, name: str | None) -> FoundMethod:
    found = find_method(spec)
    return replace(found, name=name) if name else found


@dataclass(frozen=True)
class Standing:
    """How the finished runs of a protocol ended, and which methods' code has changed since."""

    outcomes: tuple[Outcome, ...]
    outdated: tuple[str, ...]


def standing(
    name: str,
    *,
    results: Path,
    methods: Sequence[str] = (),
    rosters: Sequence[str] = (MAIN_ROSTER,),
    repetitions: int | None = None,
) -> Standing:
    """Return how the finished runs of a protocol stand, as their journals say."""
    protocol = load_protocol(name)
    outcomes: list[Outcome] = []
    outdated: dict[str, None] = {}
    for _, found in _entrants(protocol, methods, rosters):
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
    continued_by: str = "the same command",
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
    continued_by : str
        What goes on after a stop, in words.

    Raises
    ------
    RunInterrupted
        On Ctrl-C, after the workers have stopped; every journal is whole and can be continued.
    """
    return in_parallel(
        perform,
        planned,
        workers=workers,
        report=lambda done, last: report(Progress(done, len(planned), last)),
        executor=executor,
        continued_by=continued_by,
    )


def perform(planned: PlannedRun) -> Outcome:
    """Do one run in this process; whatever goes wrong becomes its outcome."""
    found = _found(planned.method, planned.entrant)
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
    except (Exception, SystemExit) as error:  # of the suite or the machine; the other runs go on
        reason = f"unexpected {type(error).__name__}: {error}"
    return Outcome(found.name, planned.repetition, "failed", reason, path)


@lru_cache(maxsize=4)
def _loaded(name: str, protocol_id: str) -> tuple[SearchProtocol, Task]:
    """Load a protocol once for each worker; `protocol_id` makes sure that it is the planned one."""
    protocol = load_protocol(name)
    if protocol.id != protocol_id:
        raise CallError(f"protocol {name} changed while the sweep was running; start it again")
    return protocol, protocol.task()


def _status(path: Path) -> Status | None:
    """Return how a run ended; None if it has not."""
    journal = read_journal(path) if path.exists() else None
    return journal.end.status if journal and journal.end else None
