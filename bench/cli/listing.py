"""`monas list`: protocols, methods, estimators, tasks and data."""

from __future__ import annotations

import click

from bench.errors import CallError

__all__ = ["listing"]


@click.command(name="list")
@click.argument(
    "what",
    type=click.Choice(["protocols", "methods", "estimators", "tasks", "data"]),
    default="protocols",
)
@click.option(
    "--settings",
    is_flag=True,
    help="With methods and estimators: every default, its origin and the reason.",
)
def listing(what: str, settings: bool) -> None:
    """List protocols, methods, estimators, tasks or data."""
    if what in ("methods", "estimators"):
        _entrants(what, settings)
    else:
        {"protocols": _protocols, "tasks": _tasks, "data": _data}[what]()


def _protocols() -> None:
    from bench.protocol import SearchProtocol, load_protocol, released_protocols

    for protocol in map(load_protocol, released_protocols()):
        click.echo(f"{protocol.label}\n    {protocol.rules.title}")
        if isinstance(protocol, SearchProtocol):
            budget = protocol.rules.budget
            click.echo(
                f"    {budget.evaluations} evaluations, {budget.initial} shared initial designs, "
                f"batches of {budget.batch}, {protocol.repetitions} repetitions"
            )
        else:
            sets = ", ".join(each.title for each in protocol.rules.sets)
            click.echo(f"    {len(protocol.rules.roster)} entries ranked on {sets}")


def _entrants(what: str, settings: bool) -> None:
    from bench.entrants.estimator import Estimator
    from bench.entrants.method import Method
    from bench.entrants.registry import find, registered
    from bench.entrants.settings import Configured

    base: type[Configured] = Method if what == "methods" else Estimator
    for name in registered(base):
        try:
            entrant = find(name, base).entrant
        except CallError as error:
            click.echo(f"{name}\n    {error}")
            continue
        needs = [entrant.needs] if issubclass(entrant, Estimator) else []
        needed = ", ".join([*needs, *entrant.requires.values()])
        version = f"version {entrant.version}" + (f"; needs {needed}" if needed else "")
        click.echo(f"{name}  ({version})\n    {entrant.summary}")
        if entrant.source:
            click.echo(f"    {entrant.source}")
        for key, setting in entrant.settings_spec.items() if settings else ():
            click.echo(f"      {key} = {setting.default!r}  [{setting.mark}] {setting.reason}")


def _tasks() -> None:
    from bench.protocol import load_search_protocol, released_protocols

    for name in released_protocols("search"):
        protocol = load_search_protocol(name)
        task = protocol.rules.task
        objectives = ", ".join(f"{o.name} ({o.unit})" for o in task.objectives)
        click.echo(f"{name}: {protocol.origin} over {task.space}; minimise {objectives}")


def _data() -> None:
    from bench.data import catalogue
    from bench.data.readers.importers import importers

    for entry in catalogue():
        click.echo(f"{entry.name}  ({entry.kind}; licence: {entry.licence})\n    {entry.title}")
        click.echo(f"    install it with {entry.how_to_get}")
        for name in entry.importers:
            form = importers()[name]
            click.echo(f"    import {form.name}: {form.expects} (tested on: {form.tested_on})")
