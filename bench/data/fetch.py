"""Bringing tables: download the pinned source files, convert them, check the result, keep it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.data.catalogue import CatalogueEntry, Source, SourceFile, catalogue_entry, source_file
from bench.data.places import source_folder
from bench.data.table import Columns, check_columns, content_digest, write_table
from bench.errors import CallError, DataError, DownloadError

__all__ = ["convert_sources", "fetch_source_file", "fetch_table", "keep_table", "sha256_of"]

# *ours*: a server that sends nothing for this long is given up; a failed file is tried again.
_TIMEOUT_SECONDS = 30.0
_ATTEMPTS = 3

Report = Callable[[int, int, str], None]


def fetch_table(name: str, *, mirror: str | None = None, report: Report | None = None) -> Path:
    """Download what table `name` is made from, make it, check it, and return where it lies.

    What is on this machine already, whole, is not downloaded again. Nothing is used before its
    sha256 is right, and nothing half done is ever seen under its own name.

    Parameters
    ----------
    mirror : str, optional
        Folder, or http(s) address, that holds the files as `<source key>/<name>`.
    report : callable, optional
        Called with (files done, files in all, what is being done).

    Raises
    ------
    CallError
        If the table cannot be fetched: it is embedded, or its originals cannot be had this way.
    DownloadError
        If a file cannot be downloaded, or what arrives has another sha256.
    DataError
        If the converter's result is not what the catalogue expects.
    """
    entry = catalogue_entry(name)
    tell = report or _silent
    if entry.embedded:
        raise CallError(f"table {name!r} ships with the suite; there is nothing to fetch")
    if not entry.is_fetchable:
        raise CallError(
            f"table {name!r} cannot be fetched: {entry.unavailable or 'it has no source files'}; "
            f"{entry.how_to_get or 'there is no other way'}"
        )
    files: dict[str, Path] = {}
    for done, reference in enumerate(entry.sources):
        tell(done, len(entry.sources), reference)
        files[reference] = fetch_source_file(reference, mirror=mirror, entry=entry)
    tell(len(entry.sources), len(entry.sources), f"converting to {entry.file}")
    return keep_table(entry, convert_sources(entry, files), "the converted table")


def convert_sources(entry: CatalogueEntry, files: Mapping[str, Path]) -> Columns:
    """Return what the entry's converter makes of its source files, by `key/name`."""
    converter = import_module(f"bench.data.readers.converters.{entry.converter}")
    columns: Columns = converter.convert(files)
    return columns


def keep_table(entry: CatalogueEntry, columns: Columns, origin: str) -> Path:
    """Check a table that was made on this machine against the catalogue and write it.

    Raises
    ------
    DataError
        If its content is not the catalogue's; nothing is written then.
    """
    chosen = check_columns(entry, columns, origin)
    digest = content_digest(chosen)
    if entry.content_sha256 and digest != entry.content_sha256:
        raise DataError(
            f"{origin} is not {entry.name!r}: content has sha256 {digest[:12]}..., the catalogue "
            f"expects {entry.content_sha256[:12]}...; nothing was written (an import can be kept "
            f"elsewhere with --out FILE)"
        )
    write_table(entry.path, chosen)
    return entry.path


def fetch_source_file(
    reference: str, *, mirror: str | None = None, entry: CatalogueEntry | None = None
) -> Path:
    """Return where source file `reference` (`key/name`) lies, after bringing it if need be.

    Raises
    ------
    DownloadError
        If it cannot be brought, or has another sha256 than the catalogue says.
    """
    origin, file = source_file(reference)
    target = source_folder() / origin.key / file.name
    if target.is_file() and sha256_of(target) == file.sha256:
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CallError(
            f"cannot write to {target.parent}: {error.strerror}; MONAS_DATA names the folder of "
            f"tables"
        ) from None
    if mirror is not None and "://" not in mirror:
        _copy(Path(mirror).expanduser() / origin.key / file.name, target, file)
    else:
        url = f"{mirror.rstrip('/')}/{reference}" if mirror else origin.url(file)
        _download(url, target, file, _other_ways(origin, file, entry))
    return target


def _copy(found: Path, target: Path, file: SourceFile) -> None:
    if not found.is_file():
        raise DownloadError(f"the mirror has no {found}; expected a file of {file.size:,} bytes")
    partial = target.with_name(f".{target.name}.part")
    shutil.copyfile(found, partial)
    digest = sha256_of(partial)
    if digest != file.sha256:
        partial.unlink()
        raise DownloadError(
            f"{found} is not the file that tables are made from: its sha256 is {digest[:12]}..., "
            f"expected {file.sha256[:12]}..."
        )
    partial.replace(target)


def _download(url: str, target: Path, file: SourceFile, other_ways: str) -> None:
    """Download with pooch: to a temporary file, its sha256 checked, then moved into place."""
    import pooch
    import requests

    pooch.get_logger().setLevel("ERROR")
    store = pooch.create(
        path=target.parent,
        base_url="",
        registry={target.name: f"sha256:{file.sha256}"},
        urls={target.name: url},
        retry_if_failed=_ATTEMPTS - 1,
    )
    target.unlink(missing_ok=True)  # what lies there is damaged; pooch would keep it on failure
    try:
        store.fetch(target.name, downloader=pooch.HTTPDownloader(timeout=_TIMEOUT_SECONDS))
    except requests.exceptions.RequestException as error:
        raise DownloadError(
            f"{url} could not be downloaded ({_ATTEMPTS} attempts): {_reason(error)}; {other_ways}"
        ) from None
    except ValueError:
        raise DownloadError(
            f"{url} sent another file than expected ({_ATTEMPTS} attempts): its sha256 is not "
            f"{file.sha256[:12]}...; nothing of it was kept; {other_ways}"
        ) from None


def _silent(done: int, total: int, what: str) -> None:
    """Report nothing."""


def _other_ways(origin: Source, file: SourceFile, entry: CatalogueEntry | None) -> str:
    place = source_folder() / origin.key / file.name
    ways = [f"put the file into {place} yourself", "name a --mirror folder that holds it"]
    if entry:
        ways.append(f"`monas data import {entry.name} PATH` takes what you have of it")
    return ", or ".join(ways)


def _reason(error: Any) -> str:
    response = getattr(error, "response", None)
    if response is not None:
        return f"the server answered {response.status_code} {response.reason}"
    return f"{type(error).__name__}: {str(error).splitlines()[0][:200]}"


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, read in pieces."""
    digest = sha256()
    with path.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
