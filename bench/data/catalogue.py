"""The tables the suite knows: one TOML file each, with where it lies and what it must hash to."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from bench.errors import CallError, DataError

__all__ = ["CatalogueEntry", "catalogue", "catalogue_entry"]


@dataclass(frozen=True)
class CatalogueEntry:
    """What the catalogue says of a table.

    Attributes
    ----------
    name, title, licence : str
        What it is called, what it holds, under which terms.
    file : str
        File name beside the embedded data.
    rows : int
        Number of rows.
    sha256 : str
        Of the file, byte by byte.
    content_sha256 : str
        Of the values alone (`bench.data.content_digest`); protocols pin this one, because it does
        not change when the same values are written by another version of a library.
    command : str
        What makes or brings the table.
    columns : dict of str to str
        Unit and meaning of every column; `{...}` stands for a number.
    """

    name: str
    title: str
    licence: str
    file: str
    rows: int
    sha256: str
    content_sha256: str
    command: str
    columns: dict[str, str]

    @property
    def path(self) -> Path:
        """Where the table lies on this machine, whether or not it is there."""
        return Path(str(files("bench.data"))) / "embedded" / self.file


def catalogue() -> list[CatalogueEntry]:
    """Return every known table, by name."""
    folder = Path(str(files("bench.data"))) / "catalogue"
    return [_read(path) for path in sorted(folder.glob("*.toml"))]


def catalogue_entry(name: str) -> CatalogueEntry:
    """Return what the catalogue says of table `name`.

    Raises
    ------
    CallError
        If there is none; the message lists those there are.
    """
    known = {entry.name: entry for entry in catalogue()}
    if name not in known:
        raise CallError(f"unknown table {name!r}: expected one of {', '.join(known) or '(none)'}")
    return known[name]


def _read(path: Path) -> CatalogueEntry:
    try:
        return CatalogueEntry(**tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, TypeError) as error:
        raise DataError(f"{path}: not a catalogue entry: {error}") from None
