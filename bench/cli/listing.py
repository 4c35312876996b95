"""`monas list`: protocols, methods, estimators, tasks and data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

import click

from bench.errors import CallError

if TYPE_CHECKING:
    from bench.entrants.registry import Found
    from bench.entrants.settings import Configured

    C = TypeVar("C", bound=Configured)

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
    help="With methods and estimators: every default and where it is from.",
)
def listing(what: str, settings: bool) -> None:
    """List protocols, methods, estimators, tasks or data."""
    {
        "protocols": _protocols,
        "methods": lambda: _methods(settings),
        "estimators": lambda: _estimators(settings),
        "tasks": _tasks,
        "data": _data,
    }[what]()


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


def _methods(settings: bool) -> None:
    from bench.entrants.method import find_method, registered_methods

    for name, method in _loaded(registered_methods(), find_method):
        _entrant(name, method, settings)


def _estimators(settings: bool) -> None:
    from bench.entrants.estimator import find_estimator, registered_estimators

    for name, estimator in _loaded(registered_estimators(), find_estimator):
        _entrant(name, estimator, settings, estimator.needs)


def _loaded(names: Iterable[str], find: Callable[[str], Found[C]]) -> Iterator[tuple[str, type[C]]]:
    """Give each entrant's class by its name; of what cannot be loaded, print why."""
    for name in names:
        try:
            yield name, find(name).entrant
        except CallError as error:
            click.echo(f"{name}\n    {error}")


def _entrant(name: str, entrant: type[Configured], settings: bool, *needs: str) -> None:
    needed = ", ".join([*needs, *entrant.requires.values()])
    what = f"version {entrant.version}" + (f"; needs {needed}" if needed else "")
    click.echo(f"{name}  ({what})\n    {entrant.summary}")
    if entrant.source:
        click.echo(f"    {entrant.source}")
    if settings:
        for key, setting in entrant.settings_spec.items():
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
        click.echo(f"    bring it with {entry.how_to_get}")
        for name in entry.importers:
            form = importers()[name]
            click.echo(f"    import {form.name}: {form.expects} (tested on: {form.tested_on})")
