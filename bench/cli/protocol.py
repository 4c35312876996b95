"""`monas protocol`: constants, known fronts and release of a protocol file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli.console import spinner
from bench.errors import ProtocolError
from bench.schema import naming

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
    from bench.protocol.normalisation import measure_normalisation, normalisation_toml
    from bench.protocol.search import parse_draft
    from bench.tasks import make_task

    draft = parse_draft(file)
    with naming(file):
        measured = measure_normalisation(make_task(draft.task), draft.normalisation)
    click.echo(normalisation_toml(measured))


@protocol.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--searches",
    type=click.IntRange(min=1),
    default=8,
    show_default=True,
    help="Number of independent searches.",
)
@click.option(
    "--points",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="For a box: number of points of the front.",
)
def front(file: Path, searches: int, points: int) -> None:
    """Search for the best architectures of a space that is too large to be listed.

    Prints `known_front` for the [task] of FILE: by Pareto local search from random architectures,
    or by random steps in a box. The same command gives the same front.
    """
    from bench.protocol.fronts import known_front, known_front_of_box
    from bench.protocol.search import parse_draft
    from bench.tasks import make_task

    draft = parse_draft(file)
    with naming(file):
        task, reference = make_task(draft.task), draft.normalisation.reference_point
    with spinner("architectures evaluated") as show:

        def report(evaluated: int, size: int) -> None:
            show(f"{evaluated:,}, front of {size}")

        if task.space.kind == "finite":
            found: NDArray[Any] = known_front(task, searches=searches, report=report)
        elif reference is None:
            raise ProtocolError(f"{file}: normalisation.reference_point: Field required")
        else:
            found = known_front_of_box(
                task, reference, size=points, searches=searches, report=report
            )
    rows = "".join(f"    {row},\n" for row in found.tolist())
    click.echo(f"known_front = [ # by `monas protocol front`\n{rows}]")


@protocol.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def lock(file: Path) -> None:
    """Print the line of FILE for protocols/LOCK; a released file never changes."""
    from bench.protocol import load_protocol

    loaded = load_protocol(str(file))
    click.echo(f"{loaded.id}  {loaded.name}")
