"""Tables that a protocol pins by the digest of their content."""

from __future__ import annotations

from pydantic import Field

from bench.data import Table, load_table
from bench.errors import ProtocolError
from bench.schema import StrictModel

__all__ = ["PinnedTable", "load_pinned"]


class PinnedTable(StrictModel):
    """A table and the digest of its content."""

    name: str = Field(description="Name of the table, as `monas data status` lists it.")
    content_sha256: str = Field(
        pattern="^[0-9a-f]{64}$",
        description=(
            "SHA-256 of the table's content (`bench.data.content_digest`), 64 hexadecimal digits. "
            "A table with other content is refused."
        ),
    )


def load_pinned(pinned: PinnedTable) -> Table:
    """Return the installed table, which must have the pinned content.

    Raises
    ------
    DataMissingError
        If the table is not installed.
    ProtocolError
        If its content is different.
    """
    table = load_table(pinned.name)
    if table.content_sha256 != pinned.content_sha256:
        raise ProtocolError(
            f"table {pinned.name!r} has content {table.content_sha256[:12]}..., this protocol "
            f"was frozen on {pinned.content_sha256[:12]}...; use the release of the suite that "
            f"has that table, or a newer version of the protocol"
        )
    return table
