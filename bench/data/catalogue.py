"""The catalogue of tables and of the original files they are made from.

`catalogue/tables` has one TOML file for each table: the meaning of its columns and the digest of
its values. `catalogue/sources` has one for each public repository that holds originals: its files
at one commit.
"""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import Field

from bench.errors import CallError, DataError
from bench.schema import StrictModel, parse_model, read_toml

__all__ = [
    "CatalogueEntry",
    "OriginalSource",
    "SourceFile",
    "catalogue",
    "catalogue_entry",
    "data_folder",
    "original_source",
    "source_file",
    "source_folder",
]

_SHA256 = "^[0-9a-f]{64}$"


class SourceFile(StrictModel):
    """One original file of a source."""

    name: str = Field(
        pattern=r"^\w[\w.-]*(/\w[\w.-]*)*$",
        description="Path below the source's folder, on this machine and in a mirror.",
    )
    path: str = Field(description="Path in the source's repository.")
    sha256: str = Field(pattern=_SHA256, description="Digest of the file's bytes.")
    size: int = Field(gt=0, description="Size in bytes.")


class OriginalSource(StrictModel):
    """Original files of one public repository at one commit."""

    key: str = Field(description="Name of the folder of its files, here and in a mirror.")
    repository: str = Field(pattern="^[^/]+/[^/]+$", description="Owner and name on GitHub.")
    commit: str = Field(pattern="^[0-9a-f]{40}$", description="Full hash of the commit.")
    licence: str = Field(
        description="Licence of the repository, or `none` and what is known of the numbers' origin."
    )
    citation: str = Field(description="Papers to cite for the numbers.")
    files: tuple[SourceFile, ...] = Field(
        min_length=1, description="Files that tables are made of."
    )

    def url(self, file: SourceFile) -> str:
        """Return the address from which `file` can be downloaded."""
        return f"https://raw.githubusercontent.com/{self.repository}/{self.commit}/{file.path}"


class CatalogueEntry(StrictModel):
    """Description of one table: its content, its terms, and how to install it."""

    name: str = Field(description="Name of the table; protocols and commands use it.")
    title: str = Field(description="One line on what the table holds.")
    licence: str = Field(description="Terms of its numbers.")
    kind: Literal["table", "surrogate", "images"] = Field(
        default="table",
        description="Columns with a row for each architecture, the arrays of a fitted model, or "
        "those of an image set.",
    )
    file: str = Field(description="File name in the data folder; embedded: beside the code.")
    rows: int | None = Field(
        default=None,
        description="Number of rows; of a surrogate or an image set, number of arrays.",
    )
    content_sha256: str | None = Field(
        default=None,
        pattern=_SHA256,
        description="Digest of the values alone (`bench.data.content_digest`). Protocols pin it, "
        "because it does not change when another version of a library writes the same values. "
        "None where everybody has files of their own.",
    )
    columns: dict[str, str] = Field(
        description="Unit and meaning of every column; `{...}` stands for a word or number."
    )
    citation: str = Field(default="", description="Papers to cite for the table.")
    embedded: bool = Field(default=False, description="Whether it is part of the suite.")
    sha256: str | None = Field(
        default=None,
        pattern=_SHA256,
        description="Digest of the file's bytes; embedded tables have it.",
    )
    sources: tuple[str, ...] = Field(
        default=(), description="`key/name` of every source file that the converter reads."
    )
    converter: str | None = Field(
        default=None,
        description="Module of `bench.data.readers.converters` that makes it from its sources.",
    )
    importers: tuple[str, ...] = Field(
        default=(), description="Formats of `bench.data.readers.importers` that hold it too."
    )
    unavailable: str | None = Field(default=None, description="Reason why it cannot be fetched.")
    command: str = Field(default="", description="Command that builds it, if it is embedded.")

    @property
    def path(self) -> Path:
        """Path of the table's file on this machine, whether or not it is there."""
        if self.embedded:
            return Path(str(files("bench.data"))) / "embedded" / self.file
        return data_folder() / self.file

    @property
    def is_fetchable(self) -> bool:
        """Whether `monas data fetch` can install it."""
        return self.converter is not None and self.unavailable is None

    @property
    def how_to_get(self) -> str:
        """The command or commands that install the table, as Markdown code."""
        ways = [self.command] if self.command else []
        if self.is_fetchable:
            ways.append(f"monas data fetch {self.name}")
        if self.importers or (self.converter and not ways):
            ways.append(f"monas data import {self.name} PATH")
        return " or ".join(f"`{way}`" for way in ways)


def data_folder() -> Path:
    """Return the folder of fetched and imported tables.

    It is `MONAS_DATA` where that is set, else the user's data folder of this operating system.
    """
    chosen = os.environ.get("MONAS_DATA")
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("monas-bench")


def source_folder() -> Path:
    """Return the folder of downloaded originals, which has one folder for each source."""
    return data_folder() / "sources"


def catalogue() -> list[CatalogueEntry]:
    """Return every known table: embedded ones first, each group sorted by name."""
    entries = [_read_entry(path) for path in sorted(_folder("tables").glob("*.toml"))]
    return sorted(entries, key=lambda entry: (not entry.embedded, entry.name))


def catalogue_entry(name: str) -> CatalogueEntry:
    """Return the catalogue's entry of table `name`.

    Raises
    ------
    CallError
        If there is no such table; the message lists the known ones.

    Examples
    --------
    >>> catalogue_entry("nb201-digits").rows
    6466
    """
    path = _folder("tables") / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(entry.name for entry in catalogue())
        raise CallError(f"unknown table {name!r}: expected one of {known}")
    return _read_entry(path)


def original_source(key: str) -> OriginalSource:
    """Return the source called `key`.

    Raises
    ------
    DataError
        If the catalogue does not have it: a fault of the catalogue.
    """
    path = _folder("sources") / f"{key}.toml"
    if not path.is_file():
        raise DataError(f"catalogue: no source {key!r}, expected {path}")
    return parse_model(OriginalSource, read_toml(path, DataError), path, DataError)


def source_file(reference: str) -> tuple[OriginalSource, SourceFile]:
    """Return the source and the file that `reference` (`key/name`) stands for.

    Raises
    ------
    DataError
        If the catalogue does not have it: a fault of the catalogue.

    Examples
    --------
    >>> source, file = source_file("nas-bench-macro/nas-bench-macro_cifar10.json")
    >>> source.repository, file.size
    ('xiusu/NAS-Bench-Macro', 1178821)
    """
    key, _, name = reference.partition("/")
    source = original_source(key)
    for file in source.files:
        if file.name == name:
            return source, file
    raise DataError(f"catalogue: source {key!r} has no file {name!r}")


def _folder(kind: Literal["tables", "sources"]) -> Path:
    return Path(str(files("bench.data"))) / "catalogue" / kind


def _read_entry(path: Path) -> CatalogueEntry:
    return parse_model(CatalogueEntry, read_toml(path, DataError), path, DataError)
