"""Budgets of a pickle, and the faults that its interpreter finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from time import monotonic
from typing import TypeVar

__all__ = ["Budget", "BudgetError", "MalformedError", "Spending"]

# Keys between two looks at the clock: each takes longer if many have the same hash.
_KEYS = 32

_T = TypeVar("_T")


@dataclass(frozen=True)
class Budget:
    """Limits of one pickle.

    The defaults are several times what the largest published original needs.

    Attributes
    ----------
    file_bytes : int
        Size of the pickle.
    opcodes : int
        Opcodes; each builds at most one object.
    memo : int
        Objects that the pickle can refer to again.
    depth : int
        Containers within containers.
    payload_bytes : int
        Bytes that are copied: values of arrays, and content that one object takes from another.
    tree : int
        Size of the result if every shared object were repeated: one for each number, and one for
        each 16 bytes of text or of an array.
    seconds : float
        Wall clock.
    """

    file_bytes: int = 1 << 30
    opcodes: int = 10_000_000
    memo: int = 5_000_000
    depth: int = 100
    payload_bytes: int = 1 << 30
    tree: int = 1 << 26
    seconds: float = 60.0


class MalformedError(Exception):
    """Something in a pickle that is not what it must be; the interpreter adds file and offset."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(f"found {found}, expected {expected}")


class BudgetError(MalformedError):
    """A pickle that needs more than its budget."""

    def __init__(self, found: str, limit: float, unit: str) -> None:
        super().__init__(found, f"at most {limit:,} {unit}".rstrip())


class Spending:
    """What a pickle has used of its budget so far."""

    __slots__ = ("_deadline", "_payload", "budget")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self._payload = 0
        self._deadline = monotonic() + budget.seconds

    def copy(self, size: int) -> None:
        """Count `size` bytes before they are copied.

        Raises
        ------
        BudgetError
            If they are more than the rest of the budget.
        """
        self._payload += size
        if self._payload > self.budget.payload_bytes:
            raise BudgetError(
                f"{self._payload:,} bytes of values", self.budget.payload_bytes, "bytes"
            )

    def parts(self, keys: Iterable[_T]) -> Iterator[tuple[_T, ...]]:
        """Yield `keys` in short parts, and raise a BudgetError as soon as the time is over."""
        rest = iter(keys)
        while part := tuple(islice(rest, _KEYS)):
            yield part
            if len(part) == _KEYS:
                self.check_time()

    def check_time(self) -> None:
        """Raise an error if the time is over."""
        if monotonic() > self._deadline:
            raise BudgetError("a longer reading", self.budget.seconds, "seconds")
