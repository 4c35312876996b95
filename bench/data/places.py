"""Where tables that do not ship with the suite lie on this machine."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["data_folder", "source_folder"]


def data_folder() -> Path:
    """Return the folder of fetched and imported tables.

    `MONAS_DATA` where it is set, else the user's data folder of this operating system.
    """
    chosen = os.environ.get("MONAS_DATA")
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("monas-bench")


def source_folder() -> Path:
    """Return the folder of downloaded originals, one folder below it for each source."""
    return data_folder() / "sources"
