"""The report on disk: one folder for each protocol, and an index of them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import CallError
from bench.protocol import MAIN_ROSTER
from bench.results.ranking import RankingResults
from bench.results.search import SearchResults
from reports.ranking import write_ranking
from reports.rendering.display import MISSING
from reports.rendering.markup import html_environment, markdown_environment, save
from reports.search.comparison import of_rosters, run_frame
from reports.search.leaderboard import make_leaderboard
from reports.search.page import Facts, compared, make_page, selected_verdict, verdict
from reports.search.provenance import make_provenance
from reports.search.selected import make_selected
from reports.search.tables import csv_bytes, leaderboard_frame, selected_frame
from reports.search.targets import make_efficiency

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["build_report"]


def build_report(
    results: Sequence[SearchResults],
    out: Path,
    *,
    ranked: Sequence[RankingResults] = (),
    rosters: Sequence[str] = (MAIN_ROSTER,),
    progress: Callable[[str], None] = lambda _: None,
) -> Path:
    """Write the report of these results below `out`; the same results give the same bytes.

    Each protocol gets `out/<name>-<short id>/` with `report.html`, `report.md`,
    `leaderboard.csv`, `runs.csv`, `selected.csv` where the protocol asks for it, and its figures as
    SVG and PNG; `out/index.html` and `out/index.md` link them. `report.html` holds its figures
    itself and can be sent alone.

    Parameters
    ----------
    results : sequence of SearchResults
        One for each protocol.
    ranked : sequence of RankingResults
        One for each protocol of rank.
    rosters : sequence of str
        Whose entrants are shown, besides methods of no roster; all if empty. Their names stand
        behind that of the folder, unless it is the main roster's.
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
    labels = [r.protocol.label for r in results] + [r.protocol.label for r in ranked]
    if not labels:
        raise CallError("no results to report: expected those of at least one protocol")
    for label in labels:
        if labels.count(label) > 1:
            raise CallError(f"the results of {label} are given twice; name each protocol once")
    try:
        shown = [of_rosters(each, rosters) for each in results]
        return _write(shown, ranked, out, rosters, progress)
    except OSError as error:
        raise CallError(
            f"cannot write {error.filename or out}: {error.strerror}; choose another folder with "
            f"--out"
        ) from None


def _write(
    results: Sequence[SearchResults],
    ranked: Sequence[RankingResults],
    out: Path,
    rosters: Sequence[str],
    progress: Callable[[str], None],
) -> Path:
    html, markdown = html_environment(), markdown_environment()
    entries = []
    for each in sorted(results, key=lambda r: (r.protocol.name, r.protocol.id)):
        entries.append(_write_protocol(each, out, rosters, html, markdown))
        progress(f"{each.protocol.label}: {entries[-1]['folder']}/report.html")
    rankings = []
    for ranking in sorted(ranked, key=lambda r: (r.protocol.name, r.protocol.id)):
        rankings.append(write_ranking(ranking, out, html, markdown))
        progress(f"{ranking.protocol.label}: {rankings[-1]['folder']}/report.html")
    index, told = out / "index.html", {"entries": entries, "rankings": rankings}
    save(index, html.get_template("index.html.jinja").render(told))
    save(out / "index.md", markdown.get_template("index.md.jinja").render(told))
    return index


def _write_protocol(
    results: SearchResults,
    out: Path,
    rosters: Sequence[str],
    html: Environment,
    markdown: Environment,
) -> dict[str, Any]:
    from reports.rendering.plots import save_plots
    from reports.search.figures import draw_plots

    protocol = results.protocol
    shown = () if tuple(rosters) == (MAIN_ROSTER,) else rosters or ("all",)
    name = "-".join([protocol.name, protocol.short_id, *shown])
    folder = out / name
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    frame = run_frame(results)
    board = make_leaderboard(results, frame, rosters)
    selected = make_selected(results, frame)
    facts = Facts(
        results, board, selected, make_efficiency(results, frame), make_provenance(results)
    )
    tables = {"leaderboard.csv": leaderboard_frame(board, protocol), "runs.csv": frame}
    if selected:
        tables["selected.csv"] = selected_frame(selected, results)
    for file, table in tables.items():
        (folder / file).write_bytes(csv_bytes(table))
    figures = save_plots(draw_plots(results, board.compared), folder / "figures", salt=protocol.id)
    page = make_page(facts)
    for environment, suffix in ((html, "html"), (markdown, "md")):
        template = environment.get_template(f"page.{suffix}.jinja")
        text = template.render(page=page, figures=figures, tables_written=list(tables))
        save(folder / f"report.{suffix}", text)
    return {
        "folder": name,
        "title": page.title,
        "label": page.label,
        "methods": str(len(results.methods)),
        "compared": compared(board, protocol),
        "first": board.compared[0] if board.compared else MISSING,
        "verdict": " ".join(
            filter(None, (verdict(board, briefly=True), selected_verdict(selected)))
        ),
    }
