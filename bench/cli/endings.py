"""How runs and entries ended, in words: what is counted, what failed and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import click

__all__ = ["Ending", "say_count", "say_failures"]

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


def say_count(
    name: str, what: str, recorded: Sequence[_Ending], just_now: Sequence[_Ending], *, home: Path
) -> list[_Ending]:
    """Print how many of a protocol ended how, and return those that did not end as done.

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
    mine = {e.path.resolve(): e for e in just_now if home.resolve() in e.path.resolve().parents}
    endings = mine | {e.path.resolve(): e for e in recorded}
    failed = [e for e in endings.values() if e.status != "done"]
    click.echo(f"{name}: {len(endings) - len(failed)} {what} done, {len(failed)} failed")
    return failed


def say_failures(failed: Sequence[_Ending], called: Callable[[_Ending], str]) -> None:
    """Print the first failures by what they are called, and what to do."""
    for ending in failed[:_SHOWN]:
        click.echo(f"  {called(ending)} {ending.status}: {ending.error}", err=True)
    if len(failed) > _SHOWN:
        click.echo(f"  and {len(failed) - _SHOWN} more", err=True)
    if failed:
        click.echo("  mend the cause, then run the same command with --restart", err=True)
