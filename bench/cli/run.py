"""`monas run`: the runs of protocols that are not finished."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.console import (
    chosen_rosters,
    default_workers,
    progress,
    results_option,
    roster_option,
    workers_option,
)
from bench.cli.summary import continued_by, print_summary
from bench.errors import CallError, DataMissingError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from bench.protocol import AnyProtocol
    from bench.runs.base import Outcome

__all__ = ["run"]


@click.command()
@click.argument("protocols", nargs=-1, required=True, metavar="PROTOCOL...")
@click.option(
    "--method",
    "methods",
    multiple=True,
    metavar="NAME_OR_FILE:CLASS",
    help="Run this method, or score this estimator, instead of the protocol's roster; may be given "
    "several times.",
)
@roster_option
@click.option("--repetitions", type=int, help="Number of repetitions.  [default: the protocol's]")
@workers_option
@click.option("--dask", metavar="ADDRESS", help="Run on the cluster of this dask scheduler.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=3600.0,
    show_default=True,
    help="Wall-clock seconds after which a run is ended; inf for never.",
)
@click.option(
    "--memory",
    type=click.IntRange(min=100),
    default=8000,
    show_default=True,
    metavar="MB",
    help="Memory that the process of a run may hold.",
)
@click.option(
    "--if-here", is_flag=True, help="Skip protocols whose tables are not on this machine."
)
@click.option(
    "--retry-failed",
    is_flag=True,
    help="Run those again that failed or timed out; keep the others.",
)
@click.option(
    "--restart", is_flag=True, help="Delete the named runs, finished or not, and run them again."
)
@results_option
def run(
    protocols: tuple[str, ...],
    methods: tuple[str, ...],
    rosters: tuple[str, ...],
    repetitions: int | None,
    workers: int | None,
    dask: str | None,
    timeout: float,
    memory: int,
    if_here: bool,
    retry_failed: bool,
    restart: bool,
    results: Path,
) -> int:
    """Run the methods, or score the estimators, of protocols.

    Finished runs are kept, including failed ones; stopped ones are continued.

    Ctrl-C is safe: what is finished is kept, and the same command continues (without --restart,
    which would delete it).
    """
    from bench.limits import Limits
    from bench.protocol import load_protocol
    from bench.runs.plan import plan
    from bench.runs.sweep import sweep

    if math.isnan(timeout):
        raise click.BadParameter("nan is no number of seconds", param_hint="'--timeout'")
    if rosters and methods:
        raise CallError("--roster and --method exclude each other: name rosters or methods")
    if restart and retry_failed:
        raise CallError(
            "--restart and --retry-failed exclude each other: --restart runs everything again"
        )
    _require_writable(results)
    playable: list[AnyProtocol] = []
    lines = []
    for protocol in {loaded.id: loaded for loaded in map(load_protocol, protocols)}.values():
        try:
            protocol.require_tables()
        except DataMissingError as error:
            if not if_here:
                raise
            lines.append(f"{protocol.spec} skipped: {error}")
        else:
            playable.append(protocol)
            lines.append(f"{protocol.label} on {protocol.origin}")
    planned = plan(
        playable,
        results=results.resolve(),
        entrants=methods,
        rosters=chosen_rosters(rosters),
        repetitions=repetitions,
        limits=Limits(None if math.isinf(timeout) else timeout, memory_megabytes=memory),
        restart=restart,
        retry_failed=retry_failed,
    )
    for line in lines:
        click.echo(line, err=True)
    if not playable:
        click.echo("nothing to do: no protocol's tables are on this machine")
        return 0
    names = ", ".join(protocol.spec for protocol in playable)
    outcomes: list[Outcome] = []
    if planned.runs:
        count = workers or default_workers()
        where = f"dask {dask}" if dask else f"{min(count, len(planned.runs))} processes"
        click.echo(f"{len(planned.runs)} runs of {names} on {where}", err=True)
        with (
            _dask_executor(dask) if dask else nullcontext() as executor,
            progress("runs", len(planned.runs)) as show,
        ):
            outcomes = sweep(
                planned,
                workers=count,
                executor=executor,
                continued_by=continued_by(restart=restart),
                report=lambda done, last: show(done, last.title),
            )
    else:
        click.echo(f"nothing to do: every run of {names} is finished in {results}")
    return print_summary(playable, planned, outcomes, restart=restart)


def _require_writable(folder: Path) -> None:
    """Raise a CallError unless files can be written in a folder."""
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
def _dask_executor(address: str, *, timeout: str = "10s") -> Iterator[Executor]:
    """Yield the executor of a dask cluster, connected within the context."""
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
