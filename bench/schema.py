"""Content of files: text, TOML and JSON, read into strict, frozen models, with errors in words.

Whatever a user can write is read here, so that every fault has one kind of message: the file, the
line or the key, what was found and what was expected.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bench.errors import CallError, DataMissingError, MonasError
from bench.files import in_words

__all__ = [
    "StrictModel",
    "check_values",
    "decode_text",
    "naming",
    "parse_json",
    "parse_model",
    "plain_text",
    "read_json",
    "read_text",
    "read_toml",
]

M = TypeVar("M", bound=BaseModel)

_LEVELS = 50  # *ours*: levels of lists and tables; the deepest file of the suite has 6
_DIGITS = 4300  # digits of the longest integer that Python reads
_SHOWN = 200  # characters of a value that a message shows
_LARGEST = 2**63 - 1  # the largest integer of TOML


class StrictModel(BaseModel):
    """Base of every model of a file's content: frozen, finite, and without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def read_text(path: Path, error: type[MonasError]) -> str:
    """Return the text of a file in UTF-8, without a byte order mark.

    Parameters
    ----------
    path : Path
        An existing file.
    error : type
        Class of the error that is raised.

    Raises
    ------
    MonasError
        Of class `error`, if the file is not UTF-8; the message names file and line.
    CallError
        If it cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as reason:
        raise CallError(f"cannot read {path}: {in_words(reason)}") from None
    return decode_text(content, path, error)


def decode_text(content: bytes, where: object, error: type[MonasError]) -> str:
    """Return bytes in UTF-8 as text, without a byte order mark.

    Parameters
    ----------
    content : bytes
        The bytes.
    where : Path or str
        Names the file; the message begins with it.
    error : type
        Class of the error that is raised.

    Raises
    ------
    MonasError
        Of class `error`, if the bytes are not UTF-8; the message names the line.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        line = content.count(b"\n", 0, reason.start) + 1
        raise error(
            f"{where} line {line} is not text: expected UTF-8, got the byte "
            f"0x{content[reason.start]:02x}; save the file as UTF-8"
        ) from None


def read_toml(path: Path, error: type[MonasError]) -> dict[str, Any]:
    """Return the content of a TOML file: text, finite numbers, truth values, lists and tables.

    Parameters
    ----------
    path : Path
        An existing file.
    error : type
        Class of the error that is raised.

    Raises
    ------
    MonasError
        Of class `error`, if the file is not UTF-8 or not TOML, or has a value that JSON cannot
        hold; the message names file and line, or file and key.
    CallError
        If it cannot be read.
    """
    text = read_text(path, error)
    try:
        content = tomllib.loads(text)
    except RecursionError:
        raise error(f"{path}: {_too_deep()}") from None
    except ValueError as reason:  # besides TOMLDecodeError: a number with too many digits
        raise error(f"{path} is not TOML: {_with_line(text, reason)}") from None
    check_values(content, path, error)
    return content


def read_json(path: Path, error: type[MonasError]) -> Any:
    """Return the content of a JSON file; see `read_text` and `parse_json` for the errors."""
    return parse_json(read_text(path, error), path, error)


def parse_json(
    text: str | bytes, where: object, error: type[MonasError], *, finite: bool = True
) -> Any:
    """Return the content of JSON text.

    Parameters
    ----------
    text : str or bytes
        The text.
    where : Path or str
        Names the file or the line; the message begins with it.
    error : type
        Class of the error that is raised.
    finite : bool
        Whether NaN and infinities, which Python's JSON has, are refused.

    Raises
    ------
    MonasError
        Of class `error`, if the text is not UTF-8 or not JSON, or has a key twice, lone
        surrogates, or too many levels of lists and objects, or numbers that are not finite.
    """
    if isinstance(text, bytes):
        text = decode_text(text, where, error)
    try:
        content = json.loads(text, object_pairs_hook=_distinct)
    except RecursionError:
        raise error(f"{where}: {_too_deep()}") from None
    except ValueError as reason:
        raise error(f"{where} is not JSON: {_with_line(text, reason)}") from None
    check_values(content, where, error, finite=finite)
    return content


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; a key that is there twice is a ValueError."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key[:80]!r} is there twice")
        found[key] = value
    return found


def check_values(
    content: Any, where: object, error: type[MonasError], *, finite: bool = True
) -> None:
    """Raise an error unless content is what both TOML and JSON can hold.

    Parameters
    ----------
    content : Any
        Parsed content.
    where : Path or str
        Names the file; the message begins with it.
    error : type
        Class of the error that is raised.
    finite : bool
        Whether NaN and infinities are refused.

    Raises
    ------
    MonasError
        Of class `error`, for a date or a time, a number that is not finite or an integer beyond 64
        bits, a lone surrogate, or too many levels; the message names the key.
    """
    left: list[tuple[tuple[str | int, ...], Any]] = [((), content)]
    while left:
        keys, value = left.pop()
        if len(keys) > _LEVELS:
            raise error(f"{where}: {_key(keys[:3])}: {_too_deep()}")
        if isinstance(value, dict):
            left += [((*keys, key), each) for key, each in value.items()]
        elif isinstance(value, list):
            left += [((*keys, index), each) for index, each in enumerate(value)]
        fault = _fault(value, finite) or (_fault(keys[-1], finite) if keys else None)
        if fault:
            raise error(f"{where}: {_key(keys)}: {fault}" if keys else f"{where}: {fault}")


def _fault(value: Any, finite: bool) -> str | None:
    """Return why TOML and JSON cannot both hold a value that is no list or table."""
    if finite and isinstance(value, float) and not math.isfinite(value):
        return f"expected a finite number, got {value}"
    if isinstance(value, int) and not -_LARGEST - 1 <= value <= _LARGEST:
        return f"expected an integer of at most 64 bits, got {_shortened(value)}"
    if isinstance(value, date | time):
        return f"expected text, a number, true or false, got the date or time {value}; quote it"
    if isinstance(value, str) and plain_text(value) != value:
        return f"expected text, got {_shortened(value)}, which has half of a surrogate pair"
    return None


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


@contextmanager
def naming(where: object) -> Iterator[None]:
    """Begin the message of an error with the file whose content leads to it.

    Tables that are missing are no fault of the file; their errors are left as they are.

    Parameters
    ----------
    where : Path or str
        Names the file.
    """
    try:
        yield
    except DataMissingError:
        raise
    except MonasError as error:
        raise type(error)(f"{where}: {error}") from error


def plain_text(text: str) -> str:
    r"""Return text that every file can hold: lone surrogates become escapes.

    Examples
    --------
    >>> print(plain_text("caf\u00e9 \ud800"))
    café \ud800
    """
    return text.encode("utf-8", "backslashreplace").decode()


def _first_fault(fault: ValidationError) -> str:
    """Return the first fault in words: the key, what was expected, and what was found."""
    first = fault.errors()[0]
    key = _key(first["loc"])
    if first["type"] == "value_error":  # of a validator, whose message says it all
        said = str(first["ctx"]["error"])
        return f"{key}: {said}" if first["loc"] else said
    without_input = ("missing", "union_tag_invalid")
    found = "" if first["type"] in without_input else f", got {_shortened(first['input'])}"
    return f"{key}: {first['msg']}{found}"


def _key(keys: tuple[str | int, ...]) -> str:
    return plain_text(".".join(str(part) for part in keys).strip(".")) or "the whole file"


def _shortened(value: object) -> str:
    if isinstance(value, int) and abs(value) > 10**_SHOWN:
        return f"a number of more than {_SHOWN} digits"
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _too_deep() -> str:
    return f"expected at most {_LEVELS} levels of lists and tables within each other, got more"


def _with_line(text: str, reason: ValueError) -> str:
    """Return the words of a parser, with a line also where a number has too many digits."""
    if isinstance(reason, tomllib.TOMLDecodeError | json.JSONDecodeError):
        return str(reason)
    found = re.search(f"[0-9_]{{{_DIGITS},}}", text)
    line = text.count("\n", 0, found.start()) + 1 if found else 1
    return f"line {line} has a number of more than {_DIGITS} digits"
