"""Protocols of rank on the command line: what `monas run` and `monas report` do with them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.console import default_workers, progress
from bench.cli.endings import continued_by, say_count, say_failures
from bench.cli.left_out import left_out, loaded_if_here, missing_tables
from bench.errors import CallError

if TYPE_CHECKING:
    from bench.results.ranking import RankingResults
    from bench.runs.ranking import ScoringOutcome

__all__ = ["all_of_rank", "rank_results", "run_ranking"]


def all_of_rank(protocols: Sequence[str]) -> bool:
    """Tell whether these are protocols of rank.

    Raises
    ------
    CallError
        If some are and some are not.
    """
    from bench.protocol.files import protocol_kind

    of_rank = [name for name in protocols if protocol_kind(name) == "rank"]
    if of_rank and len(of_rank) < len(protocols):
        other = next(name for name in protocols if name not in of_rank)
        raise CallError(
            f"{of_rank[0]} ranks estimators, {other} compares searches: name protocols of one kind"
        )
    return bool(of_rank)


def run_ranking(
    protocols: Sequence[str],
    *,
    estimators: Sequence[str],
    workers: int | None,
    dask: str | None,
    timeout: float | None,
    if_here: bool,
    restart: bool,
    retry_failed: bool,
    results: Path,
) -> int:
    """Rank what is not ranked yet and say how it stands; return 1 if any entry failed."""
    from bench.cli.run import dask_executor
    from bench.protocol.ranking import load_ranking_protocol
    from bench.runs.ranking import plan_ranking, rank

    names = []
    for name in protocols:
        protocol = load_ranking_protocol(name)
        missing = missing_tables(protocol)
        if missing and not if_here:
            raise missing
        if missing:
            click.echo(left_out(name, missing), err=True)
        else:
            tables = ", ".join(table.name for table in protocol.rules.tables)
            click.echo(f"{protocol.label} on {tables}", err=True)
            names.append(name)
    if not names:
        click.echo("nothing to do: no protocol's tables are on this machine")
        return 0
    planned = plan_ranking(
        names,
        results=results,
        estimators=estimators,
        timeout=timeout,
        restart=restart,
        retry_failed=retry_failed,
    )
    outcomes: list[ScoringOutcome] = []
    if planned:
        count = workers or default_workers()
        where = f"dask {dask}" if dask else f"{min(count, len(planned))} processes"
        click.echo(f"{len(planned)} entries of {', '.join(names)} on {where}", err=True)
        with (
            dask_executor(dask) if dask else nullcontext() as executor,
            progress("entries", len(planned)) as show,
        ):
            outcomes = rank(
                planned,
                workers=count,
                executor=executor,
                continued_by=continued_by(restart=restart),
                report=lambda done, last: show(done, last.label),
            )
    else:
        click.echo(f"nothing to do: every entry of {', '.join(names)} is finished in {results}")
    return _say_how_it_stands(names, estimators, results, restart, outcomes)


def _say_how_it_stands(
    names: Sequence[str],
    estimators: Sequence[str],
    results: Path,
    restart: bool,
    outcomes: Sequence[ScoringOutcome],
) -> int:
    from bench.protocol.ranking import load_ranking_protocol
    from bench.runs.ranking import ranking_standing

    failed: list[ScoringOutcome] = []
    endless: list[ScoringOutcome] = []
    for name in names:
        finished, outdated = ranking_standing(name, results=results, estimators=estimators)
        home = load_ranking_protocol(name).home(results)
        ended, others = say_count(name, "entries", finished, outcomes, home=home)
        failed += ended
        endless += others
        if outdated:
            click.echo(
                f"  code or settings of {', '.join(outdated)} have changed since; --restart with "
                f"--method does one anew",
                err=True,
            )
    say_failures(failed, endless, lambda outcome: outcome.label, restart=restart)
    sys.stdout.flush()
    return 1 if failed or endless else 0


def rank_results(
    names: Sequence[str], results: Path, *, if_here: bool = False
) -> list[RankingResults]:
    """Return the results of the protocols of rank among these; of all if none is named.

    Then, and with `if_here`, those are left out that have no results or whose tables are missing.
    """
    from bench.protocol.files import protocol_kind, released_protocols
    from bench.protocol.ranking import load_ranking_protocol
    from bench.results.ranking import load_ranking_results

    of_rank = [name for name in names if protocol_kind(name) == "rank"]
    chosen = [load_ranking_protocol(n) for n in (of_rank if names else released_protocols("rank"))]
    if if_here or not names:
        return loaded_if_here(chosen, load_ranking_results, results)
    return [load_ranking_results(protocol, results) for protocol in chosen]
