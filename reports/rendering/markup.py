"""Environments of the HTML and Markdown templates; both escape every text that they show."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["html_environment", "markdown_environment"]

_MARKDOWN_SPECIAL = re.compile(r"([\\`*_\[\]|~$])")


def html_environment() -> Environment:
    """Return the environment of the HTML templates."""
    return _environment()


def markdown_environment() -> Environment:
    """Return the environment of the Markdown templates."""
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
    """Escape text for Markdown and for the HTML that Markdown may hold; quotes stay."""
    from markupsafe import Markup

    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    line = " ".join(value.split())
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        line = line.replace(character, entity)
    escaped = _MARKDOWN_SPECIAL.sub(r"\\\1", line)
    return Markup(escaped)  # noqa: S704 - escaped just above
