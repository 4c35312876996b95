"""The report on disk: one folder for each protocol, and an index of them all."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import CallError
from bench.results import Results
from reports.common import run_frame
from reports.display import MISSING
from reports.efficiency import make_efficiency
from reports.leaderboard import make_leaderboard
from reports.page import Facts, compared, make_page, verdict
from reports.provenance import make_provenance
from reports.tables import csv_bytes, leaderboard_frame

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["build_report"]

_MARKDOWN_SPECIAL = re.compile(r"([\\`*_\[\]|~$])")


def build_report(
    results: Sequence[Results],
    out: Path,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> Path:
    """Write the report of these results below `out`; the same results give the same bytes.

    Each protocol gets `out/<name>-<short id>/` with `report.html`, `report.md`,
    `leaderboard.csv`, `runs.csv` and its figures as SVG and PNG; `out/index.html` and
    `out/index.md` link them. `report.html` holds its figures itself and can be sent alone.

    Parameters
    ----------
    results : sequence of Results
        One for each protocol.
    progress : callable
        Told in a line what was written.

    Returns
    -------
    Path
        Of `index.html`.

    Raises
    ------
    bench.errors.CallError
        If there are no results, a protocol is given twice, or `out` cannot be written.
    """
    labels = [each.protocol.label for each in results]
    if not results:
        raise CallError("no results to report: expected those of at least one protocol")
    for label in labels:
        if labels.count(label) > 1:
            raise CallError(f"the results of {label} are given twice; name each protocol once")
    try:
        return _write(results, out, progress)
    except OSError as error:
        raise CallError(
            f"cannot write {error.filename or out}: {error.strerror}; choose another folder with "
            f"--out"
        ) from None


def _write(results: Sequence[Results], out: Path, progress: Callable[[str], None]) -> Path:
    html, markdown = _environment(), _environment(finalize=_markdown)
    entries = []
    for each in sorted(results, key=lambda r: (r.protocol.name, r.protocol.id)):
        entries.append(_write_protocol(each, out, html, markdown))
        progress(f"{each.protocol.label}: {entries[-1]['folder']}/report.html")
    index = out / "index.html"
    _save(index, html.get_template("index.html.jinja").render(entries=entries))
    _save(out / "index.md", markdown.get_template("index.md.jinja").render(entries=entries))
    return index


def _write_protocol(
    results: Results, out: Path, html: Environment, markdown: Environment
) -> dict[str, Any]:
    from reports.figures import draw_plots, save_plot

    protocol = results.protocol
    name = f"{protocol.name}-{protocol.short_id}"
    folder = out / name
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    frame = run_frame(results)
    board = make_leaderboard(results, frame)
    facts = Facts(results, board, make_efficiency(results, frame), make_provenance(results))
    (folder / "runs.csv").write_bytes(csv_bytes(frame))
    (folder / "leaderboard.csv").write_bytes(csv_bytes(leaderboard_frame(board, protocol)))
    figures = []
    for plot in draw_plots(results, board.compared):
        written = save_plot(plot, folder / "figures", salt=protocol.id)
        data = "data:image/svg+xml;base64," + b64encode(written["svg"]).decode()
        figures.append(
            {"name": plot.name, "title": plot.title, "caption": plot.caption, "data": data}
        )
    page = make_page(facts)
    for environment, suffix in ((html, "html"), (markdown, "md")):
        template = environment.get_template(f"page.{suffix}.jinja")
        _save(folder / f"report.{suffix}", template.render(page=page, figures=figures))
    return {
        "folder": name,
        "title": page.title,
        "label": page.label,
        "methods": str(len(results.methods)),
        "compared": compared(board, protocol),
        "first": board.compared[0] if board.compared else MISSING,
        "verdict": verdict(board, briefly=True),
    }


def _environment(**options: Any) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(str(files("reports") / "templates")),
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


def _save(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
