"""A paper's claims on disk: a page in HTML and Markdown, a table, and the figures."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import CallError
from reports.claims.claims_page import Judged, make_page
from reports.claims.evidence import Evidence
from reports.claims.record import Paper
from reports.rendering.markup import html_environment, markdown_environment, save
from reports.search.tables import csv_bytes

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["build_claims", "claims_frame", "judge"]


def judge(paper: Paper, evidence: Evidence) -> list[Judged]:
    """Return every claim of a paper with its outcome, in the order of the record."""
    return [Judged(claim, claim.judge(evidence)) for claim in paper.claims]


def build_claims(paper: Paper, judged: Sequence[Judged], evidence: Evidence, out: Path) -> Path:
    """Write the page of a paper's claims; the same results give the same bytes.

    `out/claims-<paper>/` gets `claims.html` (which holds its figures itself and can be sent
    alone), `claims.md`, `claims.csv` and `figures/`.

    Returns
    -------
    Path
        Of `claims.html`.

    Raises
    ------
    bench.errors.CallError
        If `out` cannot be written.
    """
    try:
        return _write(paper, judged, evidence, out / f"claims-{paper.name}")
    except OSError as error:
        raise CallError(
            f"cannot write {error.filename or out}: {error.strerror}; choose another folder with "
            f"--out"
        ) from None


def _write(paper: Paper, judged: Sequence[Judged], evidence: Evidence, folder: Path) -> Path:
    from reports.claims.figures.content import draw_plots
    from reports.papers import paper_plots
    from reports.rendering.plots import save_plots

    (folder / "figures").mkdir(parents=True, exist_ok=True)
    plots = chain(draw_plots(paper, evidence), paper_plots(paper.name, evidence))
    figures = save_plots(plots, folder / "figures", salt=f"claims {paper.name}")
    (folder / "claims.csv").write_bytes(csv_bytes(claims_frame(paper, judged)))
    page = make_page(paper, judged, figures=bool(figures))
    for environment, suffix in ((html_environment(), "html"), (markdown_environment(), "md")):
        template = environment.get_template(f"claims.{suffix}.jinja")
        save(folder / f"claims.{suffix}", template.render(page=page, figures=figures))
    return folder / "claims.html"


def claims_frame(paper: Paper, judged: Sequence[Judged]) -> pd.DataFrame:
    """Return one row for each claim: full numbers, nothing rounded for display."""
    import pandas as pd

    rows = []
    for claim, outcome in ((each.claim, each.outcome) for each in judged):
        estimate = outcome.estimate
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
                "verdict": outcome.verdict,
                "estimate": estimate.value if estimate else None,
                "low": estimate.low if estimate else None,
                "high": estimate.high if estimate else None,
                "estimate_unit": estimate.unit if estimate else "",
                "repetitions": outcome.repetitions,
                "sentence": outcome.sentence,
                "command": outcome.command or "",
            }
        )
    return pd.DataFrame(rows)
