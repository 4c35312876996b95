"""Published results: parts of reports kept in the repository, and the tables of its READMEs.

`monas report --publish` copies the summary, the tables and a figure of every report below its
output folder, and the CSV of papers' claims, into `reports/published`. Then it renders the tables
of `reports/published/README.md` and of the README of the repository from the summaries.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.errors import CallError
from bench.files import in_words, write_atomically
from bench.protocol import MAIN_ROSTER
from bench.schema import read_text
from reports.rendering.display import (
    DASH,
    between,
    correlation,
    count_of,
    interval,
    objective,
    rank,
    ratio,
    resolution,
)
from reports.rendering.saving import save_text
from reports.summary import SUMMARY_FILE, RankingSummary, SearchSummary, read_summary

__all__ = ["PUBLISHED", "publish", "render_readmes"]

PUBLISHED = Path(__file__).resolve().parent / "published"

_FRONT_PAGE = "nb201-digits-3obj"  # the protocol whose leaderboard the main README shows
_COMPARED_ENTRIES = ("mote", "tse")  # estimators with a column of their own in the list of rankings

_Summaries = dict[str, SearchSummary | RankingSummary]  # by the name of their folder


def publish(out: Path, into: Path = PUBLISHED) -> list[str]:
    """Copy the published parts of all reports below a folder, and render the READMEs.

    Parameters
    ----------
    out : Path
        Folder of reports, as `reports.build_report` and `reports.claims.claims_report` write them.
    into : Path
        Folder of published results. A report replaces its earlier version there.

    Returns
    -------
    list of str
        Names of the folders and files that were copied.

    Raises
    ------
    bench.errors.CallError
        If `into` cannot be written, or a README has no lines that mark a table.
    bench.errors.ResultsError
        If a summary cannot be read.
    """
    for readme in (into / "README.md", into.parents[1] / "README.md"):
        if not readme.is_file():
            raise CallError(
                f"cannot publish into {into}: {readme} is missing; publish from a checkout of the "
                f"repository"
            )
    try:
        names = [_copy(file, into) for file in sorted(out.glob(f"*/{SUMMARY_FILE}"))]
        for file in sorted(out.glob("claims-*/claims.csv")):
            names.append(f"{file.parent.name}.csv")
            write_atomically(into / names[-1], file.read_bytes())
        render_readmes(into)
    except OSError as error:
        raise CallError(
            f"cannot publish into {error.filename or into}: {in_words(error)}; publish from "
            f"a checkout of the repository that can be written"
        ) from None
    return names


def _copy(file: Path, into: Path) -> str:
    """Copy the report of a summary to a folder of the same name; return the name."""
    summary, source = read_summary(file), file.parent
    kept = {name: source / name for name in (SUMMARY_FILE, *summary.tables)}
    kept |= {name: source / "figures" / name for name in summary.figures.values()}
    folder = into / source.name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.name not in kept:
            old.unlink()
    for name, path in kept.items():
        write_atomically(folder / name, path.read_bytes())
    return folder.name


def render_readmes(into: Path = PUBLISHED) -> None:
    """Render the tables of the READMEs from the summaries in a folder of published results.

    The READMEs are `README.md` in the folder and, two folders above, that of the repository; one
    that does not exist is skipped.

    Parameters
    ----------
    into : Path
        Folder of published results.

    Raises
    ------
    bench.errors.CallError
        If a README has no lines that mark a table.
    """
    found = {file.parent.name: read_summary(file) for file in into.glob(f"*/{SUMMARY_FILE}")}
    order = sorted(found, key=lambda name: (found[name].protocol, found[name].version, name))
    summaries: _Summaries = {name: found[name] for name in order}
    lists = {
        "protocols": _search_list(summaries, main=True),
        "rosters": _search_list(summaries, main=False),
        "selected": _selected_list(summaries),
        "rankings": _ranking_list(summaries),
    }
    for readme, tables in (
        (into / "README.md", lists),
        (into.parent.parent / "README.md", {"leaderboard": _leaderboard(summaries)}),
    ):
        if not readme.is_file():
            continue
        text = read_text(readme, CallError)
        for name, table in tables.items():
            text = _replaced(text, name, table, readme)
        save_text(readme, text)


def _replaced(text: str, name: str, table: str, readme: Path) -> str:
    """Return a README with new content between the two lines that mark a table."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, has_begin, rest = text.partition(begin)
    _, has_end, after = rest.partition(end)
    if not has_begin or not has_end:
        raise CallError(
            f"{readme}: nothing marks the table {name!r}; expected the line {begin.strip()!r} and, "
            f"below it, the line {end.strip()!r}"
        )
    return f"{before}{begin}{table}{end}{after}"


def _search_list(summaries: _Summaries, *, main: bool) -> str:
    """Return the table of the search protocols, of main rosters or of all other rosters."""
    header = (
        "protocol",
        "results",
        "best median",
        "random search",
        "attainable",
        "better than random",
    )
    rows = []
    for folder, summary in _searches(summaries):
        if (summary.roster == (MAIN_ROSTER,)) != main:
            continue
        name = f"`{summary.protocol}`"
        best = DASH
        if summary.methods:
            best = f"`{summary.best}` {ratio(summary.methods[0].hypervolume_ratio)}"
        better = summary.better_than_random
        rows.append(
            (
                name if main else f"{name}, {', '.join(summary.roster)}",
                _links(folder, summary),
                best,
                DASH if summary.random_search is None else ratio(summary.random_search),
                ratio(summary.attainable),
                count_of(better.better, better.compared),
            )
        )
    return _table(header, rows, words=3)


def _selected_list(summaries: _Summaries) -> str:
    """Return the table of the protocols that are judged by selected architectures."""
    header = ("protocol", "results", "best median", "random search", "better than random")
    rows = []
    for folder, summary in _searches(summaries):
        selected = summary.selected
        if selected is None or summary.roster != (MAIN_ROSTER,):
            continue
        random, better = selected.random_search, selected.better_than_random
        rows.append(
            (
                f"`{summary.protocol}`",
                f"[{summary.short_id}]({folder}/{selected.table})",
                f"`{selected.best}` {objective(selected.methods[0].objective)}",
                DASH if random is None else objective(random),
                count_of(better.better, better.compared),
            )
        )
    return _table(header, rows, words=3)


def _ranking_list(summaries: _Summaries) -> str:
    """Return the table of the ranking protocols, over the largest set of each."""
    header = ("protocol", "results", "cells", "best entry")
    rows = []
    for folder, summary in summaries.items():
        if not isinstance(summary, RankingSummary):
            continue
        largest = summary.sets[0]
        taus = {each.entry: each.kendall_tau for each in largest.entries}
        best, tau = next(iter(taus.items()), (DASH, None))
        rows.append(
            (
                f"`{summary.protocol}`",
                _links(folder, summary),
                f"{largest.cells:,}",
                f"`{best}` {_tau(tau)}",
                *(_tau(taus.get(entry)) for entry in _COMPARED_ENTRIES),
            )
        )
    titles = (entry.upper() for entry in _COMPARED_ENTRIES)
    return _table((*header, *titles), rows, words=2, more_words=(3,))


def _leaderboard(summaries: _Summaries) -> str:
    """Return the leaderboard of the main README, below the label of its protocol."""
    header = ("method", "hypervolume ratio", "95 % interval", "average rank", "groups")
    boards = [
        summary
        for _, summary in _searches(summaries)
        if summary.protocol == _FRONT_PAGE and summary.roster == (MAIN_ROSTER,)
    ]
    if not boards:
        raise CallError(
            f"no published results of {_FRONT_PAGE}, whose leaderboard the README shows; make "
            f"them with `monas run {_FRONT_PAGE} && monas report {_FRONT_PAGE} --publish`"
        )
    board = max(boards, key=lambda summary: summary.version)
    rows = [
        (
            f"`{row.method}`",
            ratio(row.hypervolume_ratio),
            interval(row.low, row.high),
            rank(row.average_rank),
            row.groups,
        )
        for row in board.methods
    ]
    table = _table(header, rows, words=1, more_words=(4,))
    if board.resolution is not None:
        found, counts = board.resolution, [row.repetitions or 0 for row in board.methods]
        text = resolution(
            found.now, found.pairs, found.projected, between(min(counts), max(counts))
        )
        table += f"\n{text}\n"
    return f"Leaderboard of `{board.protocol}` v{board.version} ({board.short_id}):\n\n{table}"


def _searches(summaries: _Summaries) -> Iterable[tuple[str, SearchSummary]]:
    for folder, summary in summaries.items():
        if isinstance(summary, SearchSummary):
            yield folder, summary


def _links(folder: str, summary: SearchSummary | RankingSummary) -> str:
    """Return links to the main table of a report, by the protocol's id, and to its figures."""
    figures = [f"[{title}]({folder}/{name})" for title, name in summary.figures.items()]
    return ", ".join([f"[{summary.short_id}]({folder}/{summary.tables[0]})", *figures])


def _tau(value: float | None) -> str:
    return DASH if value is None else correlation(value)


def _table(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    words: int,
    more_words: Sequence[int] = (),
) -> str:
    """Return a Markdown table; the first `words` columns and `more_words` are aligned left."""
    left = {*range(words), *more_words}
    rule = ["---" if column in left else "---:" for column in range(len(header))]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (header, rule, *rows))
