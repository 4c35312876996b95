"""A protocol of rank on the disk: its folder, its page, its figures, one line for the index."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.results.ranking import RankingResults
from reports.ranking.agreement import agreement_frame
from reports.ranking.ranking_page import make_rank_page
from reports.rendering import display
from reports.search.tables import csv_bytes

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["write_ranking"]


def write_ranking(
    results: RankingResults, out: Path, html: Environment, markdown: Environment
) -> dict[str, Any]:
    """Write `out/<name>-<short id>/` with report, figures and tables; return its index entry.

    The same results give the same bytes.
    """
    from reports.ranking.plots import draw_rank_plots
    from reports.rendering.plots import save_plots

    protocol = results.protocol
    name = f"{protocol.name}-{protocol.short_id}"
    folder = out / name
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    tables = {"ranks.csv": results.frame(), "agreement.csv": agreement_frame(results)}
    for file, frame in tables.items():
        (folder / file).write_bytes(csv_bytes(frame))
    figures = save_plots(draw_rank_plots(results), folder / "figures", salt=protocol.id)
    page = make_rank_page(results)
    for environment, suffix in ((html, "html"), (markdown, "md")):
        template = environment.get_template(f"page.{suffix}.jinja")
        text = template.render(page=page, figures=figures, tables_written=list(tables))
        (folder / f"report.{suffix}").write_bytes(text.encode())
    first = protocol.rules.sets[0].name
    ranked = results.of(first)
    best = f"{ranked[0].label} ({ranked[0].sets[first].tau:.3f})" if ranked else display.MISSING
    return {
        "folder": name,
        "title": page.title,
        "label": page.label,
        "entries": str(len(results.entries)),
        "cells": f"{results.set_sizes[first]:,}",
        "first": best,
    }
