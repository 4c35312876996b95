"""The state of one reading of a pickle, which the opcodes change."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from bench.data.readers.unpickle.budget import Budget, MalformedError, Spending
from bench.data.readers.unpickle.numpy_parts import DType
from bench.data.readers.unpickle.objects import Function, RecordName

__all__ = ["SHORT", "Opcode", "State"]

# Text up to this length may be shared without counting it.
SHORT = 256
_SMALL = frozenset({int, float, bool, complex, type(None), DType, Function, RecordName})


class State:
    """Data, stack and memo of one reading.

    Parameters
    ----------
    data : bytes
        The pickle, and perhaps more after it.
    name : str
        The file's name in messages.
    records : collection of (module, name)
        Names whose objects become records.
    encoding : str
        Of Python 2's byte strings.
    budget : Budget
        Limits of the pickle.

    Attributes
    ----------
    stack : list
        Values since the last mark.
    outer : list of list
        The stacks before each mark that is still open.
    memo : dict of int to object
        Objects that the pickle may refer to again.
    unfilled : dict of int to array
        Arrays that have no values yet, by `id`.
    extra_opcodes : int
        Opcodes that were read in one step with others.
    spending : Spending
        What was used of the budget.
    shares : bool
        Whether an object of any size is in more than one place.
    """

    def __init__(
        self,
        data: bytes,
        *,
        name: str,
        records: Collection[tuple[str, str]],
        encoding: str,
        budget: Budget,
    ) -> None:
        self.data = data
        self.name = name
        self.records = {key: RecordName(*key) for key in records}
        self.encoding = encoding
        self.budget = budget
        self.spending = Spending(budget)
        self.stack: list[Any] = []
        self.outer: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.unfilled: dict[int, np.ndarray[Any, Any]] = {}
        self.extra_opcodes = 0
        self.shares = False

    def note_shared(self, value: Any) -> None:
        """Note that `value`, an object that was remembered, is used again."""
        if type(value) not in _SMALL and not (type(value) is str and len(value) <= SHORT):
            self.shares = True

    def pop_mark(self) -> list[Any]:
        """Return the values since the last mark, and continue with the stack before it."""
        if not self.outer:
            raise MalformedError("the end of a container", "its beginning, the opcode MARK")
        items, self.stack = self.stack, self.outer.pop()
        return items

    def line(self, at: int, length: int) -> bytes:
        """Return the text from `at` to the end of the line, of at most `length` bytes."""
        end = self.data.find(b"\n", at, at + length + 1)
        if end < 0:
            raise MalformedError("a line that does not end", f"at most {length:,} characters")
        return self.data[at:end]

    def text(self, content: bytes) -> str | bytes:
        """Return a byte string of Python 2, decoded."""
        return content if self.encoding == "bytes" else content.decode(self.encoding)


# An opcode gets the state and the offset after itself, and returns the offset of the next one. One
# that reads beyond the end of the data returns an offset beyond it, which ends the reading.
Opcode = Callable[[State, int], int]
