"""The page of a search protocol: its sections, sentences and tables of strings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bench.protocol import SearchProtocol
from bench.results.search import SearchResults
from reports.provenance import Provenance
from reports.rendering import display
from reports.rendering.pages import Page, PageTable, Section
from reports.search.comparison import RANDOM, further_columns
from reports.search.leaderboard import ALPHA, BoardRow, Leaderboard
from reports.search.pairs import Pairs
from reports.search.search_page_head import head_rows
from reports.search.search_page_indicators import (
    efficiency_section,
    selected_section,
    targets_section,
)
from reports.search.search_page_pairs import pairs_section
from reports.search.search_page_runs import provenance_section, runs_section
from reports.search.selected import Selected
from reports.search.targets import TargetsReached

__all__ = ["SearchFindings", "compared", "make_search_page", "verdict"]


@dataclass(frozen=True)
class SearchFindings:
    """All numbers of one protocol's page.

    Attributes
    ----------
    results : SearchResults
    leaderboard : Leaderboard
    pairs : Pairs
    selected : tuple of Selected
        Empty if the protocol does not name the indicator `selected`.
    targets : TargetsReached
    provenance : Provenance
    """

    results: SearchResults
    leaderboard: Leaderboard
    pairs: Pairs
    selected: tuple[Selected, ...]
    targets: TargetsReached
    provenance: Provenance


def make_search_page(findings: SearchFindings) -> Page:
    """Return the page of one protocol."""
    protocol, board = findings.results.protocol, findings.leaderboard
    sections = [
        _leaderboard(board, protocol),
        pairs_section(findings.pairs),
        selected_section(findings.selected, protocol),
        runs_section(findings.results, board),
        Section(anchor="figures", title="Figures", has_figures=True),
        targets_section(findings.targets, board.compared),
        efficiency_section(findings.targets, board.compared),
        provenance_section(findings.provenance),
    ]
    return Page(
        title=protocol.rules.title,
        description=" ".join(protocol.rules.description.split()),
        label=protocol.label,
        tables=(
            PageTable(("", ""), head_rows(findings.results, compared(board, protocol)), words=2),
            _objectives(protocol),
        ),
        sections=tuple(section for section in sections if section is not None),
    )


def compared(board: Leaderboard, protocol: SearchProtocol) -> str:
    """Return how many of the protocol's repetitions methods have: 20 of 20, or 5 to 20 of 20.

    Parameters
    ----------
    board : Leaderboard
    protocol : SearchProtocol
        The protocol of the leaderboard.
    """
    return f"{display.between(*board.repetitions)} of {protocol.rules.repetitions}"


def verdict(board: Leaderboard, *, briefly: bool = False) -> str:
    """Return the sentences that say which methods are not better than random search.

    Parameters
    ----------
    board : Leaderboard
    briefly : bool
        Whether to give names alone, without differences and p-values.
    """
    worse, better = board.not_better_than_random, board.better_than_random
    if not worse and not better:
        if board.compared == (RANDOM,):
            return "Only random search was run, so there is nothing to compare it with."
        if RANDOM in board.compared:
            return "No method shares a repetition with random search, so none is compared with it."
        return "There is no run of random search, so no method is compared with it."
    if not worse:
        return f"Every method beats random search at the full budget (p < {ALPHA:g})."
    named = ", ".join(row.method if briefly else _against(row) for row in worse)
    sentence = f"Not better than random search at the full budget: {named}."
    if board.least_p >= ALPHA and not briefly:
        sentence += (
            f" With so few repetitions no method could be: the test cannot give p < {ALPHA:g} for "
            f"all of them."
        )
    return sentence


def _against(row: BoardRow) -> str:
    assert row.measured is not None
    against = row.measured.against_random
    assert against is not None
    difference = display.signed(against.median_difference)
    worse = ", significantly worse" if against.is_worse else ""
    p = display.p_value(against.p)
    p = p if p.startswith("<") else f"= {p}"
    return f"{row.method} (median difference {difference}, p {p}{worse})"


def _objectives(protocol: SearchProtocol) -> PageTable:
    rows = tuple(
        (
            f"{each.title} [{each.unit}]",
            each.source("search"),
            each.source("score"),
            "yes, free of charge" if each.cheap else "no",
        )
        for each in protocol.rules.task.objectives
    )
    header = ("Objective, minimised", "Search objective", "Test objective", "Known before training")
    return PageTable(header, rows, words=4)


# How the columns of `further_columns` are written, and what is said of them.
_WRITTEN = {
    "igd_plus": display.ratio,
    "log10_regret": display.logarithm,
    "log10_hypervolume_difference": display.logarithm,
}
_OF_WHAT = {
    "igd_plus": "",
    "log10_regret": " (of 1 less the ratio)",
    "log10_hypervolume_difference": " (of the front's less that reached)",
}


def _leaderboard(board: Leaderboard, protocol: SearchProtocol) -> Section:
    further = further_columns(protocol)
    header = (
        "Method",
        "Groups",
        "Hypervolume ratio",
        "95 % interval",
        "Average rank",
        *further.values(),
        "Better than random in",
        "p against random",
        "Runs done",
        "Failed",
        "Checked",
    )
    planned = protocol.rules.repetitions
    rows = tuple(_board_cells(row, planned, further) for row in board.rows)
    medians = [f"{title}{_OF_WHAT[column]}" for column, title in further.items()]
    *first, last = ["Hypervolume ratio", *medians]
    named = f"{', '.join(first)} and {last} are medians" if first else f"{last} is a median"
    found = board.resolution
    told_apart = display.resolution(
        found.now, found.pairs, found.projected, display.between(*board.repetitions)
    )
    paragraphs = [
        told_apart if found.pairs else "",
        f"Methods have {compared(board, protocol)} repetitions. {named} over a method's "
        "repetitions at the full budget; the interval is a bootstrap interval of the median. Pairs "
        "of methods are compared on the repetitions that both have, so a method with few "
        "repetitions changes nothing in the comparison of the others. Methods that share a letter "
        "are not significantly different (all pairs, paired Wilcoxon tests, Holm's correction, "
        f"{ALPHA:g}). The p-value against random search is two-sided, paired, with Holm's "
        "correction over the methods.",
    ]
    if board.fewer:
        named = ", ".join(
            f"{r.method} ({r.measured.repetitions})" for r in board.fewer if r.measured
        )
        paragraphs.append(f"Fewer repetitions than others: {named}.")
    return Section(
        anchor="leaderboard",
        title="Leaderboard",
        notices=(verdict(board),),
        paragraphs=tuple(filter(None, paragraphs)),
        tables=(PageTable(header, rows, words=2),),
    )


def _board_cells(row: BoardRow, planned: int, further: Collection[str]) -> tuple[str, ...]:
    kept = f", {row.kept} kept" if row.kept else ""
    tier = row.tier or display.DASH
    runs = (display.count_of(row.done, planned), f"{row.failed}{kept}", tier)
    measured = row.measured
    if measured is None:
        return row.method, *(display.DASH,) * (6 + len(further)), *runs
    against = measured.against_random
    return (
        row.method,
        measured.letters,
        display.ratio(measured.hypervolume_ratio),
        display.interval(measured.low, measured.high),
        display.rank(measured.average_rank),
        *(_WRITTEN[column](measured.further[column]) for column in further),
        display.share(against.share_better) if against else display.DASH,
        display.p_value(against.p) if against else display.DASH,
        *runs,
    )
