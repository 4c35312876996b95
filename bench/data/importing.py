"""Import of tables from files on this machine: official files, or the pinned originals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bench.data.catalogue import CatalogueEntry, catalogue_entry, source_file
from bench.data.fetch import convert_sources, install_table, sha256_of
from bench.data.readers.importers import importers
from bench.data.table import Columns, write_table
from bench.errors import CallError, DataError

__all__ = ["ORIGINALS", "import_table"]

# The format of a folder that holds the files which `monas data fetch` would download.
ORIGINALS = "originals"


def import_table(
    name: str,
    path: Path,
    *,
    form: str | None = None,
    out: Path | None = None,
    finished: Callable[[int], None] | None = None,
) -> Path:
    """Read table `name` from the file or folder `path`, check it and install it.

    The content is installed only if it is the catalogue's to the last bit, because protocols are
    frozen on that. An official file of another version differs, and so does one that stores a mean
    where the table computes it; `out` writes the content of such a file elsewhere.

    Parameters
    ----------
    name : str
        A table of the catalogue.
    path : Path
        File or folder.
    form : str, optional
        A format of `bench.data.readers.importers`, or `originals`: a folder, or a clone of the
        source's repository, with the pinned files. Guessed from `path` by default.
    out : Path, optional
        Write the columns to this file, whatever their content, and do not install them.
    finished : callable, optional
        Called with the number of architectures read, by formats that take long.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    CallError
        If `path` does not exist, or the table has no such format.
    DataError
        If a file is not of its format, or its content is not the table that protocols are frozen
        on.
    """
    entry = catalogue_entry(name)
    if not path.exists():
        raise CallError(f"nothing to import: {path} does not exist")
    chosen = form or _guess_format(entry, path)
    known = _formats(entry)
    if chosen not in known:
        raise CallError(
            f"table {name!r} cannot be imported from {chosen!r}: expected one of "
            f"{', '.join(known) or '(none)'}"
        )
    if chosen == ORIGINALS:
        columns = _convert_originals(entry, path)
    else:
        columns = importers()[chosen].read(path, finished=finished)
    if out is not None:
        write_table(out, columns)
        return out
    return install_table(entry, columns, f"{path}, read as {chosen},")


def _formats(entry: CatalogueEntry) -> tuple[str, ...]:
    return entry.importers + ((ORIGINALS,) if entry.converter else ())


def _guess_format(entry: CatalogueEntry, path: Path) -> str:
    """Return the format that `path` most likely has."""
    known = _formats(entry)
    if path.is_dir() and ORIGINALS in known:
        found = [ref for ref in entry.sources if _find(path, ref) is not None]
        if found:
            return ORIGINALS
    for candidate in entry.importers:
        if importers()[candidate].folder == path.is_dir():
            return candidate
    if known:
        return known[0]
    raise CallError(f"table {entry.name!r} cannot be imported; install it with {entry.how_to_get}")


def _convert_originals(entry: CatalogueEntry, folder: Path) -> Columns:
    files = {}
    for reference in entry.sources:
        found = _find(folder, reference)
        source, file = source_file(reference)
        if found is None:
            raise DataError(
                f"{folder} does not hold {reference}: expected it there by this name, as "
                f"{file.name}, or as {file.path} (from {source.repository})"
            )
        digest = sha256_of(found)
        if digest != file.sha256:
            raise DataError(
                f"{found} has sha256 {digest[:12]}..., expected {file.sha256[:12]}... (that of "
                f"{file.path} in {source.repository} at {source.commit[:12]})"
            )
        files[reference] = found
    return convert_sources(entry, files)


def _find(folder: Path, reference: str) -> Path | None:
    """Return the file in the layout of a mirror, of a flat folder or of the repository."""
    _, file = source_file(reference)
    for name in (reference, file.name, file.path):
        if (folder / name).is_file():
            return folder / name
    return None
