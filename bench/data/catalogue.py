"""The tables the suite knows and the files they come from: one TOML file each.

`catalogue/tables` says what a table holds and what its values must hash to; `catalogue/sources`
pins the files of one public repository, at one commit, that tables are made from.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bench.data.places import data_folder
from bench.errors import CallError, DataError

__all__ = [
    "CatalogueEntry",
    "Source",
    "SourceFile",
    "catalogue",
    "catalogue_entry",
    "source",
    "source_file",
]

_SHA256 = "^[0-9a-f]{64}$"
_Entry = TypeVar("_Entry", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceFile(_Strict):
    """One file of a source.

    Attributes
    ----------
    name : str
        Where it lies below the source's folder, on this machine and in a mirror.
    path : str
        Where it lies in the source's repository.
    sha256, size
        Of the file; size in bytes.
    """

    name: str = Field(pattern=r"^\w[\w.-]*(/\w[\w.-]*)*$")
    path: str
    sha256: str = Field(pattern=_SHA256)
    size: int = Field(gt=0)


class Source(_Strict):
    """Files of one public repository at one commit.

    Attributes
    ----------
    key : str
        Name of the folder that holds the files, on this machine and in a mirror.
    licence : str
        That of the repository, or `none` and what is known of where its numbers come from.
    citation : str
        Whom to cite for the numbers.
    """

    key: str
    repository: str = Field(pattern="^[^/]+/[^/]+$")
    commit: str = Field(pattern="^[0-9a-f]{40}$")
    licence: str
    citation: str
    files: tuple[SourceFile, ...] = Field(min_length=1)

    def url(self, file: SourceFile) -> str:
        """Return where `file` can be downloaded."""
        return f"https://raw.githubusercontent.com/{self.repository}/{self.commit}/{file.path}"


class CatalogueEntry(_Strict):
    """What the catalogue says of a table.

    Attributes
    ----------
    name, title, licence, citation : str
        What it is called, what it holds, under which terms, whom to cite.
    kind : {"table", "surrogate", "images"}
        Columns with a row for each architecture, the arrays of a fitted model, or those of an
        image set.
    file : str
        File name in the data folder (beside the code, for an embedded table).
    rows : int, optional
        Number of rows; of a surrogate or an image set, number of arrays.
    content_sha256 : str, optional
        Of the values alone (`bench.data.content_digest`); protocols pin this one, because it does
        not change when the same values are written by another version of a library. None where
        everybody has files of their own.
    sha256 : str, optional
        Of the file, byte by byte; embedded tables have it.
    sources : tuple of str
        `key/name` of every source file that the converter needs.
    converter : str, optional
        Module of `bench.data.readers.converters` that makes the table from its sources.
    importers : tuple of str
        Formats of `bench.data.readers.importers` that hold the table too.
    unavailable : str, optional
        Why it cannot be fetched.
    columns : dict of str to str
        Unit and meaning of every column; `{...}` stands for a word or number.
    """

    name: str
    title: str
    licence: str
    kind: Literal["table", "surrogate", "images"] = "table"
    file: str
    rows: int | None = None
    content_sha256: str | None = Field(default=None, pattern=_SHA256)
    columns: dict[str, str]
    citation: str = ""
    embedded: bool = False
    sha256: str | None = Field(default=None, pattern=_SHA256)
    sources: tuple[str, ...] = ()
    converter: str | None = None
    importers: tuple[str, ...] = ()
    unavailable: str | None = None
    command: str = ""

    @property
    def path(self) -> Path:
        """Where the table lies on this machine, whether or not it is there."""
        if self.embedded:
            return Path(str(files("bench.data"))) / "embedded" / self.file
        return data_folder() / self.file

    @property
    def is_fetchable(self) -> bool:
        """Whether `monas data fetch` can bring it."""
        return self.converter is not None and self.unavailable is None

    @property
    def how_to_get(self) -> str:
        """The command, or commands, that bring the table."""
        ways = [self.command] if self.command else []
        if self.is_fetchable:
            ways.append(f"monas data fetch {self.name}")
        if self.importers or (self.converter and not ways):
            ways.append(f"monas data import {self.name} PATH")
        return " or ".join(f"`{way}`" for way in ways)


def catalogue() -> list[CatalogueEntry]:
    """Return every known table: the embedded one first, the others by name."""
    entries = [_read(path, CatalogueEntry) for path in sorted(_folder("tables").glob("*.toml"))]
    return sorted(entries, key=lambda entry: (not entry.embedded, entry.name))


def catalogue_entry(name: str) -> CatalogueEntry:
    """Return what the catalogue says of table `name`.

    Raises
    ------
    CallError
        If there is none; the message lists those there are.
    """
    path = _folder("tables") / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(entry.name for entry in catalogue())
        raise CallError(f"unknown table {name!r}: expected one of {known}")
    return _read(path, CatalogueEntry)


def source(key: str) -> Source:
    """Return the source called `key`."""
    return _read(_folder("sources") / f"{key}.toml", Source)


def source_file(reference: str) -> tuple[Source, SourceFile]:
    """Return what `key/name` stands for.

    Raises
    ------
    DataError
        If the catalogue does not have it: a fault of the catalogue.
    """
    key, _, name = reference.partition("/")
    origin = source(key)
    for file in origin.files:
        if file.name == name:
            return origin, file
    raise DataError(f"catalogue: source {key!r} has no file {name!r}")


def _folder(kind: Literal["tables", "sources"]) -> Path:
    return Path(str(files("bench.data"))) / "catalogue" / kind


def _read(path: Path, model: type[_Entry]) -> _Entry:
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise DataError(f"catalogue: {path} is not there") from None
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise DataError(f"{path}: not a catalogue entry: {error}") from None
