"""Figures of a search protocol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.results.search import SearchResults
from reports.rendering import style
from reports.rendering.saving import Plot
from reports.search.figures import anytime, final_ratios, final_sets, runtime_profile

__all__ = ["draw_plots"]


def draw_plots(results: SearchResults, order: Sequence[str]) -> Iterator[Plot]:
    """Draw the figures of one protocol; none if no repetition is common to all methods.

    Parameters
    ----------
    results : SearchResults
    order : sequence of str
        Methods in the order of the leaderboard, for figures with one row or panel for each.
    """
    if not results.common_repetitions():
        return
    with style.settings():
        caption, figure = anytime.draw(results)
        yield Plot("anytime", "Progress over the budget", caption, figure)
    with style.settings():
        title, caption, figure = final_sets.draw(results, order)
        yield Plot("attainment", title, caption, figure)
    if results.protocol.rules.targets:
        with style.settings():
            caption, figure = runtime_profile.draw(results)
            yield Plot("profile", "Runtime profile over all targets", caption, figure)
    with style.settings():
        yield Plot(
            "final", "All repetitions", final_ratios.CAPTION, final_ratios.draw(results, order)
        )
