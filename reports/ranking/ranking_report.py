"""The report of a ranking protocol on disk: its folder with page, figures, tables and summary."""

from __future__ import annotations

import math
from pathlib import Path

from bench.files import write_atomically
from bench.protocol import MAIN_ROSTER
from bench.results.ranking import RankingResults
from reports.ranking.agreement import agreement_frame
from reports.ranking.ranking_page import make_ranking_page
from reports.rendering import display
from reports.rendering.pages import write_page
from reports.rendering.saving import csv_bytes, save_plots
from reports.summary import RankedEntry, RankedSet, RankingSummary, write_summary

__all__ = ["write_ranking"]


def write_ranking(results: RankingResults, out: Path) -> dict[str, str]:
    """Write `out/<name>-<short id>/` with report, figures, tables and summary.

    The same results give the same bytes.

    Parameters
    ----------
    results : RankingResults
    out : Path
        Folder of all reports.

    Returns
    -------
    dict of str to str
        The report's row of the index.
    """
    from reports.ranking.ranking_figures import draw_ranking_plots

    protocol = results.protocol
    folder = out / f"{protocol.name}-{protocol.short_id}"
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    tables = {"ranks.csv": results.frame(), "agreement.csv": agreement_frame(results)}
    for file, frame in tables.items():
        write_atomically(folder / file, csv_bytes(frame))
    figures = save_plots(draw_ranking_plots(results), folder / "figures", salt=protocol.id)
    page = make_ranking_page(results)
    write_page(page, folder, "report", figures=figures, files=list(tables), index="../index.html")
    drawn = {figure["name"] for figure in figures}
    write_summary(_summary(results, tuple(tables), drawn), folder)
    first = protocol.rules.sets[0].name
    ranked = results.of(first)
    best = f"{ranked[0].label} ({ranked[0].sets[first].tau:.3f})" if ranked else display.DASH
    return {
        "folder": folder.name,
        "title": page.title,
        "label": page.label,
        "entries": str(len(results.entries)),
        "cells": f"{results.set_sizes[first]:,}",
        "first": best,
    }


def _summary(results: RankingResults, tables: tuple[str, ...], drawn: set[str]) -> RankingSummary:
    protocol = results.protocol
    sizes = results.set_sizes
    names = sorted((each.name for each in protocol.rules.sets), key=lambda name: -sizes[name])
    figures = {"figure": f"cost-{names[0]}", "agreement of entries": f"agreement-{names[0]}"}
    return RankingSummary(
        protocol=protocol.name,
        version=protocol.rules.version,
        id=protocol.id,
        roster=(MAIN_ROSTER,),
        tables=tables,
        figures={title: f"{name}.png" for title, name in figures.items() if name in drawn},
        sets=tuple(_ranked_set(results, name) for name in names),
    )


def _ranked_set(results: RankingResults, name: str) -> RankedSet:
    found = [(entry, entry.sets[name]) for entry in results.of(name)]
    entries = tuple(
        RankedEntry(
            entry=entry.label,
            kendall_tau=_finite(each.tau),
            low=_finite(each.low),
            high=_finite(each.high),
            seconds=_finite(entry.seconds),
        )
        for entry, each in found
    )
    return RankedSet(name=name, cells=results.set_sizes[name], entries=entries)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
