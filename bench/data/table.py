"""Tables and other named arrays: reading, checking, digesting and writing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.data.catalogue import CatalogueEntry, catalogue_entry, data_folder
from bench.errors import CallError, DataError, DataMissingError
from bench.files import in_words, replacing

__all__ = [
    "Columns",
    "Table",
    "check_columns",
    "content_digest",
    "load_table",
    "require_tables",
    "write_table",
]

Columns = dict[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Table:
    """Named arrays and the digest of their content.

    Attributes
    ----------
    name : str
        Name in the catalogue.
    columns : mapping of str to array
        In a table, the first axis of every array counts the rows. The arrays of a surrogate (its
        weights) or of an image set (images and labels) have no axis in common.
    content_sha256 : str
        Digest of the columns (`content_digest`).
    """

    name: str
    columns: Mapping[str, NDArray[np.generic]]
    content_sha256: str

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values())))

    def column(self, name: str) -> NDArray[np.generic]:
        """Return one column [rows].

        Raises
        ------
        DataError
            If the table has no such column; the message lists those it has.
        """
        if name not in self.columns:
            raise DataError(
                f"table {self.name!r} has no column {name!r}: expected one of "
                f"{', '.join(sorted(self.columns))}"
            )
        return self.columns[name]


def content_digest(columns: Mapping[str, NDArray[np.generic]]) -> str:
    """Return the sha256 of names, types, shapes and values, independent of any file format.

    Columns are taken in the order of their names, as little-endian bytes; text as UTF-8 lines.

    Examples
    --------
    >>> content_digest({"flops": np.arange(3)}) == content_digest({"flops": np.arange(3.0)})
    False
    """
    digest = sha256()
    for name in sorted(columns):
        values = np.asarray(columns[name])
        if values.dtype.kind in "OUT":
            kind, content = "text", "\n".join(map(str, values.tolist())).encode()
        else:
            little = values.astype(values.dtype.newbyteorder("<"), copy=False)
            kind, content = little.dtype.str.lstrip("<|="), np.ascontiguousarray(little).tobytes()
        shape = "x".join(map(str, values.shape))
        digest.update(f"{name}\0{kind}\0{shape}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def load_table(name: str) -> Table:
    """Return table `name` of the catalogue, after checking its content.

    Columns of the file that the catalogue does not name are dropped. The arrays are read-only.

    Raises
    ------
    DataMissingError
        If its file is not on this machine.
    DataError
        If the file cannot be read, lacks a column, or its content does not have the sha256 of the
        catalogue.

    Examples
    --------
    >>> load_table("nb201-digits").column("flops").shape
    (6466,)
    """
    entry = catalogue_entry(name)
    require_tables(entry)
    try:
        content = entry.path.read_bytes()
    except OSError as error:
        raise DataError(
            f"table {name!r} cannot be read from {entry.path}: {in_words(error)}; MONAS_DATA names "
            f"the folder of tables"
        ) from None
    found = sha256(content).hexdigest() if entry.sha256 else None
    if found and entry.sha256 and found != entry.sha256:
        raise DataError(
            f"table {name!r} is damaged: {entry.path} has sha256 {found[:12]}..., expected "
            f"{entry.sha256[:12]}...; restore the file from the release or the repository, or "
            f"rebuild it with {entry.how_to_get}"
        )
    columns = _read(entry, content)
    digest = content_digest(columns)
    if entry.content_sha256 and digest != entry.content_sha256:
        raise DataError(
            f"table {name!r}: content of {entry.path} has sha256 {digest[:12]}..., the catalogue "
            f"expects {entry.content_sha256[:12]}...; install it again with {entry.how_to_get}"
        )
    return Table(name, columns, digest)


def require_tables(*entries: CatalogueEntry) -> None:
    """Raise an error unless the files of all these tables are on this machine.

    Raises
    ------
    DataMissingError
        If any is not; the message names the missing ones and the commands that install them.
    """
    missing = [entry for entry in entries if not entry.path.exists()]
    if not missing:
        return
    names = " and ".join(repr(entry.name) for entry in missing)
    ways = [missing[0].how_to_get]
    if len(missing) > 1 and all(entry.is_fetchable for entry in missing):
        ways = [f"`monas data fetch {' '.join(entry.name for entry in missing)}`"]
    elif len(missing) > 1:
        ways = [entry.how_to_get for entry in missing]
    raise DataMissingError(
        f"table{'s' if len(missing) > 1 else ''} {names} {'are' if len(missing) > 1 else 'is'} not "
        f"on this machine: expected {' and '.join(str(entry.path) for entry in missing)}; install "
        f"{'them' if len(missing) > 1 else 'it'} with {', and '.join(ways)}"
    )


def check_columns(
    entry: CatalogueEntry, columns: Mapping[str, NDArray[np.generic]], origin: str
) -> Columns:
    """Return the columns that the catalogue names, after checking names and lengths.

    Parameters
    ----------
    entry : CatalogueEntry
        The table that the columns belong to.
    columns : mapping of str to array
        Others than those of the catalogue are dropped.
    origin : str
        Where they come from, for messages.

    Raises
    ------
    DataError
        If a column is missing or has another number of rows than the catalogue says.
    """
    chosen = {name: columns[name] for name in sorted(columns) if _is_named(name, entry)}
    missing = [
        pattern for pattern in entry.columns if not any(_matches(name, pattern) for name in chosen)
    ]
    if missing:
        raise DataError(f"{origin} lacks {missing[0]!r}, which table {entry.name!r} has")
    if entry.kind != "table":
        return chosen
    for name, values in chosen.items():
        if entry.rows is not None and len(values) != entry.rows:
            raise DataError(
                f"{origin}: column {name!r} has {len(values)} rows, table {entry.name!r} has "
                f"{entry.rows}"
            )
    return chosen


def write_table(path: Path, columns: Mapping[str, NDArray[np.generic]]) -> None:
    """Write arrays to a file, which is replaced in one step.

    Parameters
    ----------
    path : Path
        Its suffix decides the format: `.npz`, else parquet with zstd compression.
    columns : mapping of str to array
        In a parquet file, all of one length.

    Raises
    ------
    CallError
        If the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as out:
            if path.suffix == ".npz":
                np.savez_compressed(out, allow_pickle=False, **columns)
            else:
                import pyarrow as pa
                import pyarrow.parquet as pq

                made = pa.table({name: pa.array(values) for name, values in columns.items()})
                pq.write_table(made, out, compression="zstd", compression_level=19)
    except OSError as error:
        way = "choose another path with --out"
        if path.is_relative_to(data_folder()):
            way = "MONAS_DATA names the folder of tables"
        raise CallError(f"cannot write {path}: {in_words(error)}; {way}") from None


def _read(entry: CatalogueEntry, content: bytes) -> Columns:
    try:
        if entry.path.suffix == ".npz":
            with np.load(BytesIO(content), allow_pickle=False) as arrays:
                columns = {name: arrays[name] for name in arrays.files}
        else:
            columns = _read_parquet(entry, content)
    except Exception as error:  # a damaged file can make the libraries fail in any way
        raise DataError(
            f"table {entry.name!r} cannot be read from {entry.path}: {type(error).__name__}: "
            f"{error}; install it again with {entry.how_to_get}"
        ) from None
    for values in columns.values():
        values.flags.writeable = False
    return check_columns(entry, columns, str(entry.path))


def _read_parquet(entry: CatalogueEntry, content: bytes) -> Columns:
    import pyarrow.parquet as pq

    file = pq.ParquetFile(BytesIO(content))
    names = [name for name in file.schema_arrow.names if _is_named(name, entry)]
    table = file.read(columns=names, use_threads=False)
    return {name: _to_numpy(table.column(name).combine_chunks()) for name in names}


def _to_numpy(column: Any) -> NDArray[np.generic]:
    """Return a pyarrow array as a numpy array; missing numbers become NaN.

    pyarrow's own conversions import pandas, which takes more memory and time than a whole table.
    """
    import pyarrow as pa

    kind = column.type
    if pa.types.is_large_string(kind) or pa.types.is_string(kind):
        return np.asarray(column.to_pylist(), dtype=object)
    if pa.types.is_boolean(kind):
        return _to_numpy(column.cast(pa.uint8())).astype(np.bool_)
    buffer = np.frombuffer(column.buffers()[1], dtype=kind.to_pandas_dtype())
    values: NDArray[np.generic] = buffer[column.offset : column.offset + len(column)]
    return np.where(_to_numpy(column.is_valid()), values, np.nan) if column.null_count else values


def _is_named(name: str, entry: CatalogueEntry) -> bool:
    return any(_matches(name, pattern) for pattern in entry.columns)


def _matches(name: str, pattern: str) -> bool:
    return _expression(pattern).fullmatch(name) is not None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    """Return the expression of a column name in which `{...}` is letters, digits and dots."""
    return re.compile(r"[A-Za-z0-9.]+".join(map(re.escape, re.split(r"\{[^}]*\}", pattern))))
