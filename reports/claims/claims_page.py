"""A paper's claims as text: sections, sentences and tables of strings, said once.

The Markdown and the HTML template and the command line lay out the same words; none of them
computes or rounds anything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reports.claims.outcome import VERDICTS, Outcome
from reports.claims.published import Published
from reports.claims.record import Claim, Paper, Source
from reports.rendering import display
from reports.search.page import Section, Table

__all__ = [
    "ClaimsPage",
    "Judged",
    "basis",
    "citation",
    "here",
    "make_page",
    "published",
    "tally",
]


@dataclass(frozen=True)
class Judged:
    """A claim and its outcome."""

    claim: Claim
    outcome: Outcome


@dataclass(frozen=True)
class ClaimsPage:
    """One paper's page."""

    title: str
    description: str
    head: Table
    sections: tuple[Section, ...]


def make_page(paper: Paper, judged: Sequence[Judged], *, figures: bool) -> ClaimsPage:
    """Return the page of one paper's claims, topic by topic in the order of its record."""
    topics = list(dict.fromkeys(each.claim.topic for each in judged))
    sections = [Section("figures", "Figures", has_figures=True)] if figures else []
    sections += [_topic(topic, [j for j in judged if j.claim.topic == topic]) for topic in topics]
    sections += [_rules(judged), *_missing(judged)]
    return ClaimsPage(
        title=f"What {paper.short} claims, and what is found here",
        description=" ".join(paper.note.split()),
        head=Table(("", ""), tuple(_head(paper, judged)), words=2),
        sections=tuple(sections),
    )


def citation(source: Source) -> str:
    """Return authors, title, venue and year."""
    return f"{source.authors}: {source.title}. {source.venue}, {source.year}"


def tally(judged: Sequence[Judged]) -> str:
    """Return how many claims have which verdict: reproduced 3, not settled 2."""
    counted = Counter(each.outcome.verdict for each in judged)
    return ", ".join(f"{verdict} {counted[verdict]}" for verdict in VERDICTS if counted[verdict])


def published(claimed: Published) -> str:
    """Return a published number and how it was published: 2.25 times (printed)."""
    if claimed.value is None:
        return f"direction ({claimed.how})"
    unit = f" {claimed.unit}" if claimed.unit else ""
    return f"{claimed.value:.6g}{unit} ({claimed.how})"


def here(outcome: Outcome) -> tuple[str, str]:
    """Return what was measured, and its interval, as exact as that is; dashes where nothing was."""
    if outcome.estimate is None:
        return display.MISSING, display.MISSING
    return outcome.estimate.written()


def basis(outcome: Outcome) -> str:
    """Return what the verdict rests on; where it is not settled, over how many repetitions."""
    count = outcome.repetitions
    if outcome.verdict == "not settled" and count is not None:
        counted = "1 repetition" if count == 1 else f"{count} repetitions"
        return f"not settled with {counted}: {outcome.sentence}"
    return outcome.sentence


def _head(paper: Paper, judged: Sequence[Judged]) -> list[tuple[str, str]]:
    rows = [("Paper", citation(paper))]
    rows += [("Also", citation(source)) for source in paper.earlier]
    return [*rows, ("Verdicts", f"{tally(judged)}, of {len(judged)} claims")]


def _topic(topic: str, judged: Sequence[Judged]) -> Section:
    header = (
        "Claim",
        "Verdict",
        "What is claimed",
        "Published",
        "What was found",
        "Unit",
        "Here",
        "Interval",
    )
    rows = tuple(
        (
            claim.id,
            outcome.verdict,
            f"{_line(claim.statement)} [{claim.place}]",
            published(claim.published),
            " ".join([f"{basis(outcome)}.", *_note(claim)]),
            outcome.estimate.unit if outcome.estimate else display.MISSING,
            *here(outcome),
        )
        for claim, outcome in ((each.claim, each.outcome) for each in judged)
    )
    return Section(_anchor(topic), topic, tables=(Table(header, rows, words=6),))


def _rules(judged: Sequence[Judged]) -> Section:
    kinds = {each.claim.rule.kind: each.claim.rule for each in judged}
    rows = tuple((kind, f"{kinds[kind].says}.", kinds[kind].interval) for kind in sorted(kinds))
    by_rule = [
        (each.claim.id, each.claim.rule.kind, each.claim.rule.tested_by or display.MISSING)
        for each in judged
    ]
    return Section(
        "rules",
        "How verdicts are found",
        paragraphs=(
            "Each claim is judged by a rule and numbers of its own record, from results alone. "
            "Each rule says what its interval is: of 95 % where it is of chance, unless the rule "
            "says otherwise. Fewer than six repetitions settle nothing, and nothing is corrected "
            "for the number of claims.",
        ),
        tables=(
            Table(("Rule", "Verdict", "Interval"), rows, words=3),
            Table(("Claim", "Rule", "Tested by"), tuple(by_rule), words=3),
        ),
    )


def _missing(judged: Sequence[Judged]) -> list[Section]:
    commands = sorted({each.outcome.command for each in judged if each.outcome.command})
    if not commands:
        return []
    rows = tuple((command,) for command in commands)
    return [
        Section(
            "missing",
            "What makes the missing results",
            tables=(Table(("Command",), rows, words=1),),
        )
    ]


def _note(claim: Claim) -> list[str]:
    return [_line(claim.note)] if claim.note else []


def _line(text: str) -> str:
    return " ".join(text.split())


def _anchor(topic: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", topic.lower()).strip("-")
