"""The page over several protocols: its sections, sentences and tables of strings."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bench.results.search import SearchResults
from reports.joint.joint_ranking import RESAMPLES, JointRanking, JointRow, Without
from reports.rendering import display
from reports.rendering.pages import Page, PageTable, Section
from reports.search.comparison import repetition_range

__all__ = ["make_joint_page"]


def make_joint_page(results: Sequence[SearchResults], ranking: JointRanking) -> Page:
    """Return the page over several protocols.

    Parameters
    ----------
    results : sequence of SearchResults
        One for each protocol.
    ranking : JointRanking
    """
    stability = _stability(ranking)
    sections = [_ranks(ranking), *([stability] if stability else [])]
    sections.append(Section(anchor="figures", title="Figures", has_figures=True))
    return Page(
        title="All protocols",
        description="Methods ranked over several protocols at their full budgets. Results of the "
        "protocols are not mixed: within a protocol only ranks are compared, and the ranks are "
        "averaged.",
        label="",
        tables=(_families(results, ranking),),
        sections=tuple(sections),
    )


def _families(results: Sequence[SearchResults], ranking: JointRanking) -> PageTable:
    by_id = {each.protocol.id: each for each in results}
    rows = tuple(
        (
            family.name,
            protocol.label,
            str(len(by_id[protocol.id].methods)),
            repetition_range(by_id[protocol.id]),
        )
        for family in ranking.families
        for protocol in family.protocols
    )
    return PageTable(("Family", "Protocol", "Methods", "Repetitions"), rows, words=2)


def _ranks(ranking: JointRanking) -> Section:
    protocols = sum(len(family.protocols) for family in ranking.families)
    header = (
        "Method",
        "Place",
        "Places in 95 %",
        "Average rank",
        "95 % interval",
        "Protocols",
        "Families",
    )
    rows = tuple(_cells(row, protocols, len(ranking.families)) for row in ranking.rows)
    return Section(
        anchor="ranks",
        title="Ranks over all protocols",
        paragraphs=(
            "A rank is 1 plus the share of repetitions in which another method has the higher "
            "hypervolume ratio, summed over the other methods. Each pair of methods is compared on "
            "the repetitions of the protocols that both have. Shares are averaged over the "
            "repetitions of a protocol, then over the protocols of a family, then over the "
            "families: protocols that share a search space or a table are one family, and count "
            "once.",
            "Methods with runs of more than half of the protocols have a place, and are ranked "
            "among each other; for the others, the table says what rank they would have among "
            "those.",
            f"Intervals are of {RESAMPLES:,} resamples on two levels: protocols within each "
            "family, and repetitions within each drawn protocol. What another family would change "
            "is shown below instead.",
        ),
        tables=(PageTable(header, rows),),
    )


def _cells(row: JointRow, protocols: int, families: int) -> tuple[str, ...]:
    counts = (
        display.count_of(row.protocols, protocols),
        display.count_of(row.families, families),
    )
    placed = row.placed
    known = not math.isnan(row.rank)
    return (
        row.method,
        str(placed.place) if placed else display.DASH,
        display.between(placed.first, placed.last) if placed else display.DASH,
        display.rank(row.rank) if known else display.DASH,
        f"[{display.rank(row.low)}, {display.rank(row.high)}]" if known else display.DASH,
        *counts,
    )


def _stability(ranking: JointRanking) -> Section | None:
    if not ranking.without:
        return None
    places = {row.method: row.placed.place for row in ranking.rows if row.placed}
    agreement = PageTable(
        ("Without", "Kendall tau with all", "First", "Largest move"),
        tuple(_without(each) for each in ranking.without),
    )
    by_method = PageTable(
        ("Method", "All", *(f"Without {each.family}" for each in ranking.without)),
        tuple(
            (
                method,
                str(place),
                *(_place_without(each, method) for each in ranking.without),
            )
            for method, place in places.items()
        ),
    )
    return Section(
        anchor="stability",
        title="Without one family",
        paragraphs=(
            "The ranking with each family left out in turn: a conclusion that needs one family is "
            "one about that family. Places are among the methods that are left. Below, the place "
            "of each method.",
        ),
        tables=(agreement, by_method),
    )


def _place_without(each: Without, method: str) -> str:
    return str(each.places[method][1]) if method in each.places else display.DASH


def _without(each: Without) -> tuple[str, ...]:
    first = [method for method, (_, after) in each.places.items() if after == 1]
    moves = {method: abs(after - before) for method, (before, after) in each.places.items()}
    largest = max(moves, key=lambda method: moves[method], default=None)
    move = "none"
    if largest is not None and moves[largest]:
        before, after = each.places[largest]
        move = f"{largest}: {before} to {after}"
    tau = display.DASH if math.isnan(each.agreement) else display.correlation(each.agreement)
    return each.family, tau, ", ".join(first), move
