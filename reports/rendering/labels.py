"""Names short enough for figures, and distinct from each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import zip_longest

from reports.rendering.display import shorten

__all__ = ["distinct_labels"]

_GAP = "\N{HORIZONTAL ELLIPSIS}"


def distinct_labels(names: Iterable[str], most: int) -> dict[str, str]:
    """Return a label of each name: names that are too long get an ellipsis, and stay distinct.

    A long name is shortened in its middle. If that makes several names equal, they are shortened
    around the part in which they differ; if this does not tell them apart, they are numbered.

    Parameters
    ----------
    names : iterable of str
        All names of a figure; a name that occurs twice counts once.
    most : int
        Number of characters that a label may have, at least 8.

    Examples
    --------
    >>> list(distinct_labels(["a-search-with-k-5-in-all-leaves", "a-search"], 16).values())
    ['a-search…-leaves', 'a-search']
    >>> names = ["a-search-with-k-5-in-all-leaves", "a-search-with-k-9-in-all-leaves"]
    >>> list(distinct_labels(names, 16).values())
    ['a-…h-k-5-in-all…', 'a-…h-k-9-in-all…']
    """
    distinct = list(dict.fromkeys(names))
    labels = {name: shorten(name, most) for name in distinct}
    for label in _repeated(labels):
        equal = [name for name in distinct if labels[name] == label]
        labels |= {name: _around(name, equal, most) for name in equal}
    taken = set(labels.values())
    for label in _repeated(labels):
        number = 0
        for name in [name for name in distinct if labels[name] == label]:
            while labels[name] in taken:
                number += 1
                ending = f" ({number})"
                labels[name] = shorten(name, most - len(ending)) + ending
            taken.add(labels[name])
    return labels


def _repeated(labels: dict[str, str]) -> list[str]:
    return [label for label, times in Counter(labels.values()).items() if times > 1]


def _around(name: str, others: list[str], most: int) -> str:
    """Return a name shortened to where it differs from others, and what is beside that."""
    line = " ".join(name.split())
    lines = [" ".join(other.split()) for other in others]
    columns = enumerate(zip_longest(*lines))
    start = next((position for position, letters in columns if len({*letters}) > 1), 0)
    head = min(2, start)
    room = most - head - len(_GAP)
    first = max(head, min(start - room // 3, len(line) - room))
    part = line[first:]
    if len(part) > room:
        part = part[: room - len(_GAP)] + _GAP
    return f"{line[:head]}{_GAP}{part}" if first > head else shorten(line, most)
