"""How runs and entries ended, in words: what is counted, what failed and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import click

__all__ = ["Ending", "continued_by", "say_count", "say_failures"]

_SHOWN = 10


class Ending(Protocol):
    """How a run or an entry ended."""

    @property
    def status(self) -> str:
        """`done`, or why not."""

    @property
    def error(self) -> str | None:
        """What was said then."""

    @property
    def path(self) -> Path:
        """Its journal."""


_Ending = TypeVar("_Ending", bound=Ending)


def continued_by(*, restart: bool) -> str:
    """Return what goes on with a call that was stopped."""
    return "the same command without --restart" if restart else "the same command"


def say_count(
    name: str, what: str, recorded: Sequence[_Ending], just_now: Sequence[_Ending], *, home: Path
) -> tuple[list[_Ending], list[_Ending]]:
    """Print how many of a protocol ended how; return the failed, and the failed without an end.

    Parameters
    ----------
    recorded : sequence
        Those whose journals are closed.
    just_now : sequence
        Those of this call, of any protocol. What could not be continued has no closing line in its
        journal and is known from here alone; of what was closed since, the journal is right.
    home : Path
        Folder of the protocol's journals.
    """
    ended = {e.path.resolve() for e in recorded}
    mine = {e.path.resolve(): e for e in just_now if home.resolve() in e.path.resolve().parents}
    failed = [e for e in recorded if e.status != "done"]
    endless = [e for path, e in mine.items() if path not in ended]
    done = len(recorded) - len(failed)
    click.echo(f"{name}: {done} {what} done, {len(failed) + len(endless)} failed")
    return failed, endless


def say_failures(
    failed: Sequence[_Ending],
    endless: Sequence[_Ending],
    called: Callable[[_Ending], str],
    *,
    restart: bool,
) -> None:
    """Print the first failures by what they are called, and what to do.

    Parameters
    ----------
    failed, endless : sequence
        As `say_count` returns them.
    restart : bool
        Whether the call had --restart.
    """
    retry = "--retry-failed instead of --restart" if restart else "--retry-failed"
    again = continued_by(restart=restart)
    for endings, advice in (
        (failed, f"mend the cause, or raise --timeout; then the same command with {retry}"),
        (endless, f"unless a line names another way, {again} continues what has not ended"),
    ):
        for ending in endings[:_SHOWN]:
            click.echo(f"  {called(ending)} {ending.status}: {ending.error}", err=True)
        if len(endings) > _SHOWN:
            click.echo(f"  and {len(endings) - _SHOWN} more", err=True)
        if endings:
            click.echo(f"  {advice}", err=True)
