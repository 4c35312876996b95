"""Templates laid out as HTML and as Markdown, and text on its way to the disk."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["html_environment", "markdown_environment", "save"]

_MARKDOWN_SPECIAL = re.compile(r"([\\`*_\[\]|~$])")


def html_environment() -> Environment:
    """Return where HTML templates are found; whatever they show is escaped."""
    return _environment()


def markdown_environment() -> Environment:
    """Return where Markdown templates are found; whatever they show is escaped."""
    return _environment(finalize=_markdown)


def _environment(**options: Any) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(str(files("reports.rendering") / "templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        **options,
    )


def _markdown(value: object) -> object:
    """Make text harmless in Markdown and in the HTML that Markdown may hold; quotes may stay."""
    from markupsafe import Markup

    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    line = " ".join(value.split())
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        line = line.replace(character, entity)
    escaped = _MARKDOWN_SPECIAL.sub(r"\\\1", line)
    return Markup(escaped)  # noqa: S704 - escaped just above


def save(path: Path, text: str) -> None:
    """Write text as UTF-8 with the line ends that it has, on every system."""
    path.write_bytes(text.encode())
