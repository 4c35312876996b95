"""A drawn figure with its title and caption, and how figures are saved."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reports.rendering import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Plot", "save_plots"]


@dataclass(frozen=True)
class Plot:
    """A drawn figure, its file name without suffix, its title, and how to read it."""

    name: str
    title: str
    caption: str
    figure: Figure


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
