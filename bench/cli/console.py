"""Common parts of the commands: options, and progress as a bar or as lines."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

__all__ = [
    "DEFAULT_RESULTS",
    "chosen_rosters",
    "default_workers",
    "progress",
    "results_option",
    "roster_option",
    "spinner",
    "workers_option",
]

DEFAULT_RESULTS = Path("results")

results_option = click.option(
    "--results",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_RESULTS,
    show_default=True,
    help="Folder of the journals.",
)
roster_option = click.option(
    "--roster",
    "rosters",
    multiple=True,
    metavar="NAME",
    help="This roster of the protocol, or `all`; may be given several times.  [default: main]",
)
workers_option = click.option(
    "--workers", type=click.IntRange(min=1), help="Processes.  [default: one per core]"
)

_SECONDS_BETWEEN_LINES = 5.0


def chosen_rosters(named: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the rosters that `--roster` gives; none means all."""
    from bench.protocol import MAIN_ROSTER

    return () if "all" in named else named or (MAIN_ROSTER,)


def default_workers() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int, str], None]]:
    """Yield a function of (steps done, note) that shows the progress.

    It is a bar on a terminal; elsewhere, or with NO_COLOR or CI set, lines a few seconds apart.

    Parameters
    ----------
    what : str
        What the steps are.
    total : int
        Number of steps.
    """
    plain = not sys.stderr.isatty() or "NO_COLOR" in os.environ or "CI" in os.environ
    with _lines(what, total) if plain else _bar(what, total) as show:
        yield show


@contextmanager
def spinner(what: str) -> Iterator[Callable[[str], None]]:
    """Yield a function of a state that shows it now and then, for work of unknown length."""
    last = time.monotonic()

    def show(state: str) -> None:
        nonlocal last
        if time.monotonic() - last >= _SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            click.echo(f"{what}: {state}", err=True)

    yield show


@contextmanager
def _lines(what: str, total: int) -> Iterator[Callable[[int, str], None]]:
    began = last = time.monotonic()

    def show(done: int, note: str = "") -> None:
        nonlocal last
        now = time.monotonic()
        if done < total and now - last < _SECONDS_BETWEEN_LINES:
            return
        last = now
        click.echo(f"{what}: {done} of {total}, {now - began:.0f} s {note}".rstrip(), err=True)

    yield show


@contextmanager
def _bar(what: str, total: int) -> Iterator[Callable[[int, str], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total, note="")

        def show(done: int, note: str = "") -> None:
            bar.update(task, completed=done, note=note)

        yield show
