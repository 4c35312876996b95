"""Where a rule's results come from: loaded once for each protocol, by the loader of their kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeVar, cast

from bench.errors import DataMissingError, NoResultsError
from bench.protocol import SearchProtocol, load_search_protocol, released_protocols
from bench.results.search import SearchResults, load_search_results
from reports.claims.outcome import Missing

__all__ = ["Evidence", "Loader", "playable_protocol", "search_results"]

_T = TypeVar("_T")
Loader = Callable[[str, Path], _T]


class Evidence:
    """Results below one folder; nothing that is said of them names it, so that it can be published.

    Parameters
    ----------
    folder : Path
        Of the journals.
    held : mapping, optional
        Results by name of their protocol, taken instead of what lies in the folder.
    """

    def __init__(self, folder: Path, held: Mapping[str, object] | None = None) -> None:
        self._folder = folder
        self._held: dict[str, object] = dict(held or {})
        self._missing: dict[str, Missing] = {}

    def load(self, name: str, loader: Loader[_T]) -> _T:
        """Return a protocol's results, of the kind that `loader` gives.

        `loader` is called as (protocol, folder), once for each protocol, and raises `Missing`
        where there are none. A rule on results of another kind brings its own loader.
        """
        if name in self._missing:
            raise self._missing[name]
        if name not in self._held:
            try:
                self._held[name] = loader(name, self._folder)
            except Missing as missing:
                self._missing[name] = missing
                raise
        return cast("_T", self._held[name])

    def searches(self, name: str, *methods: str) -> SearchResults:
        """Return the results of searches under a protocol, runs of these methods among them.

        Raises
        ------
        Missing
            If there is no such protocol, its table is not here, or a method has no finished run.
        """
        command = self._command(name, methods)
        try:
            if name not in self._held:
                _require_runs(name, self._folder, methods)  # before all others are recomputed
            results = self.load(name, search_results)
        except Missing as missing:
            raise Missing(str(missing), missing.command or command) from None
        absent = [method for method in methods if not results.of(method)]
        if absent:
            raise Missing(f"no finished run of {_listed(absent)} under {name}", command)
        return results

    def _command(self, name: str, methods: tuple[str, ...]) -> str | None:
        if _released(name) is None:
            return None
        named = "".join(f" --method {method}" for method in methods)
        return f"monas run {name}{named}"


def playable_protocol(name: str) -> SearchProtocol:
    """Return a released protocol whose tables are here.

    Raises
    ------
    Missing
        If there is none of that name, or its table is not on this machine.
    """
    protocol = _released(name)
    if protocol is None:
        raise Missing(f"the suite has no protocol {name}")
    try:
        protocol.require_tables()
    except DataMissingError as error:
        raise Missing(str(error)) from None
    return protocol


@lru_cache(maxsize=64)
def _released(name: str) -> SearchProtocol | None:
    """Return a released protocol; many claims name the same one."""
    return load_search_protocol(name) if name in released_protocols("search") else None


def search_results(name: str, folder: Path) -> SearchResults:
    """Return the results of searches, recomputed; damaged ones are an error."""
    protocol = playable_protocol(name)
    try:
        return load_search_results(protocol, folder)
    except NoResultsError:
        raise Missing(f"no finished run under {protocol.label}") from None


def _require_runs(name: str, folder: Path, methods: Sequence[str]) -> None:
    protocol = playable_protocol(name)
    home = folder / protocol.name / protocol.short_id
    absent = [method for method in methods if not any((home / method).glob("*.jsonl"))]
    if absent:
        raise Missing(f"no run of {_listed(absent)} under {protocol.label}")


def _listed(methods: Sequence[str]) -> str:
    return " and ".join(methods)
