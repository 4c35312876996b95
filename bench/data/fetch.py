"""Fetching of tables: download of pinned source files, conversion, check, installation."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.data.catalogue import (
    CatalogueEntry,
    OriginalSource,
    SourceFile,
    catalogue_entry,
    source_file,
    source_folder,
)
from bench.data.table import Columns, check_columns, content_digest, write_table
from bench.errors import CallError, DataError, DownloadError, MonasError
from bench.files import in_words, replacing

__all__ = ["convert_sources", "fetch_source_file", "fetch_table", "install_table", "sha256_of"]

# *ours*: seconds without data after which an attempt fails, and the number of attempts.
_TIMEOUT_SECONDS = 30.0
_ATTEMPTS = 3

Report = Callable[[int, int, str], None]


def fetch_table(name: str, *, mirror: str | None = None, report: Report | None = None) -> Path:
    """Download the originals of table `name`, convert them, check the result and install it.

    Files that are already on this machine and whole are not downloaded again. No file is used
    before its sha256 is checked, and no incomplete file ever has its final name.

    Parameters
    ----------
    name : str
        A table of the catalogue.
    mirror : str, optional
        Folder, or http(s) address, that holds the files as `<source key>/<name>`.
    report : callable, optional
        Called with (files done, files in all, current step).

    Returns
    -------
    Path
        The installed table.

    Raises
    ------
    CallError
        If the table cannot be fetched: it is embedded, or has no public originals.
    DownloadError
        If a file cannot be downloaded, or arrives with another sha256.
    DataError
        If the converted table is not what the catalogue expects.
    """
    entry = catalogue_entry(name)
    report = report or _no_report
    if entry.embedded:
        raise CallError(f"table {name!r} is part of the suite; there is nothing to fetch")
    if not entry.is_fetchable:
        raise CallError(
            f"table {name!r} cannot be fetched: {entry.unavailable or 'it has no source files'}; "
            f"{entry.how_to_get or 'there is no other way'}"
        )
    files: dict[str, Path] = {}
    for done, reference in enumerate(entry.sources):
        report(done, len(entry.sources), reference)
        files[reference] = fetch_source_file(reference, mirror=mirror, entry=entry)
    report(len(entry.sources), len(entry.sources), f"converting to {entry.file}")
    return install_table(entry, convert_sources(entry, files), "the converted table")


def convert_sources(entry: CatalogueEntry, files: Mapping[str, Path]) -> Columns:
    """Return the columns that the entry's converter makes of its source files.

    Parameters
    ----------
    entry : CatalogueEntry
        A table that has a converter.
    files : mapping of str to Path
        Its source files by `key/name`.

    Raises
    ------
    DataError
        If a file does not hold what the converter expects.
    """
    converter = import_module(f"bench.data.readers.converters.{entry.converter}")
    try:
        columns: Columns = converter.convert(files)
    except MonasError:
        raise
    except Exception as error:  # other content than the converter knows can fail in any way
        raise DataError(
            f"the originals of {entry.name!r} do not have the content that its converter expects: "
            f"{type(error).__name__}: {error}; they are {', '.join(map(str, files.values()))}"
        ) from error
    return columns


def install_table(entry: CatalogueEntry, columns: Columns, origin: str) -> Path:
    """Check columns against the catalogue and write them to the data folder.

    Parameters
    ----------
    entry : CatalogueEntry
        The table to install.
    columns : dict of str to array
        Its columns; those that the catalogue does not name are dropped.
    origin : str
        Where they come from, for messages.

    Returns
    -------
    Path
        The installed table.

    Raises
    ------
    DataError
        If the content is not the catalogue's; nothing is written then.
    """
    chosen = check_columns(entry, columns, origin)
    digest = content_digest(chosen)
    if entry.content_sha256 and digest != entry.content_sha256:
        raise DataError(
            f"{origin} is not {entry.name!r}: content has sha256 {digest[:12]}..., the catalogue "
            f"expects {entry.content_sha256[:12]}...; nothing was written (an import can be "
            f"written elsewhere with --out FILE)"
        )
    write_table(entry.path, chosen)
    return entry.path


def fetch_source_file(
    reference: str, *, mirror: str | None = None, entry: CatalogueEntry | None = None
) -> Path:
    """Return the path of a source file, after downloading it if necessary.

    Parameters
    ----------
    reference : str
        `key/name` of the file.
    mirror : str, optional
        As in `fetch_table`.
    entry : CatalogueEntry, optional
        The table that needs the file; the message of a failed download names its import too.

    Raises
    ------
    DownloadError
        If it cannot be downloaded, or has another sha256 than the catalogue says.
    CallError
        If the folder of originals cannot be written.
    """
    source, file = source_file(reference)
    target = source_folder() / source.key / file.name
    if target.is_file() and sha256_of(target) == file.sha256:
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CallError(
            f"cannot write to {target.parent}: {in_words(error)}; MONAS_DATA names the folder of "
            f"tables"
        ) from None
    if mirror is not None and "://" not in mirror:
        _copy(Path(mirror).expanduser() / source.key / file.name, target, file)
    else:
        url = f"{mirror.rstrip('/')}/{reference}" if mirror else source.url(file)
        _download(url, target, file, _other_ways(source, file, entry))
    return target


def _copy(original: Path, target: Path, file: SourceFile) -> None:
    if not original.is_file():
        raise DownloadError(f"the mirror has no {original}; expected a file of {file.size:,} bytes")
    digest = sha256_of(original)
    if digest != file.sha256:
        raise DownloadError(
            f"{original} is not the file that tables are made from: its sha256 is "
            f"{digest[:12]}..., expected {file.sha256[:12]}..."
        )
    with original.open("rb") as content, replacing(target) as out:
        shutil.copyfileobj(content, out)


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
    target.unlink(missing_ok=True)  # a damaged file, which pooch would leave there on failure
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


def _no_report(done: int, total: int, step: str) -> None:
    """Ignore the progress."""


def _other_ways(source: OriginalSource, file: SourceFile, entry: CatalogueEntry | None) -> str:
    target = source_folder() / source.key / file.name
    ways = [f"save the file as {target} yourself", "name a --mirror folder that holds it"]
    if entry:
        ways.append(f"import your own copy with `monas data import {entry.name} PATH`")
    return ", or ".join(ways)


def _reason(error: Any) -> str:
    response = getattr(error, "response", None)
    if response is not None:
        return f"the server answered {response.status_code} {response.reason}"
    return f"{type(error).__name__}: {str(error).splitlines()[0][:200]}"


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, which is read in blocks."""
    digest = sha256()
    with path.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
