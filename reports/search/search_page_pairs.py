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
        f"Practically equal to {pairs.best}, more probably than not different: {', '.join(equal)}."
        if equal
        else ""
    )
    return Section(
        anchor="pairs",
        title=f"Pairs with {pairs.best}",
        notices=(notice,) if notice else (),
        paragraphs=(
            f"Each method against {pairs.best}, which has the best median of the methods with the "
            f"most repetitions, on the repetitions that both have. Two methods are practically "
            f"equal if their hypervolume ratios differ by {pairs.region:g} or less; the "
            f"probabilities are those of the Bayesian signed-rank test. Unlike a p-value, they "
            f"tell a pair that is equal from one that has too few repetitions. All pairs are in "
            f"pairs.csv and in the figure.",
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
