"""`monas data`: status, download, import and verification of tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.console import progress
from bench.errors import CallError, DataError, DataMissingError

if TYPE_CHECKING:
    from bench.data import CatalogueEntry
    from bench.data.facts.checking import FactResult

__all__ = ["data"]


@click.group()
def data() -> None:
    """Install tables on this machine and check them.

    The folder is MONAS_DATA, or else the user's data folder.
    """


@data.command()
def status() -> int:
    """Check every known table: installed or missing, content right or damaged."""
    from bench.data import catalogue, load_table

    bad = 0
    for entry in catalogue():
        try:
            table = load_table(entry.name)
        except DataMissingError:
            click.echo(f"{entry.name}: missing; install it with {entry.how_to_get}")
        except DataError as error:
            bad += 1
            click.echo(f"{entry.name}: damaged. {error}")
        else:
            digest = table.content_sha256[:12]
            click.echo(f"{entry.name}: ok, {_size(entry)}content {digest}, {entry.path}")
    return 1 if bad else 0


@data.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option(
    "--mirror", metavar="DIR_OR_URL", help="Get the originals from here: <source>/<file> below it."
)
def fetch(names: tuple[str, ...], mirror: str | None) -> None:
    """Download the originals of tables, convert them, check and install the result.

    Every file has a pinned address and sha256, and is checked before it is used. Files that are
    already on this machine are not downloaded again.
    """
    from bench.data import catalogue_entry, fetch_table

    for entry in map(catalogue_entry, names):
        with progress(entry.name, len(entry.sources)) as show:
            path = fetch_table(entry.name, mirror=mirror, report=lambda d, _, step: show(d, step))
        click.echo(f"{entry.name}: ok, {_size(entry)}{path}")
        click.echo(f"  licence {entry.licence}; cite {entry.citation}")


@data.command(name="import")
@click.argument("name")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--format", "form", metavar="FORMAT", help="Format of PATH.  [default: guessed]")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the content of PATH to this file, even if it is not the table of the catalogue.",
)
def import_(name: str, path: Path, form: str | None, out: Path | None) -> None:
    """Install table NAME from official files that are already on this machine.

    PATH is a file or folder that the benchmark's authors published (`monas list data` names the
    formats), or a folder, or a clone of a repository, with the files that `monas data fetch` would
    download.
    """
    from bench.data import catalogue_entry, import_table

    with progress(f"{name} from {path.name}", catalogue_entry(name).rows or 1) as show:
        written = import_table(name, path, form=form, out=out, finished=lambda n: show(n, ""))
    click.echo(f"{name}: ok, {written}")


@data.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
def verify(names: tuple[str, ...]) -> int:
    """Check the tables against known facts: checksums, best values, fronts, missing values.

    Without NAME, check every table that is on this machine.
    """
    from bench.data import catalogue, catalogue_entry, load_table
    from bench.data.facts.checking import check_facts

    chosen = [catalogue_entry(name) for name in names] or [
        entry for entry in catalogue() if entry.path.exists()
    ]
    if not chosen:
        raise CallError("no table is on this machine; `monas data status` says how to install them")
    bad = 0
    for entry in chosen:
        table = load_table(entry.name)
        click.echo(f"{entry.name}: content {table.content_sha256[:12]}, as in the catalogue")
        for fact in check_facts(table, load=load_table):
            bad += fact.ok is False
            click.echo(f"  {fact.statement}: {_verdict(fact)}")
    return 1 if bad else 0


def _verdict(fact: FactResult) -> str:
    if fact.ok is None:
        return "not checked, it needs a table that is not on this machine"
    return f"{fact.found}" if fact.ok else f"WRONG: found {fact.found}, expected {fact.expected}"


def _size(entry: CatalogueEntry) -> str:
    if entry.rows is None:
        return ""
    return f"{entry.rows:,} {'rows' if entry.kind == 'table' else 'arrays'}, "
