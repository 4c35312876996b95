"""The plan of a sweep: its runs, the runs that have ended, and the journals to remove."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.entrants.entry import AnyEntry
from bench.errors import CallError, JournalError
from bench.limits import Limits
from bench.protocol import MAIN_ROSTER, AnyProtocol
from bench.runs.base import NO_LIMIT, Outcome
from bench.runs.entrant import chosen_entrants
from bench.runs.journal import Journal
from bench.runs.journal_file import read_journal

__all__ = ["Plan", "PlannedRun", "Removal", "plan"]


@dataclass(frozen=True)
class PlannedRun:
    """One run of a sweep, in a form that another process can use.

    Attributes
    ----------
    protocol : str
        The protocol: a released name, or the path of its file.
    protocol_id : str
        Its id when the run was planned.
    entry : SearchEntry or RankingEntry
        The entrant, with its settings.
    repetition : int, optional
        Number of the run, from 0; None if the protocol has no repetitions.
    results : Path
        Folder of all results.
    path : Path
        The journal.
    limits : Limits
        Hard limits of its process.
    """

    protocol: str
    protocol_id: str
    entry: AnyEntry
    repetition: int | None
    results: Path
    path: Path
    limits: Limits


@dataclass(frozen=True)
class Removal:
    """A journal that a sweep removes before its runs.

    Attributes
    ----------
    path : Path
        The file.
    journal : Journal, optional
        What it was when this was planned, without which it is not removed; None for whatever is
        there.
    """

    path: Path
    journal: Journal | None


@dataclass(frozen=True)
class Plan:
    """The runs of a sweep, and those that have ended.

    Attributes
    ----------
    runs : tuple of PlannedRun
        The runs to do.
    removed : tuple of Removal
        Journals that are removed before.
    ended : dict of str to tuple of Outcome
        By protocol (`Protocol.spec`): how the other runs ended, as their journals say.
    outdated : dict of str to tuple of str
        By protocol: labels of entrants whose code or settings have changed since some of their
        ended runs.
    """

    runs: tuple[PlannedRun, ...]
    removed: tuple[Removal, ...]
    ended: dict[str, tuple[Outcome, ...]]
    outdated: dict[str, tuple[str, ...]]


def plan(
    protocols: Sequence[AnyProtocol],
    *,
    results: Path,
    entrants: Sequence[str] = (),
    rosters: Sequence[str] = (MAIN_ROSTER,),
    repetitions: int | None = None,
    limits: Limits = NO_LIMIT,
    restart: bool = False,
    retry_failed: bool = False,
) -> Plan:
    """Return the plan of a sweep, repetition by repetition; no file is written or removed.

    Parameters
    ----------
    protocols : sequence of SearchProtocol or RankingProtocol
        The protocols.
    results : Path
        Folder of all results; each journal in it that the plan needs is read once.
    entrants : sequence of str
        Labels of any roster, registered names, or `path/to/file.py:ClassName`.
    rosters : sequence of str
        Rosters whose entrants are planned if none is named; all if empty.
    repetitions : int, optional
        Number of runs of each entrant; the protocol's number if it is not given.
    limits : Limits
        Hard limits of each run's process.
    restart : bool
        Whether to remove the journals of all these runs and plan the runs again.
    retry_failed : bool
        Whether to do so with the runs that ended otherwise than as done.

    Raises
    ------
    CallError
        If a name is unknown or that of two classes, an entrant cannot take part or requires a
        package that is not installed, or a protocol has fewer repetitions.
    """
    runs: dict[Path, PlannedRun] = {}
    removed: list[Removal] = []
    ended: dict[str, tuple[Outcome, ...]] = {}
    outdated: dict[str, tuple[str, ...]] = {}
    for protocol in protocols:
        outcomes: list[Outcome] = []
        changed: dict[str, None] = {}  # an ordered set of labels
        chosen = chosen_entrants(protocol, entrants, rosters)
        # Runs that take long are first, so that workers end together.
        chosen.sort(key=lambda entrant: not protocol.measures(entrant.entry))
        numbers = _numbers(protocol, repetitions)
        subjects = {entrant.label: entrant.subject(protocol, numbers[0]) for entrant in chosen}
        for repetition in numbers:
            for entrant in chosen:
                label = entrant.label
                path = protocol.journal_path(results, label, repetition)
                journal = None if restart else _readable(path)
                end = journal.end if journal else None
                if journal and end and (end.status == "done" or not retry_failed):
                    outcomes.append(Outcome(label, repetition, end.status, end.error, path))
                    now = subjects[label].model_copy(update={"repetition": repetition})
                    if journal.header.subject != now:
                        changed[label] = None
                    continue
                if end or restart:
                    removed.append(Removal(path, journal))
                if entrant.card:
                    entrant.card.require_installed()
                runs[path] = PlannedRun(
                    protocol.spec, protocol.id, entrant.entry, repetition, results, path, limits
                )
        ended[protocol.spec], outdated[protocol.spec] = tuple(outcomes), tuple(changed)
    return Plan(tuple(runs.values()), tuple(removed), ended, outdated)


def _readable(path: Path) -> Journal | None:
    """Return a journal; None for a damaged one, whose run then fails with the reason."""
    try:
        return read_journal(path)
    except JournalError:
        return None


def _numbers(protocol: AnyProtocol, wanted: int | None) -> Sequence[int | None]:
    """Return the numbers of the runs of each entrant."""
    most = protocol.repetitions
    if most is None:
        if wanted is not None:
            raise CallError(f"{protocol.name} is a ranking protocol: it has no repetitions")
        return [None]
    if wanted is not None and not 1 <= wanted <= most:
        raise CallError(f"{protocol.name} has 1 to {most} repetitions, got {wanted}")
    return range(wanted or most)
