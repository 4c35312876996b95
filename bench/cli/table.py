"""`monas table build`: build an embedded table, or check rows of it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.console import default_workers, progress, workers_option
from bench.errors import CallError, DataError

if TYPE_CHECKING:
    from bench.training.tables.embedded import EmbeddedTable, RowCheck

__all__ = ["table"]


@click.group()
def table() -> None:
    """Build or check the embedded tables."""


@table.command()
@click.argument("name", type=click.Choice(["nb201-digits", "nb201-digits-estimates"]))
@click.option("--rows", metavar="A:B", help="Only rows A to B - 1.  [default: all]")
@click.option("--check", is_flag=True, help="Train the rows again and compare; write nothing.")
@workers_option
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the finished rows.  [default: the user's cache]",
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
    """Train every distinct cell, time the networks if the table has latencies, write the table.

    The command can be stopped at any moment; the same command continues. With --rows A:B only those
    rows are trained; the table is written when no row is missing.
    """
    try:
        import torch  # noqa: F401
    except ImportError:
        raise CallError("building a table needs torch: pip install 'monas-bench[train]'") from None
    from bench.training.tables.assemble import assemble
    from bench.training.tables.build import BuildFile, measure_latencies, train_rows
    from bench.training.tables.embedded import table_cells

    chosen_table = _table(name)
    total = len(table_cells())
    chosen = _parse_rows(rows, total)
    if check:
        return _check(chosen_table, chosen)
    record = BuildFile((work or _cache_folder()) / f"{name}.jsonl", chosen_table)
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
    if chosen_table.latency_rounds:
        with progress("networks timed", total * chosen_table.latency_rounds) as show:
            measure_latencies(record, finished=lambda done: show(done, ""))
    click.echo(f"table: {assemble(record, out or Path(str(files('bench.data'))))}")
    return 0


def _table(name: str) -> EmbeddedTable:
    from bench.training.tables.digits import DigitsTable
    from methods.mote.training.estimates_table import EstimatesTable

    known: dict[str, type[EmbeddedTable]] = {t.name: t for t in (DigitsTable, EstimatesTable)}
    return known[name]()


def _check(chosen: EmbeddedTable, rows: range) -> int:
    import torch

    from bench.data import load_table
    from bench.training.tables.build import check_rows

    torch.set_num_threads(1)
    committed = load_table(chosen.name)
    checks: list[RowCheck] = []
    with progress("rows checked", len(rows)) as show:

        def finished(check: RowCheck) -> None:
            checks.append(check)
            show(len(checks), "")

        check_rows(committed, rows, chosen, finished=finished)
    quantity, unit = chosen.compared
    identical = sum(check.identical for check in checks)
    largest = max((abs(check.difference) for check in checks), default=0.0)
    click.echo(
        f"{len(checks)} rows trained again: {identical} identical, largest difference of "
        f"{quantity} {largest:.3g} {unit}"
    )
    wrong = [check for check in checks if not check.agrees]
    if wrong:
        first = wrong[0]
        raise DataError(
            f"table {chosen.name!r}: {len(wrong)} of {len(checks)} rows differ when trained again; "
            f"row {first.row} differs by {first.difference:.3g} {unit} of {quantity}, expected at "
            f"most {first.tolerance:.3g}"
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
