"""Pages as text: sections, sentences and tables of strings, and their HTML and Markdown files.

The two templates lay out the same page; neither computes or rounds anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reports.rendering.markup import html_environment, markdown_environment
from reports.rendering.saving import save_text

__all__ = ["Page", "PageTable", "Section", "write_page"]


@dataclass(frozen=True)
class PageTable:
    """A table of a page.

    Attributes
    ----------
    header : tuple of str
    rows : tuple of tuple of str
    words : int
        Number of columns with words, from the left; the others have numbers.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1


@dataclass(frozen=True)
class Section:
    """A section of a page.

    Attributes
    ----------
    anchor, title : str
        The section's identifier in links, and its heading.
    notices : tuple of str
        Sentences that are set off because they must not be overlooked.
    paragraphs : tuple of str
    tables : tuple of PageTable
    has_figures : bool
        Whether the page's figures are in this section.
    """

    anchor: str
    title: str
    notices: tuple[str, ...] = ()
    paragraphs: tuple[str, ...] = ()
    tables: tuple[PageTable, ...] = ()
    has_figures: bool = False


@dataclass(frozen=True)
class Page:
    """A page of a report.

    Attributes
    ----------
    title, description : str
    label : str
        Name, version and id of the protocol; empty for a page of several protocols.
    tables : tuple of PageTable
        Above the first section.
    sections : tuple of Section
    """

    title: str
    description: str
    label: str
    tables: tuple[PageTable, ...]
    sections: tuple[Section, ...]


def write_page(
    page: Page,
    folder: Path,
    stem: str,
    *,
    figures: Sequence[dict[str, str]],
    files: Sequence[str],
    index: str | None = None,
) -> None:
    """Write a page as `<stem>.html`, which contains its figures, and as `<stem>.md`.

    Parameters
    ----------
    page : Page
    folder : Path
        An existing folder.
    stem : str
        File name without suffix.
    figures : sequence of dict
        As `reports.rendering.saving.save_plots` returns them.
    files : sequence of str
        Names of other files in the folder, to which the page links.
    index : str, optional
        Link to the index of all reports.
    """
    content = {"page": page, "figures": figures, "files": files, "stem": stem, "index": index}
    for environment, suffix in ((html_environment(), "html"), (markdown_environment(), "md")):
        template = environment.get_template(f"page.{suffix}.jinja")
        save_text(folder / f"{stem}.{suffix}", template.render(content))
