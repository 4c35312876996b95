"""Tables: columns of equal length in a parquet file, checked before anything is read from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.data.catalogue import catalogue_entry
from bench.errors import DataError, DataMissingError

__all__ = ["Table", "content_digest", "load_table", "write_table"]


@dataclass(frozen=True)
class Table:
    """Columns by name, each an array [rows], and the digest of their content."""

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
    """Return the sha256 of names, types and values, whatever file they came from.

    Columns count in the order of their names, as little-endian bytes; text as UTF-8 lines.
    """
    digest = sha256()
    for name in sorted(columns):
        values = np.asarray(columns[name])
        if values.dtype.kind in "OUT":
            kind, content = "text", "\n".join(map(str, values.tolist())).encode()
        else:
            little = values.astype(values.dtype.newbyteorder("<"), copy=False)
            kind, content = little.dtype.str.lstrip("<|="), np.ascontiguousarray(little).tobytes()
        digest.update(f"{name}\0{kind}\0{len(values)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def load_table(name: str) -> Table:
    """Return table `name` of the catalogue, after checking file and content.

    Raises
    ------
    DataMissingError
        If its file is not on this machine.
    DataError
        If the file or its content does not have the sha256 of the catalogue.
    """
    entry = catalogue_entry(name)
    if not entry.path.exists():
        raise DataMissingError(
            f"table {name!r} is not on this machine: expected {entry.path}; bring it with "
            f"`{entry.command}`"
        )
    content = entry.path.read_bytes()
    found = sha256(content).hexdigest()
    if found != entry.sha256:
        raise DataError(
            f"table {name!r} is damaged: {entry.path} has sha256 {found[:12]}..., expected "
            f"{entry.sha256[:12]}...; restore the file from the release or the repository, or "
            f"make it again with `{entry.command}`"
        )
    columns = _read_parquet(content)
    digest = content_digest(columns)
    if digest != entry.content_sha256:
        raise DataError(
            f"table {name!r}: content has sha256 {digest[:12]}..., the catalogue expects "
            f"{entry.content_sha256[:12]}..."
        )
    return Table(name, columns, digest)


def write_table(path: Path, columns: Mapping[str, NDArray[np.generic]]) -> None:
    """Write columns to a parquet file (zstd), replacing it in one step."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    partial = path.with_suffix(path.suffix + ".part")
    pq.write_table(
        pa.table({name: pa.array(values) for name, values in columns.items()}),
        partial,
        compression="zstd",
        compression_level=19,
    )
    partial.replace(path)


def _read_parquet(content: bytes) -> dict[str, NDArray[np.generic]]:
    import pyarrow.parquet as pq

    table = pq.read_table(BytesIO(content), use_threads=False)
    columns = {}
    for name in table.column_names:
        values = table.column(name).to_numpy()
        values.flags.writeable = False
        columns[name] = values
    return columns
