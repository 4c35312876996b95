"""Figures of a search protocol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.results.search import SearchResults
from reports.rendering import style
from reports.rendering.saving import Plot
from reports.search.comparison import RANDOM
from reports.search.figures import (
    anytime,
    attainment_differences,
    final_ratios,
    final_sets,
    pair_matrix,
    runtime_profile,
    simulated_seconds,
)
from reports.search.pairs import Pairs

__all__ = ["draw_plots"]


def draw_plots(
    results: SearchResults, pairs: Pairs, chosen: Sequence[tuple[str, str]] = ()
) -> Iterator[Plot]:
    """Draw the figures of one protocol.

    Parameters
    ----------
    results : SearchResults
    pairs : Pairs
        Has the order of the leaderboard, for figures with one row or panel for each method.
    chosen : sequence of (str, str)
        Pairs of methods whose attainment is compared. Without any: the method with the best median
        and the next one, and it and random search. Those that share no repetition are left out.
    """
    order = pairs.order
    with style.settings():
        caption, figure = anytime.draw(results)
        yield Plot("anytime", "Progress over the budget", caption, figure)
    if simulated_seconds.known(results):
        with style.settings():
            caption, figure = simulated_seconds.draw(results)
            yield Plot("seconds", "Progress over simulated seconds", caption, figure)
    with style.settings():
        title, caption, figure = final_sets.draw(results, order)
        yield Plot("attainment", title, caption, figure)
    if attainment_differences.possible(results):
        shared = {frozenset((pair.first, pair.second)) for pair in pairs.pairs}
        for number, (first, second) in enumerate(chosen or _default_pairs(pairs), start=1):
            if frozenset((first, second)) not in shared:
                continue
            with style.settings():
                title, caption, figure = attainment_differences.draw(results, first, second)
                yield Plot(f"difference-{number}", title, caption, figure)
    if results.protocol.rules.targets:
        with style.settings():
            caption, figure = runtime_profile.draw(results)
            yield Plot("profile", "Runtime profile over all targets", caption, figure)
    with style.settings():
        yield Plot(
            "final", "All repetitions", final_ratios.CAPTION, final_ratios.draw(results, order)
        )
    if pairs.pairs:
        with style.settings():
            caption, figure = pair_matrix.draw(results, pairs)
            yield Plot("pairs", "Pairs of methods", caption, figure)


def _default_pairs(pairs: Pairs) -> list[tuple[str, str]]:
    """Return the best and the next method, and the best method and random search."""
    others = [method for method in pairs.order if method != pairs.best]
    chosen = dict.fromkeys([*others[:1], *(method for method in others if method == RANDOM)])
    return [(pairs.best, other) for other in chosen]
