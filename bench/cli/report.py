"""`monas report`: tables and figures from results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.console import results_option
from bench.errors import CallError

if TYPE_CHECKING:
    from bench.protocol import Protocol

__all__ = ["report"]


@click.command()
@click.argument("protocols", nargs=-1, metavar="[PROTOCOL]...")
@results_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("out"),
    show_default=True,
    help="Folder that the report goes to.",
)
def report(protocols: tuple[str, ...], results: Path, out: Path) -> None:
    """Make the report of PROTOCOL, or of every protocol that has results.

    Everything is recomputed from the journals and the table; the same results give the same bytes.
    """
    from bench.protocol import load_protocol, released_protocols
    from bench.results import load_results
    from reports import build_report

    names = protocols or tuple(n for n in released_protocols() if (results / n).is_dir())
    chosen = [load_protocol(name) for name in names]
    if not protocols:
        chosen = [protocol for protocol in chosen if _is_playable(protocol)]
    if not chosen:
        raise CallError(f"no results in {results}; make some with `monas run nb201-digits`")
    loaded = [load_results(protocol, results) for protocol in chosen]
    index = build_report(loaded, out, progress=lambda line: click.echo(line, err=True))
    click.echo(f"report: {index.resolve()}")


def _is_playable(protocol: Protocol) -> bool:
    """Tell whether the protocol's tables are here; say so if not."""
    from bench.errors import DataMissingError

    try:
        protocol.require_tables()
    except DataMissingError as error:
        click.echo(f"{protocol.name} left out: {error}", err=True)
        return False
    return True
