"""An interpreter of the opcodes of pickles that published files use, with a budget.

It calls nothing but the suite's own functions (`functions`), whatever the pickle says. Opcodes that
only pickles of code or of self-referential objects need are errors.
"""

from __future__ import annotations

import pickle
import struct
from collections.abc import Collection
from types import MethodType
from typing import Any, NoReturn

from bench.data.readers.unpickle import containers, values
from bench.data.readers.unpickle.budget import Budget, BudgetError, MalformedError, Spending
from bench.data.readers.unpickle.describe import shorten
from bench.data.readers.unpickle.state import SHORT, Opcode, State
from bench.errors import UntrustedPickleError

__all__ = ["Machine"]

# Opcodes between two looks at the clock and at the budget.
_PERIOD = 2048
_HIGHEST_PROTOCOL = 5
_BINGET = pickle.BINGET[0]
_BININT1 = pickle.BININT1[0]
_EMPTY_DICT = pickle.EMPTY_DICT[0]
_MEMOIZE = pickle.MEMOIZE[0]
_SHORT_BINUNICODE = pickle.SHORT_BINUNICODE[0]
_frame_size = struct.Struct("<Q").unpack_from


class _Stopped(Exception):  # noqa: N818 - the end of a pickle, not an error
    """The opcode STOP."""


class Machine:
    """One reading of one pickle.

    Parameters
    ----------
    data : bytes
        The pickle, and perhaps more after it.
    name : str
        The file's name in messages.
    records : collection of (module, name)
        Names whose objects become records; those of `functions` are always known.
    encoding : str
        Of Python 2's byte strings.
    budget : Budget
        Its limits.

    Attributes
    ----------
    position : int
        Offset of the current opcode; after `run`, the end of the pickle.
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
        self.position = 0
        self._state = State(data, name=name, records=records, encoding=encoding, budget=budget)
        self._handlers = [MethodType(opcode, self._state) for opcode in _TABLE]

    @property
    def spending(self) -> Spending:
        """What was used of the budget."""
        return self._state.spending

    @property
    def shares(self) -> bool:
        """Whether a container, an array or long text is in more than one place of the result."""
        return self._state.shares

    def run(self) -> Any:
        """Return the object of the pickle.

        Raises
        ------
        UntrustedPickleError
            If it names anything else, or refers to an object outside it.
        MalformedError
            If it is damaged, uses another opcode, or needs more than the budget.
        """
        opcodes = 0
        try:
            while True:
                self._step(_PERIOD)
                opcodes += _PERIOD
                self._check(opcodes)
        except _Stopped:
            self.position += 1
            return self._result(opcodes)
        except (MalformedError, UntrustedPickleError):
            raise
        except Exception as error:  # a damaged pickle can fail in any way
            raise _explained(error, self._state.data, self.position) from None

    def _step(self, opcodes: int) -> None:
        """Run some opcodes.

        The five that are most of a pickle of numbers are here, because a call takes longer than
        they do.
        """
        state, handlers = self._state, self._handlers
        data, memo, stack = state.data, state.memo, state.stack
        at = self.position
        try:
            for _ in range(opcodes):
                code = data[at]
                if code == _BINGET:
                    value = memo[data[at + 1]]
                    stack.append(value)
                    if type(value) is not str or len(value) > SHORT:
                        state.note_shared(value)
                    at += 2
                elif code == _BININT1:
                    stack.append(data[at + 1])
                    at += 2
                elif code == _MEMOIZE:
                    memo[len(memo)] = stack[-1]
                    at += 1
                elif code == _EMPTY_DICT:
                    stack.append({})
                    at += 1
                elif code == _SHORT_BINUNICODE:
                    end = at + 2 + data[at + 1]
                    stack.append(data[at + 2 : end].decode())
                    at = end
                else:
                    at = handlers[code](at + 1)
                    stack = state.stack
        finally:
            self.position = min(at, len(data))

    def _check(self, opcodes: int) -> None:
        state, budget = self._state, self._state.budget
        if opcodes + state.extra_opcodes > budget.opcodes:
            raise BudgetError("more opcodes", budget.opcodes, "of them")
        if len(state.memo) > budget.memo:
            raise BudgetError("more remembered objects", budget.memo, "of them")
        state.spending.check_time()

    def _result(self, opcodes: int) -> Any:
        self._check(opcodes)
        if len(self._state.stack) != 1 or self._state.outer:
            raise MalformedError("other values left at the end", "one object")
        if self._state.unfilled:
            raise MalformedError("an array without values", "its shape, type and values")
        return self._state.stack[0]


def _explained(error: Exception, data: bytes, at: int) -> MalformedError:
    """Return the error of an opcode in words."""
    if at >= len(data) - 1:
        return MalformedError("the end of the file", "the opcode STOP")
    opcode = f"the opcode {data[at : at + 1]!r}"
    if isinstance(error, KeyError):
        return MalformedError(f"{opcode} for an object that was not remembered", "one that was")
    if isinstance(error, IndexError):
        return MalformedError(opcode, "more values before it")
    if isinstance(error, struct.error):
        return MalformedError(f"{opcode} at the end of the file", "its number")
    return MalformedError(f"{opcode} with {type(error).__name__}: {shorten(error)}", "data")


def _refuse(state: State, at: int) -> NoReturn:
    opcode = state.data[at - 1 : at]
    raise MalformedError(f"the opcode {opcode!r}", "one that builds arrays and containers")


def _proto(state: State, at: int) -> int:
    if state.data[at] > _HIGHEST_PROTOCOL:
        raise MalformedError(f"protocol {state.data[at]}", f"at most {_HIGHEST_PROTOCOL}")
    return at + 1


def _frame(state: State, at: int) -> int:
    (length,) = _frame_size(state.data, at)
    if length > len(state.data) - at - 8:
        raise MalformedError(f"a frame of {length:,} bytes", "one that ends with the file")
    return at + 8


def _stop(_state: State, _at: int) -> NoReturn:
    raise _Stopped


def _table() -> list[Opcode]:
    table: list[Opcode] = [_refuse] * 256
    own: dict[bytes, Opcode] = {pickle.PROTO: _proto, pickle.FRAME: _frame, pickle.STOP: _stop}
    for opcode, handler in (own | values.OPCODES | containers.OPCODES).items():
        table[opcode[0]] = handler
    return table


_TABLE = _table()
