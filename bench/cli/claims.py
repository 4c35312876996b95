"""`monas claims`: the claims of papers, judged by results."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from textwrap import fill
from typing import TYPE_CHECKING

import click

from bench.cli.console import DEFAULT_RESULTS, results_option

if TYPE_CHECKING:
    from reports.claims.claims_page import JudgedClaim

__all__ = ["claims"]

_COLUMNS = 100


@click.command()
@click.option(
    "--paper",
    "papers",
    multiple=True,
    metavar="NAME",
    help="Claims of this paper; may be given several times.  [default: all]",
)
@results_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Write a page with figures for each paper below this folder.",
)
def claims(papers: tuple[str, ...], results: Path, out: Path | None) -> None:
    """Judge the claims of papers by results.

    Verdicts are computed from results by rules in the records of the claims. For a claim without
    results the command that makes them is printed; it does not change the exit status.
    """
    from reports.claims import Evidence, load_paper, record_names
    from reports.claims.claims_page import citation, tally
    from reports.claims.claims_report import build_claims, judge

    evidence = Evidence(results)
    option = "" if results == DEFAULT_RESULTS else f" --results {quote(str(results))}"
    for paper in [load_paper(name) for name in papers or record_names()]:
        judged = judge(paper, evidence)
        click.echo(f"{paper.name}\n{_indented(citation(paper), 2)}")
        for each in judged:
            _print_claim(each, option)
        click.echo(f"\n{paper.name}: {tally(judged)}, of {len(judged)} claims\n")
        if out is not None:
            click.echo(f"page: {build_claims(paper, judged, evidence, out).resolve()}\n")


def _print_claim(each: JudgedClaim, option: str) -> None:
    from reports.claims.claims_page import basis, estimate_text, published_text

    claim, judgement = each.claim, each.judgement
    measured = "nothing measured here"
    if judgement.estimate is not None:
        measured = f"here {' '.join(estimate_text(judgement))} {judgement.estimate.unit}"
    click.echo(f"\n  {claim.id}: {judgement.verdict.upper()}")
    click.echo(_indented(f"{' '.join(claim.statement.split())} [{claim.place}]", 4))
    click.echo(_indented(f"published {published_text(claim.published)}; {measured}", 4))
    click.echo(_indented(basis(judgement), 4))
    if judgement.command:
        click.echo(f"    make them with: {judgement.command}{option}")


def _indented(text: str, by: int) -> str:
    indent = " " * by
    return fill(
        text,
        _COLUMNS,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
