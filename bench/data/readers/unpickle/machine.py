"""A small stack machine: it runs the opcodes of pickles that published files use, with a budget.

Two tables at the end of this module say what each opcode does; any other opcode is an error. Names
stand for functions of the suite's own (`names`); nothing else is called, whatever the pickle says.
Protocols 2 to 5 are read: 0 and 1, which are text, have opcodes of their own, and no published file
needs them.
"""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable, Collection
from typing import Any, NoReturn

from bench.data.readers.unpickle.arrays import DType, NewArray
from bench.data.readers.unpickle.budget import Budget, BudgetError, MalformedError, Spending
from bench.data.readers.unpickle.describe import describe, shorten
from bench.data.readers.unpickle.names import Name, Record, check_key, known_names, new_set
from bench.errors import UntrustedPickleError

__all__ = ["Machine"]

# Opcodes between two looks at the clock.
_PERIOD = 1024
_PROTOCOLS = range(2, 6)
_NAME_LENGTH = 500
_ONLY_TEXT = frozenset({str})


class Machine:
    """One reading of one pickle.

    Parameters
    ----------
    data : bytes
        The pickle, and perhaps more after it.
    name : str
        The file's name in messages.
    records : collection of (module, name)
        Names whose objects become records; those of `names` are always known.
    encoding : str
        Of Python 2's byte strings.
    budget : Budget
        Its limits.

    Attributes
    ----------
    encoding : str
        As above.
    memo : dict of int to object
        Objects that the pickle may refer to again.
    position : int
        Offset of the current opcode.
    spending : Spending
        What was used of the budget.
    stack : list
        Values since the last mark.
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
        self.encoding = encoding
        self.memo: dict[int, Any] = {}
        self.position = 0
        self.spending = Spending(budget)
        self.stack: list[Any] = []
        self._data = data
        self._next = 0  # offset of the next byte
        self._file = name
        self._names = known_names(records)
        self._outer: list[list[Any]] = []  # the stacks before each mark that is still open

    def run(self) -> Any:
        """Return the object of the pickle.

        Raises
        ------
        UntrustedPickleError
            If it names anything else, or refers to an object outside it.
        MalformedError
            If it is damaged, uses another opcode, or needs more than the budget.
        """
        if self._data[:1] != pickle.PROTO:
            raise MalformedError(describe(self._data[:8]), "a pickle of protocol 2 to 5")
        try:
            self._run()
        except (MalformedError, UntrustedPickleError, MemoryError):
            raise
        except Exception as error:  # a damaged pickle can fail in any way
            found = f"{self._opcode()} with {type(error).__name__}: {shorten(error)}"
            raise MalformedError(found, "data") from None
        if len(self.stack) != 1 or self._outer:
            raise MalformedError("other values left at the end", "one object")
        return self.stack[0]

    def _run(self) -> None:
        data, budget = self._data, self.spending.budget
        for done in range(budget.opcodes):
            if done % _PERIOD == 0:
                self.spending.check_time()
            self.position = at = self._next
            self._next = at + 1
            opcode = data[at : at + 1]
            if opcode in _VALUES:
                value = _VALUES[opcode](self)
                self.stack.append(value)
            elif opcode in _CHANGES:
                _CHANGES[opcode](self)
            elif opcode == pickle.STOP:
                return
            else:
                expected = "one that builds arrays and containers" if opcode else "the opcode STOP"
                raise MalformedError(self._opcode(), expected)
        raise BudgetError("more opcodes", budget.opcodes, "of them")

    def _opcode(self) -> str:
        opcode = self._data[self.position : self.position + 1]
        return f"the opcode {opcode!r}" if opcode else "the end of the file"

    # -- what opcodes read ---------------------------------------------------------------------

    def take(self, size: int) -> bytes:
        """Return the next bytes of the pickle."""
        end = self._next + size
        if end > len(self._data):
            raise MalformedError("the end of the file", "the opcode STOP")
        taken = self._data[self._next : end]
        self._next = end
        return taken

    def number(self, size: int) -> int:
        """Return the next number of the pickle, of this many bytes."""
        return int.from_bytes(self.take(size), "little")

    def line(self) -> str:
        """Return the rest of the line, which is a name."""
        end = self._data.find(b"\n", self._next, self._next + _NAME_LENGTH)
        if end < 0:
            self.take(_NAME_LENGTH)  # which is an error if the file ends before
            raise MalformedError("a line that does not end", f"at most {_NAME_LENGTH} characters")
        return self.take(end + 1 - self._next)[:-1].decode()

    def check_protocol(self) -> None:
        """Read the protocol, and refuse those of text and of the future."""
        protocol = self.number(1)
        if protocol not in _PROTOCOLS:
            raise MalformedError(f"protocol {protocol}", "2 to 5")

    def check_frame(self) -> None:
        """Read the length of a frame, a hint for readers of streams."""
        length, left = self.number(8), len(self._data) - self._next
        if length > left:
            raise MalformedError(f"a frame of {length:,} bytes", f"at most the {left:,} left")

    # -- stack and memo ------------------------------------------------------------------------

    def mark(self) -> None:
        """Begin a new stack."""
        self._outer.append(self.stack)
        self.stack = []
        depth = self.spending.budget.depth
        if len(self._outer) > depth:
            raise BudgetError("containers that are nested more deeply", depth, "levels")

    def pop_mark(self) -> list[Any]:
        """Return the values since the last mark, and continue with the stack before it."""
        if not self._outer:
            raise MalformedError(self._opcode(), "the opcode MARK before it")
        items, self.stack = self.stack, self._outer.pop()
        return items

    def pop(self, count: int) -> list[Any]:
        """Return the last values of the stack."""
        if len(self.stack) < count:
            raise MalformedError(self._opcode(), "more values before it")
        items = self.stack[-count:]
        del self.stack[-count:]
        return items

    def top(self, *types: type) -> Any:
        """Return the last value of the stack, which must be of one of these types."""
        if not self.stack:
            raise MalformedError(self._opcode(), "more values before it")
        value = self.stack[-1]
        if types and type(value) not in types:
            expected = " or ".join(kind.__name__ for kind in types)
            raise MalformedError(f"{self._opcode()} on a {type(value).__name__}", f"a {expected}")
        return value

    def remember(self, index: int) -> None:
        """Keep the last value of the stack in the memo."""
        self.memo[index] = self.top()

    def remembered(self, index: int) -> Any:
        """Return a value of the memo."""
        if index not in self.memo:
            raise MalformedError("an object that was not remembered", "one that was")
        value = self.memo[index]
        filled = type(value) is NewArray and value.array is not None
        return value.array if filled else value

    # -- containers ----------------------------------------------------------------------------

    def extend(self, items: list[Any]) -> None:
        """Append values to the list on the stack."""
        self.top(list).extend(items)

    def insert(self, items: list[Any]) -> None:
        """Put keys and values, in turn, into the dictionary on the stack."""
        target = self.top(dict)
        if len(items) % 2:
            raise MalformedError("a key without a value", "pairs")
        keys, values = items[::2], items[1::2]
        if _ONLY_TEXT.issuperset(map(type, keys)):
            target.update(zip(keys, values, strict=True))
            return
        for key, value in zip(keys, values, strict=True):
            self.spending.check_time()  # other keys can be made to have one hash
            check_key(key)
            target[key] = value

    def add_members(self, items: list[Any]) -> None:
        """Put values into the set on the stack."""
        target = self.top(set)
        target |= new_set((items,), self.spending)

    # -- names, calls and states ---------------------------------------------------------------

    def known(self, module: object, name: object) -> Name:
        """Return what a name stands for; nothing is imported."""
        if type(module) is not str or type(name) is not str:
            raise MalformedError(f"the name {describe(name)} of {describe(module)}", "text")
        found = self._names.get((module, name))
        if found is None:
            of_torch = module == "torch" or module.startswith("torch.")
            holds = "a tensor or another object of torch" if of_torch else "code"
            words = describe(f"{module}.{name}").strip("'\"")
            raise UntrustedPickleError(
                f"{self._file}: the pickle refers to {words} ({holds}), expected arrays "
                f"and plain containers only; the file was not read and none of its code was run"
            )
        return found

    def refuse_outside(self) -> NoReturn:
        """Refuse an object that the program which wrote the pickle kept elsewhere."""
        raise UntrustedPickleError(
            f"{self._file}: the pickle refers to an object outside it ({describe(self.top())}), "
            f"such as a tensor's storage; expected arrays and plain containers only; the file was "
            f"not read"
        )

    def called(self, name: object, arguments: object) -> Any:
        """Return the result of the suite's own function for a name, or a record."""
        if type(arguments) is not tuple:
            raise MalformedError(f"arguments in a {type(arguments).__name__}", "a tuple")
        if type(name) is Name and name.record:
            return Record(name, arguments)
        if type(name) is not Name or name.build is None:
            raise MalformedError(f"a call of {_title(name)}", "a function that builds data")
        return name.build(arguments, self.spending)

    def new(self, of: object, arguments: object) -> Any:
        """Return a record: objects of the known types are made by calls."""
        if type(of) is not Name or not of.record:
            raise MalformedError(f"a new object of {_title(of)}", "a call of a function")
        return self.called(of, arguments)

    def completed(self, target: object, state: object) -> Any:
        """Return an object that gets its state, once."""
        if type(target) is NewArray:
            return target.fill(state, self.spending)
        if type(target) is DType:
            target.__setstate__(state)
        elif type(target) is Record and target.state is None:
            target.state = state
        else:
            raise MalformedError(f"a state of {_title(target)}", "an object without one")
        return target


def _title(value: object) -> str:
    return f"{value.module}.{value.name}" if type(value) is Name else f"a {type(value).__name__}"


# Opcodes that push one value.
_VALUES: dict[bytes, Callable[[Machine], Any]] = {
    pickle.NONE: lambda _: None,
    pickle.NEWTRUE: lambda _: True,
    pickle.NEWFALSE: lambda _: False,
    pickle.BININT1: lambda m: m.number(1),
    pickle.BININT2: lambda m: m.number(2),
    pickle.BININT: lambda m: int.from_bytes(m.take(4), "little", signed=True),
    pickle.LONG1: lambda m: int.from_bytes(m.take(m.number(1)), "little", signed=True),
    pickle.BINFLOAT: lambda m: struct.unpack(">d", m.take(8))[0],
    pickle.SHORT_BINUNICODE: lambda m: m.take(m.number(1)).decode(),
    pickle.BINUNICODE: lambda m: m.take(m.number(4)).decode(),
    pickle.BINUNICODE8: lambda m: m.take(m.number(8)).decode(),
    pickle.SHORT_BINSTRING: lambda m: m.take(m.number(1)).decode(m.encoding),
    pickle.BINSTRING: lambda m: m.take(m.number(4)).decode(m.encoding),
    pickle.SHORT_BINBYTES: lambda m: m.take(m.number(1)),
    pickle.BINBYTES: lambda m: m.take(m.number(4)),
    pickle.BINBYTES8: lambda m: m.take(m.number(8)),
    pickle.BYTEARRAY8: lambda m: bytearray(m.take(m.number(8))),
    pickle.EMPTY_TUPLE: lambda _: (),
    pickle.TUPLE1: lambda m: tuple(m.pop(1)),
    pickle.TUPLE2: lambda m: tuple(m.pop(2)),
    pickle.TUPLE3: lambda m: tuple(m.pop(3)),
    pickle.TUPLE: lambda m: tuple(m.pop_mark()),
    pickle.EMPTY_LIST: lambda _: [],
    pickle.EMPTY_DICT: lambda _: {},
    pickle.EMPTY_SET: lambda _: set(),
    pickle.BINGET: lambda m: m.remembered(m.number(1)),
    pickle.LONG_BINGET: lambda m: m.remembered(m.number(4)),
    pickle.GLOBAL: lambda m: m.known(m.line(), m.line()),
    pickle.STACK_GLOBAL: lambda m: m.known(*m.pop(2)),
    pickle.REDUCE: lambda m: m.called(*m.pop(2)),
    pickle.NEWOBJ: lambda m: m.new(*m.pop(2)),
    pickle.BUILD: lambda m: m.completed(*m.pop(2)),
}
# Opcodes that change a container on the stack, or the machine.
_CHANGES: dict[bytes, Callable[[Machine], None]] = {
    pickle.PROTO: Machine.check_protocol,
    pickle.FRAME: Machine.check_frame,
    pickle.MARK: Machine.mark,
    pickle.BINPUT: lambda m: m.remember(m.number(1)),
    pickle.LONG_BINPUT: lambda m: m.remember(m.number(4)),
    pickle.MEMOIZE: lambda m: m.remember(len(m.memo)),
    pickle.APPEND: lambda m: m.extend(m.pop(1)),
    pickle.APPENDS: lambda m: m.extend(m.pop_mark()),
    pickle.SETITEM: lambda m: m.insert(m.pop(2)),
    pickle.SETITEMS: lambda m: m.insert(m.pop_mark()),
    pickle.ADDITEMS: lambda m: m.add_members(m.pop_mark()),
    pickle.BINPERSID: Machine.refuse_outside,
}
