"""A protocol of rank as text: sets, entries, correlations, where everything came from."""

from __future__ import annotations

import json
import math

from bench.data.catalogue import catalogue_entry
from bench.results.ranking import EntryResult, RankingResults
from bench.tasks.ranking.spec import ArchitectureSet
from reports.rendering import display
from reports.search.page import Page, Section, Table

__all__ = ["correlation", "make_rank_page", "seconds"]


def make_rank_page(results: RankingResults) -> Page:
    """Return the page of one protocol."""
    rules = results.protocol.rules
    sections = [_ranking(results, chosen) for chosen in rules.sets]
    sections.append(Section(anchor="figures", title="Figures", has_figures=True))
    if results.unfinished:
        sections.append(_unfinished(results))
    sections.append(_provenance(results))
    return Page(
        title=rules.title,
        label=results.protocol.label,
        description=" ".join(rules.description.split()),
        head=_head(results),
        objectives=_sets(results),
        sections=tuple(sections),
    )


def _head(results: RankingResults) -> Table:
    protocol, rules = results.protocol, results.protocol.rules
    truth = rules.truth
    rows = [
        ("Protocol", protocol.label),
        ("Truth", f"{truth.title} [{truth.unit}]: mean of {', '.join(truth.columns)}"),
    ]
    for pinned in rules.tables:
        entry = catalogue_entry(pinned.name)
        rows.append(
            (
                "Table",
                f"{entry.name}, {entry.title}; brought by: {entry.how_to_get}; content sha256 "
                f"{display.digest(pinned.content_sha256)}",
            )
        )
    rows += [("Source", f"{name}: {source.title}") for name, source in rules.sources.items()]
    return Table(("", ""), tuple(rows), words=2)


def _sets(results: RankingResults) -> Table:
    rows = tuple(
        (
            each.title,
            f"{results.set_sizes[each.name]:,}",
            f"{each.draws} random subsets of {each.size:,} cells",
        )
        for each in results.protocol.rules.sets
    )
    return Table(("Set of cells", "Cells", "Intervals from"), rows, words=1)


def _ranking(results: RankingResults, chosen: ArchitectureSet) -> Section:
    share = display.share(results.protocol.rules.top_share)
    header = (
        "Entry",
        "Source",
        "Kendall tau",
        "95 % interval",
        "Spearman",
        f"Tau in the top {share}",
        "Seconds each",
        "Without score",
    )
    rows = tuple(_row(entry, chosen.name) for entry in results.of(chosen.name))
    left_out = [e.label for e in results.entries if chosen.name not in e.sets]
    paragraphs = [
        f"Kendall tau-b and Spearman's correlation with the truth over all "
        f"{results.set_sizes[chosen.name]:,} cells, and tau within the true best {share}. The "
        f"interval holds 95 % of the taus over {chosen.draws} random subsets of {chosen.size:,} "
        f"cells, the same for every entry. A cell that an estimator has no score for ranks last. "
        f"Seconds are the mean of an architecture; those of published curves are of their "
        f"authors' machine.",
    ]
    if left_out:
        paragraphs.append(f"No scores of every cell of this set: {', '.join(left_out)}.")
    return Section(
        anchor=f"set-{chosen.name}",
        title=chosen.title[0].upper() + chosen.title[1:],
        paragraphs=tuple(paragraphs),
        tables=(Table(header, rows, words=2),),
    )


def _row(entry: EntryResult, name: str) -> tuple[str, ...]:
    found = entry.sets[name]
    return (
        entry.label,
        entry.subject.source,
        correlation(found.tau),
        f"[{correlation(found.low)}, {correlation(found.high)}]",
        correlation(found.spearman),
        correlation(found.top),
        seconds(entry.seconds),
        f"{found.without:,}" if found.without else "0",
    )


def correlation(value: float) -> str:
    """Write a rank correlation: 0.683; a dash for one that does not exist."""
    return f"{value:.3f}" if math.isfinite(value) else display.MISSING


def seconds(value: float) -> str:
    """Write seconds with three digits; a dash if nobody measured them."""
    return f"{value:.3g}" if math.isfinite(value) else display.MISSING


def _unfinished(results: RankingResults) -> Section:
    rows = tuple((e.label, e.status, display.shorten(e.error, 400)) for e in results.unfinished)
    return Section(
        anchor="unfinished",
        title="Entries without a result",
        tables=(Table(("Entry", "Status", "Reason"), rows, words=3),),
    )


def _provenance(results: RankingResults) -> Section:
    rows = tuple(
        (
            entry.label,
            entry.header.spec or f"column {entry.subject.column}",
            entry.subject.version or display.MISSING,
            display.digest(entry.subject.source_sha256 or display.MISSING),
            _settings(entry),
        )
        for entry in results.entries
    )
    environments = sorted({_environment(entry) for entry in results.entries})
    return Section(
        anchor="provenance",
        title="Provenance",
        paragraphs=(
            "What the journals say of themselves. Scores of stored columns and of training curves "
            "were computed from the pinned tables for this page; those of networks were measured.",
            *environments,
        ),
        tables=(Table(("Entry", "Estimator", "Version", "Source sha256", "Settings"), rows, 5),),
    )


def _settings(entry: EntryResult) -> str:
    told = [f"{name} = {json.dumps(value)}" for name, value in entry.subject.settings.items()]
    told += [f"first {entry.subject.epochs} epochs"] if entry.subject.epochs else []
    return ", ".join(told) or "none"


def _environment(entry: EntryResult) -> str:
    header = entry.header
    packages = ", ".join(f"{name} {version}" for name, version in sorted(header.packages.items()))
    commit = header.git_commit[:12] if header.git_commit else "not a git checkout"
    changes = " with uncommitted changes" if header.git_dirty else ""
    return f"{header.processor}, {header.threads} numeric thread(s); {packages}; {commit}{changes}."
