"""`monas report`: tables and figures from results."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.console import results_option
from bench.cli.skipped import results_if_here
from bench.errors import CallError

__all__ = ["report"]


@click.command()
@click.argument("protocols", nargs=-1, metavar="[PROTOCOL]...")
@click.option(
    "--roster",
    "rosters",
    multiple=True,
    metavar="NAME",
    help="Show this roster of the protocol, or `all`; may be given several times.  [default: main]",
)
@click.option(
    "--if-here", is_flag=True, help="Skip protocols without results, or without their tables."
)
@results_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("out"),
    show_default=True,
    help="Folder that the report goes to.",
)
@click.option(
    "--publish",
    "published",
    is_flag=True,
    help="Copy the published parts of all reports in the folder into reports/published, and render "
    "the tables of the READMEs.",
)
def report(
    protocols: tuple[str, ...],
    rosters: tuple[str, ...],
    if_here: bool,
    results: Path,
    out: Path,
    published: bool,
) -> None:
    """Make the report of PROTOCOL, or of every protocol that has results.

    Everything is recomputed from the journals and the table; the same results give the same bytes.
    Methods that are in no roster are always shown.
    """
    from bench.protocol import MAIN_ROSTER, load_protocol, released_protocols
    from bench.results import RankingResults, SearchResults, load_results
    from reports import build_report
    from reports.publishing import publish

    shown = () if "all" in rosters else rosters or (MAIN_ROSTER,)
    chosen = [load_protocol(name) for name in protocols or released_protocols()]
    if not protocols:
        chosen = [p for p in chosen if {*shown} <= {*p.rosters}]
    found: list[SearchResults | RankingResults]
    if if_here or not protocols:
        found = results_if_here(chosen, load_results, results)
    else:
        found = [load_results(protocol, results) for protocol in chosen]
    loaded = [each for each in found if isinstance(each, SearchResults)]
    ranked = [each for each in found if isinstance(each, RankingResults)]
    if not found:
        raise CallError(f"no results in {results}; make some with `monas run nb201-digits`")
    index = build_report(
        loaded, out, ranked=ranked, rosters=shown, progress=lambda line: click.echo(line, err=True)
    )
    click.echo(f"report: {index.resolve()}")
    if published:
        for name in publish(out):
            click.echo(f"published: {name}")
