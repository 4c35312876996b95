"""The section of a search protocol's page on pairs of methods."""

from __future__ import annotations

from reports.rendering import display
from reports.rendering.pages import PageTable, Section
from reports.search.pairs import Pair, Pairs

__all__ = ["pairs_section"]


def pairs_section(pairs: Pairs) -> Section | None:
    """Return the section on pairs of methods; None if no two share a repetition."""
    chosen = pairs.with_the_best
    if not chosen:
        return None
    header = (
        "Method",
        "Repetitions shared",
        "Median difference",
        "Best is better",
        "Practically equal",
        "Best is worse",
    )
    equal = [pair.second for pair in chosen if pair.equal > max(pair.better, pair.worse)]
    notice = (
        f"Practically equal to {pairs.order[0]}, more probably than not different: "
        f"{', '.join(equal)}."
        if equal
        else ""
    )
    return Section(
        anchor="pairs",
        title=f"Pairs with {pairs.order[0]}",
        notices=(notice,) if notice else (),
        paragraphs=(
            f"Each method against {pairs.order[0]}, which has the best median, on the repetitions "
            f"that both have. Two methods are practically equal if their hypervolume ratios differ "
            f"by {pairs.region:g} or less; the probabilities are those of the Bayesian signed-rank "
            f"test. Unlike a p-value, they tell a pair that is equal from one that has too few "
            f"repetitions. All pairs are in pairs.csv and in the figure.",
        ),
        tables=(PageTable(header, tuple(_cells(pair) for pair in chosen)),),
    )


def _cells(pair: Pair) -> tuple[str, ...]:
    return (
        pair.second,
        str(pair.repetitions),
        display.signed(pair.median_difference),
        display.probability(pair.better),
        display.probability(pair.equal),
        display.probability(pair.worse),
    )
