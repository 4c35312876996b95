"""`monas run`: do the runs of protocols that are not finished yet."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.console import default_workers, progress, results_option
from bench.cli.endings import continued_by, say_count, say_failures
from bench.cli.left_out import left_out, missing_tables
from bench.cli.ranking import all_of_rank, run_ranking
from bench.errors import CallError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from bench.runs.search import Outcome

__all__ = ["dask_executor", "run"]


def _limit(context: click.Context, option: click.Parameter, seconds: float) -> float | None:
    """Return the seconds of --timeout; None for no limit."""
    if math.isnan(seconds):
        raise click.BadParameter("nan is no number of seconds", context, option)
    return None if math.isinf(seconds) else seconds


@click.command()
@click.argument("protocols", nargs=-1, required=True, metavar="PROTOCOL...")
@click.option(
    "--method",
    "methods",
    multiple=True,
    metavar="NAME_OR_FILE:CLASS",
    help="Run this method, or rank this estimator, instead of the protocol's roster; may be given "
    "several times.",
)
@click.option(
    "--roster",
    "rosters",
    multiple=True,
    metavar="NAME",
    help="Run this roster of the protocol, or `all`; may be given several times.  [default: main]",
)
@click.option("--repetitions", type=int, help="How many repetitions.  [default: the protocol's]")
@click.option("--workers", type=click.IntRange(min=1), help="Processes.  [default: one per core]")
@click.option("--dask", metavar="ADDRESS", help="Run on the cluster of this dask scheduler.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    callback=_limit,
    default=3600.0,
    show_default=True,
    help="Wall-clock seconds after which a run is given up; inf for never.",
)
@click.option(
    "--if-here", is_flag=True, help="Leave out protocols whose tables are not on this machine."
)
@click.option(
    "--retry-failed",
    is_flag=True,
    help="Do those of the named runs anew that failed or timed out; keep the others.",
)
@click.option(
    "--restart", is_flag=True, help="Delete the named runs, finished or not, and do them anew."
)
@results_option
def run(
    protocols: tuple[str, ...],
    methods: tuple[str, ...],
    rosters: tuple[str, ...],
    repetitions: int | None,
    workers: int | None,
    dask: str | None,
    timeout: float | None,
    if_here: bool,
    retry_failed: bool,
    restart: bool,
    results: Path,
) -> int:
    """Run the methods, or rank the estimators, of protocols.

    Finished runs are kept, failed ones too; stopped ones are continued.

    Ctrl-C is safe: what is finished stays, and the same command goes on (without --restart, which
    would delete it).
    """
    from bench.protocol.search import MAIN_ROSTER
    from bench.runs.sweep import plan, sweep

    if rosters and methods:
        raise CallError("--roster and --method exclude each other: name rosters or methods")
    if restart and retry_failed:
        raise CallError("--restart and --retry-failed exclude each other: --restart does all anew")
    chosen = () if "all" in rosters else rosters or (MAIN_ROSTER,)
    _must_be_writable(results)
    if all_of_rank(protocols):
        if rosters or repetitions is not None:
            raise CallError("a protocol of rank has one roster and no repetitions")
        return run_ranking(
            protocols,
            estimators=methods,
            workers=workers,
            dask=dask,
            timeout=timeout,
            if_here=if_here,
            restart=restart,
            retry_failed=retry_failed,
            results=results.resolve(),
        )
    protocols, notes = _playable(protocols, if_here)
    planned = plan(
        protocols,
        results=results.resolve(),
        methods=methods,
        rosters=chosen,
        repetitions=repetitions,
        timeout=timeout,
        restart=restart,
        retry_failed=retry_failed,
    )
    for note in notes:
        click.echo(note, err=True)
    if not protocols:
        click.echo("nothing to do: no protocol's tables are on this machine")
        return 0
    if not planned:
        click.echo(f"nothing to do: every run of {', '.join(protocols)} is finished in {results}")
        return _say_how_it_stands(protocols, methods, chosen, repetitions, results, restart)
    count = workers or default_workers()
    where = f"dask {dask}" if dask else f"{min(count, len(planned))} processes"
    click.echo(f"{len(planned)} runs of {', '.join(protocols)} on {where}", err=True)
    with (
        dask_executor(dask) if dask else nullcontext() as executor,
        progress("runs", len(planned)) as show,
    ):
        outcomes = sweep(
            planned,
            workers=count,
            executor=executor,
            continued_by=continued_by(restart=restart),
            report=lambda p: show(p.finished, f"{p.last.method} {p.last.repetition}"),
        )
    return _say_how_it_stands(protocols, methods, chosen, repetitions, results, restart, outcomes)


def _say_how_it_stands(
    protocols: tuple[str, ...],
    methods: tuple[str, ...],
    rosters: tuple[str, ...],
    repetitions: int | None,
    results: Path,
    restart: bool,
    outcomes: Sequence[Outcome] = (),
) -> int:
    """Print how many runs ended how; return 1 if any did not end as done."""
    from bench.protocol.search import load_protocol
    from bench.runs.sweep import standing

    failed: list[Outcome] = []
    endless: list[Outcome] = []
    for name in protocols:
        stand = standing(
            name, results=results, methods=methods, rosters=rosters, repetitions=repetitions
        )
        home = load_protocol(name).home(results)
        ended, others = say_count(name, "runs", stand.outcomes, outcomes, home=home)
        failed += ended
        endless += others
        if stand.outdated:
            click.echo(
                f"  the code of {', '.join(stand.outdated)} has changed since some of these runs; "
                f"--restart with --method does one anew",
                err=True,
            )
    say_failures(
        failed, endless, lambda o: f"{o.method} repetition {o.repetition}", restart=restart
    )
    sys.stdout.flush()
    return 1 if failed or endless else 0


def _playable(protocols: tuple[str, ...], if_here: bool) -> tuple[tuple[str, ...], list[str]]:
    """Return the protocols whose tables are here, and a line on each: its tables, or why not."""
    from bench.protocol.search import load_protocol
    from bench.tasks import origin

    kept, notes = [], []
    for name in protocols:
        protocol = load_protocol(name)
        missing = missing_tables(protocol)
        if missing and not if_here:
            raise missing
        if missing:
            notes.append(left_out(name, missing))
        else:
            notes.append(f"{protocol.label} on {origin(protocol.rules.task)}")
            kept.append(name)
    return tuple(kept), notes


def _must_be_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CallError(
            f"cannot write to {folder}: {error.strerror}; choose another folder with --results"
        ) from None


@contextmanager
def dask_executor(address: str, *, timeout: str = "10s") -> Iterator[Executor]:
    """Give the executor of a dask cluster, connected while the context lasts."""
    try:
        from distributed import Client
    except ImportError:
        raise CallError(
            "--dask needs dask.distributed: pip install 'monas-bench[cluster]'"
        ) from None
    try:
        client = Client(address, timeout=timeout)
    except (OSError, ValueError) as error:
        raise CallError(f"no dask scheduler answers at {address}: {error}") from None
    with client:
        yield client.get_executor()
