"""`monas table build`: make the embedded table, or check rows of it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from bench.cli.console import default_workers, progress
from bench.errors import CallError, DataError

__all__ = ["table"]


@click.group()
def table() -> None:
    """Build or check the embedded table."""


@table.command()
@click.argument("name", type=click.Choice(["nb201-digits"]))
@click.option("--rows", metavar="A:B", help="Only rows A to B - 1.  [default: all]")
@click.option("--check", is_flag=True, help="Train the rows again and compare; write nothing.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes.  [default: one per core]")
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that keeps what is finished.  [default: the user's cache]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for table, catalogue entry and card.  [default: the suite's own]",
)
def build(
    name: str,
    rows: str | None,
    check: bool,
    workers: int | None,
    work: Path | None,
    out: Path | None,
) -> int:
    """Train every distinct cell, time every network, write the table and its card.

    Can be stopped at any moment; the same command goes on. With --rows A:B only those rows are
    trained, and the table is written once none is missing.
    """
    try:
        import torch  # noqa: F401
    except ImportError:
        raise CallError("building a table needs torch: pip install 'monas-bench[train]'") from None
    from bench.training.assemble import assemble
    from bench.training.build import (
        LATENCY_ROUNDS,
        BuildFile,
        measure_latencies,
        table_cells,
        train_rows,
    )
    from bench.training.trainer import Recipe

    total = len(table_cells())
    chosen = _parse_rows(rows, total)
    if check:
        return _check(name, chosen)
    folder = work or _cache_folder()
    record = BuildFile(folder / f"{name}.jsonl", Recipe())
    with progress("rows trained", len(chosen)) as show:
        train_rows(
            record,
            chosen,
            workers=workers or default_workers(),
            finished=lambda done: show(done, ""),
        )
    missing = total - len(record.trainings())
    if missing:
        click.echo(
            f"{len(chosen)} rows trained in {record.path}; {missing} of {total} still missing"
        )
        return 0
    with progress("networks timed", total * LATENCY_ROUNDS) as show:
        measure_latencies(record, finished=lambda done: show(done, ""))
    click.echo(f"table: {assemble(record, out or Path(str(files('bench.data'))))}")
    return 0


def _check(name: str, rows: range) -> int:
    import torch

    from bench.data import load_table
    from bench.training.check import RowCheck, check_rows
    from bench.training.trainer import Recipe

    torch.set_num_threads(1)
    committed = load_table(name)
    checks: list[RowCheck] = []
    with progress("rows checked", len(rows)) as show:

        def finished(check: RowCheck) -> None:
            checks.append(check)
            show(len(checks), "")

        check_rows(committed, rows, Recipe(), finished=finished)
    identical = sum(check.identical for check in checks)
    largest = max((abs(check.difference) for check in checks), default=0.0)
    click.echo(
        f"{len(checks)} rows trained again: {identical} identical, largest difference of mean "
        f"test accuracy {largest:.2f} points"
    )
    wrong = [check for check in checks if not check.agrees]
    if wrong:
        first = wrong[0]
        raise DataError(
            f"table {name!r}: {len(wrong)} of {len(checks)} rows cannot be trained again; row "
            f"{first.row} differs by {first.difference:.2f} points, expected at most "
            f"{first.tolerance:.2f}"
        )
    return 0


def _parse_rows(rows: str | None, total: int) -> range:
    if rows is None:
        return range(total)
    first, colon, last = rows.partition(":")
    try:
        chosen = range(int(first or 0), int(last or total))
    except ValueError:
        chosen = range(0)
    if not colon or not chosen or chosen.start < 0 or chosen.stop > total:
        raise CallError(f"--rows {rows}: expected A:B with 0 <= A < B <= {total}")
    return chosen


def _cache_folder() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("monas-bench") / "build"
