"""`monas verify`: journals checked, recomputed, and on request played again."""

from __future__ import annotations

import itertools
import json
import secrets
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli.console import default_workers, progress, workers_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.verify import Found, Verified

__all__ = ["verify"]


def _number(_: click.Context, __: click.Parameter, value: str) -> int | None:
    """Return the number of runs of each entrant; None for all."""
    if value in ("all", "none"):
        return None if value == "all" else 0
    if not (value.isascii() and value.isdecimal()):
        raise click.BadParameter(f"{value!r} is not all, none, or a number of runs")
    return int(value)


@click.command()
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path)
)
@click.option(
    "--rerun",
    callback=_number,
    metavar="all|N|none",
    default="none",
    show_default=True,
    help="Play finished runs again: all, or so many of each entrant.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    help="Chooses the runs that --rerun N plays.  [default: a new one each time]",
)
@click.option(
    "--method",
    "named",
    multiple=True,
    metavar="FILE:CLASS",
    help="Runs of this class may be played again; registered names need no such option.",
)
@click.option(
    "--protocol",
    "protocols",
    multiple=True,
    metavar="FILE",
    help="The file of a protocol that is not a released one.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=3600.0,
    show_default=True,
    help="Wall-clock seconds after which a run is ended.",
)
@workers_option
@click.option("--json", "as_json", is_flag=True, help="Print the verdicts as JSON.")
def verify(
    paths: tuple[Path, ...],
    rerun: int | None,
    seed: int | None,
    named: tuple[str, ...],
    protocols: tuple[str, ...],
    timeout: float,
    workers: int | None,
    as_json: bool,
) -> int:
    """Check the journals in PATH: files, folders of results, or parts of such folders.

    What a journal says is a claim. Its lines are checked against the rules of its protocol,
    objectives and costs are looked up again, and scores are recomputed. With --rerun, runs are
    played again, and the verdicts are written beside the journals, where reports find them.

    Exit status 1 if a journal is refused, or a run that was to be played again is not repeated.
    """
    from bench.limits import Limits
    from bench.protocol import load_protocol
    from bench.verify import find_journals, write_verdicts
    from bench.verify import verify as verify_journals

    chosen = seed if seed is not None else secrets.randbelow(2**32)
    found = find_journals(paths, [load_protocol(name) for name in protocols])
    total = sum(each.journal is not None for each in found)
    click.echo(f"{total} journals of {len(found)} files can be read", err=True)
    done = itertools.count(1)
    with progress("runs played again", _number_of_runs(found, rerun)) as show:
        verified = verify_journals(
            found,
            rerun=rerun,
            seed=chosen,
            named=named,
            workers=workers or default_workers(),
            limits=Limits(timeout),
            progress=lambda last: show(next(done), last),
        )
    if as_json:
        click.echo(json.dumps(_as_json(verified, chosen if rerun else None), indent=1))
    else:
        _print_table(verified)
        if rerun:
            click.echo(f"runs were chosen by --seed {chosen}")
    for path in write_verdicts(verified):
        click.echo(f"verdicts: {path}", err=True)
    return 0 if all(each.is_well for each in verified) else 1


def _number_of_runs(found: Sequence[Found], rerun: int | None) -> int:
    """Return how many runs are played again, at most."""
    finished: Counter[Path] = Counter()
    for each in found:
        if each.journal is not None and each.journal.end is not None:
            numbered = each.journal.header.subject.repetition is not None
            finished[each.path.parent if numbered else each.path] += 1
    return sum(n if rerun is None else min(n, rerun) for n in finished.values())


def _as_json(verified: Sequence[Verified], seed: int | None) -> dict[str, Any]:
    return {
        "seed": seed,
        "counts": dict(Counter(each.verdict.tier for each in verified)),
        "journals": [
            {
                "path": str(each.found.path),
                "protocol": each.found.protocol.label if each.found.protocol else None,
                **each.verdict.model_dump(mode="json"),
                "played_again": each.chosen,
            }
            for each in verified
        ],
    }


def _print_table(verified: Sequence[Verified]) -> None:
    """Print how many runs of each entrant have each verdict, and the reasons against a run."""
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    from bench.players.host import printable
    from bench.results.verdicts import TIERS

    table = Table(*(Column(each, no_wrap=True) for each in ("protocol", "entrant")), *TIERS)
    rows: dict[tuple[str, str], Counter[str]] = {}
    for each in verified:
        journal, protocol = each.found.journal, each.found.protocol
        label = journal.header.subject.name if journal else printable(each.found.path.parent.name)
        key = (f"{protocol.name}\n{protocol.short_id}" if protocol else "unknown", label)
        rows.setdefault(key, Counter())[each.verdict.tier] += 1
    for (protocol_label, label), counted in rows.items():
        cells = [str(counted[tier] or "") for tier in TIERS]
        table.add_row(Text(protocol_label), Text(label), *cells)
    Console().print(table)
    for each in verified:
        if not each.is_well or (each.chosen and each.verdict.reason):
            where, reason = str(each.found.path), each.verdict.reason
            said = reason if where in reason else f"{where}: {reason}"
            click.echo(printable(f"{each.verdict.tier}: {said}"))
