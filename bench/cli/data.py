"""`monas data`: which tables are on this machine and whether they are whole."""

from __future__ import annotations

import click

from bench.errors import DataError, DataMissingError

__all__ = ["data"]


@click.group()
def data() -> None:
    """Say which tables are on this machine."""


@data.command()
def status() -> int:
    """Check every known table: present, sha256 right."""
    from bench.data import catalogue, load_table

    bad = 0
    for entry in catalogue():
        try:
            table = load_table(entry.name)
        except DataMissingError as error:
            click.echo(f"{entry.name}: missing. {error}")
        except DataError as error:
            bad += 1
            click.echo(f"{entry.name}: damaged. {error}")
        else:
            click.echo(
                f"{entry.name}: ok, {table.rows} rows, content {table.content_sha256[:12]}, "
                f"{entry.path}"
            )
    return 1 if bad else 0
