"""The TOML files that records are read from, and what is said of a faulty one."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bench.errors import ClaimError

__all__ = ["CURVES", "read_record", "record_names", "record_path"]

CURVES = "-curves"  # ends the names of files with published curves
_Record = TypeVar("_Record", bound=BaseModel)


def _folder() -> Path:
    return Path(str(files("reports.claims")))


def record_names() -> list[str]:
    """Return the names of the papers whose claims ship with the suite."""
    return sorted(path.stem for path in _folder().glob("*.toml") if CURVES not in path.stem)


def record_path(name: str) -> Path:
    """Return where the record or the curves of this name lie."""
    return _folder() / f"{name}.toml"


def read_record(path: Path, form: type[_Record]) -> _Record:
    """Return a file's content as `form`.

    Raises
    ------
    ClaimError
        If it cannot be read, is not TOML or breaks a rule; the message names the first fault.
    """
    try:
        return form.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ClaimError(f"cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ClaimError(f"{path} is not TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole file"
        silent = first["type"] in ("missing", "value_error", "union_tag_invalid")
        found = "" if silent else f", got {first['input']!r}"
        raise ClaimError(f"{path}: {where}: {first['msg']}{found}") from None
