"""`monas protocol`: for those who write protocols: measure constants, release a file."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.console import spinner

__all__ = ["protocol"]


@click.group()
def protocol() -> None:
    """Measure and release protocols."""


@protocol.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def measure(file: Path) -> None:
    """Print the [normalisation] block of FILE, measured on the whole table of its [task].

    `scheme` and `reference_point` are taken from FILE, if it has them.
    """
    from bench.normalisation import measure_normalisation, normalisation_toml
    from bench.protocol import parse_draft
    from bench.tasks import make_task

    draft = parse_draft(file)
    measured = measure_normalisation(make_task(draft.task), draft.normalisation)
    click.echo(normalisation_toml(measured))


@protocol.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--searches", type=click.IntRange(min=1), default=8, show_default=True)
def front(file: Path, searches: int) -> None:
    """Search for the best architectures of a space too large to be listed.

    Prints `known_front` for the [task] of FILE: Pareto local search from random starts, the same
    each time.
    """
    from bench.fronts import known_front
    from bench.protocol import parse_draft
    from bench.tasks import make_task

    with spinner("architectures evaluated") as show:
        found = known_front(
            make_task(parse_draft(file).task),
            searches=searches,
            report=lambda evaluated, size: show(f"{evaluated:,}, front of {size}"),
        )
    rows = "".join(f"    {row},\n" for row in found.tolist())
    click.echo(f"known_front = [ # by `monas protocol front`\n{rows}]")


@protocol.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def lock(file: Path) -> None:
    """Print the line that releases FILE: add it to protocols/LOCK and never change FILE."""
    from bench.protocol import load_protocol

    loaded = load_protocol(str(file))
    click.echo(f"{loaded.id}  {loaded.name}")
