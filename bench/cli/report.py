"""`monas report`: tables and figures from results."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.console import results_option
from bench.cli.left_out import loaded_if_here
from bench.cli.ranking import rank_results
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
    "--if-here", is_flag=True, help="Leave out protocols without results, or without their tables."
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
    Methods that stand in no roster are always shown.
    """
    from bench.protocol.files import protocol_kind
    from bench.protocol.search import MAIN_ROSTER, load_protocol, released_protocols
    from bench.results.search import load_search_results
    from reports import build_report
    from reports.publishing import publish

    ranked = rank_results(protocols, results, if_here=if_here)
    names = protocols or released_protocols()
    chosen = [load_protocol(name) for name in names if protocol_kind(name) == "search"]
    shown = () if "all" in rosters else rosters or (MAIN_ROSTER,)
    if not protocols:
        chosen = [p for p in chosen if {*shown} <= {MAIN_ROSTER, *p.rules.rosters}]
    if if_here or not protocols:
        loaded = loaded_if_here(chosen, load_search_results, results)
    else:
        loaded = [load_search_results(protocol, results) for protocol in chosen]
    if not loaded and not ranked:
        raise CallError(f"no results in {results}; make some with `monas run nb201-digits`")
    index = build_report(
        loaded, out, ranked=ranked, rosters=shown, progress=lambda line: click.echo(line, err=True)
    )
    click.echo(f"report: {index.resolve()}")
    if published:
        for name in publish(out):
            click.echo(f"published: {name}")
