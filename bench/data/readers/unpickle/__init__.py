"""Safe reading of pickles: arrays, scalars and plain containers are built, nothing else.

A pickle is a program that may call anything that Python can import. Here a small stack machine of
the suite's own runs it (`machine`): it knows few opcodes, and behind each name that a pickle may
use is a function of the suite (`names`, `arrays`), which checks its arguments. Copies, time and the
number of opcodes have a limit (`budget`), and so has what is decompressed (`files`). The result is
a finite tree (`tree`), so that code that walks it ends.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from bench.data.readers.unpickle.budget import Budget, MalformedError, Spending
from bench.data.readers.unpickle.describe import describe, describe_all, shorten
from bench.data.readers.unpickle.files import read_bytes, read_compressed, read_torch_zip
from bench.data.readers.unpickle.machine import Machine
from bench.data.readers.unpickle.names import Record
from bench.data.readers.unpickle.tree import check_tree
from bench.errors import DataError, UntrustedPickleError

__all__ = [
    "Budget",
    "Record",
    "describe",
    "describe_all",
    "load_compressed",
    "load_torch_zip",
    "require_tree",
    "safe_load",
    "shorten",
]

Name = tuple[str, str]


def safe_load(
    source: Path | bytes,
    *,
    records: Collection[Name] = (),
    name: str | None = None,
    encoding: str = "ASCII",
    budget: Budget | None = None,
) -> Any:
    """Return the content of a pickle of arrays, numbers, text and containers of them.

    Parameters
    ----------
    source : Path or bytes
        The pickle. `OrderedDict` and `defaultdict` become plain dictionaries, arrays are read-only.
    records : collection of (module, name)
        Classes, and functions that return objects, whose objects become a `Record` of their
        arguments and state. Nothing is imported.
    name : str, optional
        Name of the source in messages.
    encoding : str
        Of Python 2's byte strings; `latin1` for arrays that Python 2 pickled.
    budget : Budget, optional
        Limits of the pickle.

    Raises
    ------
    UntrustedPickleError
        If the file names anything else, or refers to an object outside it.
    DataError
        If it cannot be read, is not a pickle, contains itself or needs more than the budget. The
        message names file and byte.

    Examples
    --------
    >>> import pickle
    >>> safe_load(pickle.dumps({"accuracy": [94.37, 73.51]}))
    {'accuracy': [94.37, 73.51]}
    """
    budget = budget or Budget()
    data = source if isinstance(source, bytes) else read_bytes(source, limit=budget.file_bytes)
    called = name or ("pickle" if isinstance(source, bytes) else str(source))
    return _load(data, called, records, encoding, budget)


def load_compressed(path: Path, form: str, *, budget: Budget | None = None) -> Any:
    """Return the content of a compressed pickle, as `safe_load` does.

    Parameters
    ----------
    path : Path
        The file.
    form : {"bz2", "gzip", "xz"}
        How it is compressed.
    budget : Budget, optional
        Limits of the pickle.

    Raises
    ------
    UntrustedPickleError, DataError
        As in `safe_load`; also if the file is damaged, or grows to much more than its size.
    """
    budget = budget or Budget()
    data = read_compressed(path, form, limit=budget.file_bytes)
    return _load(data, str(path), (), "ASCII", budget)


def load_torch_zip(path: Path) -> Any:
    """Return the plain containers that `torch.save` wrote into a zip file; torch is not needed.

    Raises
    ------
    UntrustedPickleError
        If the file holds a tensor, or names anything else that `safe_load` does not build.
    DataError
        If it cannot be read or is not such a zip file.
    """
    budget = Budget()
    data = read_torch_zip(path, limit=budget.file_bytes)
    return _load(data, str(path), (), "ASCII", budget)


def require_tree(content: Any, name: str, *, budget: Budget, others: Collection[type] = ()) -> None:
    """Raise an error unless the content that another reader built is a finite tree of data.

    Parameters
    ----------
    content : object
        The content.
    name : str
        The file, for the message.
    budget : Budget
        Limits of depth, size and time.
    others : collection of type
        Further types of data, such as tensors.

    Raises
    ------
    DataError
        If it contains itself, is too large, or has an object of another type.
    """
    try:
        check_tree(content, Spending(budget), others=others)
    except MalformedError as error:
        raise DataError(f"{name}: {error}") from None


def _load(data: bytes, name: str, records: Collection[Name], encoding: str, budget: Budget) -> Any:
    if len(data) > budget.file_bytes:
        raise DataError(f"{name}: more than {budget.file_bytes:,} bytes, expected at most that")
    machine = Machine(data, name=name, records=records, encoding=encoding, budget=budget)
    try:
        content = machine.run()
        check_tree(content, machine.spending)
    except UntrustedPickleError as error:
        raise UntrustedPickleError(f"{error} (byte {machine.position:,})") from None
    except (MalformedError, MemoryError) as error:
        what = error if isinstance(error, MalformedError) else "needs more memory than there is"
        raise DataError(
            f"{name}: not a pickle of arrays and containers, or damaged: byte "
            f"{machine.position:,}: {what}; compare its sha256 with the published one"
        ) from None
    return content
