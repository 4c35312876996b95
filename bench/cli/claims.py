"""`monas claims`: what papers claim, and what the results make of it."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import click

from bench.cli.console import DEFAULT_RESULTS, results_option

if TYPE_CHECKING:
    from reports.claims.claims_page import Judged
    from reports.claims.record import Paper

__all__ = ["claims"]

_COLUMNS = 100


@click.command()
@click.option(
    "--paper",
    "papers",
    multiple=True,
    metavar="NAME",
    help="This paper's claims; may be given several times.  [default: all]",
)
@results_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Write a page of each paper with its figures below this folder.",
)
def claims(papers: tuple[str, ...], results: Path, out: Path | None) -> None:
    """Say of each claim of a paper what the results make of it.

    Verdicts are computed from results by rules in the claims' own records. A claim without results
    is told with the command that makes them, and changes no exit status.
    """
    from reports.claims import Evidence, load_paper, record_names
    from reports.claims.claims_page import tally
    from reports.claims.site import build_claims, judge

    evidence = Evidence(results)
    elsewhere = "" if results == DEFAULT_RESULTS else f" --results {results}"
    for paper in [load_paper(name) for name in papers or record_names()]:
        judged = judge(paper, evidence)
        _say_paper(paper)
        for each in judged:
            _say_claim(each, elsewhere)
        click.echo(f"\n{paper.name}: {tally(judged)}, of {len(judged)} claims\n")
        if out is not None:
            click.echo(f"page: {build_claims(paper, judged, evidence, out).resolve()}\n")


def _say_paper(paper: Paper) -> None:
    from reports.claims.claims_page import citation

    click.echo(f"{paper.name}\n{_indented(citation(paper), 2)}")


def _say_claim(each: Judged, elsewhere: str) -> None:
    from reports.claims.claims_page import basis, here, published

    claim, outcome = each.claim, each.outcome
    value, interval = here(outcome)
    found = "nothing measured here"
    if outcome.estimate is not None:
        found = f"here {value} {interval} {outcome.estimate.unit}"
    click.echo(f"\n  {claim.id}: {outcome.verdict.upper()}")
    click.echo(_indented(f"{' '.join(claim.statement.split())} [{claim.place}]", 4))
    click.echo(_indented(f"published {published(claim.published)}; {found}", 4))
    click.echo(_indented(basis(outcome), 4))
    if outcome.command:
        click.echo(f"    make them with: {outcome.command}{elsewhere}")


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
