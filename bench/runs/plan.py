"""The plan of a sweep: which runs there are to do, which ended already and how, what is removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.entrants.method import FoundMethod
from bench.errors import CallError
from bench.protocol import MAIN_ROSTER, AnyProtocol, SearchProtocol
from bench.protocol.search import SearchEntry
from bench.runs.base import Outcome
from bench.runs.entering import AnyEntry, Entrant, entering
from bench.runs.journal import read_journal
from bench.runs.lines import Subject
from bench.runs.subjects import estimator_subject, method_subject
from bench.tasks.ranking.spec import Entry as RankingEntry

__all__ = ["Plan", "PlannedRun", "plan"]


@dataclass(frozen=True)
class PlannedRun:
    """One run of a sweep, in words that another process understands.

    Attributes
    ----------
    protocol : str
        What finds the protocol: a released name, or the path of its file.
    protocol_id : str
        Its id when the run was planned.
    entry : SearchEntry or Entry
        Who is run, with which settings.
    repetition : int, optional
        None where the protocol has none.
    results : Path
        Folder of all results.
    path : Path
        Of its journal.
    timeout : float, optional
        Wall-clock seconds of the run; None for no limit.
    """

    protocol: str
    protocol_id: str
    entry: AnyEntry
    repetition: int | None
    results: Path
    path: Path
    timeout: float | None


@dataclass(frozen=True)
class Plan:
    """What a sweep is to do, and what is finished already.

    Attributes
    ----------
    runs : tuple of PlannedRun
        Those to do.
    removed : tuple of Path
        Journals that are to be removed before.
    ended : dict of str to tuple of Outcome
        By the protocol's spec: how the other runs ended, as their journals say.
    outdated : dict of str to tuple of str
        By the protocol's spec: labels of entrants some of whose ended runs were made with other
        code or settings than they would be now.
    """

    runs: tuple[PlannedRun, ...]
    removed: tuple[Path, ...]
    ended: dict[str, tuple[Outcome, ...]]
    outdated: dict[str, tuple[str, ...]]


def plan(
    protocols: Sequence[AnyProtocol],
    *,
    results: Path,
    entrants: Sequence[str] = (),
    rosters: Sequence[str] = (MAIN_ROSTER,),
    repetitions: int | None = None,
    timeout: float | None = None,
    restart: bool = False,
    retry_failed: bool = False,
) -> Plan:
    """Return what there is to do, repetition by repetition; nothing is written or removed.

    Parameters
    ----------
    protocols : sequence of SearchProtocol or RankingProtocol
    results : Path
        Folder of all results; each journal in it that is asked for is read once.
    entrants : sequence of str
        Labels of any roster, registered names or `file.py:Class`.
    rosters : sequence of str
        Rosters whose entrants are planned when none is named; all when empty.
    repetitions : int, optional
        How many; the protocol's number when not given, which is also the most there can be.
    timeout : float, optional
        Wall-clock seconds of each run; None for no limit.
    restart : bool
        Remove the runs that are asked for and plan them again, finished or not.
    retry_failed : bool
        Remove those that ended otherwise than as done, and plan them again.

    Raises
    ------
    bench.errors.CallError
        If a name is unknown or that of two classes, an entrant cannot take part or requires a
        package that is not installed, or more repetitions are asked for than a protocol has.
    JournalError
        If a journal is damaged.
    """
    runs: dict[Path, PlannedRun] = {}
    removed: list[Path] = []
    ended: dict[str, tuple[Outcome, ...]] = {}
    outdated: dict[str, tuple[str, ...]] = {}
    for protocol in protocols:
        chosen = _in_order(protocol, entering(protocol, entrants, rosters))
        outcomes: list[Outcome] = []
        changed: dict[str, None] = {}
        subjects = {e.entry.label: _subject(protocol, e).model_dump(mode="json") for e in chosen}
        for repetition in _repetitions(protocol, repetitions):
            for entrant in chosen:
                label = entrant.entry.label
                path = protocol.journal_path(results, label, repetition)
                journal = None if restart else read_journal(path)
                end = journal.end if journal else None
                if journal and end and (end.status == "done" or not retry_failed):
                    outcomes.append(Outcome(label, repetition, end.status, end.error, path))
                    now = subjects[label] | {"repetition": repetition}
                    if journal.header.subject.model_dump(mode="json") != now:
                        changed[label] = None
                    continue
                if end or restart:
                    removed.append(path)
                if entrant.found:
                    entrant.found.entrant.require_installed()
                runs[path] = PlannedRun(
                    protocol.spec, protocol.id, entrant.entry, repetition, results, path, timeout
                )
        ended[protocol.spec], outdated[protocol.spec] = tuple(outcomes), tuple(changed)
    return Plan(tuple(runs.values()), tuple(removed), ended, outdated)


def _repetitions(protocol: AnyProtocol, wanted: int | None) -> Iterator[int | None]:
    most = protocol.repetitions
    if most is None:
        if wanted is not None:
            raise CallError(f"{protocol.name} is a ranking protocol: it has no repetitions")
        yield None
        return
    if wanted is not None and not 1 <= wanted <= most:
        raise CallError(f"{protocol.name} has 1 to {most} repetitions, got {wanted}")
    yield from range(wanted or most)


def _subject(protocol: AnyProtocol, entrant: Entrant) -> Subject:
    """Return what a journal would say of an entrant now, in repetition 0 where there are any."""
    if isinstance(protocol, SearchProtocol):
        assert isinstance(entrant.found, FoundMethod)
        return method_subject(entrant.found, entrant.entry.settings, 0)
    assert isinstance(entrant.entry, RankingEntry)
    return estimator_subject(
        entrant.entry, entrant.found, measured=protocol.measures(entrant.entry)
    )


def _in_order(protocol: AnyProtocol, chosen: list[Entrant]) -> list[Entrant]:
    """Return entrants with the slow ones of a ranking first, so that workers end together."""
    if isinstance(protocol, SearchProtocol):
        return chosen
    return sorted(
        chosen, key=lambda e: isinstance(e.entry, SearchEntry) or not protocol.measures(e.entry)
    )
