"""Safe reading of pickles: arrays, scalars and plain containers are built, nothing else.

A pickle is a program that may call anything that Python can import. Here every name in it is
looked up in a short list, so that no code of the file's choice runs. The list does not keep a file
from claiming more memory than there is, and it does not make numpy's own parsing of a malformed
array safer.
"""

from __future__ import annotations

import pickle
import zipfile
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np
from numpy.typing import NDArray

from bench.errors import DataError, UntrustedPickleError

__all__ = ["load_torch_zip", "safe_load"]

Name = tuple[str, str]


def safe_load(
    source: Path | str | bytes | BinaryIO,
    *,
    allow: Collection[Name] = (),
    stand_ins: Mapping[Name, type] | None = None,
    name: str | None = None,
    encoding: str = "ASCII",
) -> Any:
    """Return the content of a pickle of arrays, numbers, text and containers of them.

    Parameters
    ----------
    source : path, bytes or binary file
        The pickle; from an open file, one pickle is read at its current position.
    allow : collection of (module, name)
        Further names that may be imported and called. Allow a name only if each call of it is
        harmless, whatever the arguments.
    stand_ins : mapping of (module, name) to type, optional
        Classes to build instead of those that the file names, which are not imported.
    name : str, optional
        Name of the source in messages.
    encoding : str
        Of Python 2's byte strings; `latin1` for arrays that Python 2 pickled.

    Raises
    ------
    UntrustedPickleError
        If the file names anything else, or refers to an object outside it.
    DataError
        If it cannot be read, or is not a pickle.

    Examples
    --------
    >>> safe_load(pickle.dumps({"accuracy": [94.37, 73.51]}))
    {'accuracy': [94.37, 73.51]}
    """
    if isinstance(source, bytes):
        return _load(BytesIO(source), name or "pickle", allow, stand_ins or {}, encoding)
    if isinstance(source, (str, Path)):
        try:
            with Path(source).open("rb") as file:
                return _load(file, name or str(source), allow, stand_ins or {}, encoding)
        except OSError as error:
            raise DataError(f"{source}: cannot be read: {error.strerror or error}") from None
    called = name or str(getattr(source, "name", "pickle"))
    return _load(source, called, allow, stand_ins or {}, encoding)


def load_torch_zip(path: Path) -> Any:
    """Return the plain containers that `torch.save` wrote into a zip file; torch is not needed.

    Raises
    ------
    UntrustedPickleError
        If the file holds a tensor, or names anything else that `safe_load` does not build.
    DataError
        If it cannot be read or is not such a zip file.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [n for n in archive.namelist() if n.split("/")[1:] == ["data.pkl"]]
            if len(members) != 1:
                raise DataError(
                    f"{path}: a zip file with {len(members)} members */data.pkl, expected the one "
                    f"that torch.save writes"
                )
            content = archive.read(members[0])
    except zipfile.BadZipFile as error:
        raise DataError(
            f"{path}: {error}; expected the zip format of torch.save (torch 1.6 or later)"
        ) from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    return safe_load(content, name=str(path))


def _load(
    file: BinaryIO,
    name: str,
    allow: Collection[Name],
    stand_ins: Mapping[Name, type],
    encoding: str,
) -> Any:
    try:
        return _AllowListUnpickler(file, name, allow, stand_ins, encoding).load()
    except DataError:
        raise
    except Exception as error:  # a damaged pickle can fail in any way
        raise DataError(
            f"{name}: not a pickle of arrays and containers, or damaged: "
            f"{type(error).__name__}: {error}"
        ) from None


class _AllowListUnpickler(pickle.Unpickler):
    def __init__(
        self,
        file: BinaryIO,
        name: str,
        allow: Collection[Name],
        stand_ins: Mapping[Name, type],
        encoding: str,
    ) -> None:
        super().__init__(file, encoding=encoding)
        self._file_name = name
        self._allow = frozenset(allow)
        self._stand_ins = dict(stand_ins)

    def find_class(self, module: str, name: str, /) -> Any:
        key = (module, name)
        if key in self._stand_ins:
            return self._stand_ins[key]
        if key in _TYPES:
            return _TYPES[key]
        if key in _CALLS:
            return _Call(_CALLS[key])
        if key in self._allow and "." not in name:
            return getattr(import_module(module), name)
        of_torch = module == "torch" or module.startswith("torch.")
        holds = "a tensor or another object of torch" if of_torch else "code"
        raise UntrustedPickleError(
            f"{self._file_name}: the pickle refers to {module}.{name} ({holds}), expected arrays "
            f"and plain containers only; the file was not read and none of its code was run"
        )

    def persistent_load(self, pid: Any, /) -> NoReturn:
        raise UntrustedPickleError(
            f"{self._file_name}: the pickle refers to an object outside it ({pid!r}), such as a "
            f"tensor's storage; expected arrays and plain containers only; the file was not read"
        )


class _Call:
    """A function that the file may call, but cannot keep or change."""

    __slots__ = ("function",)

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *arguments: Any) -> Any:
        return self.function(*arguments)

    def __setstate__(self, state: Any) -> NoReturn:
        raise pickle.UnpicklingError("the pickle sets attributes of a function")


def _array_type(*_: Any) -> NoReturn:
    """Represent `numpy.ndarray`, which a pickle names as a type but may not call."""
    raise pickle.UnpicklingError("the pickle calls numpy.ndarray")


def _new_array(kind: Any, *_: Any) -> NDArray[np.generic]:
    if not isinstance(kind, _Call) or kind.function is not _array_type:
        raise pickle.UnpicklingError(f"an array of another type: {kind!r}")
    return np.empty((0,), dtype=np.int8)  # its __setstate__ gives it shape, type and values


def _array_of(buffer: Any, dtype: Any, shape: Any, order: Any) -> NDArray[np.generic]:
    return np.frombuffer(buffer, dtype=_dtype(dtype)).reshape(shape, order=order)


def _scalar(dtype: Any, content: Any = b"") -> Any:
    kind = _dtype(dtype)
    if kind.hasobject or not isinstance(content, bytes) or len(content) != kind.itemsize:
        raise pickle.UnpicklingError(f"not the bytes of one {kind}")
    return np.frombuffer(content, dtype=kind)[0] if content else kind.type()


def _new_dtype(code: Any, *_: Any) -> np.dtype[Any]:
    if not isinstance(code, str):
        raise pickle.UnpicklingError(f"a dtype made of {type(code).__name__}")
    return np.dtype(code, copy=True)  # its __setstate__ must not change a shared dtype


def _dtype(found: Any) -> np.dtype[Any]:
    if not isinstance(found, np.dtype):
        raise pickle.UnpicklingError(f"{type(found).__name__} instead of a dtype")
    return found


def _to_bytes(text: Any, encoding: Any = "latin1") -> bytes:
    if not isinstance(text, str) or encoding != "latin1":
        raise pickle.UnpicklingError("bytes in an encoding other than latin1")
    return text.encode("latin1")


# Protocols 0 to 2 use the names of Python 2.
_TYPES: dict[Name, type] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("collections", "defaultdict"): defaultdict,
    ("collections", "deque"): deque,
    **{
        (module, kind.__name__): kind
        for module in ("builtins", "__builtin__")
        for kind in (list, dict, set, frozenset, tuple, int, float, complex, str, bytes, bool)
    },
    ("__builtin__", "unicode"): str,
    ("__builtin__", "long"): int,
}
_CALLS: dict[Name, Callable[..., Any]] = {
    ("numpy", "ndarray"): _array_type,
    ("numpy", "dtype"): _new_dtype,
    ("_codecs", "encode"): _to_bytes,
    **{
        (f"numpy.{core}.{module}", name): function
        for core in ("core", "_core")
        for module, name, function in (
            ("multiarray", "_reconstruct", _new_array),
            ("multiarray", "scalar", _scalar),
            ("numeric", "_frombuffer", _array_of),
        )
    },
}
