"""Which figures a search protocol gets, and what is said below them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.results.search import SearchResults
from reports.rendering import style
from reports.rendering.plots import Plot
from reports.search.figures import anytime, attainment, final, profile

__all__ = ["draw_plots"]


def draw_plots(results: SearchResults, order: Sequence[str]) -> Iterator[Plot]:
    """Draw the figures of one protocol; none if no repetition is common to all methods.

    Parameters
    ----------
    order : sequence of str
        Methods in the order of the leaderboard, for figures with one row or panel each.
    """
    if not results.common_repetitions():
        return
    with style.settings():
        caption, figure = anytime.draw(results)
        yield Plot("anytime", "Progress over the budget", caption, figure)
    with style.settings():
        title, caption, figure = attainment.draw(results, order)
        yield Plot("attainment", title, caption, figure)
    with style.settings():
        caption, figure = profile.draw(results)
        yield Plot("profile", "How soon targets are reached", caption, figure)
    with style.settings():
        yield Plot("final", "All repetitions", final.CAPTION, final.draw(results, order))
