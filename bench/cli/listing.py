"""`monas list`: what there is."""

from __future__ import annotations

import click

__all__ = ["listing"]


@click.command(name="list")
@click.argument(
    "what", type=click.Choice(["protocols", "methods", "tasks", "data"]), default="protocols"
)
@click.option("--settings", is_flag=True, help="With methods: every default and where it is from.")
def listing(what: str, settings: bool) -> None:
    """List protocols, methods, tasks or data."""
    {"protocols": _protocols, "tasks": _tasks, "data": _data}.get(
        what, lambda: _methods(settings)
    )()


def _protocols() -> None:
    from bench.protocol import load_protocol, released_protocols

    for name in released_protocols():
        protocol = load_protocol(name)
        budget = protocol.rules.budget
        click.echo(f"{protocol.label}\n    {protocol.rules.title}")
        click.echo(
            f"    {budget.evaluations} evaluations, {budget.initial} shared initial designs, "
            f"batches of {budget.batch}, {protocol.rules.repetitions} repetitions"
        )


def _methods(settings: bool) -> None:
    from bench.method import find_method, registered_methods

    for name in registered_methods():
        method = find_method(name).method
        click.echo(f"{name}  (version {method.version})\n    {method.summary}")
        if method.source:
            click.echo(f"    {method.source}")
        if settings:
            for key, setting in method.settings_spec.items():
                click.echo(f"      {key} = {setting.default!r}  [{setting.mark}] {setting.reason}")


def _tasks() -> None:
    from bench.protocol import load_protocol, released_protocols

    for name in released_protocols():
        task = load_protocol(name).rules.task
        tables = " and ".join(table.name for table in task.tables)
        objectives = ", ".join(f"{o.name} ({o.unit})" for o in task.objectives)
        click.echo(f"{name}: {tables} over {task.space}; minimise {objectives}")


def _data() -> None:
    from bench.data import catalogue
    from bench.data.importers import importers

    for entry in catalogue():
        click.echo(f"{entry.name}  ({entry.kind}; licence: {entry.licence})\n    {entry.title}")
        click.echo(f"    bring it with {entry.how_to_get}")
        for name in entry.importers:
            form = importers()[name]
            click.echo(f"    import {form.name}: {form.expects} (tested on: {form.met})")
