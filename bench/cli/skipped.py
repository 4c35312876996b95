"""Protocols that a command skips, and the line that says why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from bench.errors import DataMissingError, MonasError, NoResultsError

if TYPE_CHECKING:
    from bench.protocol import AnyProtocol

__all__ = ["missing_tables", "results_if_here", "skipped"]

R = TypeVar("R")


def skipped(name: str, reason: MonasError) -> str:
    """Return the line that says why a protocol is skipped."""
    return f"{name} skipped: {reason}"


def missing_tables(protocol: AnyProtocol) -> DataMissingError | None:
    """Return the error that names a protocol's missing tables; None if all are here."""
    try:
        protocol.require_tables()
    except DataMissingError as error:
        return error
    return None


def results_if_here(
    protocols: Iterable[AnyProtocol], load: Callable[[AnyProtocol, Path], R], folder: Path
) -> list[R]:
    """Return the results of the protocols that have any, and whose tables are on this machine.

    A protocol that has a folder of results and is skipped gets a line that says why.

    Parameters
    ----------
    protocols : iterable of SearchProtocol or RankingProtocol
    load : callable
        Of (protocol, folder); returns its results.
    folder : Path
        Folder of all results.
    """
    results = []
    for protocol in protocols:
        if not (folder / protocol.name).is_dir():
            continue
        try:
            protocol.require_tables()
            results.append(load(protocol, folder))
        except (DataMissingError, NoResultsError) as error:
            click.echo(skipped(protocol.name, error), err=True)
    return results
