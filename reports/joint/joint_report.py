"""The report over several protocols on disk: its folder with page, figures and table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.files import write_atomically
from bench.protocol import MAIN_ROSTER
from bench.results.search import SearchResults
from reports.joint.joint_figures import draw_plots
from reports.joint.joint_page import make_joint_page
from reports.joint.joint_ranking import JointRanking, make_joint_ranking, placed_methods
from reports.rendering.pages import write_page
from reports.rendering.saving import csv_bytes, save_plots

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["can_be_joined", "write_joint"]

_RANKS = "ranks.csv"


def can_be_joined(results: Sequence[SearchResults]) -> bool:
    """Return whether there are several protocols, and several methods to rank over them."""
    return len(results) > 1 and len(placed_methods(results)) > 1


def write_joint(
    results: Sequence[SearchResults], out: Path, rosters: Sequence[str]
) -> dict[str, str]:
    """Write `out/joint[-<roster>]/` with report, figures and table.

    Parameters
    ----------
    results : sequence of SearchResults
        One for each protocol, with the methods to show.
    out : Path
        Folder of all reports.
    rosters : sequence of str
        As for `reports.search.search_report.write_search`.

    Returns
    -------
    dict of str to str
        The report's entry in the index.
    """
    roster = tuple(rosters) or ("all",)
    folder = out / "-".join(["joint", *(() if roster == (MAIN_ROSTER,) else roster)])
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    ranking = make_joint_ranking(results)
    write_atomically(folder / _RANKS, csv_bytes(_frame(ranking)))
    ids = [protocol.id for family in ranking.families for protocol in family.protocols]
    figures = save_plots(draw_plots(results, ranking), folder / "figures", salt=" ".join(ids))
    page = make_joint_page(results, ranking)
    write_page(page, folder, "report", figures=figures, files=[_RANKS], index="../index.html")
    first = [row.method for row in ranking.rows if row.placed and row.placed.place == 1]
    return {
        "folder": folder.name,
        "title": page.title,
        "protocols": str(len(ids)),
        "families": str(len(ranking.families)),
        "first": ", ".join(first),
    }


def _frame(ranking: JointRanking) -> pd.DataFrame:
    """Return one row for each method, the best average rank first."""
    import pandas as pd

    rows = []
    for row in ranking.rows:
        placed = row.placed
        ranks = zip(ranking.families, row.by_family, strict=True)
        without = {e.family: e.places.get(row.method, (None, None))[1] for e in ranking.without}
        rows.append(
            {
                "method": row.method,
                "protocols": row.protocols,
                "families": row.families,
                "average_rank": row.rank,
                "average_rank_low": row.low,
                "average_rank_high": row.high,
                "place": placed.place if placed else None,
                "place_first": placed.first if placed else None,
                "place_last": placed.last if placed else None,
                **{f"average_rank_in_{family.name}": rank for family, rank in ranks},
                **{f"place_without_{family}": place for family, place in without.items()},
            }
        )
    return pd.DataFrame(rows)
