"""The summary at the end of a sweep: how runs ended, which failed, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bench.protocol import AnyProtocol
    from bench.runs.base import Outcome
    from bench.runs.plan import Plan

__all__ = ["continued_by", "print_summary"]

_SHOWN = 10


def continued_by(*, restart: bool) -> str:
    """Return what continues a stopped command; `restart` is whether it had --restart."""
    return "the same command without --restart" if restart else "the same command"


def print_summary(
    protocols: Sequence[AnyProtocol], plan: Plan, outcomes: Sequence[Outcome], *, restart: bool
) -> int:
    """Print how many runs of each protocol are done and failed, and the first failures.

    Parameters
    ----------
    protocols : sequence of SearchProtocol or RankingProtocol
        The protocols.
    plan : Plan
        The plan of this command, with the runs that had ended before.
    outcomes : sequence of Outcome
        The runs of this command.
    restart : bool
        Whether the command had --restart.

    Returns
    -------
    int
        1 if any run did not end as done, else 0.
    """
    now = {outcome.path: outcome for outcome in outcomes}
    failed: list[Outcome] = []
    for protocol in protocols:
        planned = [now[run.path] for run in plan.runs if run.protocol_id == protocol.id]
        ended = [*plan.ended[protocol.spec], *planned]
        bad = [outcome for outcome in ended if outcome.status != "done"]
        click.echo(f"{protocol.spec}: {len(ended) - len(bad)} runs done, {len(bad)} failed")
        if outdated := plan.outdated[protocol.spec]:
            click.echo(
                f"  the code or settings of {', '.join(outdated)} have changed since some of these "
                f"runs; --restart with --method runs one again",
                err=True,
            )
        failed += bad
    _print_failures(failed, restart=restart)
    return 1 if failed else 0


def _print_failures(failed: Sequence[Outcome], *, restart: bool) -> None:
    """Print the first failures; runs with and without an end are repeated in different ways."""
    retry = "--retry-failed instead of --restart" if restart else "--retry-failed"
    again = continued_by(restart=restart)
    for has_end, advice in (
        (True, f"fix the cause, or raise --timeout; then the same command with {retry}"),
        (False, f"unless a line names another way, {again} continues what has not ended"),
    ):
        some = [outcome for outcome in failed if outcome.has_end == has_end]
        for outcome in some[:_SHOWN]:
            click.echo(f"  {outcome.title} {outcome.status}: {outcome.error}", err=True)
        if len(some) > _SHOWN:
            click.echo(f"  and {len(some) - _SHOWN} more", err=True)
        if some:
            click.echo(f"  {advice}", err=True)
