"""Which figures a protocol gets, what is said below them, and how they reach the disk."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.results import Results
from reports.figures import anytime, attainment, final, profile, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Plot", "draw_plots", "save_plots"]


@dataclass(frozen=True)
class Plot:
    """A drawn figure, its file name without suffix, its title, and how to read it."""

    name: str
    title: str
    caption: str
    figure: Figure


def draw_plots(results: Results, order: Sequence[str]) -> Iterator[Plot]:
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


def save_plots(plots: Iterable[Plot], folder: Path, *, salt: str) -> list[dict[str, str]]:
    """Write plots into a folder and return what a page's template is told of each, in order.

    Parameters
    ----------
    salt : str
        Seeds the identifiers inside the SVG, which are random otherwise.

    Returns
    -------
    list of dict
        Name, title and caption, and the SVG as a data URL, so that a page can hold it.
    """
    figures = []
    for plot in plots:
        svg = _save(plot, folder, salt)
        figures.append(
            {
                "name": plot.name,
                "title": plot.title,
                "caption": plot.caption,
                "data": "data:image/svg+xml;base64," + b64encode(svg).decode(),
            }
        )
    return figures


def _save(plot: Plot, folder: Path, salt: str) -> bytes:
    """Write `<name>.svg` and `<name>.png` into a folder and return the SVG."""
    metadata = {"svg": {"Date": None}, "png": {"Software": None}}
    for suffix, options in metadata.items():
        with style.settings(salt):
            file = folder / f"{plot.name}.{suffix}"
            plot.figure.savefig(file, format=suffix, metadata=options)
    return (folder / f"{plot.name}.svg").read_bytes()
