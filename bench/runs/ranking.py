"""Ranking: what entries there are to do, measured in parallel, one journal for each.

What follows from a table is computed once to see that it can be; what looks at networks is measured
on the sample, a few cells at a time, and can be stopped at any moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from bench.entrants.estimator import Estimator, find_estimator, registered_estimators
from bench.entrants.registry import Found, require_own_name
from bench.errors import CallError, JournalError, MethodError, MonasError, RunInterrupted
from bench.machine import stop_requested
from bench.protocol.ranking import RankingProtocol, load_ranking_protocol
from bench.runs.environment import environment
from bench.runs.journal import JournalWriter, Status, same_architectures
from bench.runs.parallel import in_parallel
from bench.runs.ranking_journal import EntryEnd, EntryHeader, EntryJournal, ScoreLine, read_entry
from bench.tasks.ranking.networks import DEVICE, measure_architectures, parts_of
from bench.tasks.ranking.scores import table_scores
from bench.tasks.ranking.spec import Entry, NetworksSource
from bench.tasks.ranking.task import RankingTask

__all__ = [
    "PlannedEntry",
    "ScoringOutcome",
    "entry_path",
    "perform_entry",
    "plan_ranking",
    "rank",
    "ranking_standing",
]

_AT_ONCE = 10  # cells on one line of a journal: what a stop may lose


@dataclass(frozen=True)
class PlannedEntry:
    """One entry of a protocol, in words that another process understands."""

    protocol: str
    protocol_id: str
    entry: Entry
    results: Path
    timeout: float | None


@dataclass(frozen=True)
class ScoringOutcome:
    """How an entry ended and where its journal lies."""

    label: str
    status: Status
    error: str | None
    path: Path


def entry_path(results: Path, protocol: RankingProtocol, label: str) -> Path:
    """Return where an entry's journal lies: results/protocol/id/label.jsonl."""
    return protocol.home(results) / f"{label}.jsonl"


def plan_ranking(
    protocols: Sequence[str],
    *,
    results: Path,
    estimators: Sequence[str] = (),
    timeout: float | None = None,
    restart: bool = False,
    retry_failed: bool = False,
) -> list[PlannedEntry]:
    """Return the entries that have not ended yet.

    Parameters
    ----------
    estimators : sequence of str
        Labels of the roster, registered estimators or `file.py:Class`; the roster when empty.
    restart : bool
        Take the named entries away and plan them anew, finished or not.
    retry_failed : bool
        Take those of the named entries away that ended otherwise than as done, and plan them anew.

    Raises
    ------
    CallError
        If a name is unknown or that of two, the protocol has no source for such an estimator, or a
        package that one requires is not installed.
    """
    planned: dict[Path, PlannedEntry] = {}
    anew: list[Path] = []
    for name in protocols:
        protocol = load_ranking_protocol(name)
        for entry in _entries(protocol, estimators):
            path = entry_path(results, protocol, entry.label)
            status = None if restart else _status(path)
            if status == "done" or (status and not retry_failed):
                continue
            if restart or status:
                anew.append(path)
            if found := _found(entry):
                found.entrant.require_installed()
                entry = entry.model_copy(update={"estimator": found.spec})  # noqa: PLW2901
            planned[path] = PlannedEntry(name, protocol.id, entry, results, timeout)
    for path in anew:  # once it is known that all can be done
        path.unlink(missing_ok=True)
    return list(planned.values())


def ranking_standing(
    name: str, *, results: Path, estimators: Sequence[str] = ()
) -> tuple[list[ScoringOutcome], list[str]]:
    """Return how the finished entries of a protocol ended, and which would not be the same now."""
    protocol = load_ranking_protocol(name)
    outcomes, outdated = [], []
    for entry in _entries(protocol, estimators):
        recorded = read_entry(entry_path(results, protocol, entry.label))
        if recorded and recorded.end:
            end = recorded.end
            outcomes.append(ScoringOutcome(entry.label, end.status, end.error, recorded.path))
            if recorded.header.identity() != _header(protocol, entry, _found(entry)).identity():
                outdated.append(entry.label)
    return outcomes, outdated


def rank(
    planned: Sequence[PlannedEntry],
    *,
    workers: int,
    report: Callable[[int, ScoringOutcome], None],
    executor: Executor | None = None,
    continued_by: str = "the same command",
) -> list[ScoringOutcome]:
    """Do the planned entries and return how each ended, failures included.

    Parameters
    ----------
    report : callable
        Called after every entry with how many are done.
    executor : concurrent.futures.Executor, optional
        Where the work is done instead of in `workers` local processes.
    continued_by : str
        What goes on after a stop, in words.

    Raises
    ------
    RunInterrupted
        On Ctrl-C; every journal is whole and can be continued.
    """
    rules = {name: load_ranking_protocol(name).rules for name in {p.protocol for p in planned}}
    slow_first = sorted(
        planned, key=lambda p: rules[p.protocol].sources[p.entry.source].kind != "networks"
    )
    return in_parallel(
        perform_entry,
        slow_first,
        workers=workers,
        report=report,
        executor=executor,
        continued_by=continued_by,
    )


def perform_entry(planned: PlannedEntry) -> ScoringOutcome:
    """Do one entry in this process; whatever goes wrong becomes its outcome."""
    entry = planned.entry
    protocol, cells = _loaded(planned.protocol, planned.protocol_id)
    path = entry_path(planned.results, protocol, entry.label)
    try:
        return _score(protocol, cells, entry, path, planned.timeout)
    except RunInterrupted:
        raise
    except MonasError as error:
        reason = str(error)
    except (Exception, SystemExit) as error:  # of the suite or the machine; the others go on
        reason = f"unexpected {type(error).__name__}: {error}"
    return ScoringOutcome(entry.label, "failed", reason, path)


def _score(
    protocol: RankingProtocol, cells: RankingTask, entry: Entry, path: Path, timeout: float | None
) -> ScoringOutcome:
    found = _found(entry)
    header = _header(protocol, entry, found)
    recorded = read_entry(path)
    if recorded:
        _check_same_entry(recorded, header)
        if recorded.end:
            return ScoringOutcome(entry.label, recorded.end.status, recorded.end.error, path)
    with JournalWriter(path, recorded.sealed if recorded else None) as journal:
        if recorded is None:
            journal.append(header)
        status: Status = "done"
        error = None
        done = len(recorded.architectures) if recorded else 0
        try:
            source = cells.spec.sources[entry.source]
            if isinstance(source, NetworksSource):
                assert found is not None
                deadline = time.monotonic() + (np.inf if timeout is None else timeout)
                for line in _measured(cells, source, entry, found.entrant, recorded):
                    journal.append(line)
                    done += len(line.architectures)
                    if stop_requested():
                        raise RunInterrupted("stopped; run the same command again to continue")
                    if time.monotonic() > deadline and done < len(cells.sample):
                        status, error = "timeout", f"not finished after {timeout:g} seconds"
                        break
            else:
                scores = table_scores(cells, entry, found.entrant if found else None)
                done = int(scores.covered.sum())
        except MethodError as reason:
            status, error = "failed", str(reason)
        journal.append(EntryEnd(status=status, architectures=done, error=error))
    return ScoringOutcome(entry.label, status, error, path)


def _measured(
    cells: RankingTask,
    source: NetworksSource,
    entry: Entry,
    estimator: type[Estimator],
    recorded: EntryJournal | None,
) -> Iterator[ScoreLine]:
    """Measure what of the sample is not recorded yet, and give a line for every few cells."""
    parts = parts_of(estimator, entry.settings)
    sample = cells.architectures[cells.sample]
    lines = recorded.lines if recorded else ()
    measured = recorded.architectures if recorded else []
    difference = same_architectures(sample[: len(measured)].tolist(), measured)
    if difference and recorded:
        raise JournalError(f"{recorded.path}: not the sample of this protocol: {difference}")
    for number, first in enumerate(range(len(measured), len(sample), _AT_ONCE), len(lines)):
        chunk = sample[first : first + _AT_ONCE]
        scores, seconds = measure_architectures(parts, cells.spec.space, chunk, source)
        yield ScoreLine(
            number=number,
            architectures=tuple(map(tuple, chunk.tolist())),
            scores=tuple(tuple(s if np.isfinite(s) else None for s in row) for row in scores),
            seconds=tuple(round(s, 6) for s in seconds),
        )


def _entries(protocol: RankingProtocol, estimators: Sequence[str]) -> list[Entry]:
    """Return the entries of the roster, or those that are named, each once."""
    known = {entry.label: entry for entry in protocol.rules.roster}
    chosen: dict[str, Entry] = {} if estimators else known
    for spec in estimators:
        entry = known.get(spec) or _visitor(protocol, spec)
        other = chosen.setdefault(entry.label, entry)
        if other != entry:
            raise CallError(
                f"{other.estimator} and {entry.estimator} go by the same name {entry.label!r}; set "
                f"another `name` in one of the classes"
            )
    return list(chosen.values())


def _visitor(protocol: RankingProtocol, spec: str) -> Entry:
    """Return the entry of an estimator that is not in the roster, from the first source that fits.

    Raises
    ------
    CallError
        If there is no such source, or its name is another's.
    """
    found = find_estimator(spec)
    labels = [entry.label for entry in protocol.rules.roster]
    require_own_name(found, [*registered_estimators(), *labels], protocol.name)
    kind = "curves" if found.entrant.needs == "curves" else "networks"
    fitting = [name for name, s in protocol.rules.sources.items() if s.kind == kind]
    if not fitting:
        raise CallError(
            f"estimator {found.name!r} needs {kind}, and {protocol.name} has no source of them: "
            f"its sources are {', '.join(protocol.rules.sources)}"
        )
    return Entry(label=found.name, source=fitting[0], estimator=found.spec)


def _status(path: Path) -> Status | None:
    """Return how an entry ended; None if it has not."""
    recorded = read_entry(path)
    return recorded.end.status if recorded and recorded.end else None


def _found(entry: Entry) -> Found[Estimator] | None:
    return find_estimator(entry.estimator) if entry.estimator else None


def _header(protocol: RankingProtocol, entry: Entry, found: Found[Estimator] | None) -> EntryHeader:
    measured = isinstance(protocol.rules.sources[entry.source], NetworksSource)
    return EntryHeader(
        protocol=protocol.name,
        protocol_id=protocol.id,
        label=entry.label,
        source=entry.source,
        column=entry.column,
        sign=entry.sign,
        estimator=found.spec if found else None,
        estimator_version=found.entrant.version if found else None,
        settings=found.entrant.effective_settings(entry.settings) if found else {},
        epochs=entry.epochs,
        source_sha256=found.source_sha256() if found else None,
        device=DEVICE if measured else None,
        **environment(),
    )


def _check_same_entry(recorded: EntryJournal, header: EntryHeader) -> None:
    theirs = recorded.header.identity()
    for key, value in header.identity().items():
        if theirs[key] != value:
            raise JournalError(
                f"{recorded.path} line 1: this was made with {key} = {theirs[key]!r}, now it is "
                f"{value!r}; run with --restart to start it anew"
            )


@lru_cache(maxsize=4)
def _loaded(name: str, protocol_id: str) -> tuple[RankingProtocol, RankingTask]:
    """Load cells once for each worker; `protocol_id` makes sure that they are the planned ones."""
    protocol = load_ranking_protocol(name)
    if protocol.id != protocol_id:
        raise CallError(f"protocol {name} changed while it was being ranked; start it again")
    return protocol, protocol.task()
