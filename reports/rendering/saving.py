"""Saving of figures, tables and text: the same content gives the same bytes on every system."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import CallError
from bench.files import in_words, write_atomically
from bench.schema import plain_text
from reports.rendering import style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["Plot", "csv_bytes", "save_plots", "save_text", "writing_below"]


@dataclass(frozen=True)
class Plot:
    """A drawn figure.

    Attributes
    ----------
    name : str
        File name without suffix.
    title : str
    caption : str
        Says how to read the figure.
    figure : Figure
    """

    name: str
    title: str
    caption: str
    figure: Figure


def save_plots(plots: Iterable[Plot], folder: Path, *, salt: str) -> list[dict[str, str]]:
    """Write plots into a folder as SVG and PNG, and return what the template of a page needs.

    Parameters
    ----------
    plots : iterable of Plot
        In the order of the page.
    folder : Path
        An existing folder.
    salt : str
        Seeds the identifiers inside the SVG, which are random otherwise.

    Returns
    -------
    list of dict
        Name, title and caption of each plot, and its SVG as a data URL, so that a page can
        contain it.
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
    content = {}
    for suffix, options in metadata.items():
        with style.settings(salt), BytesIO() as drawn:
            plot.figure.savefig(drawn, format=suffix, metadata=options)
            content[suffix] = drawn.getvalue()
        write_atomically(folder / f"{plot.name}.{suffix}", content[suffix])
    return content["svg"]


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Return a data frame as CSV in UTF-8, numbers with 12 significant digits."""
    text: str = frame.to_csv(index=False, float_format="%.12g", lineterminator="\n")
    return plain_text(text).encode()


def save_text(path: Path, text: str) -> None:
    """Write text to a file as UTF-8, with its line ends unchanged.

    Parameters
    ----------
    path : Path
        In an existing folder.
    text : str
    """
    write_atomically(path, plain_text(text).encode())


@contextmanager
def writing_below(out: Path) -> Iterator[None]:
    """Turn what the operating system refuses below the folder `out` into a `CallError`."""
    try:
        yield
    except OSError as error:
        raise CallError(
            f"cannot write {error.filename or out}: {in_words(error)}, or choose another folder "
            f"with --out"
        ) from None
