"""The rules of a journal: what holds for every run of a protocol, whoever wrote the file.

Seals show that a file is whole, not that it is true: anybody can seal a journal again. Here is what
protocol and code alone imply; what tasks and tables imply is in `bench.results.search` and
`bench.results.ranking`. Whether the entrant asked for these architectures shows a replay alone
(`bench.verify`).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any

from bench.entrants.entry import AnyEntry, RankingEntry
from bench.entrants.registry import find_own, is_own, registered
from bench.errors import MethodError, ResultsError
from bench.players.cards import BASES, Card, EntrantKind, card_of
from bench.protocol import AnyProtocol, RankingProtocol, SearchProtocol
from bench.runs.journal import Journal
from bench.runs.lines import SCHEMA, Batch, EstimatorSubject
from bench.tasks.ranking.networks import DEVICE
from bench.tasks.ranking.spec import NetworksSource

__all__ = ["check_rules", "own_card", "refusal"]


def refusal(journal: Journal, line: int, fault: str) -> ResultsError:
    """Return the error for a line of a journal that cannot be one of its run.

    Parameters
    ----------
    journal : Journal
        The journal.
    line : int
        Number of the line, from 1.
    fault : str
        What is there, and what was expected.
    """
    return ResultsError(f"{journal.path} line {line}: {fault}; run it again with --restart")


def own_card(journal: Journal) -> Card | None:
    """Return the card of the class that a journal names, if it is one of the suite's own.

    The code of others is never imported here.
    """
    spec, kind = journal.header.spec, journal.header.subject.kind
    return _own_card(spec, kind) if spec is not None and is_own(spec, BASES[kind]) else None


@lru_cache
def _own_card(spec: str, kind: EntrantKind) -> Card:
    return card_of(find_own(spec, BASES[kind]), own=True)


def check_rules(protocol: AnyProtocol, journal: Journal) -> None:
    """Raise an error unless a journal keeps the rules of its protocol; no table is looked at.

    Parameters
    ----------
    protocol : SearchProtocol or RankingProtocol
        The protocol.
    journal : Journal
        A journal of it, finished or not.

    Raises
    ------
    JournalError
        If a line does not agree with the schema.
    ResultsError
        If a line cannot be one of a run of the protocol; the message names file and line.
    """
    _check_header(protocol, journal)
    for i, batch in enumerate(journal.batches):
        _check_batch(journal, i, batch)
    if isinstance(protocol, SearchProtocol):
        _check_search(protocol, journal)
    else:
        _check_ranking(journal)


def _check_header(protocol: AnyProtocol, journal: Journal) -> None:
    """Raise an error unless the header is one of an entrant of the protocol."""
    header, subject = journal.header, journal.header.subject
    kind: EntrantKind = "method" if isinstance(protocol, SearchProtocol) else "estimator"
    if subject.kind != kind or header.protocol != protocol.name:
        raise refusal(
            journal,
            1,
            f"{subject.kind} {subject.name!r} of {header.protocol!r}; expected "
            f"{BASES[kind].article} {kind} of {protocol.name!r}",
        )
    number, most = subject.repetition, protocol.repetitions
    if number is not None and most is not None and number >= most:
        raise refusal(journal, 1, f"repetition {number}; expected 0 to {most - 1}")
    entry = protocol.entrants().get(subject.name)
    for key, value in _expected(protocol, journal, entry).items():
        found = getattr(header if key == "spec" else subject, key)
        if found != value:
            raise refusal(journal, 1, f"{key} = {found!r}; {subject.name} has {value!r}")


def _expected(protocol: AnyProtocol, journal: Journal, entry: AnyEntry | None) -> dict[str, Any]:
    """Return what the header must have, as far as it follows from protocol and code."""
    header, subject = journal.header, journal.header.subject
    kind = subject.kind
    expected: dict[str, Any] = {}
    given = subject.settings
    if entry is not None:
        given = entry.settings
        named = getattr(entry, kind)
        if named is None or ".py:" not in named:  # the path of a file differs between machines
            expected["spec"] = named
            if kind == "method":
                expected["variant_of"] = named if named != subject.name else None
    elif subject.name in registered(BASES[kind]):  # names of registered classes are reserved
        expected["spec"], given = subject.name, {}
    if isinstance(subject, EstimatorSubject):
        assert isinstance(protocol, RankingProtocol)
        source = protocol.rules.sources.get(subject.source)
        if source is None:
            raise refusal(
                journal,
                1,
                f"source = {subject.source!r}; expected one of {', '.join(protocol.rules.sources)}",
            )
        expected["device"] = DEVICE if isinstance(source, NetworksSource) else None
        if isinstance(entry, RankingEntry):
            expected |= {key: getattr(entry, key) for key in ("source", "column", "sign", "epochs")}
        elif subject.column is not None:
            raise refusal(journal, 1, f"column = {subject.column!r}, which is in no roster")
    card = own_card(journal)
    same_code = card is not None and subject.source_sha256 == card.source_sha256
    if card is not None and same_code and header.schema_version == SCHEMA:
        try:
            expected |= {"version": card.version, "settings": card.settings(given)}
        except MethodError as error:
            raise refusal(journal, 1, str(error)) from None
    return expected


def _check_batch(journal: Journal, i: int, batch: Batch) -> None:
    """Raise an error unless the lists of a batch are of one length, and it has its number."""
    line, n = journal.line_of(i), len(batch.architectures)
    if batch.number != i:
        raise refusal(journal, line, f"batch {batch.number}, expected {i}")
    for key in ("values", "cost_seconds", "parents", "operators"):
        found = getattr(batch, key)
        if found is not None and len(found) != n:
            raise refusal(journal, line, f"{key} of {len(found)} architectures, and there are {n}")


def _check_search(protocol: SearchProtocol, journal: Journal) -> None:
    """Raise an error unless the batches are those of a search within its budget."""
    budget, width = protocol.rules.budget, len(protocol.rules.task.objectives)
    batches, seen = journal.batches, 0
    for i, batch in enumerate(batches):
        n, line = len(batch.architectures), journal.line_of(i)
        is_designs = i == 0 and budget.initial > 0
        most = budget.initial if is_designs else min(budget.batch, budget.evaluations - seen)
        least = budget.initial if is_designs else 1
        if n == 0 and 0 < i == len(batches) - 1:  # it can record the cost of estimates
            least = 0
        if not least <= n <= most:
            wanted = f"{least} to {most}" if least < most else f"{most}"
            raise refusal(
                journal,
                line,
                f"{n} architectures with {seen} of {budget.evaluations} evaluations done; "
                f"expected {wanted}",
            )
        for row in batch.values:
            if len(row) != width or None in row:
                raise refusal(
                    journal,
                    line,
                    f"values {list(row)}; expected {width} numbers, one per objective",
                )
        for parent in batch.parents or ():
            if parent is not None and parent >= seen:
                raise refusal(
                    journal, line, f"parent {parent}; expected one of the {seen} evaluations before"
                )
        if batch.combined is not None:
            raise refusal(journal, line, "combined scores; a search has none")
        seen += n
    _check_spent(protocol, journal)
    least = budget.first if budget.at_most else budget.evaluations
    if journal.end is not None and journal.end.status == "done" and seen < least:
        raise refusal(
            journal,
            _last(journal),
            f"ended as done with {seen} evaluations, the budget is {budget.evaluations}",
        )
    _check_end(journal, seen)


def _check_spent(protocol: SearchProtocol, journal: Journal) -> None:
    """Raise an error unless what a search has used only grows, and could be used."""
    has_estimates = bool(getattr(protocol.rules.task, "estimates", ()))
    for i, batch in enumerate(journal.batches):
        if batch.estimate_seconds and not has_estimates:
            raise refusal(
                journal,
                journal.line_of(i),
                f"estimate_seconds {batch.estimate_seconds:g}; {protocol.name} has no estimates",
            )
    for i, (before, after) in enumerate(pairwise(journal.batches), start=1):
        for key in ("cheap_queries", "estimate_seconds"):
            if getattr(after, key) < getattr(before, key):
                raise refusal(
                    journal,
                    journal.line_of(i),
                    f"{key} {getattr(after, key):g}, fewer than the {getattr(before, key):g} "
                    f"before",
                )
        if not after.architectures and after.estimate_seconds == before.estimate_seconds:
            raise refusal(journal, journal.line_of(i), "no architecture, and no cost of estimates")


def _check_ranking(journal: Journal) -> None:
    """Raise an error unless the batches are those of a ranked entry."""
    subject, card = journal.header.subject, own_card(journal)
    assert isinstance(subject, EstimatorSubject)
    measured = subject.device is not None
    if not measured and (subject.column is not None or card is not None) and journal.batches:
        raise refusal(journal, 2, "recorded scores; those of this entry are computed from tables")
    seen = width = 0
    for i, batch in enumerate(journal.batches):
        n, line = len(batch.architectures), journal.line_of(i)
        if batch.parents is not None or batch.operators is not None or batch.cheap_queries:
            raise refusal(journal, line, "a lineage or cheap objectives; a ranking has none")
        if batch.estimate_seconds or batch.ask_seconds or batch.tell_seconds:
            raise refusal(journal, line, "seconds of a search; a ranking has none")
        if batch.combined is not None:
            last = 0 < i == len(journal.batches) - 1
            if card is not None or not last or n or len(batch.combined) != seen:
                raise refusal(
                    journal, line, "combined scores, which this entry cannot have in this place"
                )
            continue
        width = width or len(batch.values[0] if batch.values else ())
        if not n or not width or any(len(row) != width for row in batch.values):
            raise refusal(
                journal, line, "values of different lengths; expected one number per part"
            )
        seen += n
    if journal.batches or measured:
        _check_end(journal, seen)


def _check_end(journal: Journal, seen: int) -> None:
    """Raise an error unless the last line has the count of evaluations of the lines before."""
    end = journal.end
    if end is not None and end.evaluations != seen:
        raise refusal(
            journal,
            _last(journal),
            f"evaluations {end.evaluations}; the lines before have {seen}",
        )


def _last(journal: Journal) -> int:
    return journal.line_of(len(journal.lines))
