"""`monas protocol`: for those who write protocols: measure constants, release a file."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["protocol"]


@click.group()
def protocol() -> None:
    """Measure and release protocols."""


@protocol.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def measure(file: Path) -> None:
    """Print the [normalisation] block of FILE, measured on the whole table of its [task]."""
    from bench.protocol import measure_normalisation, normalisation_toml, parse_task

    click.echo(normalisation_toml(measure_normalisation(parse_task(file))))


@protocol.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def lock(file: Path) -> None:
    """Print the line that releases FILE: add it to protocols/LOCK and never change FILE."""
    from bench.protocol import load_protocol

    loaded = load_protocol(str(file))
    click.echo(f"{loaded.id}  {loaded.name}")
