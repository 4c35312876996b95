"""Protocols that a command leaves out, and the line that says why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol, TypeVar

import click

from bench.errors import DataMissingError, MonasError, NoResultsError

__all__ = ["left_out", "loaded_if_here", "missing_tables"]


class _OnTables(Protocol):
    @property
    def name(self) -> str:
        """What its folder of results is called."""

    def require_tables(self) -> None:
        """Do nothing if every table is on this machine."""


P = TypeVar("P", bound=_OnTables)
R = TypeVar("R")


def left_out(name: str, reason: MonasError) -> str:
    """Return the line that says why a protocol is left out."""
    return f"{name} left out: {reason}"


def missing_tables(protocol: _OnTables) -> DataMissingError | None:
    """Return the error that names a protocol's missing tables; None if all are here."""
    try:
        protocol.require_tables()
    except DataMissingError as error:
        return error
    return None


def loaded_if_here(protocols: Iterable[P], load: Callable[[P, Path], R], folder: Path) -> list[R]:
    """Return the results of the protocols that have any in `folder`, and whose tables are here.

    Of a protocol that has a folder there and is left out, a line says why.
    """
    results = []
    for protocol in protocols:
        if not (folder / protocol.name).is_dir():
            continue
        try:
            protocol.require_tables()
            results.append(load(protocol, folder))
        except (DataMissingError, NoResultsError) as error:
            click.echo(left_out(protocol.name, error), err=True)
    return results
