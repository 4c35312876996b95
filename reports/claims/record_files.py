"""The TOML files of claims and of published curves that ship with the suite."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from bench.errors import ClaimError
from bench.schema import StrictModel, parse_model, read_toml

__all__ = ["read_record", "record_names", "record_path"]

_CURVES = "-curves"  # ends the names of files with published curves
_Record = TypeVar("_Record", bound=StrictModel)


def record_names() -> list[str]:
    """Return the names of the papers whose claims ship with the suite."""
    return sorted(path.stem for path in _folder().glob("*.toml") if _CURVES not in path.stem)


def record_path(name: str) -> Path:
    """Return the path of the claims or the curves of this name."""
    return _folder() / f"{name}.toml"


def read_record(path: Path, model: type[_Record]) -> _Record:
    """Return the content of a file as a model.

    Parameters
    ----------
    path : Path
        Of a TOML file.
    model : type
        Class of the model.

    Raises
    ------
    bench.errors.CallError
        If the file cannot be read.
    bench.errors.ClaimError
        If it is not TOML or breaks a rule of the model; the message names the first fault.
    """
    return parse_model(model, read_toml(path, ClaimError), path, ClaimError)


def _folder() -> Path:
    return Path(str(files("reports.claims")))
