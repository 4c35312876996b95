"""Making tables from what is on this machine already: official files, or the pinned originals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bench.data.catalogue import CatalogueEntry, catalogue_entry, source_file
from bench.data.fetch import convert_sources, keep_table, sha256_of
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
    """Make table `name` from the file or folder `path`, check it, and return where it lies.

    What is read takes the table's place only if its content is the catalogue's to the last bit,
    because protocols are frozen on that. An official file of another version, or one that stores
    a mean where the table computes it, differs; `out` keeps what it holds all the same, for uses
    of one's own.

    Parameters
    ----------
    out : Path, optional
        Write what was read here, whatever its content, and nothing else.
    form : str, optional
        A format of `bench.data.readers.importers`, or `originals`: a folder, or a clone of the
        source's repository, with the pinned files. Told from `path` when not given.
    finished : callable, optional
        Called with the number of architectures read, by formats that take long.

    Raises
    ------
    CallError
        If there is nothing at `path`, or the table has no such format.
    DataError
        If a file is not what it should be, or what it holds is not the table that protocols are
        frozen on.
    """
    entry = catalogue_entry(name)
    if not path.exists():
        raise CallError(f"nothing to import: {path} does not exist")
    chosen = form or _tell(entry, path)
    known = _formats(entry)
    if chosen not in known:
        raise CallError(
            f"table {name!r} cannot be imported from {chosen!r}: expected one of "
            f"{', '.join(known) or '(none)'}"
        )
    if chosen == ORIGINALS:
        columns = _from_originals(entry, path)
    else:
        columns = importers()[chosen].read(path, finished=finished)
    if out is not None:
        write_table(out, columns)
        return out
    return keep_table(entry, columns, f"{path}, read as {chosen},")


def _formats(entry: CatalogueEntry) -> tuple[str, ...]:
    return entry.importers + ((ORIGINALS,) if entry.converter else ())


def _tell(entry: CatalogueEntry, path: Path) -> str:
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
    raise CallError(f"table {entry.name!r} cannot be imported: {entry.how_to_get} brings it")


def _from_originals(entry: CatalogueEntry, folder: Path) -> Columns:
    files = {}
    for reference in entry.sources:
        found = _find(folder, reference)
        origin, file = source_file(reference)
        if found is None:
            raise DataError(
                f"{folder} does not hold {reference}: expected it there by this name, as "
                f"{file.name}, or as {file.path} (from {origin.repository})"
            )
        digest = sha256_of(found)
        if digest != file.sha256:
            raise DataError(
                f"{found} has sha256 {digest[:12]}..., expected {file.sha256[:12]}... (that of "
                f"{file.path} in {origin.repository} at {origin.commit[:12]})"
            )
        files[reference] = found
    return convert_sources(entry, files)


def _find(folder: Path, reference: str) -> Path | None:
    _, file = source_file(reference)
    for place in (reference, file.name, file.path):
        if (folder / place).is_file():
            return folder / place
    return None
