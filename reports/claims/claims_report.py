"""A paper's claims on disk: a page in HTML and Markdown, a table, and the figures."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from bench.files import write_atomically
from reports.claims.claims_page import JudgedClaim, make_claims_page
from reports.claims.evidence import Evidence
from reports.claims.record import Paper
from reports.rendering.pages import write_page
from reports.rendering.saving import csv_bytes, save_plots, writing_below

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["build_claims", "claims_frame", "judge"]


def judge(paper: Paper, evidence: Evidence) -> list[JudgedClaim]:
    """Return every claim of a paper with its judgement, in the order of the record.

    Parameters
    ----------
    paper : Paper
    evidence : Evidence
        Results to judge by.
    """
    return [JudgedClaim(claim, claim.judge(evidence)) for claim in paper.claims]


def build_claims(
    paper: Paper, judged: Sequence[JudgedClaim], evidence: Evidence, out: Path
) -> Path:
    """Write the page of a paper's claims; the same results give the same bytes.

    `out/claims-<paper>/` gets `claims.html` (which contains its figures and can be sent alone),
    `claims.md`, `claims.csv` and `figures/`.

    Parameters
    ----------
    paper : Paper
    judged : sequence of JudgedClaim
        Of `judge`.
    evidence : Evidence
        Results that the figures show.
    out : Path
        Folder of all reports.

    Returns
    -------
    Path
        Of `claims.html`.

    Raises
    ------
    bench.errors.CallError
        If `out` cannot be written.
    """
    with writing_below(out):
        return _write(paper, judged, evidence, out / f"claims-{paper.name}")


def _write(paper: Paper, judged: Sequence[JudgedClaim], evidence: Evidence, folder: Path) -> Path:
    from reports.claims.figures import draw_plots
    from reports.papers import paper_plots

    (folder / "figures").mkdir(parents=True, exist_ok=True)
    plots = chain(draw_plots(paper, evidence), paper_plots(paper.name, evidence))
    figures = save_plots(plots, folder / "figures", salt=f"claims {paper.name}")
    write_atomically(folder / "claims.csv", csv_bytes(claims_frame(paper, judged)))
    page = make_claims_page(paper, judged, figures=bool(figures))
    write_page(page, folder, "claims", figures=figures, files=["claims.csv"])
    return folder / "claims.html"


def claims_frame(paper: Paper, judged: Sequence[JudgedClaim]) -> pd.DataFrame:
    """Return one row for each claim, numbers not rounded.

    Parameters
    ----------
    paper : Paper
    judged : sequence of JudgedClaim
        Of `judge`.
    """
    import pandas as pd

    rows = []
    for claim, judgement in ((each.claim, each.judgement) for each in judged):
        estimate = judgement.estimate
        rows.append(
            {
                "paper": paper.name,
                "claim": claim.id,
                "place": claim.place,
                "statement": " ".join(claim.statement.split()),
                "published": claim.published.value,
                "unit": claim.published.unit,
                "how_published": claim.published.how,
                "rule": claim.rule.kind,
                "tested_by": claim.rule.tested_by,
                "verdict": judgement.verdict,
                "estimate": estimate.value if estimate else None,
                "low": estimate.low if estimate else None,
                "high": estimate.high if estimate else None,
                "estimate_unit": estimate.unit if estimate else "",
                "repetitions": judgement.repetitions,
                "sentence": judgement.sentence,
                "command": judgement.command or "",
            }
        )
    return pd.DataFrame(rows)
