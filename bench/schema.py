"""Models of the content of files: strict, frozen, and with errors in words."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bench.errors import CallError, MonasError

__all__ = ["StrictModel", "parse_model", "read_toml"]

M = TypeVar("M", bound=BaseModel)


class StrictModel(BaseModel):
    """Base of every model of a file's content: frozen, and without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_toml(path: Path, error: type[MonasError]) -> dict[str, Any]:
    """Return the content of a TOML file.

    Parameters
    ----------
    path : Path
        An existing file.
    error : type
        Class of the error that is raised.

    Raises
    ------
    MonasError
        Of class `error`, if the file is not UTF-8 or not TOML; the message names file and line.
    CallError
        If it cannot be read.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as reason:
        raise CallError(f"cannot read {path}: {reason.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as reason:
        raise error(f"{path} is not TOML: {reason}") from None


def parse_model(model: type[M], content: Any, where: object, error: type[MonasError]) -> M:
    """Return the content of a file as a model.

    Parameters
    ----------
    model : type
        The model.
    content : dict
        The content, as `read_toml` returns it.
    where : Path or str
        Names the file; the message begins with it.
    error : type
        Class of the error that is raised.

    Raises
    ------
    MonasError
        Of class `error`, if the content does not agree with the model; the message names the key,
        what was expected and what was found.
    """
    try:
        return model.model_validate(content)
    except ValidationError as fault:
        raise error(f"{where}: {_first_fault(fault)}") from None


def _first_fault(fault: ValidationError) -> str:
    """Return the first fault in words: the key, what was expected, and what was found."""
    first = fault.errors()[0]
    key = ".".join(str(part) for part in first["loc"]).strip(".") or "the whole file"
    without_input = ("missing", "value_error", "union_tag_invalid")  # their message says it all
    found = "" if first["type"] in without_input else f", got {first['input']!r}"
    return f"{key}: {first['msg']}{found}"
