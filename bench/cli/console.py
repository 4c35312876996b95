"""What the commands share: where results lie, and progress that suits where it is shown."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

__all__ = ["DEFAULT_RESULTS", "default_workers", "progress", "results_option", "spinner"]

DEFAULT_RESULTS = Path("results")

results_option = click.option(
    "--results",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_RESULTS,
    show_default=True,
    help="Folder of the journals.",
)

_SECONDS_BETWEEN_LINES = 5.0


def default_workers() -> int:
    """Return the number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int, str], None]]:
    """Give a function of (done, note) that shows how far `total` steps are.

    A bar on a terminal; lines a few seconds apart elsewhere, or with NO_COLOR or CI set.
    """
    plain = not sys.stderr.isatty() or "NO_COLOR" in os.environ or "CI" in os.environ
    with _lines(what, total) if plain else _bar(what, total) as show:
        yield show


@contextmanager
def spinner(what: str) -> Iterator[Callable[[str], None]]:
    """Give a function of (state) that shows how far work of unknown length is, now and then."""
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
