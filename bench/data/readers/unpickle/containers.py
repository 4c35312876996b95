"""Opcodes of containers, names, calls and states; that of an empty dictionary is in `machine`."""

from __future__ import annotations

import pickle
from collections import OrderedDict, defaultdict, deque
from typing import Any, NoReturn

import numpy as np

from bench.data.readers.unpickle.budget import BudgetError, MalformedError
from bench.data.readers.unpickle.describe import describe
from bench.data.readers.unpickle.functions import FUNCTIONS
from bench.data.readers.unpickle.numpy_parts import DType, fill_array, new_array
from bench.data.readers.unpickle.objects import (
    Function,
    Record,
    RecordName,
    as_set,
    check_keys,
    refuse_fragile,
)
from bench.data.readers.unpickle.state import Opcode, State
from bench.errors import UntrustedPickleError

__all__ = ["OPCODES"]

_NAME_LENGTH = 500
_DICTS = frozenset({dict, OrderedDict, defaultdict})
_ONLY_TEXT = frozenset({str})


def _mark(state: State, at: int) -> int:
    state.outer.append(state.stack)
    state.stack = []
    if len(state.outer) > state.budget.depth:
        raise BudgetError("containers that are nested more deeply", state.budget.depth, "levels")
    return at


def _empty_tuple(state: State, at: int) -> int:
    state.stack.append(())
    return at


def _tuple(state: State, at: int) -> int:
    items = state.pop_mark()
    state.stack.append(tuple(items))
    return at


def _tuple1(state: State, at: int) -> int:
    state.stack[-1] = (state.stack[-1],)
    return at


def _tuple2(state: State, at: int) -> int:
    last = state.stack.pop()
    state.stack[-1] = (state.stack[-1], last)
    return at


def _tuple3(state: State, at: int) -> int:
    last, middle = state.stack.pop(), state.stack.pop()
    state.stack[-1] = (state.stack[-1], middle, last)
    return at


def _empty_list(state: State, at: int) -> int:
    state.stack.append([])
    return at


def _list(state: State, at: int) -> int:
    items = state.pop_mark()
    state.stack.append(items)
    return at


def _append(state: State, at: int) -> int:
    item = state.stack.pop()
    _list_on(state).append(item)
    return at


def _appends(state: State, at: int) -> int:
    items = state.pop_mark()
    _list_on(state).extend(items)
    return at


def _list_on(state: State) -> list[Any] | deque[Any]:
    target = state.stack[-1]
    if type(target) is not list and type(target) is not deque:
        raise MalformedError(f"values of a {type(target).__name__}", "a list or a deque")
    return target


def _dict(state: State, at: int) -> int:
    items = state.pop_mark()
    state.stack.append({})
    _insert(state, items)
    return at


def _setitem(state: State, at: int) -> int:
    value, key = state.stack.pop(), state.stack.pop()
    _insert(state, [key, value])
    return at


def _setitems(state: State, at: int) -> int:
    _insert(state, state.pop_mark())
    return at


def _insert(state: State, items: list[Any]) -> None:
    """Put keys and values, in turn, into the dictionary on the stack."""
    target = state.stack[-1]
    keys, values = items[::2], items[1::2]
    if type(target) not in _DICTS:
        raise MalformedError(f"keys of a {type(target).__name__}", "a dictionary")
    if len(keys) != len(values):
        raise MalformedError("a key without a value", "pairs")
    if type(target) is defaultdict:
        _refuse_fragile(state, values, "a defaultdict")
    if _ONLY_TEXT.issuperset(map(type, keys)):
        target.update(zip(keys, values, strict=True))
        return
    check_keys(keys)
    for pairs in state.spending.parts(zip(keys, values, strict=True)):
        target.update(pairs)


def _refuse_fragile(state: State, values: list[Any], holder: str) -> None:
    refuse_fragile(values, holder)
    if state.unfilled and any(id(value) in state.unfilled for value in values):
        raise MalformedError("an array without values", "its shape, type and values")


def _empty_set(state: State, at: int) -> int:
    state.stack.append(set())
    return at


def _additems(state: State, at: int) -> int:
    items, target = state.pop_mark(), state.stack[-1]
    if type(target) is not set:
        raise MalformedError(f"members of a {type(target).__name__}", "a set")
    target |= as_set(items, state.spending)
    return at


def _frozenset(state: State, at: int) -> int:
    items = state.pop_mark()
    state.stack.append(frozenset(as_set(items, state.spending)))
    return at


def _global(state: State, at: int) -> int:
    module = state.line(at, _NAME_LENGTH)
    name = state.line(at + len(module) + 1, _NAME_LENGTH)
    state.stack.append(_named(state, module.decode(), name.decode()))
    return at + len(module) + len(name) + 2


def _stack_global(state: State, at: int) -> int:
    name, module = state.stack.pop(), state.stack.pop()
    if type(name) is not str or type(module) is not str:
        raise MalformedError(f"the name {describe(name)} of {describe(module)}", "text")
    state.stack.append(_named(state, module, name))
    return at


def _named(state: State, module: str, name: str) -> Function | RecordName:
    """Return what a name stands for; nothing is imported."""
    found = state.records.get((module, name)) or FUNCTIONS.get((module, name))
    if found is not None:
        return found
    of_torch = module == "torch" or module.startswith("torch.")
    holds = "a tensor or another object of torch" if of_torch else "code"
    words = describe(f"{module}.{name}")
    plain = words[1:-1] if words.endswith(("'", '"')) else words
    raise UntrustedPickleError(
        f"{state.name}: the pickle refers to {plain} ({holds}), expected arrays and plain "
        f"containers only; the file was not read and none of its code was run"
    )


def _persid(state: State, at: int) -> NoReturn:
    _outside(state, state.line(at, _NAME_LENGTH).decode("ascii", "replace"))


def _binpersid(state: State, _at: int) -> NoReturn:
    _outside(state, state.stack.pop())


def _outside(state: State, identity: object) -> NoReturn:
    raise UntrustedPickleError(
        f"{state.name}: the pickle refers to an object outside it ({describe(identity)}), such as "
        f"a tensor's storage; expected arrays and plain containers only; the file was not read"
    )


def _reduce(state: State, at: int) -> int:
    arguments = state.stack.pop()
    state.stack[-1] = _call(state, state.stack[-1], arguments)
    return at


def _inst(state: State, at: int) -> int:
    items = state.pop_mark()
    at = _global(state, at)
    state.stack[-1] = _call(state, state.stack[-1], tuple(items))
    return at


def _obj(state: State, at: int) -> int:
    of, *items = state.pop_mark()
    state.stack.append(_call(state, of, tuple(items)))
    return at


def _newobj(state: State, at: int) -> int:
    arguments, of = state.stack.pop(), state.stack.pop()
    if type(of) is not RecordName or type(arguments) is not tuple:
        raise MalformedError(f"a new object of {_title(of)}", "a known class")
    state.stack.append(Record(of, arguments))
    return at


def _newobj_ex(state: State, at: int) -> int:
    if state.stack.pop() != {}:
        raise MalformedError("a new object with named arguments", "none")
    return _newobj(state, at)


def _call(state: State, function: object, arguments: object) -> Any:
    """Return the result of the suite's own function for a name in the pickle."""
    if type(arguments) is not tuple:
        raise MalformedError(f"arguments in a {type(arguments).__name__}", "a tuple")
    if type(function) is RecordName:
        return Record(function, arguments)
    if type(function) is not Function or function.build is None:
        raise MalformedError(f"the pickle calls {_title(function)}", "a function that builds data")
    made = function.build(arguments, state.spending)
    if function.build is new_array:
        state.unfilled[id(made)] = made
    return made


def _build(state: State, at: int) -> int:
    """Give the object on the stack its state, once."""
    content = state.stack.pop()
    target = state.stack[-1]
    if type(target) is DType:
        target.__setstate__(content)
    elif type(target) is np.ndarray and state.unfilled.pop(id(target), None) is target:
        if type(content) is tuple and content and type(content[-1]) is list:
            _refuse_fragile(state, content[-1], "an array of objects")
        fill_array(target, content, state.spending)
    elif type(target) is Record and target.state is None:
        target.state = content
    else:
        raise MalformedError(
            f"the pickle sets attributes of {_title(target)}", "an array without values"
        )
    return at


def _title(value: object) -> str:
    if type(value) is Function:
        return f"a function, {value.name}"
    if type(value) is RecordName:
        return f"{value.module}.{value.name}"
    return f"a {type(value).__name__}"


OPCODES: dict[bytes, Opcode] = {
    pickle.MARK: _mark,
    pickle.EMPTY_TUPLE: _empty_tuple,
    pickle.TUPLE: _tuple,
    pickle.TUPLE1: _tuple1,
    pickle.TUPLE2: _tuple2,
    pickle.TUPLE3: _tuple3,
    pickle.EMPTY_LIST: _empty_list,
    pickle.LIST: _list,
    pickle.APPEND: _append,
    pickle.APPENDS: _appends,
    pickle.DICT: _dict,
    pickle.SETITEM: _setitem,
    pickle.SETITEMS: _setitems,
    pickle.EMPTY_SET: _empty_set,
    pickle.ADDITEMS: _additems,
    pickle.FROZENSET: _frozenset,
    pickle.GLOBAL: _global,
    pickle.STACK_GLOBAL: _stack_global,
    pickle.PERSID: _persid,
    pickle.BINPERSID: _binpersid,
    pickle.REDUCE: _reduce,
    pickle.INST: _inst,
    pickle.OBJ: _obj,
    pickle.NEWOBJ: _newobj,
    pickle.NEWOBJ_EX: _newobj_ex,
    pickle.BUILD: _build,
}
