"""The page of a ranking protocol: sets, entries, correlations, provenance."""

from __future__ import annotations

from bench.data.catalogue import catalogue_entry
from bench.results.ranking import EntryResult, RankingResults
from bench.tasks.ranking.spec import ArchitectureSet
from reports.provenance import EntryCode, entry_code, entry_environment
from reports.rendering import display
from reports.rendering.pages import Page, PageTable, Section

__all__ = ["make_ranking_page"]

_LONGEST_REASON = 400


def make_ranking_page(results: RankingResults) -> Page:
    """Return the page of one protocol."""
    rules = results.protocol.rules
    sections = [_ranking(results, chosen) for chosen in rules.sets]
    sections.append(Section(anchor="figures", title="Figures", has_figures=True))
    if results.unfinished:
        sections.append(_unfinished(results))
    sections.append(_provenance(results))
    return Page(
        title=rules.title,
        description=" ".join(rules.description.split()),
        label=results.protocol.label,
        tables=(_head(results), _sets(results)),
        sections=tuple(sections),
    )


def _head(results: RankingResults) -> PageTable:
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
                f"{entry.name}, {entry.title}; installed with: {entry.how_to_get}; content sha256 "
                f"{display.digest(pinned.content_sha256)}",
            )
        )
    rows += [("Source", f"{name}: {source.title}") for name, source in rules.sources.items()]
    return PageTable(("", ""), tuple(rows), words=2)


def _sets(results: RankingResults) -> PageTable:
    rows = tuple(
        (
            each.title,
            f"{results.set_sizes[each.name]:,}",
            f"{each.draws} random subsets of {each.size:,} cells",
        )
        for each in results.protocol.rules.sets
    )
    return PageTable(("Set of cells", "Cells", "Intervals from"), rows, words=1)


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
        "Checked",
    )
    tiers = results.tiers
    rows = tuple(
        _row(entry, chosen.name, tiers.get(entry.label, display.DASH))
        for entry in results.of(chosen.name)
    )
    unranked = [e.label for e in results.entries if chosen.name not in e.sets]
    paragraphs = [
        f"Kendall tau-b and Spearman's correlation with the truth over all "
        f"{results.set_sizes[chosen.name]:,} cells, and tau within the true best {share}. The "
        f"interval contains 95 % of the taus over {chosen.draws} random subsets of "
        f"{chosen.size:,} cells, the same for every entry. A cell for which an estimator has no "
        f"score ranks last. Seconds are the mean of an architecture; those of published curves "
        f"were measured on their authors' machine.",
    ]
    if unranked:
        paragraphs.append(f"Without scores for every cell of this set: {', '.join(unranked)}.")
    return Section(
        anchor=f"set-{chosen.name}",
        title=chosen.title[0].upper() + chosen.title[1:],
        paragraphs=tuple(paragraphs),
        tables=(PageTable(header, rows, words=2),),
    )


def _row(entry: EntryResult, name: str, tier: str) -> tuple[str, ...]:
    found = entry.sets[name]
    return (
        entry.label,
        entry_code(entry).source,
        display.correlation(found.tau),
        f"[{display.correlation(found.low)}, {display.correlation(found.high)}]",
        display.correlation(found.spearman),
        display.correlation(found.top),
        display.seconds_each(entry.seconds),
        f"{found.without_score:,}" if found.without_score else "0",
        tier,
    )


def _unfinished(results: RankingResults) -> Section:
    rows = tuple(
        (e.label, e.status, display.shorten(e.error, _LONGEST_REASON)) for e in results.unfinished
    )
    return Section(
        anchor="unfinished",
        title="Entries without a result",
        tables=(PageTable(("Entry", "Status", "Reason"), rows, words=3),),
    )


def _provenance(results: RankingResults) -> Section:
    rows = tuple((entry.label, *_code_cells(entry_code(entry))) for entry in results.entries)
    environments = sorted({entry_environment(entry) for entry in results.entries})
    header = ("Entry", "Estimator", "Version", "Source sha256", "Settings")
    return Section(
        anchor="provenance",
        title="Provenance",
        paragraphs=(
            "From the headers of the journals. Scores of stored columns and of training curves "
            "were computed from the pinned tables for this page; those of networks were measured.",
            *environments,
        ),
        tables=(PageTable(header, rows, words=5),),
    )


def _code_cells(code: EntryCode) -> tuple[str, ...]:
    settings = [f"{name} = {value}" for name, value in code.settings.items()]
    settings += [f"first {code.epochs} epochs"] if code.epochs else []
    return (
        code.scores,
        code.version or display.DASH,
        display.digest(code.source_sha256 or display.DASH),
        ", ".join(settings) or "none",
    )
