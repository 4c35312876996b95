"""The results that rules judge by: loaded once for each protocol, by the loader of their kind."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeVar, cast

from bench.errors import DataMissingError, NoResultsError
from bench.protocol import SearchProtocol, load_search_protocol, released_protocols
from bench.results.search import SearchResults, load_search_results
from reports.claims.judgement import MissingEvidence

__all__ = ["Evidence", "Loader", "playable_protocol", "search_results"]

_T = TypeVar("_T")
Loader = Callable[[str, Path], _T]


class Evidence:
    """Results below one folder. No sentence about them names the folder, so it can be published.

    Parameters
    ----------
    folder : Path
        Of the journals.
    given : mapping, optional
        Results by the name of their protocol, used instead of those in the folder.
    """

    def __init__(self, folder: Path, given: Mapping[str, object] | None = None) -> None:
        self._folder = folder
        self._loaded: dict[str, object] = dict(given or {})
        self._missing: dict[str, MissingEvidence] = {}

    def load(self, name: str, loader: Loader[_T]) -> _T:
        """Return a protocol's results of the kind that a loader returns.

        Parameters
        ----------
        name : str
            Of the protocol.
        loader : callable
            Called as (protocol, folder), once for each protocol. A rule for another kind of
            results has a loader of its own.

        Raises
        ------
        MissingEvidence
            If the loader raises it.
        """
        if name in self._missing:
            raise self._missing[name]
        if name not in self._loaded:
            try:
                self._loaded[name] = loader(name, self._folder)
            except MissingEvidence as missing:
                self._missing[name] = missing
                raise
        return cast("_T", self._loaded[name])

    def searches(self, name: str, *methods: str) -> SearchResults:
        """Return the results of a search protocol, which include runs of some methods.

        Parameters
        ----------
        name : str
            Of the protocol.
        *methods : str
            Methods that must have a finished run.

        Raises
        ------
        MissingEvidence
            If there is no such protocol, its table is not on this machine, or a method has no
            finished run.
        """
        command = self._command(name, methods)
        try:
            if name not in self._loaded:
                _require_journals(name, self._folder, methods)  # before all others are recomputed
            results = self.load(name, search_results)
        except MissingEvidence as missing:
            raise MissingEvidence(str(missing), missing.command or command) from None
        absent = [method for method in methods if not results.of(method)]
        if absent:
            raise MissingEvidence(f"no finished run of {_listed(absent)} under {name}", command)
        return results

    def _command(self, name: str, methods: tuple[str, ...]) -> str | None:
        if _released(name) is None:
            return None
        named = [word for method in methods for word in ("--method", method)]
        return shlex.join(["monas", "run", name, *named])


def playable_protocol(name: str) -> SearchProtocol:
    """Return the released protocol of this name, whose tables are on this machine.

    Raises
    ------
    MissingEvidence
        If there is no such protocol, or a table is missing.
    """
    protocol = _released(name)
    if protocol is None:
        raise MissingEvidence(f"the suite has no protocol {name}")
    try:
        protocol.require_tables()
    except DataMissingError as error:
        raise MissingEvidence(str(error)) from None
    return protocol


@lru_cache(maxsize=64)
def _released(name: str) -> SearchProtocol | None:
    """Return a released protocol; cached, because many claims name the same one."""
    return load_search_protocol(name) if name in released_protocols("search") else None


def search_results(name: str, folder: Path) -> SearchResults:
    """Return the recomputed results of a search protocol; damaged journals are an error.

    Parameters
    ----------
    name : str
        Of the protocol.
    folder : Path
        Of the journals.

    Raises
    ------
    MissingEvidence
        If there is no such protocol, a table is missing, or no run is finished.
    """
    protocol = playable_protocol(name)
    try:
        return load_search_results(protocol, folder)
    except NoResultsError:
        raise MissingEvidence(f"no finished run under {protocol.label}") from None


def _require_journals(name: str, folder: Path, methods: Sequence[str]) -> None:
    protocol = playable_protocol(name)
    home = protocol.home(folder)
    absent = [method for method in methods if not any((home / method).glob("*.jsonl"))]
    if absent:
        raise MissingEvidence(f"no run of {_listed(absent)} under {protocol.label}")


def _listed(methods: Sequence[str]) -> str:
    return " and ".join(methods)
