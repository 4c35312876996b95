"""`monas report`: tables and figures from results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.console import DEFAULT_RESULTS, chosen_rosters, results_option, roster_option
from bench.errors import CallError, DataMissingError, NoResultsError, command

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.protocol import AnyProtocol
    from bench.results import RankingResults, SearchResults

__all__ = ["report"]


@click.command()
@click.argument("protocols", nargs=-1, metavar="[PROTOCOL]...")
@roster_option
@click.option(
    "--if-here", is_flag=True, help="Skip protocols without results, or without their tables."
)
@click.option(
    "--pair",
    "pairs",
    nargs=2,
    multiple=True,
    metavar="METHOD METHOD",
    help="Draw where in the space of the objectives the two methods differ; may be given several "
    "times.  [default: the best method and the next one, and it and random]",
)
@results_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("out"),
    show_default=True,
    help="Folder of the report.",
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
    pairs: tuple[tuple[str, str], ...],
    results: Path,
    out: Path,
    published: bool,
) -> None:
    """Make the report of PROTOCOL, or of every protocol that has results.

    Everything is recomputed from the journals and the table; the same results give the same bytes.
    Methods that are in no roster are always shown.
    """
    from bench.protocol import load_protocol, released_protocols
    from bench.results import RankingResults, SearchResults, load_results
    from reports import build_report
    from reports.publishing import publish

    shown = chosen_rosters(rosters)
    chosen = [load_protocol(name) for name in protocols or released_protocols()]
    if not protocols:
        chosen = [p for p in chosen if {*shown} <= {*p.rules.all_rosters}]
    if if_here or not protocols:
        found = _results_if_here(chosen, results)
    else:
        found = [load_results(protocol, results) for protocol in chosen]
    if not found:
        where = () if results == DEFAULT_RESULTS else ("--results", results)
        way = command("monas", "run", "nb201-digits", *where)
        raise CallError(f"no results in {results}; make some with {way}")
    index = build_report(
        [each for each in found if isinstance(each, SearchResults)],
        out,
        ranked=[each for each in found if isinstance(each, RankingResults)],
        rosters=shown,
        pairs=pairs,
        progress=lambda line: click.echo(line, err=True),
    )
    click.echo(f"report: {index.resolve()}")
    if published:
        for name in publish(out):
            click.echo(f"published: {name}")


def _results_if_here(
    protocols: Iterable[AnyProtocol], folder: Path
) -> list[SearchResults | RankingResults]:
    """Return the results of the protocols that have any, and whose tables are on this machine.

    A line says why a protocol with a folder of results is skipped.
    """
    from bench.results import load_results

    results = []
    for protocol in protocols:
        if not (folder / protocol.name).is_dir():
            continue
        try:
            protocol.require_tables()
            results.append(load_results(protocol, folder))
        except (DataMissingError, NoResultsError) as error:
            click.echo(f"{protocol.name} skipped: {error}", err=True)
    return results
