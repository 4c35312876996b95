"""The page of a paper's claims: its sections, sentences and tables of strings.

The command line prints the same texts; it computes and rounds nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reports.claims.judgement import VERDICTS, Judgement
from reports.claims.published_number import PublishedNumber
from reports.claims.record import Claim, Paper, Publication
from reports.rendering import display
from reports.rendering.pages import Page, PageTable, Section

__all__ = [
    "JudgedClaim",
    "basis",
    "citation",
    "estimate_text",
    "make_claims_page",
    "published_text",
    "tally",
]


@dataclass(frozen=True)
class JudgedClaim:
    """A claim and its judgement."""

    claim: Claim
    judgement: Judgement


def make_claims_page(paper: Paper, judged: Sequence[JudgedClaim], *, figures: bool) -> Page:
    """Return the page of one paper's claims, topic by topic in the order of its record.

    Parameters
    ----------
    paper : Paper
    judged : sequence of JudgedClaim
        All claims of the paper.
    figures : bool
        Whether the page has figures.
    """
    topics = list(dict.fromkeys(each.claim.topic for each in judged))
    sections = [Section("figures", "Figures", has_figures=True)] if figures else []
    sections += [_topic(topic, [j for j in judged if j.claim.topic == topic]) for topic in topics]
    sections += [_rules(judged), *_missing(judged)]
    return Page(
        title=f"Claims of {paper.short}, and results here",
        description=" ".join(paper.note.split()),
        label="",
        tables=(PageTable(("", ""), tuple(_head(paper, judged)), words=2),),
        sections=tuple(sections),
    )


def citation(text: Publication) -> str:
    """Return authors, title, venue and year of a publication."""
    return f"{text.authors}: {text.title}. {text.venue}, {text.year}"


def tally(judged: Sequence[JudgedClaim]) -> str:
    """Return the number of claims of each verdict: reproduced 3, not settled 2."""
    counted = Counter(each.judgement.verdict for each in judged)
    return ", ".join(f"{verdict} {counted[verdict]}" for verdict in VERDICTS if counted[verdict])


def published_text(claimed: PublishedNumber) -> str:
    """Return a published number as text, and how it was published: 2.25 times (printed)."""
    if claimed.value is None:
        return f"direction ({claimed.how})"
    unit = f" {claimed.unit}" if claimed.unit else ""
    return f"{claimed.value:.6g}{unit} ({claimed.how})"


def estimate_text(judgement: Judgement) -> tuple[str, str]:
    """Return the estimate of a judgement and its interval as text; dashes if there is none."""
    if judgement.estimate is None:
        return display.DASH, display.DASH
    return judgement.estimate.written()


def basis(judgement: Judgement) -> str:
    """Return the reason for a verdict; if it is not settled, with the number of repetitions."""
    count = judgement.repetitions
    if judgement.verdict == "not settled" and count is not None:
        repetitions = display.counted(count, "repetition")
        return f"not settled with {repetitions}: {judgement.sentence}"
    return judgement.sentence


def _head(paper: Paper, judged: Sequence[JudgedClaim]) -> list[tuple[str, str]]:
    rows = [("Paper", citation(paper))]
    rows += [("Also", citation(text)) for text in paper.earlier]
    return [*rows, ("Verdicts", f"{tally(judged)}, of {len(judged)} claims")]


def _topic(topic: str, judged: Sequence[JudgedClaim]) -> Section:
    header = (
        "Claim",
        "Verdict",
        "Statement",
        "Published",
        "Reason",
        "Unit",
        "Here",
        "Interval",
    )
    rows = tuple(
        (
            claim.id,
            judgement.verdict,
            f"{_line(claim.statement)} [{claim.place}]",
            published_text(claim.published),
            " ".join([f"{basis(judgement)}.", *_note(claim)]),
            judgement.estimate.unit if judgement.estimate else display.DASH,
            *estimate_text(judgement),
        )
        for claim, judgement in ((each.claim, each.judgement) for each in judged)
    )
    return Section(_anchor(topic), topic, tables=(PageTable(header, rows, words=6),))


def _rules(judged: Sequence[JudgedClaim]) -> Section:
    kinds = {each.claim.rule.kind: each.claim.rule for each in judged}
    rows = tuple(
        (kind, f"{kinds[kind].explanation}.", kinds[kind].interval) for kind in sorted(kinds)
    )
    by_rule = [
        (each.claim.id, each.claim.rule.kind, each.claim.rule.tested_by or display.DASH)
        for each in judged
    ]
    return Section(
        "rules",
        "Rules",
        paragraphs=(
            "Each claim is judged by a rule and by numbers in its record, from results alone. Each "
            "rule describes its interval, a 95 % interval where chance plays a part, unless the "
            "rule states another level. Fewer than six repetitions settle nothing. There is no "
            "correction for the number of claims.",
        ),
        tables=(
            PageTable(("Rule", "Verdict", "Interval"), rows, words=3),
            PageTable(("Claim", "Rule", "Tested by"), tuple(by_rule), words=3),
        ),
    )


def _missing(judged: Sequence[JudgedClaim]) -> list[Section]:
    commands = sorted({each.judgement.command for each in judged if each.judgement.command})
    if not commands:
        return []
    rows = tuple((command,) for command in commands)
    return [
        Section(
            "missing",
            "Commands for missing results",
            tables=(PageTable(("Command",), rows, words=1),),
        )
    ]


def _note(claim: Claim) -> list[str]:
    return [_line(claim.note)] if claim.note else []


def _line(text: str) -> str:
    return " ".join(text.split())


def _anchor(topic: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", topic.lower()).strip("-")
