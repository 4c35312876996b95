"""The report of a search protocol on disk: its folder with page, figures, tables and summary."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.files import write_atomically
from bench.protocol import MAIN_ROSTER
from bench.results.search import SearchResults
from reports.provenance import make_provenance
from reports.rendering.pages import write_page
from reports.rendering.saving import csv_bytes, save_plots
from reports.search.comparison import RANDOM, run_frame
from reports.search.leaderboard import AgainstRandom, Leaderboard, make_leaderboard
from reports.search.pairs import make_pairs
from reports.search.search_page import (
    SearchFindings,
    compared,
    make_search_page,
    verdict,
)
from reports.search.search_page_indicators import selected_verdict
from reports.search.search_tables import leaderboard_frame, pairs_frame, selected_frame
from reports.search.selected import Selected, make_selected
from reports.search.targets import make_targets_reached
from reports.summary import (
    BetterThanRandom,
    MethodRow,
    ResolutionSummary,
    SearchSummary,
    SelectedRow,
    SelectedSummary,
    write_summary,
)

__all__ = ["write_search"]

_LEADERBOARD, _RUNS, _SELECTED = "leaderboard.csv", "runs.csv", "selected.csv"
_PAIRS = "pairs.csv"
_PUBLISHED_FIGURE = "anytime.png"


def write_search(
    results: SearchResults,
    out: Path,
    rosters: Sequence[str],
    chosen_pairs: Sequence[tuple[str, str]] = (),
) -> dict[str, str]:
    """Write `out/<name>-<short id>[-<roster>]/` with report, figures, tables and summary.

    Parameters
    ----------
    results : SearchResults
        Results of the methods to show.
    out : Path
        Folder of all reports.
    rosters : sequence of str
        Names of the rosters that are shown; all rosters if empty. They are part of the folder's
        name, unless only the main roster is shown.
    chosen_pairs : sequence of (str, str)
        Pairs of methods whose attainment is compared in a figure. Without any: the method with the
        best median and the next one, and it and random search.

    Returns
    -------
    dict of str to str
        The report's row of the index.
    """
    from reports.search.figures import draw_plots

    protocol, roster = results.protocol, tuple(rosters) or ("all",)
    suffix = () if roster == (MAIN_ROSTER,) else roster
    folder = out / "-".join([protocol.name, protocol.short_id, *suffix])
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    frame = run_frame(results)
    board = make_leaderboard(results, frame, rosters)
    selected = make_selected(results, frame)
    pairs = make_pairs(results, frame, board.compared)
    tables = {_LEADERBOARD: leaderboard_frame(board, protocol), _RUNS: frame}
    if pairs.pairs:
        tables[_PAIRS] = pairs_frame(pairs, protocol)
    if selected:
        tables[_SELECTED] = selected_frame(selected, results)
    for file, table in tables.items():
        write_atomically(folder / file, csv_bytes(table))
    figures = save_plots(
        draw_plots(results, pairs, chosen_pairs), folder / "figures", salt=protocol.id
    )
    targets = make_targets_reached(results, frame)
    provenance = make_provenance(results)
    page = make_search_page(SearchFindings(results, board, pairs, selected, targets, provenance))
    write_page(page, folder, "report", figures=figures, files=list(tables), index="../index.html")
    write_summary(_summary(results, board, selected, roster, tuple(tables)), folder)
    return {
        "folder": folder.name,
        "title": page.title,
        "label": page.label,
        "methods": str(len(results.methods)),
        "compared": compared(board, protocol),
        "first": board.compared[0],
        "verdict": " ".join(
            filter(None, (verdict(board, briefly=True), selected_verdict(selected)))
        ),
    }


def _summary(
    results: SearchResults,
    board: Leaderboard,
    selected: tuple[Selected, ...],
    roster: tuple[str, ...],
    tables: tuple[str, ...],
) -> SearchSummary:
    protocol = results.protocol
    methods = tuple(
        MethodRow(
            method=row.method,
            hypervolume_ratio=row.measured.hypervolume_ratio,
            low=row.measured.low,
            high=row.measured.high,
            average_rank=row.measured.average_rank,
            groups=row.measured.letters,
            better_than_random=_is_better(row.measured.against_random),
            repetitions=row.measured.repetitions,
            failed=row.kept,
        )
        for row in board.rows
        if row.measured
    )
    resolution = ResolutionSummary(
        pairs=board.resolution.pairs,
        now=board.resolution.now,
        projected=board.resolution.projected,
    )
    return SearchSummary(
        protocol=protocol.name,
        version=protocol.rules.version,
        id=protocol.id,
        roster=roster,
        tables=tables,
        figures={"figure": _PUBLISHED_FIGURE},
        repetitions=max(board.repetitions),
        attainable=protocol.rules.normalisation.attainable,
        methods=methods,
        resolution=resolution if resolution.pairs else None,
        best=methods[0].method if methods else None,
        random_search=next((m.hypervolume_ratio for m in methods if m.method == RANDOM), None),
        better_than_random=_count_better([row.better_than_random for row in methods]),
        selected=_selected_summary(results, selected) if selected else None,
    )


def _selected_summary(results: SearchResults, selected: tuple[Selected, ...]) -> SelectedSummary:
    objective = results.protocol.rules.task.objectives[0]
    methods = tuple(
        SelectedRow(
            method=each.method,
            objective=each.objective,
            low=each.low,
            high=each.high,
            seconds=each.seconds,
            better_than_random=_is_better(each.against_random),
        )
        for each in selected
    )
    return SelectedSummary(
        objective=objective.name,
        unit=objective.unit,
        table=_SELECTED,
        methods=methods,
        best=methods[0].method,
        random_search=next((m.objective for m in methods if m.method == RANDOM), None),
        better_than_random=_count_better([row.better_than_random for row in methods]),
    )


def _is_better(against: AgainstRandom | None) -> bool | None:
    return None if against is None else against.is_better


def _count_better(better: Sequence[bool | None]) -> BetterThanRandom:
    compared = [each for each in better if each is not None]
    return BetterThanRandom(better=sum(compared), compared=len(compared))
