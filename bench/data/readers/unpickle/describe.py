"""Short descriptions of untrusted values, for messages."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

__all__ = ["describe", "describe_all", "shorten"]

_LENGTH = 120
_ITEMS = 4


def describe(value: object, *, length: int = _LENGTH) -> str:
    """Return a value in at most about `length` characters; of a container, its type.

    No method of the value is called and no container is entered, except that a tuple of at most
    four plain values is written out.

    Examples
    --------
    >>> describe("x" * 1000, length=5)
    "'xxxxx'... (1,000 characters)"
    >>> describe([[[]]])
    'list'
    """
    kind = type(value)
    if kind is str or kind is bytes:
        assert isinstance(value, str | bytes)
        if len(value) <= length:
            return repr(value)
        unit = "characters" if kind is str else "bytes"
        return f"{value[:length]!r}... ({len(value):,} {unit})"
    if kind is int:
        assert isinstance(value, int)
        bits = value.bit_length()
        return repr(value) if bits <= 64 else f"an integer of {bits:,} bits"
    if value is None or kind in {bool, float, complex}:
        return repr(value)
    if kind is tuple:
        assert isinstance(value, tuple)
        if len(value) <= _ITEMS and not any(type(item) is tuple for item in value):
            return f"({', '.join(describe(item, length=length) for item in value)})"
    return kind.__name__


def describe_all(values: Iterable[object], *, items: int = 20) -> str:
    """Return the first values in a row; keys of a dictionary that are text have no quotes.

    Parameters
    ----------
    values : iterable of object
        The values, such as the keys of a dictionary.
    items : int
        Values that are written; the others are only indicated.

    Examples
    --------
    >>> describe_all({"a": 1, "b": 2, 3: 4}, items=2)
    'a, b, ...'
    """
    found = list(islice(values, items + 1))
    words = [describe(value, length=40) for value in found[:items]]
    plain = [
        value if isinstance(value, str) and word == f"'{value}'" else word
        for value, word in zip(found, words, strict=False)
    ]
    return ", ".join([*plain, *(["..."] if len(found) > items else [])])


def shorten(message: object, *, length: int = 300) -> str:
    """Return the message of an error on one line of at most `length` characters."""
    text = " ".join(str(message).split())
    text = "".join(letter if letter.isprintable() else "?" for letter in text[: length + 1])
    return text if len(text) <= length else f"{text[:length]}..."
