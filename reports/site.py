"""The reports of several protocols on disk: one folder for each, and an index of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from bench.errors import CallError
from bench.protocol import MAIN_ROSTER
from bench.results.ranking import RankingResults
from bench.results.search import SearchResults
from reports.joint import can_be_joined, write_joint
from reports.ranking import write_ranking
from reports.rendering.markup import html_environment, markdown_environment
from reports.rendering.saving import save_text, writing_below
from reports.search.comparison import of_rosters
from reports.search.search_report import write_search

__all__ = ["build_report"]


def build_report(
    results: Sequence[SearchResults],
    out: Path,
    *,
    ranked: Sequence[RankingResults] = (),
    rosters: Sequence[str] = (MAIN_ROSTER,),
    pairs: Sequence[tuple[str, str]] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Path:
    """Write the report of these results below `out`; the same results give the same bytes.

    Each protocol gets the folder `out/<name>-<short id>/` with `report.html`, `report.md`, its
    tables as CSV, its figures as SVG and PNG, and `summary.json`. If at least two methods have runs
    of more than half of several search protocols, `out/joint/` ranks methods over all of them.
    `out/index.html` and `out/index.md` link to the reports. `report.html` contains its figures and
    can be sent alone.

    Parameters
    ----------
    results : sequence of SearchResults
        One for each protocol.
    out : Path
        Folder of the report; it is made if it does not exist.
    ranked : sequence of RankingResults
        One for each ranking protocol.
    rosters : sequence of str
        Rosters whose entrants are shown, besides methods of no roster; all rosters if empty. Their
        names are appended to the folder's name, unless only the main roster is shown.
    pairs : sequence of (str, str)
        Pairs of methods whose attainment is compared in a figure of each protocol that has both;
        without any, the best method against the next one and against random search.
    progress : callable
        Called with a line for each folder that was written.

    Returns
    -------
    Path
        Of `index.html`.

    Raises
    ------
    bench.errors.CallError
        If there are no results, a protocol is given twice, no protocol has the two methods of a
        pair, or `out` cannot be written.
    """
    labels = [r.protocol.label for r in results] + [r.protocol.label for r in ranked]
    if not labels:
        raise CallError("no results to report: expected those of at least one protocol")
    for label in labels:
        if labels.count(label) > 1:
            raise CallError(f"the results of {label} are given twice; name each protocol once")
    shown = [of_rosters(each, rosters) for each in results]
    for first, second in pairs:
        if first == second or not any({first, second} <= {*each.methods} for each in shown):
            raise CallError(
                f"no reported protocol has runs of both {first} and {second}; name two methods "
                f"with runs, or report other rosters too (--roster all)"
            )
    with writing_below(out):
        return _write(shown, ranked, out, rosters, pairs, progress)


def _write(
    results: Sequence[SearchResults],
    ranked: Sequence[RankingResults],
    out: Path,
    rosters: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    progress: Callable[[str], None],
) -> Path:
    searches, rankings = [], []
    for each in sorted(results, key=lambda r: (r.protocol.name, r.protocol.id)):
        searches.append(write_search(each, out, rosters, pairs))
        progress(f"{each.protocol.label}: {searches[-1]['folder']}/report.html")
    for ranking in sorted(ranked, key=lambda r: (r.protocol.name, r.protocol.id)):
        rankings.append(write_ranking(ranking, out))
        progress(f"{ranking.protocol.label}: {rankings[-1]['folder']}/report.html")
    joint = None
    if can_be_joined(results):
        joint = write_joint(results, out, rosters)
        progress(f"all protocols: {joint['folder']}/report.html")
    content = {"searches": searches, "rankings": rankings, "joint": joint}
    index = out / "index.html"
    save_text(index, html_environment().get_template("index.html.jinja").render(content))
    markdown = markdown_environment().get_template("index.md.jinja")
    save_text(out / "index.md", markdown.render(content))
    return index
