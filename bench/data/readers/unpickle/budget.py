"""Budgets of a pickle, and the faults that its interpreter finds."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

__all__ = ["Budget", "BudgetError", "MalformedError", "Spending"]


@dataclass(frozen=True)
class Budget:
    """Limits of one pickle.

    The defaults are several times what the largest published original needs.

    Attributes
    ----------
    file_bytes : int
        Size of the pickle.
    opcodes : int
        Opcodes; each builds or remembers at most one object.
    depth : int
        Containers within containers.
    payload_bytes : int
        Bytes that are copied from one object to another.
    tree : int
        Size of the result if every shared object were repeated: one for each object, and one for
        each 16 bytes of text or of an array.
    seconds : float
        Wall clock.
    """

    file_bytes: int = 1 << 30
    opcodes: int = 10_000_000
    depth: int = 100
    payload_bytes: int = 1 << 30
    tree: int = 1 << 26
    seconds: float = 60.0


class MalformedError(Exception):
    """Something in a pickle that is not what it must be; the caller adds file and offset."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(f"found {found}, expected {expected}")


class BudgetError(MalformedError):
    """A pickle that needs more than its budget."""

    def __init__(self, found: str, limit: float, unit: str) -> None:
        super().__init__(found, f"at most {limit:,} {unit}")


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
        limit = self.budget.payload_bytes
        if self._payload > limit:
            raise BudgetError(f"{self._payload:,} bytes of copies", limit, "bytes")

    def check_time(self) -> None:
        """Raise a BudgetError if the time is over."""
        if monotonic() > self._deadline:
            raise BudgetError("a longer reading", self.budget.seconds, "seconds")
