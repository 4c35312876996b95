"""Finished runs played again, in a temporary folder, and compared with their journals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.errors import MonasError
from bench.limits import Limits
from bench.protocol import AnyProtocol, SearchProtocol
from bench.runs.base import Outcome
from bench.runs.entrant import Entrant, chosen_entrants
from bench.runs.journal import Journal, same_architectures
from bench.runs.journal_file import read_journal
from bench.runs.lines import SCHEMA, Batch
from bench.runs.plan import Plan, PlannedRun
from bench.runs.sweep import sweep

__all__ = ["Replayed", "find_entrants", "replay"]


@dataclass(frozen=True)
class Replayed:
    """A run that was played again.

    Attributes
    ----------
    journal : Journal
        The recorded run.
    again : Journal, optional
        The run of this machine; None if it did not end as done.
    fault : str
        Why it did not; empty if it did.
    difference : str
        The first difference in what the entrant did, with the line of the journal; empty if the
        two runs are equal bit by bit.
    spent : str
        The first difference in what it used; empty if there is none.
    changed : bool
        Whether the code is not that of the recorded run, as far as its journal says.
    """

    journal: Journal
    again: Journal | None
    fault: str
    difference: str
    spent: str
    changed: bool


def find_entrants(
    protocol: AnyProtocol, labels: Sequence[str], named: Sequence[str]
) -> dict[str, Entrant | str]:
    """Return the entrant of each label, or why there is none.

    Nothing that a journal names is imported: labels are looked up in the rosters and among the
    registered names.

    Parameters
    ----------
    protocol : SearchProtocol or RankingProtocol
        The protocol.
    labels : sequence of str
        Labels in journals.
    named : sequence of str
        Classes in files that the user names, `path/to/file.py:ClassName`.
    """
    of_user: dict[str, Entrant] = {}
    wrong: list[str] = []  # of classes that cannot take part here, but perhaps elsewhere
    for spec in named:
        try:
            of_user |= {each.label: each for each in chosen_entrants(protocol, [spec], ())}
        except MonasError as error:
            wrong.append(str(error))
    found: dict[str, Entrant | str] = {}
    for label in labels:
        try:
            entrant = of_user.get(label) or chosen_entrants(protocol, [label], ())[0]
            if entrant.card:
                entrant.card.require_installed()
            found[label] = entrant
        except MonasError as error:
            advice = (
                ""
                if label in protocol.entrants()
                else "; a class in a file is named with --method FILE:CLASS"
            )
            found[label] = "; ".join([f"not replayed: {error}{advice}", *wrong])
    return found


def replay(
    protocol: AnyProtocol,
    task: Any,
    journals: Mapping[str, Sequence[Journal]],
    entrants: Mapping[str, Entrant],
    *,
    folder: Path,
    workers: int,
    limits: Limits,
    progress: Callable[[str], None],
) -> list[Replayed]:
    """Play runs again and compare them with their journals.

    Parameters
    ----------
    protocol : SearchProtocol or RankingProtocol
        The protocol.
    task : Task or RankingTask
        Its task, for comparisons of objectives.
    journals : mapping of str to sequence of Journal
        Finished runs, by label.
    entrants : mapping of str to Entrant
        Who plays them, by label.
    folder : Path
        An empty folder for the runs.
    workers : int
        Number of processes.
    limits : Limits
        Hard limits of each run.
    progress : callable
        Called after every run with its title.
    """
    runs: dict[Path, tuple[Journal, Entrant]] = {}
    planned = []
    for label, recorded in journals.items():
        for journal in recorded:
            repetition = journal.header.subject.repetition
            path = protocol.journal_path(folder, label, repetition)
            runs[path] = journal, entrants[label]
            planned.append(
                PlannedRun(
                    protocol.spec,
                    protocol.id,
                    entrants[label].entry,
                    repetition,
                    folder,
                    path,
                    limits,
                )
            )
    outcomes = sweep(
        Plan(tuple(planned), (), {}, {}),
        workers=workers,
        report=lambda _, last: progress(last.title),
        continued_by="nothing is kept: the same command",
    )
    by_path = {outcome.path: outcome for outcome in outcomes}
    is_search = isinstance(protocol, SearchProtocol)
    return [
        _compared(journal, entrant, by_path[path], task if is_search else None)
        for path, (journal, entrant) in runs.items()
    ]


def _compared(journal: Journal, entrant: Entrant, outcome: Outcome, task: Any) -> Replayed:
    """Return a comparison; `task` is None for an entry of a ranking."""
    before, now = journal.header.subject.source_sha256, None
    if entrant.card is not None:
        now = entrant.card.source_sha256
    changed = before != now or journal.header.schema_version != SCHEMA
    again = read_journal(outcome.path) if outcome.status == "done" else None
    if again is None:
        fault = f"played again, it {outcome.status}: {outcome.error}"
        return Replayed(journal, None, fault, "", "", changed)
    difference = spent = ""
    for i, (recorded, made) in enumerate(zip(journal.batches, again.batches, strict=False)):
        where = f"{journal.path} line {journal.line_of(i)}"
        if not difference and (found := _difference(recorded, made, task)):
            difference = f"{where}: {found}"
        if not spent and (found := _spent(recorded, made)):
            spent = f"{where}: {found}"
    if not difference and len(journal.batches) != len(again.batches):
        difference = f"{len(journal.batches)} batches are recorded, now {len(again.batches)}"
    return Replayed(journal, again, "", difference, spent, changed)


def _difference(recorded: Batch, made: Batch, task: Any) -> str | None:
    """Return the first difference in what the entrant did, in words."""
    difference = same_architectures(made.architectures, recorded.architectures)
    if difference:
        return difference
    for key in ("parents", "operators", "combined"):
        if getattr(recorded, key) != getattr(made, key):
            return f"{key} are recorded that differ from those of this run"
    if task is None:
        different = recorded.values != made.values
    else:
        now, before = (np.asarray(b.values, dtype=np.float64) for b in (made, recorded))
        different = not task.same(now, before)
    return "values are recorded that differ from those of this run" if different else None


def _spent(recorded: Batch, made: Batch) -> str | None:
    if recorded.cheap_queries != made.cheap_queries:
        return f"cheap_queries {recorded.cheap_queries}, now {made.cheap_queries}"
    before, now = recorded.estimate_seconds, made.estimate_seconds
    if abs(now - before) > 1e-6 * max(1.0, now):
        return f"estimate_seconds {before:g}, now {now:g}"
    return None
