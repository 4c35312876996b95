"""Read mutated pickles: each is refused with its name, or gives what Python's own unpickler gives.

    python tests/fuzz_pickles.py 10000 [SEED]

Python's unpickler reads only what the suite has accepted, with the few names of numpy's and
Python's own that it may find. While the suite reads, nothing may be opened, imported or started. A
part of the mutants is compressed, and mutated once more.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import math
import pickle
import resource
import sys
import tempfile
import zipfile
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from bench.data.readers.unpickle import (
    Budget,
    Record,
    load_compressed,
    load_torch_zip,
    safe_load,
)
from bench.errors import MonasError
from bench.seeds import stream

SMALL = Budget(opcodes=20_000, tree=20_000, payload_bytes=1 << 20, seconds=30.0)
RECORD = ("fuzz", "Thing")
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "bz2": bz2.compress,
    "gzip": gzip.compress,
    "xz": lzma.compress,
}
# Values that make a length, an index or an offset extreme.
EXTREME = (b"\x00", b"\xff", b"\xff" * 4, b"\xff\xff\xff\x7f", b"\xff" * 8, b"\x00" * 8)
# Everything that Python's unpickler may find: types and functions that only build data.
KNOWN = {
    *((m, n) for m in ("builtins", "__builtin__") for n in ("bytes", "bytearray", "set", "slice")),
    *((m, n) for m in ("builtins", "__builtin__") for n in ("dict", "float", "int", "list", "str")),
    *(("collections", n) for n in ("OrderedDict", "defaultdict")),
    *(("numpy", n) for n in ("dtype", "ndarray")),
    *((f"numpy.{c}.multiarray", n) for c in ("core", "_core") for n in ("_reconstruct", "scalar")),
    *((f"numpy.{c}.numeric", "_frombuffer") for c in ("core", "_core")),
    ("_codecs", "encode"),
}
FORBIDDEN = ("open", "import", "exec", "compile", "os.", "subprocess.", "socket.", "ctypes.")

watching = False


class Thing:
    """What Python's unpickler builds for a record."""

    def __new__(cls, *arguments: Any) -> Thing:
        made = object.__new__(cls)
        made.arguments, made.state = arguments, None
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return Thing, self.arguments, self.state

    def __setstate__(self, state: Any) -> None:
        self.state = state


Thing.__module__, Thing.__qualname__ = RECORD


class Reference(pickle._Unpickler):
    """Python's own unpickler, written in Python; it ignores frames and finds only few names."""

    dispatch: ClassVar = {
        **pickle._Unpickler.dispatch,
        pickle.FRAME[0]: lambda self: self.read(8),
    }

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == RECORD:
            return Thing
        if (module, name) not in KNOWN:
            raise AssertionError(f"the suite accepted {module}.{name}")
        return super().find_class(module, name)


def originals() -> list[bytes]:
    """Return small pickles with everything that the suite reads."""
    sys.modules[RECORD[0]] = sys.modules[__name__]
    shared = [1.5, "shared"]
    thing = Thing("a", 1)
    thing.state = {"deep": np.arange(3)}
    values = [
        {"accuracy": [94.37, 73.51], "names": ("a", "bc"), "none": None, "yes": True, "n": -70_000},
        [
            2**70,
            0.1,
            -0.0,
            math.inf,
            b"bytes" * 60,
            bytearray(b"x" * 9),
            "t" * 300,
            "",
            "\xe9\u20ac",
        ],
        [shared, shared, {"again": shared}, {1, 2.5, "x"}, set(), (), (1,), (1, 2), (1, 2, 3, 4)],
        [OrderedDict(a=1), defaultdict(list, {("cifar10", 777): [1]}), slice(0, 4, 2)],
        {"a": np.linspace(0, 1, 6).reshape(2, 3), "f": np.asfortranarray(np.eye(2, dtype="f4"))},
        {
            "o": np.asarray(["a", 2, None], dtype=object),
            "u": np.asarray(["ab", "c"]),
            "e": np.empty(0),
        },
        [np.float64(0.1), np.int8(-3), np.bool_(True), np.str_("x"), np.asarray(b"raw")],
        [np.arange(3, dtype=">f4"), np.complex64(1j), np.zeros((2, 0, 3), dtype=bool)],
        {index: {"epoch": index, "loss": 1 / (index + 1)} for index in range(40)},
        [thing, thing],
    ]
    return [pickle.dumps(value, protocol) for value in values for protocol in (2, 3, 4, 5)]


def mutated(content: bytes, others: list[bytes], rng: np.random.Generator) -> bytes:
    """Return the content with one to four changes."""
    data = bytearray(content)
    for _ in range(int(rng.choice([1, 1, 1, 2, 4]))):
        at, end = sorted(int(place) for place in rng.integers(0, len(data) + 1, size=2))
        end = min(end, at + 40)
        kind = int(rng.integers(7))
        if kind == 0 and at < len(data):
            data[at] = int(rng.integers(256))
        elif kind == 1 and at < len(data):
            data[at] ^= 1 << int(rng.integers(8))
        elif kind == 2:
            del data[at:end]
        elif kind == 3:
            data[at:at] = data[at:end]
        elif kind == 4:
            value = EXTREME[int(rng.integers(len(EXTREME)))]
            data[at : at + len(value)] = value
        elif kind == 5:
            other = others[int(rng.integers(len(others)))]
            start = int(rng.integers(len(other)))
            data[at:end] = other[start : start + int(rng.integers(1, 40))]
        elif kind == 6:
            data[at:at] = bytes([int(rng.choice(list(OPCODES)))])
    return bytes(data)


OPCODES = sorted(
    getattr(pickle, name)[0]
    for name in pickle.__all__
    if name.isupper() and isinstance(getattr(pickle, name), bytes)
)


def plain(value: Any) -> Any:
    """Return a value as lists and text, equal for equal content."""
    if isinstance(value, dict):
        return ["dict", [[plain(key), plain(inner)] for key, inner in value.items()]]
    if isinstance(value, list | tuple):
        return [type(value).__name__, [plain(inner) for inner in value]]
    if isinstance(value, set):
        return ["set", sorted(repr(plain(inner)) for inner in value)]
    if isinstance(value, np.ndarray):
        return ["array", value.dtype.str, list(value.shape), plain(value.tolist())]
    if isinstance(value, Record | Thing):
        return ["record", plain(value.arguments), plain(value.state)]
    return [type(value).__name__, repr(value)]


@contextlib.contextmanager
def watched() -> Iterator[None]:
    """Let nothing be opened, imported or started."""
    global watching
    watching = True
    try:
        yield
    finally:
        watching = False


def forbid(event: str, arguments: tuple[Any, ...]) -> None:
    if watching and event.startswith(FORBIDDEN):
        raise SystemExit(f"a mutant led to {event} {arguments}")


def refusal(error: MonasError, name: str) -> str:
    """Check the message of an error, and return `refused`."""
    message = str(error)
    if not (message.startswith(f"{name}: ") and message.isprintable() and len(message) < 2000):
        raise AssertionError(f"not a message for people: {message!r}")
    return "refused"


def compare(content: bytes, name: str) -> str:
    """Read a mutant, and return `refused` or `same`."""
    try:
        with watched():
            found = safe_load(content, name=name, records=[RECORD], budget=SMALL)
    except MonasError as error:
        return refusal(error, name)
    try:
        expected = plain(Reference(io.BytesIO(content)).load())
    except Exception as error:
        raise AssertionError(f"only the suite reads {name}, {content!r}") from error
    assert plain(found) == expected, f"the suite reads {name} as another value: {content!r}"
    return "same"


def compare_packed(content: bytes, form: str, path: Path, change: Callable[[bytes], bytes]) -> str:
    """Read a file that was compressed and then mutated; return `refused` or `same`."""
    if form == "zip":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a/data.pkl", content)
        path.write_bytes(change(packed.getvalue()))
    else:
        path.write_bytes(change(COMPRESS[form](content)))
    try:
        found = load_torch_zip(path) if form == "zip" else load_compressed(path, form, budget=SMALL)
    except MonasError as error:
        return refusal(error, str(path))
    assert plain(found) == plain(Reference(io.BytesIO(content)).load()), (form, content)
    return "same"


def main(number: int, seed: int) -> None:
    """Read so many mutants, and print what became of them."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    rng = stream("fuzz", str(seed))
    sources = originals()
    counts: Counter[str] = Counter()
    for index, content in enumerate(sources):
        assert compare(content, f"original {index}") == "same", content
    sys.addaudithook(forbid)
    with tempfile.TemporaryDirectory() as folder:
        for index in range(number):
            content = sources[index % len(sources)]
            if index % 5 == 4:
                form = [*COMPRESS, "zip"][index // 5 % 4]
                path = Path(folder) / "mutant"
                outcome = compare_packed(content, form, path, lambda c: mutated(c, sources, rng))
                counts[f"{form} {outcome}"] += 1
            else:
                counts[compare(mutated(content, sources, rng), f"mutant {index}")] += 1
        assert [path.name for path in Path(folder).iterdir()] == ["mutant"]
    print(f"{sum(counts.values()):,} mutants:", dict(sorted(counts.items())))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
